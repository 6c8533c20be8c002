"""The consent ledger: who agreed to what, with which proof, and whether that still holds. Entries are never changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from callcenter.campaigns.kinds import Purpose

#: Consent is asked for again after so many years (정보통신망법 시행령 제62조의3).
YEARS = 2


class Matter(StrEnum):
    """What is agreed to; each is asked for apart (개인정보보호법 제22조, 정보통신망법 제50조)."""

    #: Use of the customer's data for marketing, surveys among it.
    MARKETING = "marketing"
    #: Receiving advertising by phone.
    ADVERTISING = "advertising"
    #: Being called between 21:00 and 08:00.
    NIGHT = "night"


class Act(StrEnum):
    """What the person did."""

    GIVEN = "given"
    #: Asked again within the two years, and agreed again.
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """What a person's consent is worth at a moment."""

    NONE = "none"
    HOLDS = "holds"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of one person's ledger with one company."""

    matter: Matter
    act: Act
    at: datetime
    #: Where the proof lies: a form's number, a recording, an address of a page. Needed unless withdrawn.
    proof: str

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a consent's time needs a time zone")
        if self.act is not Act.WITHDRAWN and not self.proof.strip():
            raise ValueError("a consent without proof is none; say where the proof lies")


@dataclass(frozen=True, slots=True)
class Consent:
    """How one matter stands, and since and until when; None where there is none."""

    standing: Standing
    since: datetime | None = None
    expires: datetime | None = None


def needed(purpose: Purpose) -> tuple[Matter, ...]:
    """The matters that a call of this purpose needs by day."""
    return {
        Purpose.SERVICE: (),
        Purpose.SURVEY: (Matter.MARKETING,),
        Purpose.ADVERTISING: (Matter.MARKETING, Matter.ADVERTISING),
    }[purpose]


def expiry(given: datetime) -> datetime:
    """The moment from which a consent given then no longer holds."""
    try:
        return given.replace(year=given.year + YEARS)
    except ValueError:  # 29 February
        return (given + timedelta(days=1)).replace(year=given.year + YEARS)


def consent(entries: Iterable[Entry], matter: Matter, now: datetime) -> Consent:
    """How the matter stands: the last entry counts, in doubt the withdrawal; what lies in the future does not count."""
    last = max(
        (entry for entry in entries if entry.matter is matter and entry.at <= now),
        key=lambda entry: (entry.at, entry.act is Act.WITHDRAWN),
        default=None,
    )
    if last is None:
        return Consent(Standing.NONE)
    if last.act is Act.WITHDRAWN:
        return Consent(Standing.WITHDRAWN, last.at)
    expires = expiry(last.at)
    return Consent(Standing.HOLDS if now < expires else Standing.EXPIRED, last.at, expires)
