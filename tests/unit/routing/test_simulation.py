from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from random import Random
from statistics import fmean
from xml.dom.minidom import parseString

import pytest

from routing.acd import Skill
from routing.app_queue import AppQueue, Ringing
from routing.day import Agent, Call, Day, Later, MakePolicy, Match, Outcome
from routing.fairness import Contract, Fairness
from routing.ladder import Step
from routing.measure import Tally, chance, interval, jackknife, spread, t95
from routing.policies import Ours
from routing.simulation import simulate
from routing.staffing import performance
from routing.town import FAMILIES, SIMILAR, SLOWER, WRAPUP, Town, build, draw
from routing.trial import Setup, app_queue, below_floor, fairness_between_companies, ours, run
from routing.trial_forms import Trial, as_json, as_text
from routing.trial_plot import as_svg

SECOND = 1_000
HOUR = 3_600 * SECOND
FOREVER = 1_000 * HOUR


def plain(agents: Sequence[Agent], later: Later) -> Ours:
    return Ours(agents, later, {}, ladder=())


def call(name: str, at: int, group: str = "x", *, lasts: int = 60, patience: int = 10**6, company: str = "c") -> Call:
    """Times in seconds."""
    return Call(
        id=name, at=at * SECOND, group=group, company=company, handling=lasts * SECOND, patience=patience * SECOND
    )


def agent(name: str, *skills: Skill, shifts: tuple[tuple[int, int], ...] = ((0, FOREVER),)) -> Agent:
    return Agent(id=name, skills=skills or (Skill("x"),), shifts=shifts)


def told(day: Day) -> list[tuple[str, float, str | None]]:
    """Call, seconds waited, by whom answered; in the order of the endings."""
    return [(outcome.call.id, outcome.waited / SECOND, outcome.agent) for outcome in day.outcomes]


# -- the day


@cache
def town() -> Town:
    return build()


@cache
def whole_day(policy: str, seed: int) -> tuple[tuple[Call, ...], Day]:
    make = ours(town()) if policy == "ours" else app_queue(Setup(policy))
    calls = draw(town(), Random(seed))
    return calls, simulate(calls, town().agents, make, wrapup=WRAPUP, slower_percent=SLOWER)


@pytest.mark.parametrize("policy", ["ours", *Setup])
def test_every_call_of_the_day_is_answered_or_lost_once_and_in_its_time(policy: str) -> None:
    calls, day = whole_day(policy, 1)
    assert sorted(outcome.call.id for outcome in day.outcomes) == sorted(c.id for c in calls)
    for outcome in day.outcomes:
        if outcome.agent is None:
            assert outcome.waited == outcome.call.patience
        else:
            assert 0 <= outcome.waited <= outcome.call.patience


@pytest.mark.parametrize("policy", ["ours", *Setup])
def test_an_agent_has_one_call_at_a_time_in_the_shift_and_of_the_own_skills(policy: str) -> None:
    _, day = whole_day(policy, 1)
    people = {one.id: one for one in town().agents}
    answered: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in day.outcomes:
        if outcome.agent is not None:
            answered[outcome.agent].append(outcome)
    for name, outcomes in answered.items():
        free, busy = 0, 0
        for outcome in sorted(outcomes, key=lambda one: one.call.at + one.waited):
            at = outcome.call.at + outcome.waited
            assert at >= free
            assert any(start <= at < stop for start, stop in people[name].shifts)
            (skill,) = [one for one in people[name].skills if one.group == outcome.call.group]
            handling = outcome.call.handling
            spent = handling + handling * SLOWER * (skill.ring - 1) // 100 + WRAPUP
            free, busy = at + spent, busy + spent
        assert day.work[name].busy == busy <= day.work[name].on_phone


def test_the_same_seed_gives_the_same_day_and_both_policies_the_same_callers() -> None:
    calls, day = whole_day("ours", 1)
    again = draw(build(), Random(1))
    assert again == calls
    assert simulate(again, town().agents, ours(town()), wrapup=WRAPUP, slower_percent=SLOWER) == day
    assert whole_day("leastrecent", 1)[0] == calls
    assert draw(town(), Random(2)) != calls


def test_a_shift_that_ends_in_mid_call_lasts_as_long_as_the_call() -> None:
    shifts = ((0, 30 * SECOND), (50 * SECOND, 70 * SECOND))
    day = simulate([call("a", 10), call("b", 20)], [agent("1", shifts=shifts)], plain)
    assert told(day) == [("a", 0, "1"), ("b", 10**6, None)]
    assert day.work["1"] == (70 * SECOND, 60 * SECOND)
    day = simulate([call("a", 10), call("b", 20)], [agent("1", shifts=((0, 30 * SECOND),))], plain)
    assert day.work["1"] == (70 * SECOND, 60 * SECOND)


def test_a_policy_that_gives_what_it_has_not_is_refused() -> None:
    class Careless(Ours):
        def arrives(self, call: Call, now: int) -> Sequence[Match]:
            return [Match(call.id, "1")]

    with pytest.raises(ValueError, match="not wait or the agent is not idle"):
        simulate([call("a", 1), call("b", 2)], [agent("1")], lambda agents, later: Careless(agents, later, {}))


# -- against theory


def stream(seed: int, *, per_hour: int, aht_s: float, patience_s: float | None, hours: int) -> list[Call]:
    random, at, calls = Random(seed), 0.0, []
    while (at := at + random.expovariate(per_hour / 3600)) < hours * 3600:
        patience = FOREVER if patience_s is None else round(SECOND * random.expovariate(1 / patience_s))
        handling = round(SECOND * random.expovariate(1 / aht_s))
        calls.append(
            Call(
                id=str(len(calls)), at=round(at * SECOND), group="x", company="c", handling=handling, patience=patience
            )
        )
    return calls


@pytest.mark.parametrize("make", [plain, app_queue(Setup.LEASTRECENT)], ids=["ours", "app_queue"])
@pytest.mark.parametrize("patience_s", [None, 240.0], ids=["Erlang C", "Erlang A"])
def test_a_single_group_agrees_with_theory(make: MakePolicy, patience_s: float | None) -> None:
    per_hour, aht_s, agents = 200, 180.0, 13 if patience_s is None else 10
    theory = performance(per_hour, aht_s, patience_s, agents, 20)
    people = [agent(str(n)) for n in range(agents)]
    levels, lost, waits = [], [], []
    for seed in range(10):
        calls = stream(seed, per_hour=per_hour, aht_s=aht_s, patience_s=patience_s, hours=12)
        # The first hour is not yet the steady state.
        outcomes = [one for one in simulate(calls, people, make).outcomes if one.call.at >= HOUR]
        tally = Tally()
        for outcome in outcomes:
            tally.add(outcome)
        levels.append(tally.service_level)
        lost.append(tally.abandon_rate)
        waits.append(fmean(one.waited / SECOND for one in outcomes))
    # app_queue's callers look once a second: half a second is lost on the average by those who wait.
    late = 0.0 if make is plain else 0.02
    for found, expected, slack in (
        (interval(levels), theory.service_level, late),
        (interval(lost), theory.abandon_share, late / 4),
        (interval(waits), theory.mean_wait_s, 30 * late),
    ):
        assert abs(found.mean - expected) <= found.half + slack, (found, expected)


# -- our way


def test_a_waiting_call_climbs_to_similar_groups_by_time_and_by_the_queue() -> None:
    people = [agent("own"), agent("similar", Skill("y"), Skill("x", ring=2))]

    def make(step: Step) -> MakePolicy:
        return lambda agents, later: Ours(agents, later, {}, ladder=(step,))

    calls = [call("a", 0), call("b", 1), call("c", 2)]
    assert told(simulate(calls, people, make(Step(ring=2, after_s=12))))[:2] == [("a", 0, "own"), ("b", 12, "similar")]
    by_queue = told(simulate(calls, people, make(Step(ring=2, queue_over=1))))
    assert by_queue[:2] == [("a", 0, "own"), ("b", 1, "similar")]


def test_a_company_below_its_floor_goes_first() -> None:
    contracts = {"poor": Contract(floor=0.8), "rich": Contract(floor=0.8)}
    calls = [
        call("1", 0, company="rich"),
        call("2", 1, company="poor", patience=30),
        call("3", 40, company="rich"),
        call("4", 50, company="poor"),
    ]

    def order(fairness: Fairness | None) -> list[str]:
        day = simulate(calls, [agent("a")], lambda agents, later: Ours(agents, later, contracts, fairness=fairness))
        return [outcome.call.id for outcome in day.outcomes]

    assert order(None) == ["1", "2", "3", "4"]
    assert order(Fairness()) == ["1", "2", "4", "3"]


def test_a_group_that_lags_goes_before_another_one() -> None:
    both = agent("both", Skill("x"), Skill("y"))
    calls = [
        call("0", 0),
        call("1", 1, "y", patience=30),
        call("2", 40, "x"),
        call("3", 80, "y"),
        call("4", 90, "x"),
        call("5", 100, "y"),
    ]

    def order(fairness: Fairness | None) -> list[str]:
        day = simulate(calls, [both], lambda agents, later: Ours(agents, later, {}, fairness=fairness))
        return [outcome.call.id for outcome in day.outcomes]

    assert order(None) == ["0", "1", "2", "3", "4", "5"]
    assert order(Fairness()) == ["0", "1", "2", "3", "5", "4"]


# -- app_queue


def queues(**settings: object) -> MakePolicy:
    return lambda agents, later: AppQueue(agents, later, **settings)  # type: ignore[arg-type]


def test_a_queue_serves_its_own_callers_in_order_at_their_next_look() -> None:
    day = simulate([call("a", 0), call("b", 1), call("c", 2)], [agent("1")], queues())
    assert told(day) == [("a", 0, "1"), ("b", 59, "1"), ("c", 118, "1")]
    half = Call(id="b", at=1_500, group="x", company="c", handling=1, patience=FOREVER)
    assert told(simulate([call("a", 0), half], [agent("1")], queues()))[1] == ("b", 59, "1")


def test_whose_caller_looks_first_gets_the_member_however_long_others_wait() -> None:
    both = agent("1", Skill("x"), Skill("y"))
    late = Call(id="late", at=30_200, group="x", company="c", handling=1, patience=FOREVER)
    early = Call(id="early", at=10_700, group="y", company="c", handling=1, patience=FOREVER)
    first = call("first", 0)
    assert told(simulate([first, early, late], [both], queues()))[1] == ("late", 30, "1")
    assert told(simulate([first, early, late], [both], queues(longest_first=True)))[1] == ("early", 50, "1")


def test_penalty_members_are_used_after_a_minute() -> None:
    people = [agent("own"), agent("similar", Skill("y"), Skill("x", ring=2))]
    calls = [call("a", 0, lasts=600), call("b", 10)]
    assert told(simulate(calls, people, queues()))[1] == ("b", 60, "similar")
    assert told(simulate(calls, people, queues(widen_after=5 * SECOND)))[1] == ("b", 5, "similar")


def test_a_third_group_helps_after_two_minutes_where_the_administrator_set_it_up() -> None:
    people = [agent("own"), agent("third", Skill("y"), Skill("x", ring=3))]
    calls = [call("a", 0, lasts=600), call("b", 10)]
    assert told(simulate(calls, people, queues()))[1] == ("b", 590, "own")
    assert told(simulate(calls, people, queues(furthest=2)))[1] == ("b", 120, "third")


def test_weight_keeps_a_member_for_the_heavier_queue() -> None:
    both = agent("1", Skill("x"), Skill("y"))
    calls = [call("first", 0), call("light", 1, "x"), call("heavy", 50, "y")]
    late = Call(id="heavy", at=50_900, group="y", company="c", handling=1, patience=FOREVER)
    assert [name for name, _, _ in told(simulate([*calls[:2], late], [both], queues()))] == ["first", "light", "heavy"]
    weighted = simulate([*calls[:2], late], [both], queues(weights={"y": 1}))
    assert [name for name, _, _ in told(weighted)] == ["first", "heavy", "light"]


def test_rrmemory_goes_round_and_leastrecent_takes_who_hung_up_first() -> None:
    people = [agent("1"), agent("2"), agent("3")]
    calls = [call("a", 0, lasts=30), call("b", 1, lasts=5), call("c", 100), call("d", 101)]
    by = {ringing: [who for _, _, who in told(simulate(calls, people, queues(ringing=ringing)))] for ringing in Ringing}
    assert by[Ringing.RRMEMORY] == ["1", "2", "3", "1"]
    assert by[Ringing.LEASTRECENT] == ["1", "2", "3", "2"]


# -- the town and the figures


def test_the_town_has_the_programmes_size() -> None:
    companies, people = town().companies, town().agents
    assert (len(companies), len(people), len({one.home for one in people})) == (500, 170, 17)
    assert sum(c.calls for c in companies) == pytest.approx(8000)
    assert 300 < max(c.calls for c in companies) < 500
    assert {len(c.groups) for c in companies} == {1, 2, 3}
    assert {sum(skill.ring == 1 for skill in one.skills) for one in people} == {1, 2}
    for group, similar in SIMILAR.items():
        # Two similar groups, the nearest first, as `callcenter.calls.skills` has it of the example centre.
        assert set(similar) <= {one.home for one in people if any(skill.group == group for skill in one.skills)}
    for one in people:
        (family,) = [family for family in FAMILIES if one.home in family]
        assert all(skill.group in family for skill in one.skills)
        assert len({skill.group for skill in one.skills}) == len(one.skills)


@pytest.mark.parametrize("size", [(1, 34, 17), (16_000, 170, 500), (200_000, 40, 17)])
def test_every_group_of_any_town_has_people(size: tuple[int, int, int]) -> None:
    small = build(*size)
    assert (len(small.agents), len({one.home for one in small.agents})) == (size[1], 17)
    with pytest.raises(ValueError, match="expected at least"):
        build(8_000, 33)


def test_figures_of_few_days() -> None:
    tally = Tally()
    for waited, by in ((0, "1"), (20_000, "1"), (20_001, "2"), (5_000, None)):
        tally.add(Outcome(call("a", 0), waited, by))
    assert (tally.answer_rate, tally.abandon_rate, tally.service_level) == (0.75, 0.25, 0.5)
    assert [tally.wait_s(share) for share in (0.33, 0.5, 0.99)] == [0, 20, 20.001]
    assert [t95(n) for n in (1, 2, 3, 9, 19, 1000)] == pytest.approx([12.706, 4.303, 3.182, 2.262, 2.093, 1.962], 2e-3)
    found = interval([1.0, 2.0, 3.0])
    assert (found.mean, found.half) == (2, pytest.approx(4.303 / 3**0.5))
    # Of a mean the jackknife is the plain interval.
    values = [1.0, 2.0, 3.0]
    left = jackknife(3, lambda days: fmean(values[day] for day in days))
    assert (left.mean, left.half) == (pytest.approx(found.mean), pytest.approx(found.half))


def test_spread_is_weighted_by_calls_and_chance_is_what_is_left_of_equal_companies() -> None:
    assert spread([(10, 10), (30, 15), (0, 0)]) == pytest.approx((0.75 * 0.125**2 + 0.25 * 0.375**2) ** 0.5)
    random = Random(1)
    equal = [(50, sum(random.random() < 0.8 for _ in range(50))) for _ in range(2000)]
    assert spread(equal) == pytest.approx(chance(equal), rel=0.05)


def test_the_comparison_is_told_as_tables_json_and_svg() -> None:
    small = build(800, 40, 60)
    one, two = run(small, app_queue(Setup.LEASTRECENT), range(3)), run(small, ours(small), range(3))
    trial = Trial(small, 3, ("app_queue leastrecent", "ours"), (one, two))
    text = as_text(trial)
    assert "40 agents, 17 groups, 60 companies; 3 days" in text
    assert max(len(line) for line in text.splitlines()) <= 120
    document = json.loads(as_json(trial))
    assert document["figures"]["calls"]["difference"] == {"mean": 0, "half": 0}
    assert len(document["ours"]["groups"]) == 17
    assert [b["company"] for b in document["ours"]["below_floor"]] == [b.company for b in below_floor(small, two)]
    beyond = fairness_between_companies(small, one, two)["spread_beyond_chance"]
    assert beyond.difference.mean == pytest.approx(beyond.second.mean - beyond.first.mean)
    drawn = parseString(as_svg(trial))  # noqa: S318 - our own text
    assert len(drawn.getElementsByTagName("polyline")) == 4
