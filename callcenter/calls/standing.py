"""How the whole distribution stands at a moment: who waits, who is idle, what companies are owed.

The journal holds it when the engine starts, every hour and at each configuration, so that a day's decisions can be
replayed (`calls/replay.py`) without going back to the day on which the engine was started.
"""

from __future__ import annotations

from callcenter.calls.contracts import Contracts
from callcenter.calls.feed import FedAcd, as_list
from callcenter.calls.journal import Json

#: Once in every hour of UTC, before the first event in it.
STANDING_EVERY_MS = 3_600_000


def standing(acd: FedAcd, contracts: Contracts, why: str, version: int) -> dict[str, Json]:
    """The data of `Kind.STANDS`."""
    waiting: list[Json] = [as_list(request) for request in acd.requests()]
    idle: list[Json] = [[agent, *known] for agent, known in acd.idle_agents.items()]
    return {"why": why, "version": version, "waiting": waiting, "idle": idle, **contracts.standing()}
