"""Who is called next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from routing.acd import Acd, Assignment, Request, Rule, Skill, Strategy


def ask(acd: Acd, call: str, group: str, since: int, **more: object) -> Assignment | None:
    return acd.offer(Request(call=call, group=group, since=since, **more))  # type: ignore[arg-type]


def free(acd: Acd, agent: str, groups: str, since: int = 0, occupancy: int = 0) -> Assignment | None:
    """`groups`: a letter a group, the agent's own."""
    return acd.agent_idle(agent, [Skill(group) for group in groups], since, occupancy)


def test_the_longest_idle_agent_takes_the_call() -> None:
    acd = Acd()
    free(acd, "a", "x", 20)
    free(acd, "b", "xy", 10)
    assert ask(acd, "call", "x", 30) == Assignment(call="call", agent="b", group="x", rule=Rule.AGENT_IDLE)
    assert not acd.is_idle("b")
    assert ask(acd, "other", "y", 31) is None


@pytest.mark.parametrize(
    ("strategy", "asked"),
    [
        (Strategy.LONGEST_IDLE, ["old", "good", "rested"]),
        (Strategy.BEST_SKILL, ["good", "old", "rested"]),
        (Strategy.LEAST_OCCUPIED, ["rested", "old", "good"]),
    ],
)
def test_the_strategy_of_the_group_decides_among_idle_agents(strategy: Strategy, asked: list[str]) -> None:
    acd = Acd({"x": strategy})
    acd.agent_idle("old", [Skill("x", level=2)], 1, occupancy=800)
    acd.agent_idle("good", [Skill("x", level=1)], 2, occupancy=900)
    acd.agent_idle("rested", [Skill("x", level=3)], 3, occupancy=100)
    assert acd.idle("x", 1) == asked


def test_an_agent_takes_the_call_that_has_waited_longest_over_its_groups() -> None:
    acd = Acd()
    ask(acd, "late", "x", 2)
    ask(acd, "early", "y", 1)
    ask(acd, "earliest", "z", 0)
    assert free(acd, "a", "xy", 9) == Assignment(call="early", agent="a", group="y", rule=Rule.LONGEST_WAITING)


def test_a_call_that_returns_with_its_former_time_is_first_again() -> None:
    acd = Acd()
    ask(acd, "first", "x", 1)
    ask(acd, "second", "x", 2)
    acd.withdraw("first")
    ask(acd, "first", "x", 1)
    assert acd.waiting("x") == ["first", "second"]
    assert [acd.position(c) for c in ("first", "second", "unknown")] == [1, 2, 0]


def test_agents_of_a_similar_group_are_asked_only_when_the_ring_is_widened_and_the_place_is_kept() -> None:
    acd = Acd()
    acd.agent_idle("helper", [Skill("y"), Skill("x", ring=2)], 0)
    assert ask(acd, "first", "x", 1) is None
    assert ask(acd, "second", "x", 2) is None
    got = acd.widen("second", 2)
    assert got == Assignment(call="second", agent="helper", group="x", rule=Rule.WIDENED, ring=2)
    acd.widen("first", 2)
    assert (acd.position("first"), ask(acd, "third", "x", 3), acd.position("third")) == (1, None, 2)
    assert acd.agent_idle("helper", [Skill("y"), Skill("x", ring=2)], 9) == Assignment(
        call="first", agent="helper", group="x", rule=Rule.LONGEST_WAITING, ring=2
    )


def test_a_priority_goes_first_but_ages_away_against_who_waits_long_enough() -> None:
    acd = Acd()
    ask(acd, "ancient", "x", 0)
    ask(acd, "old", "x", 6000)
    ask(acd, "urgent", "x", 9000, credit_ms=5000)
    taken = [free(acd, "a", "x") for _ in range(3)]
    assert [(t.call, t.rule, t.passed_over) for t in taken if t] == [
        ("ancient", Rule.LONGEST_WAITING, None),
        ("urgent", Rule.PRIORITY, "old"),
        ("old", Rule.LONGEST_WAITING, None),
    ]


def test_a_priority_passes_over_nobody_whose_company_has_all_the_conversations_it_may_have() -> None:
    acd = Acd()
    acd.block("full")
    ask(acd, "full", "x", 1000, company="full")
    ask(acd, "urgent", "x", 9000, company="b", credit_ms=5000)
    assert free(acd, "a", "x") == Assignment(call="urgent", agent="a", group="x", rule=Rule.LONGEST_WAITING)


def test_a_company_below_its_floor_is_favoured_and_the_decision_says_whom_it_passed_over() -> None:
    acd = Acd()
    ask(acd, "a1", "x", 1000, company="a")
    ask(acd, "b1", "x", 4000, company="b")
    ask(acd, "b2", "x", 5000, company="b")
    acd.favour("b", 3500)
    assert free(acd, "1", "x") == Assignment(call="b1", agent="1", group="x", rule=Rule.FAVOURED, passed_over="a1")
    assert free(acd, "1", "x") == Assignment(call="a1", agent="1", group="x", rule=Rule.LONGEST_WAITING)
    acd.favour("b", 0)
    assert free(acd, "1", "x") == Assignment(call="b2", agent="1", group="x", rule=Rule.LONGEST_WAITING)


def test_a_group_that_lags_goes_before_another_one_and_the_decision_says_so() -> None:
    acd = Acd()
    ask(acd, "x1", "x", 1000, company="a")
    ask(acd, "y1", "y", 4000, company="b")
    ask(acd, "y2", "y", 6000, company="b")
    acd.favour_group("y", 3500)
    expected = Assignment(call="y1", agent="1", group="y", rule=Rule.GROUP_BEHIND, passed_over="x1")
    assert free(acd, "1", "xy") == expected
    assert free(acd, "1", "xy") == Assignment(call="x1", agent="1", group="x", rule=Rule.LONGEST_WAITING)
    acd.favour_group("y", 0)
    assert acd.group_favours() == {}
    assert free(acd, "1", "xy") == Assignment(call="y2", agent="1", group="y", rule=Rule.LONGEST_WAITING)


def test_where_the_company_s_favour_is_enough_the_group_s_is_not_the_reason() -> None:
    acd = Acd()
    for company, reason in (("poor", Rule.FAVOURED), ("rich", Rule.GROUP_BEHIND)):
        ask(acd, "x1", "x", 1000)
        ask(acd, "y1", "y", 4000, company=company)
        acd.favour("poor", 3500)
        acd.favour_group("y", 3500)
        got = free(acd, "1", "xy")
        assert got is not None
        assert (got.call, got.rule, got.passed_over) == ("y1", reason, "x1")
        acd.withdraw("x1")


def test_a_call_at_its_company_s_cap_is_not_what_a_favoured_one_passed_over() -> None:
    acd = Acd()
    acd.block("a")
    for call, since in (("a1", 0), ("b1", 1000), ("c1", 3000)):
        ask(acd, call, "x", since, company=call[0])
    acd.favour("c", 3500)
    got = free(acd, "1", "x")
    assert got is not None
    assert (got.call, got.rule, got.passed_over) == ("c1", Rule.FAVOURED, "b1")


def test_a_company_at_its_cap_waits_even_when_agents_are_idle() -> None:
    acd = Acd()
    free(acd, "1", "x")
    acd.block("a")
    assert ask(acd, "a1", "x", 1, company="a") is None
    assert ask(acd, "b1", "x", 2, company="b") == Assignment(call="b1", agent="1", group="x", rule=Rule.AGENT_IDLE)
    assert free(acd, "2", "x") is None
    assert acd.unblock("a") == Assignment(call="a1", agent="2", group="x", rule=Rule.BELOW_CAP)
    assert acd.unblock("a") is None


def test_a_sticky_call_waits_for_its_agent_alone_until_widened() -> None:
    acd = Acd()
    free(acd, "other", "x")
    assert ask(acd, "again", "x", 1, sticky="mine") is None
    assert free(acd, "mine", "y") == Assignment(call="again", agent="mine", group="x", rule=Rule.STICKY, ring=0)
    assert ask(acd, "more", "x", 2, sticky="mine") is None
    assert acd.widen("more", 1) == Assignment(call="more", agent="other", group="x", rule=Rule.WIDENED)
    free(acd, "mine", "y")
    assert ask(acd, "direct", "x", 3, sticky="mine") == Assignment(
        call="direct", agent="mine", group="x", rule=Rule.STICKY, ring=0
    )


# -- the same by brute force


@dataclass
class Plain:
    """Everything in plain lists, searched from end to end."""

    waiting: dict[str, Request] = field(default_factory=dict)
    idle: dict[str, tuple[tuple[Skill, ...], int]] = field(default_factory=dict)
    favours: dict[str, int] = field(default_factory=dict)
    group_favours: dict[str, int] = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)

    def may(self, agent: str, skills: tuple[Skill, ...], request: Request) -> bool:
        if request.company in self.blocked:
            return False
        if request.sticky:
            return request.sticky == agent
        return any(
            skill.group == request.group and skill.ring <= request.ring and request.language in ("", *skill.languages)
            for skill in skills
        )

    def first_for(self, agent: str, skills: tuple[Skill, ...]) -> str | None:
        able = [r for r in self.waiting.values() if self.may(agent, skills, r)]
        ranked = [(r.since - r.credit_ms - self.favour(r), r.call) for r in able]
        return min(ranked)[1] if ranked else None

    def favour(self, request: Request) -> int:
        # Who waits for one agent alone is in no group's line.
        of_group = 0 if request.sticky else self.group_favours.get(request.group, 0)
        return self.favours.get(request.company, 0) + of_group

    def ask_for(self, request: Request) -> str | None:
        able = [
            (min(s.ring for s in skills if s.group == request.group) if not request.sticky else 0, since, agent)
            for agent, (skills, since) in self.idle.items()
            if self.may(agent, skills, request)
        ]
        return min(able)[2] if able else None


SKILLS = [
    (Skill("x"),),
    (Skill("x"), Skill("y", ring=2)),
    (Skill("y"), Skill("x", ring=3)),
    (Skill("x"), Skill("y"), Skill("z", ring=2)),
    (Skill("x", languages=("en",)), Skill("z", ring=2, languages=("en",))),
    (Skill("y", languages=("en", "ko")),),
]


class Distribution(RuleBasedStateMachine):
    """Whatever happens, the fast one decides as the plain one does."""

    def __init__(self) -> None:
        super().__init__()
        self.acd, self.plain, self.time, self.count = Acd(), Plain(), 0, 0

    def expect(self, got: Assignment | None, call: str | None, agent: str | None) -> None:
        assert (got and got.call, got and got.agent) == ((call, agent) if call and agent else (None, None))
        if got:
            self.plain.waiting.pop(got.call, None)
            self.plain.idle.pop(got.agent, None)

    @rule(
        group=st.sampled_from("xyz"),
        company=st.sampled_from("abc"),
        credit=st.sampled_from([0, 0, 3, 20]),
        ring=st.sampled_from([1, 1, 2]),
        sticky=st.sampled_from([None, None, None, "a0", "a1"]),
        language=st.sampled_from(["", "", "en", "ko"]),
    )
    def call(self, group: str, company: str, credit: int, ring: int, sticky: str | None, language: str) -> None:
        self.time += 1
        self.count += 1
        request = Request(
            call=f"c{self.count}",
            group=group,
            since=self.time,
            company=company,
            credit_ms=credit,
            ring=ring,
            sticky=sticky,
            language=language,
        )
        agent = self.plain.ask_for(request)
        self.plain.waiting[request.call] = request
        self.expect(self.acd.offer(request), request.call, agent)

    @rule(number=st.integers(0, 20))
    def gone(self, number: int) -> None:
        self.plain.waiting.pop(f"c{number}", None)
        self.acd.withdraw(f"c{number}")

    @rule(number=st.integers(0, 20), ring=st.integers(1, 4))
    def widened(self, number: int, ring: int) -> None:
        call = f"c{number}"
        agent = self.asks_anew(call, ring=ring, sticky=None)
        self.expect(self.acd.widen(call, ring), call, agent)

    @rule(number=st.integers(0, 20))
    def opened(self, number: int) -> None:
        call = f"c{number}"
        agent = self.asks_anew(call, language="")
        self.expect(self.acd.open(call), call, agent)

    def asks_anew(self, call: str, **more: Any) -> str | None:
        if (old := self.plain.waiting.get(call)) is None:
            return None
        self.plain.waiting[call] = new = replace(old, **more)
        # An agent who was waited for alone and is idle would have the call already.
        return None if new.sticky else self.plain.ask_for(new)

    @rule(agent=st.integers(0, 4), skills=st.sampled_from(SKILLS))
    def agent_free(self, agent: int, skills: tuple[Skill, ...]) -> None:
        self.time += 1
        name = f"a{agent}"
        self.plain.idle.pop(name, None)
        call = self.plain.first_for(name, skills)
        got = self.acd.agent_idle(name, skills, self.time)
        self.expect(got, call, name)
        if call is None:
            self.plain.idle[name] = (skills, self.time)

    @rule(agent=st.integers(0, 4))
    def agent_away(self, agent: int) -> None:
        self.plain.idle.pop(f"a{agent}", None)
        self.acd.withdraw_agent(f"a{agent}")

    @rule(company=st.sampled_from("abc"), credit=st.sampled_from([0, 2, 50]))
    def favoured(self, company: str, credit: int) -> None:
        self.plain.favours[company] = credit
        self.acd.favour(company, credit)

    @rule(group=st.sampled_from("xyz"), credit=st.sampled_from([0, 3, 40]))
    def group_favoured(self, group: str, credit: int) -> None:
        self.plain.group_favours[group] = credit
        self.acd.favour_group(group, credit)

    @rule(company=st.sampled_from("ab"))
    def at_cap(self, company: str) -> None:
        self.plain.blocked.add(company)
        self.acd.block(company)

    @rule(company=st.sampled_from("ab"))
    def below_cap(self, company: str) -> None:
        # Each conversation that ends makes room for one; the floor unblocks again when there is still room.
        while (got := self.acd.unblock(company)) is not None:
            self.plain.blocked.discard(company)
            assert self.plain.may(got.agent, self.plain.idle[got.agent][0], self.plain.waiting[got.call])
            self.plain.waiting.pop(got.call)
            self.plain.idle.pop(got.agent)
            self.acd.block(company)
        self.plain.blocked.discard(company)

    @invariant()
    def they_agree(self) -> None:
        assert len(self.acd) == len(self.plain.waiting)
        for agent, (skills, _) in self.plain.idle.items():
            assert self.acd.is_idle(agent)
            assert self.plain.first_for(agent, skills) is None, "nobody waits while somebody could answer"
        for group in "xyz":
            own = [r for r in self.plain.waiting.values() if r.group == group and not r.sticky]
            in_line = [r.call for r in sorted(own, key=lambda r: r.rank)]
            assert self.acd.waiting(group) == in_line
            assert [self.acd.position(call) for call in in_line] == list(range(1, len(in_line) + 1))


TestDistribution = Distribution.TestCase
TestDistribution.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
