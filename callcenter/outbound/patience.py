"""How long customers wait who answered and found nobody free."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Patience:
    """Timers by name; `over` hears of each that ran out."""

    def __init__(self, over: Callable[[str], None]) -> None:
        self._over = over
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def begin(self, name: str, after_ms: int) -> None:
        """Start one."""
        self._timers[name] = asyncio.get_running_loop().call_later(after_ms / 1000, self._ran_out, name)

    def end(self, name: str) -> None:
        """Stop it, if it runs."""
        if timer := self._timers.pop(name, None):
            timer.cancel()

    def forget(self) -> None:
        """Stop all."""
        for name in list(self._timers):
            self.end(name)

    def _ran_out(self, name: str) -> None:
        self._timers.pop(name, None)
        self._over(name)
