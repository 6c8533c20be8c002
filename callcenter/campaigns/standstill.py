"""Why a campaign dials nobody just now, in words for its page."""

from __future__ import annotations

from enum import StrEnum


class Standstill(StrEnum):
    """Why a campaign dials nobody just now."""

    PAUSED = "paused"
    CLOSED = "closed"
    #: Callers would wait too long.
    YIELDS = "yields"
    #: The carrier took no calls of late.
    CARRIER_REFUSES = "carrier_refuses"
    #: As many calls as the carrier allows are on.
    CARRIER_LIMIT = "carrier_limit"
    #: No contact is due.
    NOBODY_DUE = "nobody_due"
    #: No agent of the campaign's groups is free.
    NO_AGENTS = "no_agents"


#: With these nobody is written down to be dialled.
IN_THE_WAY = frozenset(
    {
        Standstill.PAUSED,
        Standstill.CLOSED,
        Standstill.YIELDS,
        Standstill.CARRIER_REFUSES,
    }
)
