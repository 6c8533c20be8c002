"""People who do not want to be called: the own list, and the monthly comparison with the national register (두낫콜)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callcenter.campaigns.kinds import Purpose

#: A comparison is good for a month (방문판매법 제42조, 시행규칙: at least once a month).
SCRUB_HOLDS = timedelta(days=30)


class Extent(StrEnum):
    """What a person refuses."""

    #: Surveys and advertising.
    MARKETING = "marketing"
    #: Every call that was not asked for, happy calls as well.
    ALL = "all"


class By(StrEnum):
    """How the refusal reached the centre."""

    KEY = "key"
    #: The free number.
    FREE_NUMBER = "free_number"
    AGENT = "agent"
    #: A list that the company handed in.
    LIST = "list"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Scrub:
    """The last comparison that held a person's number: when its answer came, and whether the number came back."""

    at: datetime
    cleared: bool


def extent_by_key(purpose: Purpose) -> Extent:
    """What somebody refuses who presses the refusal key: of a happy call every call, else surveys and advertising."""
    return Extent.ALL if purpose is Purpose.SERVICE else Extent.MARKETING


def refused(extents: Iterable[Extent], purpose: Purpose) -> bool:
    """Whether somebody who refused so much must not be called for this purpose; a refusal is for good."""
    return any(extent is Extent.ALL or purpose is not Purpose.SERVICE for extent in extents)


def fresh(compared: datetime | None, now: datetime) -> bool:
    """Whether a comparison answered then still counts now."""
    return compared is not None and compared <= now < compared + SCRUB_HOLDS


def marketing(purpose: Purpose) -> bool:
    """Whether calls of this purpose need the comparison. Surveys are held to the rule for sellers, to be safe."""
    return purpose is not Purpose.SERVICE
