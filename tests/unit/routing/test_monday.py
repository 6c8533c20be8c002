"""Callbacks, peak-time agents and the Monday on which both are needed, as simulated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from routing import monday
from routing.acd import Skill
from routing.call_up import CallUpRule, GroupRule
from routing.callback import CallbackRule
from routing.day import Agent, Call, Day, Decision, Dial, MakePolicy, OnCall
from routing.policies import Ours
from routing.simulation import ANSWERS_AFTER, RINGS_FOR, simulate
from routing.town import FAMILIES, SIMILAR, SLOWER, WRAPUP, build, draw
from routing.town_staff import CLOSE, HOUR, OPEN, QUARTER
from routing.trial import Result, Setup
from routing.trial_forms import Trial, as_text
from routing.trial_plot import as_svg

SECOND = 1_000
RULE = CallbackRule(offer_after_s=30, attempts=2, spacing_s=300)


def call(
    name: str, at: int, *, lasts: int = 60, patience: int = 10**6, answers: tuple[bool, ...] | None = None
) -> Call:
    """Times in seconds; with `answers` the caller takes a callback."""
    return Call(
        id=name,
        at=at * SECOND,
        group="x",
        company="c",
        handling=lasts * SECOND,
        patience=patience * SECOND,
        accepts=answers is not None,
        answers=answers or (),
    )


def agent(name: str, until: int = 10**6) -> Agent:
    return Agent(id=name, skills=(Skill("x"),), shifts=((0, until * SECOND),))


def ours(callback: CallbackRule | None = None, call_up: CallUpRule | None = None) -> MakePolicy:
    return lambda agents, later: Ours(agents, later, {}, ladder=(), callback=callback, call_up=call_up)


def told(day: Day) -> list[tuple[str, float, str | None, bool]]:
    """Call, seconds waited, by whom answered, whether called back; in the order of the endings."""
    return [(one.call.id, one.waited / SECOND, one.agent, one.called_back) for one in day.outcomes]


# -- callbacks


def test_the_kept_place_is_before_a_later_live_caller_and_behind_an_earlier_one() -> None:
    calls = [call("first", 0, lasts=100), call("early", 1), call("kept", 2, answers=(True,)), call("late", 3)]
    day = simulate(calls, [agent("1")], ours(RULE))
    assert told(day) == [
        ("first", 0, "1", False),
        ("early", 99, "1", False),
        ("kept", 158 + ANSWERS_AFTER / SECOND, "1", True),
        ("late", 217 + ANSWERS_AFTER / SECOND, "1", False),
    ]


def test_who_accepts_no_longer_loses_patience_and_who_declines_does() -> None:
    calls = [call("first", 0, lasts=100), call("kept", 1, patience=40, answers=(True,)), call("waits", 2, patience=40)]
    day = simulate(calls, [agent("1")], ours(RULE))
    assert told(day)[1:] == [("waits", 40, None, False), ("kept", 99 + ANSWERS_AFTER / SECOND, "1", True)]
    day = simulate(calls, [agent("1")], ours())
    assert told(day)[1:] == [("kept", 40, None, False), ("waits", 40, None, False)]


def test_a_missed_attempt_costs_the_agent_time_and_comes_again_after_a_while() -> None:
    calls = [call("first", 0, lasts=100), call("kept", 1, answers=(False, True)), call("late", 102)]
    day = simulate(calls, [agent("1")], ours(RULE))
    rung = 100 + RINGS_FOR // SECOND
    assert told(day)[1:] == [
        ("late", rung - 102, "1", False),
        ("kept", rung + 300 - 1 + ANSWERS_AFTER / SECOND, "1", True),
    ]
    assert day.work["1"].busy == (100 + 60 + 60) * SECOND + RINGS_FOR + ANSWERS_AFTER


def test_a_customer_who_is_never_reached_is_lost() -> None:
    calls = [call("first", 0, lasts=100), call("kept", 1, answers=(False, False, True))]
    (_, lost) = told(simulate(calls, [agent("1")], ours(RULE)))
    assert (lost[0], lost[2:]) == ("kept", (None, True)), "two attempts and no third"
    (_, lost) = told(simulate([*calls[:1], call("kept", 1, answers=(True,))], [agent("1", until=90)], ours(RULE)))
    assert (lost[0], lost[2:]) == ("kept", (None, True)), "nobody came to dial"


def test_a_policy_that_calls_back_whoever_did_not_ask_is_refused() -> None:
    class Careless(Ours):
        def arrives(self, call: Call, now: int) -> Sequence[Decision]:
            return [Dial(call.id, "1", lambda at: [])]

    with pytest.raises(ValueError, match="not to be called back"):
        simulate([call("a", 1)], [agent("1")], lambda agents, later: Careless(agents, later, {}))


# -- peak-time agents


def test_peak_time_agents_come_when_called_up_stay_their_time_and_finish_their_call() -> None:
    on_call = OnCall(start=0, stop=9_000 * SECOND, delay=100 * SECOND, least=600 * SECOND)
    people = [agent("1", until=9_000), replace(agent("2"), shifts=(), on_call=on_call)]
    rule = CallUpRule(longest_wait_s=30, queue_over=5, calm_s=60)
    calls = [call("a", 0, lasts=300), call("b", 10), call("c", 20), call("late", 730, lasts=200)]
    day = simulate(calls, people, ours(call_up=rule))
    came = 45 + 100
    assert told(day)[:3] == [("a", 0, "1", False), ("b", came - 10, "2", False), ("c", came + 40, "2", False)]
    # Stood down long before, but paid for ten minutes; "late" comes in the last seconds to the longest idle.
    assert told(day)[3] == ("late", 0, "2", False)
    assert day.work["2"].on_phone == (730 + 200 - came) * SECOND
    assert simulate(calls, people, ours()).work["2"].on_phone == 0


def test_a_group_calls_up_its_own_peak_time_agents_by_its_own_health() -> None:
    on_call = OnCall(start=0, stop=9_000 * SECOND, delay=100 * SECOND, least=600 * SECOND)
    people = [
        agent("1", until=9_000),
        replace(agent("2"), shifts=(), on_call=on_call),
        replace(agent("3"), skills=(Skill("y"), Skill("x", ring=2)), shifts=(), on_call=on_call),
    ]
    calls = [call("a", 0, lasts=300), call("b", 10), call("c", 250)]

    def make(rule: GroupRule) -> MakePolicy:
        return lambda agents, later: Ours(agents, later, {}, ladder=(), group_call_up=rule)

    # Looked at every 5 s from 15 on; all agents at work being busy the mean passes 0.15 after 42 s: called up at 60.
    day = simulate(calls, people, make(GroupRule(occupancy_over=0.15, calm_s=60)))
    assert told(day)[:2] == [("a", 0, "1", False), ("b", 150, "2", False)]
    assert day.work["3"].on_phone == 0, "of another group"
    # Nothing is known of handle times and patience yet, so by the forecast nobody is called.
    day = simulate(calls, people, make(GroupRule(forecast_s=30, calm_s=60)))
    assert told(day)[1] == ("b", 290, "1", False)
    assert day.work["2"].on_phone == 0


def test_without_anybody_at_work_the_forecast_calls_them_up() -> None:
    on_call = OnCall(start=0, stop=9_000 * SECOND, delay=100 * SECOND, least=600 * SECOND)
    people = [agent("1", until=50), replace(agent("2"), shifts=(), on_call=on_call)]
    rule = GroupRule(forecast_s=30, calm_s=60)
    make: MakePolicy = lambda agents, later: Ours(agents, later, {}, ladder=(), group_call_up=rule)  # noqa: E731
    # "a" lasts beyond the end of the shift; with its end nobody is left for "b".
    day = simulate([call("a", 0, lasts=80), call("b", 10)], people, make)
    assert told(day) == [("a", 0, "1", False), ("b", 170, "2", False)]


# -- Monday


@cache
def mondays() -> tuple[Result, Result]:
    return monday.compare(build(), Setup.LEASTRECENT, range(2))


def test_the_same_callers_on_both_mondays_and_no_more_paid_time_for_ours() -> None:
    first, second = mondays()
    for one, two in zip(first.days, second.days, strict=True):
        assert one["calls"] == two["calls"]
    assert sum(day["agent_hours"] for day in second.days) <= sum(day["agent_hours"] for day in first.days)
    assert second.total.abandon_rate < first.total.abandon_rate / 2
    assert second.total.callback_waits
    assert not first.total.callback_waits


def test_a_floor_below_the_drawing_is_left_out() -> None:
    drawn = as_svg(Trial(build(), 2, ("app_queue", "ours"), mondays()))
    assert drawn.count("floor") < 3
    assert "Callers lost under ours for each lost under app_queue: 0." in as_text(
        Trial(build(), 2, ("app_queue", "ours"), mondays())
    )


def test_nobody_is_in_two_conversations_and_whoever_is_called_back_accepted() -> None:
    town = build()
    people = [
        *monday.with_third(town.agents),
        *monday.with_third(monday.partly_on_call(town, monday.further(town))),
    ]
    day = simulate(draw(town, Random(1), busier=1.3), people, monday.ours(town), wrapup=WRAPUP, slower_percent=SLOWER)
    assert len({one.call.id for one in day.outcomes}) == len(day.outcomes)
    assert all(one.call.accepts for one in day.outcomes if one.called_back)
    assert all(work.busy <= work.on_phone for work in day.work.values())


def test_the_scheduled_are_where_calls_per_agent_are_most_and_cost_no_less() -> None:
    town = build()
    people = monday.further(town)
    made = monday.scheduled(town, people, 100.2)
    paid = sum(stop - start for one in made for start, stop in one.shifts)
    assert 100.2 * HOUR <= paid < 100.2 * HOUR + QUARTER
    assert all(OPEN <= start < stop <= CLOSE for one in made for start, stop in one.shifts)
    assert {one.on_call for one in made} == {None}
    assert [one.skills for one in made] == [one.skills for one in people]


def test_every_groups_callers_may_go_to_three_similar_groups() -> None:
    agents = monday.with_third(build().agents)
    for family in map(list, FAMILIES):
        for group in family:
            serving = {
                ring: {one.home for one in agents for skill in one.skills if (skill.group, skill.ring) == (group, ring)}
                for ring in (2, 3, 4)
            }
            assert set(SIMILAR[group][:1]) <= serving[2]
            assert set(SIMILAR[group][1:]) <= serving[3]
            assert serving[4]
    assert all(len({skill.group for skill in one.skills}) == len(one.skills) for one in agents)
