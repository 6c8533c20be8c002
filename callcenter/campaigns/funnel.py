"""Where every contact of a campaign stands: each in exactly one place; and the response rates that follow (AAPOR)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from callcenter.campaigns.attempts import NOT_RUNG, REACHED, Outcome, Tried, best


class Place(StrEnum):
    """Where a contact stands; the further down, the nearer to an answer."""

    #: Never dialled, and must not be.
    NOT_PERMITTED = "not_permitted"
    #: Permitted and not dialled yet.
    WAITING = "waiting"
    #: Dialled, and nobody answered.
    NOT_REACHED = "not_reached"
    #: Somebody answered; no interview to speak of.
    REACHED = "reached"
    PARTIAL = "partial"
    COMPLETE = "complete"


def place(tried: Sequence[Tried], *, permitted: bool) -> Place:
    """Where a contact with these attempts stands; `permitted` counts only while nothing was dialled."""
    dialled = [attempt for attempt in tried if attempt.outcome not in NOT_RUNG]
    return place_of(best(dialled) if dialled else None, permitted=permitted)


def place_of(outcome: Outcome | None, *, permitted: bool) -> Place:
    """The same by the outcome that speaks for the contact; None: nothing was dialled."""
    match outcome:
        case None:
            return Place.WAITING if permitted else Place.NOT_PERMITTED
        case Outcome.COMPLETED:
            return Place.COMPLETE
        case Outcome.PARTIAL:
            return Place.PARTIAL
        case _:
            return Place.REACHED if outcome in REACHED else Place.NOT_REACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """How many contacts came at least so far."""

    contacts: int
    permitted: int
    dialled: int
    answered: int
    complete: int


def funnel(places: Mapping[Place, int]) -> Funnel:
    """The funnel of contacts counted by place."""
    counts = [places.get(one, 0) for one in Place]
    return Funnel(
        contacts=sum(counts),
        permitted=sum(counts[1:]),
        dialled=sum(counts[2:]),
        answered=sum(counts[3:]),
        complete=counts[5],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispositions:
    """Final dispositions of the dialled contacts (AAPOR, Standard Definitions, telephone surveys of listed persons)."""

    #: Complete interviews (I).
    complete: int = 0
    #: Partial ones (P).
    partial: int = 0
    #: Refusals and break-offs (R).
    refusal: int = 0
    #: A machine answered as somebody heard, or the person asked for another time and was not met (NC).
    non_contact: int = 0
    #: Reached, and no interview for another reason: abandoned by us, quota full (O).
    other: int = 0
    #: No answer, busy, failed, barred, uncertain, a machine that nobody heard: nobody knows whether the number is the
    #: person's (UH).
    unknown: int = 0
    #: Numbers that do not exist or are somebody else's: no part of the sample.
    not_eligible: int = 0

    @property
    def interviews(self) -> int:
        """I + P."""
        return self.complete + self.partial

    @property
    def eligible(self) -> int:
        """I + P + R + NC + O."""
        return self.interviews + self.refusal + self.non_contact + self.other


_DISPOSITION = {
    Outcome.COMPLETED: "complete",
    Outcome.PARTIAL: "partial",
    Outcome.REFUSED: "refusal",
    Outcome.BREAK_OFF: "refusal",
    Outcome.CALLBACK: "non_contact",
    Outcome.MACHINE: "non_contact",
    Outcome.ABANDONED: "other",
    Outcome.QUOTA_FULL: "other",
    Outcome.BUSY: "unknown",
    Outcome.NO_ANSWER: "unknown",
    Outcome.FAILED: "unknown",
    Outcome.BARRED: "unknown",
    Outcome.UNCERTAIN: "unknown",
    Outcome.NO_SUCH_NUMBER: "not_eligible",
    Outcome.WRONG_NUMBER: "not_eligible",
}


def dispositions(outcomes: Iterable[Outcome], unheard: int = 0) -> Dispositions:
    """Count the outcomes that speak for each dialled contact.

    `unheard`: of the machines, those that Asterisk told by itself. Standard Definitions count an answering device as a
    non-contact (2.22) only where its message tells whose it is, else as unknown (3.14).
    """
    counts = Counter(_DISPOSITION[outcome] for outcome in outcomes)
    if unheard:
        counts["non_contact"] -= unheard
        counts["unknown"] += unheard
    return Dispositions(**counts)


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates from 0 to 1; None where the denominator is nothing. Contacts not dialled yet are not in them."""

    rr1: float | None
    rr2: float | None
    #: With the unknown counted by `e`, the share of them taken to be eligible.
    rr3: float | None
    coop1: float | None
    ref1: float | None
    con1: float | None
    e: float


def rates(d: Dispositions, e: float | None = None) -> Rates:
    """RR1 = I/((I+P)+(R+NC+O)+U), RR2 = (I+P)/the same, RR3 = I/((I+P)+(R+NC+O)+eU), COOP1 = I/((I+P)+R+O),
    REF1 = R/((I+P)+(R+NC+O)+U), CON1 = ((I+P)+R+O)/((I+P)+(R+NC+O)+U).

    Without `e` the share of eligible among the contacts whose eligibility is known is taken (AAPOR's proportional
    allocation).
    """
    known = d.eligible + d.not_eligible
    share = e if e is not None else (d.eligible / known if known else 1.0)
    whole = d.eligible + d.unknown
    return Rates(
        rr1=_part(d.complete, whole),
        rr2=_part(d.interviews, whole),
        rr3=_part(d.complete, d.eligible + share * d.unknown),
        coop1=_part(d.complete, d.interviews + d.refusal + d.other),
        ref1=_part(d.refusal, whole),
        con1=_part(d.interviews + d.refusal + d.other, whole),
        e=share,
    )


def _part(part: float, whole: float) -> float | None:
    return part / whole if whole else None
