"""How the inbound line stands, from the live board: outbound yields to it and shares its channels."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import orjson

#: An older board tells nothing.
_FRESH_MS = 10_000


@dataclass(frozen=True, slots=True)
class Inbound:
    """Calls that are on, and by group the wait that the last of those in line has to expect, seconds."""

    calls: int = 0
    forecast_s: Mapping[str, float] = field(default_factory=dict)

    def longest_s(self, groups: Collection[str]) -> float | None:
        """The longest of these groups, or of all (none named); None: nobody waits there."""
        waits = [wait for group, wait in self.forecast_s.items() if not groups or group in groups]
        return max(waits, default=None)


def inbound_of(board: bytes | str, now: int) -> Inbound:
    """What this board (docs/architecture.md) says at this time, epoch ms."""
    shown = orjson.loads(board)
    if now - shown["at"] > _FRESH_MS:
        return Inbound()
    return Inbound(shown["talking"] + shown["in_menu"] + len(shown["waiting"]), shown["forecast_s"])
