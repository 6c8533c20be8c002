"""How many agents a volume of calls needs: Erlang B, C and A.

Calls arrive as a Poisson stream, handle times and patience are exponential, one line is served in order. Load is in
erlangs: arrivals a second times handle time in seconds. Erlang B knows no waiting, Erlang C callers who never hang up,
Erlang A callers who do. A shared line of agents with several groups each is staffed as one pool (Wallace and Whitt
2004).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass

#: Twenty times the largest centre this is for; above it the question is a slip of the hand.
MOST_ERLANGS = 10_000.0
#: Patience in handle times, at most this and at least one part of it; beyond it the model is Erlang C or B.
PATIENCE_SPAN = 1e6
#: A weight that no longer counts beside 1, with room for the factor (queue length) by which waits multiply it.
NEGLIGIBLE = 1e-20


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """What must hold of the calls that arrive: one of the two shares, or both. Shares are from 0 to 1, ends excluded.

    The service level is that of `Performance`. Raises `ValueError` when nothing is asked, or nothing possible.
    """

    #: The least share answered within `within_s`.
    service_level: float | None = None
    #: Seconds of waiting; read only with a service level.
    within_s: float = 20.0
    #: The greatest share that hangs up while waiting.
    abandon_share: float | None = None

    def __post_init__(self) -> None:
        if self.service_level is None and self.abandon_share is None:
            raise ValueError("no target; expected a service level, an abandon share or both")
        for name, share in (("service level", self.service_level), ("abandon share", self.abandon_share)):
            if share is not None and not 0 < share < 1:
                raise ValueError(f"{name} of {share}; expected a share between 0 and 1, neither of them")
        _at_least(0, self.within_s, "seconds to answer within")

    def met_by(self, performance: Performance) -> bool:
        """Whether it holds; never for a line that grows without end."""
        return (
            math.isfinite(performance.mean_wait_s)
            and (self.service_level is None or performance.service_level >= self.service_level)
            and (self.abandon_share is None or performance.abandon_share <= self.abandon_share)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Performance:
    """What callers meet in the long run; shares are of all calls that arrive, from 0 to 1."""

    wait_probability: float
    #: Answered within the time asked for. Abandoned calls count below the line: `answered within T / (answered +
    #: abandoned)`, the strictest of the formulas in use.
    service_level: float
    abandon_share: float
    #: Seconds, over the answered, those answered at once and the abandoned; Erlang C's average speed of answer.
    #: Infinite when the line grows without end.
    mean_wait_s: float


def erlang_b(load: float, agents: int) -> float:
    """The share of calls that find all agents busy, if such calls go away; `load` in erlangs.

    By the recursion B(n) = A B(n-1) / (n + A B(n-1)), B(0) = 1. Raises `ValueError` for a negative number of agents and
    for a load below 0 or above `MOST_ERLANGS`.
    """
    _check_load(load)
    _at_least(0, agents, "agents")
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(load: float, agents: int) -> float:
    """The share of calls that wait, if nobody hangs up: C = B / (1 - (A/n)(1 - B)); `load` in erlangs.

    1 when the load is not less than the agents: the line then grows without end. Raises `ValueError` as `erlang_b`.
    """
    blocked = erlang_b(load, agents)
    return 1.0 if load >= agents else blocked / (1 - load / agents * (1 - blocked))


def performance(
    arrivals_per_hour: float, aht_s: float, patience_s: float | None, agents: int, within_s: float
) -> Performance:
    """What callers meet with so many agents; Erlang A with a mean patience in seconds, Erlang C with None.

    The service level is for `within_s` seconds. Raises `ValueError` for a negative or infinite number, a handle time or
    patience of 0, a load above `MOST_ERLANGS`, and a patience outside `PATIENCE_SPAN`.
    """
    load = _load(arrivals_per_hour, aht_s, patience_s)
    _at_least(0, within_s, "seconds to answer within")
    if patience_s is None:
        return _patient(load, aht_s, agents, within_s)
    return _impatient(load, aht_s, patience_s, agents, within_s)


def agents_needed(arrivals_per_hour: float, aht_s: float, patience_s: float | None, target: Target) -> int:
    """The fewest agents for whom the target holds; Erlang A with a mean patience in seconds, Erlang C with None.

    Without hanging up the line must also not grow without end, so there are then more agents than erlangs. No arrivals
    need no agents. Raises `ValueError` as `performance`.
    """
    load = _load(arrivals_per_hour, aht_s, patience_s)
    if load == 0:
        return 0

    def enough(agents: int) -> bool:
        return target.met_by(performance(arrivals_per_hour, aht_s, patience_s, agents, target.within_s))

    most = math.ceil(load)
    while not enough(most):
        most *= 2
    # More agents never make a target fail, so the search may halve.
    return bisect_left(range(most), True, key=enough)


def _patient(load: float, aht_s: float, agents: int, within_s: float) -> Performance:
    """Erlang C: ASA = C / (n mu - lambda), service level = 1 - C exp(-(n mu - lambda) T)."""
    waits = erlang_c(load, agents)
    if load >= agents:
        return Performance(wait_probability=1.0, service_level=0.0, abandon_share=0.0, mean_wait_s=math.inf)
    return Performance(
        wait_probability=waits,
        service_level=1 - waits * math.exp(-(agents - load) * (within_s / aht_s)),
        abandon_share=0.0,
        mean_wait_s=waits * aht_s / (agents - load),
    )


def _impatient(load: float, aht_s: float, patience_s: float, agents: int, within_s: float) -> Performance:
    """Erlang A by the states of its birth-death chain, in units of the handle time (so mu = 1, lambda = load).

    A caller who finds j others waiting is served after V = the sum over i = 0..j of exponentials with the rates
    n + i theta, unless own patience ends first. exp(-theta V) has the beta distribution with parameters n/theta and
    j+1, therefore P(served within T) = n / (n + (j+1) theta) times P(N > j), where N is negative binomial: the sum of
    its terms, all positive, loses no digits where the alternating sum of the exponentials would lose all.
    """
    leaving = aht_s / patience_s
    within = within_s / aht_s
    blocked = erlang_b(load, agents)
    first, weights = _line(load, agents, leaving)
    # Erlang B is the share of "all busy, none waits" among the states without a line; both sides times B, because 1/B
    # is infinite for few calls and many agents.
    idle = (weights[0] if first == 0 else 0.0) * (1 - blocked)
    total = idle + sum(weights) * blocked
    busy = blocked / total

    mean_wait = 0.0
    for j, weight in enumerate(weights, first):
        mean_wait += weight * (j + 1) / (agents + (j + 1) * leaving)
    mean_wait *= busy

    answered = 0.0
    late = 0.0
    log_term = -(agents + leaving) * within
    spell = -math.expm1(-leaving * within) / leaving
    for j in range(first + len(weights)):
        late += math.exp(log_term)
        ratio = (agents + (j + 1) * leaving) * spell / (j + 1)
        if late >= 1 or (ratio < 1 and log_term < math.log(NEGLIGIBLE)):
            break
        if j >= first:
            answered += weights[j - first] * agents / (agents + (j + 1) * leaving) * (1 - late)
        log_term += math.log(ratio)
    return Performance(
        wait_probability=min(1.0, sum(weights) * busy),
        service_level=min(1.0, idle / total + answered * busy),
        abandon_share=min(1.0, mean_wait * leaving),
        mean_wait_s=mean_wait * aht_s,
    )


def _line(load: float, agents: int, leaving: float) -> tuple[int, list[float]]:
    """The weights of the states with all agents busy, the most likely one being 1, and how many wait in the first.

    States too unlikely to count are left out on both sides: an overloaded line is never short, and starting from the
    most likely length neither overflows nor walks through the lengths it never has.
    """
    mode = max(0, int((load - agents) / leaving))
    shorter = []
    weight, j = 1.0, mode
    while j > 0 and weight > NEGLIGIBLE:
        weight *= (agents + j * leaving) / load
        j -= 1
        shorter.append(weight)
    first = j
    weights = [*reversed(shorter), 1.0]
    weight, j = 1.0, mode
    while True:
        j += 1
        rate = agents + j * leaving
        weight *= load / rate
        # All that follows is less than the geometric series with this ratio.
        if weight * rate <= NEGLIGIBLE * (rate - load):
            return first, weights
        weights.append(weight)


def _load(arrivals_per_hour: float, aht_s: float, patience_s: float | None) -> float:
    _at_least(0, arrivals_per_hour, "arrivals an hour")
    _positive(aht_s, "seconds of handle time")
    if patience_s is not None:
        _positive(patience_s, "seconds of patience")
        if not 1 / PATIENCE_SPAN <= patience_s / aht_s <= PATIENCE_SPAN:
            raise ValueError(
                f"patience of {patience_s} s at a handle time of {aht_s} s; expected between {1 / PATIENCE_SPAN:g} and "
                f"{PATIENCE_SPAN:g} handle times, or None for callers who never hang up"
            )
    load = arrivals_per_hour / 3600 * aht_s
    _check_load(load)
    return load


def _check_load(load: float) -> None:
    if not 0 <= load <= MOST_ERLANGS:
        raise ValueError(f"load of {load} erlangs; expected from 0 to {MOST_ERLANGS:g}")


def _positive(value: float, what: str) -> None:
    if not (value > 0 and math.isfinite(value)):
        raise ValueError(f"{value} {what}; expected a finite number above 0")


def _at_least(least: int, value: float, what: str) -> None:
    if not (value >= least and math.isfinite(value)):
        raise ValueError(f"{value} {what}; expected a finite number, at least {least}")
