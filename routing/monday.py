"""A Monday with many more calls than the roster is made for: the whole ladder against app_queue, for the same pay.

Both policies have the regular roster and the same further people. Under ours half of these are scheduled and half are
on call: `routing.call_up` calls them up when a line forms and stands them down when it is calm. Every group's calls are
offered to three similar groups in turn, and whoever waits long is offered a callback. Under app_queue all further
people are scheduled, as a competent administrator does who knows how many calls Mondays bring: quarter-hour by
quarter-hour where the calls expected per agent are most. Scheduled hours are as many as ours were paid for on the mean
day; calls that run past the end of a shift come on top under both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from math import ceil

from routing.acd import Skill
from routing.call_up import CallUpRule, GroupRule
from routing.callback import CallbackRule
from routing.day import Agent, MakePolicy, OnCall
from routing.fairness import Fairness
from routing.ladder import Step
from routing.policies import Ours
from routing.town import FAMILIES, HANDLING_MEAN, HOURS, SIMILAR, WRAPUP, Town
from routing.town_staff import CLOSE, HOUR, OPEN, QUARTER, staff
from routing.trial import Result, Setup, app_queue, run

#: Times the calls of the mean weekday: a Korean insurer's Mondays.
BUSIER = 1.3
#: Further people for each of the regular roster: at no time fewer agents for the calls than in the busiest hour of the
#: mean day (at 14:00, when the last lunch hours are not over, that takes 65).
MORE = 0.38
#: Share of the further people who are scheduled under ours too, and for how many hours each on the mean.
SCHEDULED, SCHEDULED_HOURS = 0.5, 7.0
#: The others come on line so long after being called up, in turn, and are paid for at least so long (assumed).
DELAYS = [minutes * 60_000 for minutes in (3, 6, 9, 12, 15)]
LEAST_PAID = HOUR

LADDER = (
    Step(ring=2, queue_over=0),
    Step(ring=3, after_s=5, queue_over=1),
    Step(ring=4, after_s=10, queue_over=2),
)
CALL_UP = CallUpRule(longest_wait_s=15, queue_over=1, calm_s=300)
#: Instead, by each group's own health.
GROUP_CALL_UP = GroupRule(forecast_s=30, calm_s=300)
CALLBACK = CallbackRule(offer_after_s=30)


class CalledUpBy(StrEnum):
    """Whose state calls up the peak-time agents."""

    #: The whole line's, and all of them come.
    LINE = "line"
    #: Each group's own, and its own come.
    GROUPS = "groups"


def further(town: Town) -> tuple[Agent, ...]:
    """The further people, for whichever groups have most calls, evenly from the first to the last."""
    hour = max(HOURS) / 100 * (HANDLING_MEAN + WRAPUP / 1000) / 3600
    load = dict.fromkeys((group for family in FAMILIES for group in family), 0.0)
    for company in town.companies:
        for group, share in company.shares():
            load[group] += BUSIER * company.calls * share * hour
    people = staff([list(family) for family in FAMILIES], SIMILAR, load, max(round(MORE * len(town.agents)), len(load)))
    sizes = {group: sum(agent.home == group for agent in people) for group in load}
    seen = dict.fromkeys(load, 0.0)
    placed: list[tuple[float, Agent]] = []
    for agent in people:
        placed.append(((seen[agent.home] + 0.5) / sizes[agent.home], agent))
        seen[agent.home] += 1
    return tuple(
        replace(agent, id=f"peak-{agent.id}", shifts=())
        for _, agent in sorted(placed, key=lambda one: (one[0], one[1].id))
    )


def partly_on_call(town: Town, people: Sequence[Agent]) -> tuple[Agent, ...]:
    """The first of them scheduled, the others on call."""
    first = round(SCHEDULED * len(people))
    return scheduled(town, people[:first], first * SCHEDULED_HOURS) + tuple(
        replace(
            agent, on_call=OnCall(start=OPEN, stop=CLOSE + QUARTER, delay=DELAYS[n % len(DELAYS)], least=LEAST_PAID)
        )
        for n, agent in enumerate(people[first:])
    )


def with_third(agents: Sequence[Agent]) -> tuple[Agent, ...]:
    """Every group has a third similar group, in ring 4: the next one in the family."""
    third = {}
    for family in map(list, FAMILIES):
        for place, group in enumerate(family):
            others = [*family[place + 1 :], *family[:place]]
            third[group] = next(other for other in others if other not in SIMILAR[group])
    made = []
    for agent in agents:
        own, known = {skill.group for skill in agent.skills if skill.ring == 1}, {skill.group for skill in agent.skills}
        more = [Skill(group, ring=4, level=4) for group, near in third.items() if near in own and group not in known]
        made.append(replace(agent, skills=(*agent.skills, *more)))
    return tuple(made)


def scheduled(town: Town, people: Sequence[Agent], hours: float) -> tuple[Agent, ...]:
    """The same people with shifts of so many hours in all (or a little more), where calls per agent are most."""
    quarters = range((CLOSE - OPEN) // QUARTER)
    regular = [
        sum(start <= OPEN + q * QUARTER < stop for agent in town.agents for start, stop in agent.shifts)
        for q in quarters
    ]
    more = [0] * len(quarters)
    for _ in range(min(ceil(hours * HOUR / QUARTER), len(people) * len(quarters))):
        free = [q for q in quarters if more[q] < len(people)]
        more[max(free, key=lambda q: HOURS[q // 4] / (regular[q] + more[q]))] += 1
    made = []
    for n, agent in enumerate(people):
        shifts: list[tuple[int, int]] = []
        for q in quarters:
            if more[q] > n:
                start, stop = OPEN + q * QUARTER, OPEN + (q + 1) * QUARTER
                if shifts and shifts[-1][1] == start:
                    start = shifts.pop()[0]
                shifts.append((start, stop))
        made.append(replace(agent, shifts=tuple(shifts), on_call=None))
    return tuple(made)


def ours(town: Town, by: CalledUpBy = CalledUpBy.LINE) -> MakePolicy:
    """The whole ladder: similar groups, peak-time agents, callbacks."""
    contracts = {company.id: company.contract for company in town.companies}
    return lambda agents, later: Ours(
        agents,
        later,
        contracts,
        ladder=LADDER,
        fairness=Fairness(),
        callback=CALLBACK,
        calling_hours=lambda at: (OPEN, CLOSE + QUARTER) if at < CLOSE + QUARTER else None,
        call_up=CALL_UP if by is CalledUpBy.LINE else None,
        group_call_up=GROUP_CALL_UP if by is CalledUpBy.GROUPS else None,
    )


def compare(town: Town, setup: Setup, seeds: Sequence[int], by: CalledUpBy = CalledUpBy.LINE) -> tuple[Result, Result]:
    """app_queue and ours on the Mondays of these seeds."""
    people = further(town)
    wide = replace(town, agents=with_third(town.agents))
    second = run(wide, ours(town, by), seeds, more=with_third(partly_on_call(town, people)), busier=BUSIER)
    hours = sum(day["more_hours"] for day in second.days) / len(second.days)
    more = scheduled(town, people, hours)
    if setup is Setup.WIDE:
        first = run(wide, app_queue(setup), seeds, more=with_third(more), busier=BUSIER)
    else:
        first = run(town, app_queue(setup), seeds, more=more, busier=BUSIER)
    return first, second
