"""One dialling of one contact: how it can end, when the contact is tried again, how often a number may ring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile


class Outcome(StrEnum):
    """How an attempt ended."""

    #: The interview was completed by the campaign's own rule; only this is charged.
    COMPLETED = "completed"
    PARTIAL = "partial"
    #: Hung up in the interview, too early to count as partial.
    BREAK_OFF = "break_off"
    #: Said or pressed that they do not want this.
    REFUSED = "refused"
    #: Asked to be called at another time.
    CALLBACK = "callback"
    #: Willing, but enough others have answered the like.
    QUOTA_FULL = "quota_full"
    #: Answered, and nobody was free to speak.
    ABANDONED = "abandoned"
    MACHINE = "machine"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    #: The customer's line is out of order, or takes no such call.
    FAILED = "failed"
    #: The carrier refuses calls to this number, and takes others (`carrier.Refusals`).
    BARRED = "barred"
    #: The carrier put no call through (`carrier.Trouble`): the customer's phone did not ring.
    CONGESTION = "congestion"
    #: The number does not exist.
    NO_SUCH_NUMBER = "no_such_number"
    #: Somebody else answered, who does not know the person.
    WRONG_NUMBER = "wrong_number"
    #: The engine or Asterisk died meanwhile and nobody can tell; it may have rung, so it counts as tried.
    UNCERTAIN = "uncertain"
    #: Written down, but not dialled: permission had gone in between.
    WITHHELD = "withheld"


#: A person was on the line.
REACHED = frozenset(
    {
        Outcome.COMPLETED,
        Outcome.PARTIAL,
        Outcome.BREAK_OFF,
        Outcome.REFUSED,
        Outcome.CALLBACK,
        Outcome.QUOTA_FULL,
        Outcome.ABANDONED,
    }
)
#: The phone did not ring and the customer has no part in it: no try of theirs, and nothing for the caps on ringing.
NOT_RUNG = frozenset({Outcome.CONGESTION, Outcome.WITHHELD})
#: Nothing is tried after these.
FINAL = frozenset(
    {Outcome.COMPLETED, Outcome.REFUSED, Outcome.QUOTA_FULL, Outcome.NO_SUCH_NUMBER, Outcome.WRONG_NUMBER}
)


@dataclass(frozen=True, slots=True)
class Retry:
    """After this outcome: again, so much later, at most so many times in all."""

    after: timedelta
    most: int


_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

#: What a new campaign starts with. An abandoned person is left alone for 72 hours, as Ofcom asked of diallers.
RETRIES: Mapping[Outcome, Retry] = {
    Outcome.BUSY: Retry(15 * _MINUTE, 3),
    Outcome.NO_ANSWER: Retry(3 * _HOUR, 3),
    Outcome.FAILED: Retry(30 * _MINUTE, 2),
    Outcome.MACHINE: Retry(4 * _HOUR, 2),
    Outcome.UNCERTAIN: Retry(1 * _DAY, 1),
    Outcome.ABANDONED: Retry(3 * _DAY, 1),
}
#: Whatever the campaign says: the first who were refused may have been so because of us.
_BARRED = Retry(_HOUR, 2)


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt of the past."""

    at: datetime
    outcome: Outcome
    #: When the person asked to be called, for `CALLBACK`.
    wished: datetime | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The contact may be dialled from this moment on."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Over:
    """The contact is done with; the outcome is the one that counts."""

    outcome: Outcome


def what_next(tried: Sequence[Tried], retries: Mapping[Outcome, Retry], now: datetime) -> Due | Over:
    """Whether a contact with these attempts (the oldest first) is tried again, and from when."""
    if not tried:
        return Due(now)
    last = tried[-1]
    if last.outcome is Outcome.WITHHELD:
        return what_next(tried[:-1], retries, now)
    if last.outcome is Outcome.CONGESTION:
        return Due(last.at + _after_congestion(tried))
    if last.outcome is Outcome.CALLBACK and last.wished is not None:
        return Due(last.wished)
    rule = _BARRED if last.outcome is Outcome.BARRED else retries.get(last.outcome)
    if last.outcome in FINAL or rule is None or sum(t.outcome is last.outcome for t in tried) > rule.most:
        return Over(best(tried))
    return Due(last.at + rule.after)


def _after_congestion(tried: Sequence[Tried]) -> timedelta:
    """The carrier will be well again, so nobody is given up; a number that it never takes is tried ever less often."""
    in_a_row = len(list(takewhile(lambda one: one.outcome is Outcome.CONGESTION, reversed(tried))))
    return min(_MINUTE * (1 << min(in_a_row - 1, 6)), _HOUR)


#: The outcome that speaks for a contact is the first of these that any of its attempts had.
_RANK = (
    Outcome.COMPLETED,
    Outcome.PARTIAL,
    Outcome.REFUSED,
    Outcome.BREAK_OFF,
    Outcome.QUOTA_FULL,
    Outcome.CALLBACK,
    Outcome.WRONG_NUMBER,
    Outcome.ABANDONED,
    Outcome.MACHINE,
    Outcome.NO_ANSWER,
    Outcome.BUSY,
    Outcome.FAILED,
    Outcome.NO_SUCH_NUMBER,
    Outcome.UNCERTAIN,
    Outcome.BARRED,
    Outcome.CONGESTION,
    Outcome.WITHHELD,
)


def best(tried: Sequence[Tried]) -> Outcome:
    """The outcome that speaks for a contact: what came nearest to an answer. There must be at least one attempt."""
    return min((attempt.outcome for attempt in tried), key=_RANK.index)


@dataclass(frozen=True, slots=True)
class Caps:
    """How often one number may ring, counted over all campaigns: so many times within so much time."""

    limits: tuple[tuple[timedelta, int], ...] = field(default=((_DAY, 3), (30 * _DAY, 10)))

    def reached(self, rung: Sequence[datetime], now: datetime) -> bool:
        """Whether one more ringing now would be too many."""
        return any(sum(now - span < at <= now for at in rung) >= most for span, most in self.limits)
