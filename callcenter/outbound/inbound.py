"""How the inbound line stands, from the live board: outbound yields to it and shares its channels."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

#: An older board tells nothing.
_FRESH_MS = 10_000


@dataclass(frozen=True, slots=True)
class Inbound:
    """Calls that are on, and the longest wait so far of those in line; None: nobody waits, or it is unknown."""

    calls: int = 0
    waited_s: float | None = None


def inbound_of(board: bytes | str, now: int) -> Inbound:
    """What this board (docs/architecture.md) says at this time, epoch ms."""
    shown = orjson.loads(board)
    if now - shown["at"] > _FRESH_MS:
        return Inbound()
    waiting = shown["waiting"]
    waited = max(((now - one["since"]) / 1000 for one in waiting), default=None)
    return Inbound(shown["talking"] + shown["in_menu"] + len(waiting), waited)
