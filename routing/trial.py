"""Two policies side by side on the same days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from math import sqrt
from random import Random

from routing.app_queue import AppQueue, Ringing
from routing.day import Agent, Day, MakePolicy
from routing.fairness import Contract, Fairness
from routing.measure import Interval, Tally, chance, interval, jackknife, share, spread
from routing.policies import Ours
from routing.simulation import simulate
from routing.town import FAMILIES, SLOWER, WRAPUP, Town, draw
from routing.town_staff import HOUR, QUARTER

#: Companies with fewer expected calls a day are left out of the spread and the floors: their levels are mostly chance.
LEAST_CALLS = 15
#: The seed of the first day. The product's settings (`routing.fairness`, `routing.policies`) were chosen on the days 0
#: to 19, never on these.
FIRST_DAY = 1_000
#: Groups with at most 4 % of the calls.
_SMALL = [group for family in FAMILIES for group, percent in family.items() if percent <= 4]


class Setup(StrEnum):
    """How app_queue is set up: a queue per category, a second group after a minute, `leastrecent`; or else:"""

    LEASTRECENT = "leastrecent"
    RRMEMORY = "rrmemory"
    #: A weight for the small groups, who have fewest members to wait for.
    WEIGHTS = "weights"
    #: A third group as well, after two minutes.
    THIRD = "third"
    #: The second group after 5 s, a third after 10 s.
    SOON = "soon"
    #: The same, with all the similar groups of the whole ladder on a Monday, another one every 5 s.
    WIDE = "wide"
    #: `force_longest_waiting_caller`.
    LONGEST = "longest"


@dataclass(slots=True)
class Result:
    """What one policy did on all days."""

    total: Tally = field(default_factory=Tally)
    groups: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    #: By quarter-hour of arrival since midnight.
    quarters: dict[int, Tally] = field(default_factory=lambda: defaultdict(Tally))
    #: Busy and on the phone by the agents' home group, ms.
    work: dict[str, tuple[int, int]] = field(default_factory=dict)
    #: Figures of each day by name; see `FIGURES`.
    days: list[dict[str, float]] = field(default_factory=list)
    #: (calls, in time) of each company on each day.
    levels: list[dict[str, tuple[int, int]]] = field(default_factory=list)

    def occupancy(self, group: str) -> float:
        """Share of the time on the phone that the group's agents were busy."""
        return share(*self.work[group])

    def companies(self, days: Sequence[int] | None = None) -> dict[str, tuple[int, int]]:
        """(calls, in time) of each company over these days, over all if none are named."""
        sums: dict[str, tuple[int, int]] = {}
        for day in range(len(self.levels)) if days is None else days:
            for company, (calls, good) in self.levels[day].items():
                before = sums.get(company, (0, 0))
                sums[company] = (before[0] + calls, before[1] + good)
        return sums


def ours(town: Town) -> MakePolicy:
    """The product as it is set up for this town."""
    contracts: Mapping[str, Contract] = {company.id: company.contract for company in town.companies}
    return lambda agents, later: Ours(agents, later, contracts, fairness=Fairness())


def app_queue(setup: Setup) -> MakePolicy:
    """A competent administrator's app_queue."""
    return partial(
        AppQueue,
        ringing=Ringing.RRMEMORY if setup is Setup.RRMEMORY else Ringing.LEASTRECENT,
        widen_after=5_000 if setup in (Setup.SOON, Setup.WIDE) else 60_000,
        furthest=3 if setup is Setup.WIDE else 2 if setup in (Setup.SOON, Setup.THIRD) else 1,
        weights=dict.fromkeys(_SMALL, 1) if setup is Setup.WEIGHTS else None,
        longest_first=setup is Setup.LONGEST,
    )


def run(
    town: Town, make: MakePolicy, seeds: Sequence[int], *, more: Sequence[Agent] = (), busier: float = 1.0
) -> Result:
    """The policy on the day of each seed; `more` agents than the town's own, `busier` as in `draw`."""
    result = Result()
    large = {company.id for company in town.companies if company.calls >= LEAST_CALLS}
    for seed in seeds:
        calls = draw(town, Random(seed), busier=busier)
        day = simulate(calls, [*town.agents, *more], make, wrapup=WRAPUP, slower_percent=SLOWER)
        _add(result, town.agents, more, day, large)
    return result


def _add(result: Result, agents: Sequence[Agent], more: Sequence[Agent], day: Day, large: set[str]) -> None:
    total, companies = Tally(), defaultdict[str, Tally](Tally)
    for outcome in day.outcomes:
        call = outcome.call
        for tally in (
            total,
            result.total,
            result.groups[call.group],
            result.quarters[call.at // QUARTER],
            companies[call.company],
        ):
            tally.add(outcome)
    for agent in (*agents, *more):
        busy, on_phone = result.work.get(agent.home, (0, 0))
        work = day.work[agent.id]
        result.work[agent.home] = (busy + work.busy, on_phone + work.on_phone)
    levels = {company: (tally.offered, tally.in_time) for company, tally in companies.items()}
    on_phone = sum(work.on_phone for work in day.work.values())
    result.levels.append(levels)
    result.days.append(
        {
            "calls": total.offered,
            "answer_rate": total.answer_rate,
            "abandon_rate": total.abandon_rate,
            "service_level": total.service_level,
            "wait_p50_s": total.wait_s(0.50),
            "wait_p90_s": total.wait_s(0.90),
            "wait_p99_s": total.wait_s(0.99),
            "occupancy": share(sum(work.busy for work in day.work.values()), on_phone),
            "called_back": share(len(total.callback_waits), total.offered),
            "callback_p50_min": total.callback_s(0.50) / 60,
            "callback_p90_min": total.callback_s(0.90) / 60,
            "agent_hours": on_phone / HOUR,
            "more_hours": sum(day.work[agent.id].on_phone for agent in more) / HOUR,
            "spread_of_day": spread(level for company, level in levels.items() if company in large),
        }
    )


@dataclass(frozen=True, slots=True)
class Paired:
    """A figure under both policies and its difference, the second less the first."""

    first: Interval
    second: Interval
    difference: Interval


@dataclass(frozen=True, slots=True)
class Below:
    """A company below its floor over all days."""

    company: str
    calls: int
    level: float
    floor: float


def compare(first: Result, second: Result) -> dict[str, Paired]:
    """Every figure of the days; the difference is taken day by day, since both had the same callers."""
    figures = {}
    for name in first.days[0]:
        one, two = [day[name] for day in first.days], [day[name] for day in second.days]
        figures[name] = Paired(interval(one), interval(two), interval(b - a for a, b in zip(one, two, strict=True)))
    return figures


def lost_for_each(first: Result, second: Result) -> Interval:
    """Callers lost under the second policy for each one lost under the first, over all days together."""

    def ratio(days: Sequence[int]) -> float:
        one, two = (sum(r.days[day]["calls"] * r.days[day]["abandon_rate"] for day in days) for r in (first, second))
        return share(two, one)

    return jackknife(len(first.days), ratio)


def fairness_between_companies(town: Town, first: Result, second: Result) -> dict[str, Paired]:
    """The spread of the larger companies' service levels over all days together, as seen and beyond chance."""
    large = {company.id for company in town.companies if company.calls >= LEAST_CALLS}

    def levels(result: Result, days: Sequence[int]) -> list[tuple[int, int]]:
        return [level for company, level in result.companies(days).items() if company in large]

    def seen(result: Result, days: Sequence[int]) -> float:
        return spread(levels(result, days))

    def beyond(result: Result, days: Sequence[int]) -> float:
        found = levels(result, days)
        return sqrt(max(0.0, spread(found) ** 2 - chance(found) ** 2))

    def paired(figure: Callable[[Result, Sequence[int]], float]) -> Paired:
        count = len(first.days)
        return Paired(
            jackknife(count, partial(figure, first)),
            jackknife(count, partial(figure, second)),
            jackknife(count, lambda days: figure(second, days) - figure(first, days)),
        )

    return {"spread": paired(seen), "spread_beyond_chance": paired(beyond)}


def below_floor(town: Town, result: Result, *, large: bool = True) -> list[Below]:
    """The companies with at least `LEAST_CALLS` a day (or with fewer) that did not get their floor over all days."""
    sums = result.companies()
    found = []
    for company in town.companies:
        calls, good = sums.get(company.id, (0, 0))
        if calls and (company.calls >= LEAST_CALLS) is large and good / calls < company.contract.floor:
            found.append(Below(company.id, calls, good / calls, company.contract.floor))
    return sorted(found, key=lambda below: below.level - below.floor)
