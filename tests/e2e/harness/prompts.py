"""What Asterisk plays just now, as it tells whoever listens: a test waits for a prompt instead of for time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from callcenter.asterisk.ari import AriClient
from tests.e2e.harness.centre import Centre


class Prompts:
    """Media in the order in which they began, on any channel. Each wait goes on where the one before ended."""

    def __init__(self) -> None:
        self._begun: asyncio.Queue[str] = asyncio.Queue()

    def note(self, event: dict[str, Any]) -> None:
        """Asterisk began or went on with a playback."""
        self._begun.put_nowait(event["playback"]["media_uri"])

    async def begins(self, ending: str, within: float = 30.0) -> None:
        """Wait until a medium whose name ends so begins."""
        seen = []
        try:
            async with asyncio.timeout(within):
                while not (medium := await self._begun.get()).endswith(ending):
                    seen.append(medium)
        except TimeoutError:
            raise AssertionError(f"'{ending}' was not played within {within:g} s, but {seen}") from None


@asynccontextmanager
async def listening(centre: Centre) -> AsyncIterator[Prompts]:
    """Hear of every prompt that begins from now on."""
    prompts, connected = Prompts(), asyncio.Event()
    password = centre.settings.ari_password.get_secret_value()
    ari = AriClient(f"http://127.0.0.1:{centre.settings.ari_port}", "callcenter", password, "listener")
    for kind in ("PlaybackStarted", "PlaybackContinuing"):
        ari.on_event(kind, prompts.note)

    async def subscribe() -> None:
        await ari.applications.subscribe("channel:")
        connected.set()

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(ari.run(subscribe, lambda: None))
        await asyncio.wait_for(connected.wait(), 10)
        yield prompts
        running.cancel()
