"""The figures of a simulated day, and how far figures of several days can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, isnan, nan, sqrt
from statistics import NormalDist, fmean, stdev

from routing.day import Outcome

#: Answered within so many ms counts as in time.
IN_TIME = 20_000


@dataclass(slots=True)
class Tally:
    """Calls that were counted together. Shares are 0 to 1, of all that came; nan when none did."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    #: Of those answered while they waited, ms, in no order.
    waits: list[int] = field(default_factory=list)
    #: Of those called back and reached, from the first call on.
    callback_waits: list[int] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        """One more call."""
        self.offered += 1
        if outcome.agent is not None:
            self.answered += 1
            if outcome.called_back:
                self.callback_waits.append(outcome.waited)
            else:
                self.in_time += outcome.waited <= IN_TIME
                self.waits.append(outcome.waited)

    @property
    def answer_rate(self) -> float:
        """Share of callers who talked with an agent."""
        return share(self.answered, self.offered)

    @property
    def abandon_rate(self) -> float:
        """Share of callers lost: they hung up while waiting, or were not reached when called back."""
        return share(self.offered - self.answered, self.offered)

    @property
    def service_level(self) -> float:
        """Share answered within 20 s of all that were answered or hung up."""
        return share(self.in_time, self.offered)

    def wait_s(self, quantile: float) -> float:
        """Seconds within which this share of those answered while waiting had been; nan when nobody was."""
        return _quantile_s(self.waits, quantile)

    def callback_s(self, quantile: float) -> float:
        """Seconds from the first call within which this share of those reached by a callback had been."""
        return _quantile_s(self.callback_waits, quantile)


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, and how far to both sides the truth may lie with 95 % confidence."""

    mean: float
    half: float


def _quantile_s(waits: Sequence[int], quantile: float) -> float:
    ordered = sorted(waits)
    return ordered[ceil(quantile * len(ordered)) - 1] / 1000 if ordered else nan


def share(part: float, whole: float) -> float:
    """`part / whole`; nan of nothing."""
    return part / whole if whole else nan


def interval(values: Iterable[float]) -> Interval:
    """The mean of independent values, Student's t; days without the figure (nan) are left out."""
    known = [value for value in values if not isnan(value)]
    if len(known) < 2:
        return Interval(known[0] if known else nan, nan)
    return Interval(fmean(known), t95(len(known) - 1) * stdev(known) / sqrt(len(known)))


def jackknife(days: int, figure: Callable[[Sequence[int]], float]) -> Interval:
    """A figure of several days taken together, by leaving out one day at a time (Tukey's pseudo-values)."""
    every = range(days)
    whole = figure(every)
    if days < 2:
        return Interval(whole, nan)
    values = [days * whole - (days - 1) * figure([day for day in every if day != left_out]) for left_out in every]
    return Interval(whole, interval(values).half)


def t95(freedom: int) -> float:
    """Student's t for a two-sided 95 % interval; expansion in 1/freedom (Abramowitz and Stegun 26.7.5) from 3 on."""
    if freedom < 3:
        return (12.706, 4.303)[freedom - 1]
    z = NormalDist().inv_cdf(0.975)
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
        + (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / (92_160 * freedom**4)
    )


def spread(levels: Iterable[tuple[int, int]]) -> float:
    """Standard deviation of the companies' service levels, each weighted by its calls; from (calls, in time)."""
    known = [(calls, good) for calls, good in levels if calls]
    whole = sum(calls for calls, _ in known)
    if not whole:
        return nan
    mean = sum(good for _, good in known) / whole
    return sqrt(sum(calls * (good / calls - mean) ** 2 for calls, good in known) / whole)


def chance(levels: Iterable[tuple[int, int]]) -> float:
    """The spread that would be seen if each call were in time by chance alone: there is no less with so few calls."""
    known = [(calls, good / calls) for calls, good in levels if calls]
    return sqrt(share(sum(level * (1 - level) for _, level in known), sum(calls for calls, _ in known)))
