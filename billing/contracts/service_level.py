"""Answer rate and service level of a company, by the formula that its contract names. A formula has a version and the
month it holds from; a month is always measured by the version that held in it.

The formulas are those in use in the trade, which give up to eight values for the same traffic.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from fractions import Fraction

from billing.month import Month


class Formula(StrEnum):
    """What is divided by what. A answered, B abandoned in the queue, _T within the time, _S sooner than short."""

    #: A_T / (A + B - B_S): who hung up at once is left out.
    SHORT_LEFT_OUT = "short_left_out"
    #: A_T / A
    ANSWERED = "answered"
    #: A_T / (A + B)
    ALL = "all"
    #: A_T / (A + B - B_T): who hung up within the time is left out.
    IN_TIME_LEFT_OUT = "in_time_left_out"
    #: (A_T + B_T) / (A + B): who hung up within the time counts as served.
    IN_TIME_SERVED = "in_time_served"


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A formula as it was agreed."""

    #: 0 is the centre's own formula, which holds as long as a contract names none.
    number: int
    since: Month
    formula: Formula
    #: T, seconds.
    in_time_s: int
    #: S, seconds.
    short_s: int
    #: Promised, in per cent; None: nothing.
    target: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Counters:
    """Calls of a company in some time, counted by one version."""

    #: Joined a queue.
    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    abandoned_short: int = 0

    def __add__(self, other: Counters) -> Counters:
        """Both together."""
        return Counters(
            **{field.name: getattr(self, field.name) + getattr(other, field.name) for field in fields(Counters)}
        )

    @property
    def answer_rate(self) -> Fraction | None:
        """A / offered; None when nothing was offered."""
        return Fraction(self.answered, self.offered) if self.offered else None

    def service_level(self, formula: Formula) -> Fraction | None:
        """By this formula; None when there was nothing to measure."""
        a, b, in_time = self.answered, self.abandoned, self.answered_in_time
        match formula:
            case Formula.SHORT_LEFT_OUT:
                of = a + b - self.abandoned_short
            case Formula.ANSWERED:
                of = a
            case Formula.ALL:
                of = a + b
            case Formula.IN_TIME_LEFT_OUT:
                of = a + b - self.abandoned_in_time
            case Formula.IN_TIME_SERVED:
                in_time, of = in_time + self.abandoned_in_time, a + b
        return Fraction(in_time, of) if of else None


def in_force(versions: Iterable[Version], month: Month, default: Version) -> Version:
    """The version that holds in the month: of those that have begun the last agreed one, else the default."""
    begun: Sequence[Version] = sorted(
        (version for version in versions if version.since <= month), key=lambda version: version.number
    )
    return begun[-1] if begun else default
