"""The estimated wait told to callers: what is expected, how far it can be trusted, and what may honestly be said.

Two estimates (Ibrahim and Whitt): by queue length with abandonment (QLm) when handle time and patience are known, else
by the wait of the head of the line (HOL), whose squared error is about twice as large. Waits and times are in seconds;
times are only compared and subtracted. Estimates of finished waits go to `ForecastError`, so that the error is a figure
of the centre like any other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Rates:
    """Of a group, in seconds; None what is not known."""

    aht_s: float | None = None
    #: Mean time a caller is ready to wait; infinite if callers never hang up.
    patience_s: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """The wait that is still before a caller."""

    mean_s: float
    #: Standard deviation of the wait around the mean, not of the mean.
    sd_s: float
    #: Able to take the call, busy ones included, when the estimate was made.
    agents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What the voice says: between so many minutes and so many more."""

    low_min: int
    high_min: int
    #: When it was said, in seconds.
    at_s: float
    agents: int
    #: More than was promised before, because agents left since: the voice gives this as the cause.
    agents_left: bool = False


def by_queue_length(ahead: int, agents: int, aht_s: float, patience_s: float) -> Estimate | None:
    """QLm: with `ahead` callers before this one, the sum over i = 0..ahead of 1/(s mu + i theta).

    The wait is a sum of independent exponentials with these rates, so its variance is the sum of their squares. An
    infinite patience gives QL. None without agents: the wait has no end. All agents must be busy. Raises `ValueError`
    for negative counts and for a handle time or patience that is not above 0.
    """
    _counts(ahead, agents)
    if not (0 < aht_s < math.inf and patience_s > 0):
        raise ValueError(f"handle time of {aht_s} s, patience of {patience_s} s; expected above 0, the first finite")
    if agents == 0:
        return None
    spells = [1 / (agents / aht_s + i / patience_s) for i in range(ahead + 1)]
    return Estimate(mean_s=math.fsum(spells), sd_s=math.hypot(*spells), agents=agents)


def by_head_of_line(ahead: int, agents: int, head_waited_s: float, waited_s: float = 0.0) -> Estimate | None:
    """HOL: a caller will have waited in all about as long as the head of the line has; less what is waited already.

    The line moves one place in (wait / (ahead + 1)) on the average, which by queue length would give the wait the
    standard deviation wait / sqrt(ahead + 1); for Poisson arrivals the squared error of HOL is twice that. None when no
    one is ahead, or the head has waited no longer than the caller: nothing is known then. None without agents. Raises
    `ValueError` for negative numbers.
    """
    _counts(ahead, agents)
    if not (0 <= head_waited_s < math.inf and 0 <= waited_s < math.inf):
        raise ValueError(f"waits of {head_waited_s} s and {waited_s} s; expected finite numbers, at least 0")
    left = head_waited_s - waited_s
    if agents == 0 or ahead == 0 or left <= 0:
        return None
    return Estimate(mean_s=left, sd_s=left * math.sqrt(2 / (ahead + 1)), agents=agents)


def estimate(
    ahead: int, agents: int, rates: Rates, *, head_waited_s: float | None = None, waited_s: float = 0.0
) -> Estimate | None:
    """By queue length if the rates are known, else by the head of the line if there is one; else None.

    Without the patience QL would be several times too long in an overloaded line, so it is not used, except for the
    head itself, whose wait does not depend on it. Raises `ValueError` as the two.
    """
    # Whoever is next waits for a handle time to end, not for anyone's patience.
    patience_s = math.inf if ahead == 0 else rates.patience_s
    if rates.aht_s is not None and patience_s is not None:
        return by_queue_length(ahead, agents, rates.aht_s, patience_s)
    if head_waited_s is not None:
        return by_head_of_line(ahead, agents, head_waited_s, waited_s)
    return None


def band(estimate: Estimate, *, step_s: int = 60, deviations: float = 1.0) -> tuple[int, int]:
    """The range from so many standard deviations below the mean to as many above, in seconds.

    Rounded outward to whole steps, because a voice says minutes or half minutes and must not promise more precision
    than there is. Raises `ValueError` unless the step and the deviations are above 0.
    """
    if not (step_s > 0 and 0 < deviations < math.inf):
        raise ValueError(f"steps of {step_s} s, {deviations} deviations; expected both above 0")
    spread = deviations * estimate.sd_s
    low = math.floor(max(0.0, estimate.mean_s - spread) / step_s) * step_s
    return low, math.ceil((estimate.mean_s + spread) / step_s) * step_s


def told(
    estimate: Estimate | None,
    previous: Told | None,
    *,
    now_s: float,
    limit: float,
    slack_s: float = 0.0,
    deviations: float = 1.0,
) -> Told | None:
    """What may honestly be said now, or None: say nothing, and keep `previous` as what the caller was told.

    A range of whole minutes is said only if sd/mean is at most `limit`, or the sd is at most `slack_s` seconds (a wait
    of seconds is as uncertain as it is short, yet "less than a minute" is true of it).

    The upper end never lies above what is left of the upper end told before. A range that reaches beyond it is cut
    there as long as the mean lies within; a mean beyond it is told only if there are fewer agents now than then, and
    says so (`agents_left`); otherwise nothing is said, since both the promise and its breach would be wrong.

    Raises `ValueError` for a negative limit or slack, and as `band`.
    """
    if not (limit >= 0 and slack_s >= 0):
        raise ValueError(f"limit of {limit}, slack of {slack_s} s; expected both at least 0")
    if estimate is None or (estimate.sd_s > limit * estimate.mean_s and estimate.sd_s > slack_s):
        return None
    low, high = (seconds // 60 for seconds in band(estimate, deviations=deviations))
    agents_left = False
    if previous is not None:
        left = math.floor((previous.high_min * 60 - max(0.0, now_s - previous.at_s)) / 60)
        if estimate.mean_s <= left * 60:
            high = min(high, left)
        elif estimate.agents < previous.agents:
            agents_left = True
        else:
            return None
    return Told(low_min=low, high_min=high, at_s=now_s, agents=estimate.agents, agents_left=agents_left)


@dataclass(slots=True)
class ForecastError:
    """How far forecasts were off, in seconds; None while there are none. Positive: told longer than it was.

    Only callers who were answered have an actual wait; whoever hung up would have waited longer by an unknown time.
    """

    count: int = 0
    _sum: float = field(default=0.0, init=False, repr=False)
    _absolute: float = field(default=0.0, init=False, repr=False)
    _squares: float = field(default=0.0, init=False, repr=False)

    def add(self, forecast_s: float, actual_s: float) -> None:
        """One wait came to its end."""
        error = forecast_s - actual_s
        self.count += 1
        self._sum += error
        self._absolute += abs(error)
        self._squares += error * error

    @property
    def mean_s(self) -> float | None:
        """The bias."""
        return self._sum / self.count if self.count else None

    @property
    def mean_absolute_s(self) -> float | None:
        """The mean of the errors without their signs."""
        return self._absolute / self.count if self.count else None

    @property
    def rmse_s(self) -> float | None:
        """The root of the mean squared error."""
        return math.sqrt(self._squares / self.count) if self.count else None


class Running:
    """Handle time and patience of each group, as they were lately: an event counts half after `half_life_s`.

    The handle time is the weighted mean. The patience is all time spent waiting, by the answered too, for each
    abandonment: the likeliest mean of an exponential patience of which the answered callers show only that it was not
    over yet. The mean wait of the abandoned alone would be far too short. Each is known while the weights of its events
    (handled calls; abandonments) add up to `least`.
    """

    def __init__(self, half_life_s: float, least: float = 10.0) -> None:
        if not (0 < half_life_s < math.inf and least > 0):
            raise ValueError(f"half-life of {half_life_s} s, at least {least} events; expected both above 0")
        self._half_life_s = half_life_s
        self._least = least
        self._handled: dict[str, _Faded] = {}
        self._waited: dict[str, _Faded] = {}

    def handled(self, group: str, handle_s: float, at_s: float) -> None:
        """A call was handled in so many seconds, wrap-up included; events may come late."""
        self._add(self._handled, group, handle_s, 1, at_s)

    def waited(self, group: str, wait_s: float, at_s: float, *, abandoned: bool) -> None:
        """A wait ended, with an answer (also at once, after 0 seconds) or without; events may come late."""
        self._add(self._waited, group, wait_s, int(abandoned), at_s)

    def rates(self, group: str, at_s: float) -> Rates:
        """What is known of the group at this time; nothing of a group unheard of."""
        return Rates(aht_s=self._ratio(self._handled, group, at_s), patience_s=self._ratio(self._waited, group, at_s))

    def _add(self, sums: dict[str, _Faded], group: str, seconds: float, count: int, at_s: float) -> None:
        if not 0 <= seconds < math.inf:
            raise ValueError(f"{seconds} seconds; expected a finite number, at least 0")
        faded = sums.setdefault(group, _Faded(at_s))
        weight = 1.0
        if at_s < faded.at_s:
            weight = self._left(faded.at_s - at_s)
        else:
            left = self._left(at_s - faded.at_s)
            faded.seconds *= left
            faded.count *= left
            faded.at_s = at_s
        faded.seconds += weight * seconds
        faded.count += weight * count

    def _ratio(self, sums: dict[str, _Faded], group: str, at_s: float) -> float | None:
        faded = sums.get(group)
        if faded is None or faded.seconds <= 0:
            return None
        count = faded.count * self._left(max(0.0, at_s - faded.at_s))
        return faded.seconds / faded.count if count >= self._least else None

    def _left(self, elapsed_s: float) -> float:
        """What an event so long ago still counts."""
        return float(0.5 ** (elapsed_s / self._half_life_s))


@dataclass(slots=True)
class _Faded:
    """Sums of weighted seconds and events, with the weights as of `at_s`."""

    at_s: float
    seconds: float = 0.0
    count: float = 0.0


def _counts(ahead: int, agents: int) -> None:
    if ahead < 0 or agents < 0:
        raise ValueError(f"{ahead} callers ahead, {agents} agents; expected neither to be negative")
