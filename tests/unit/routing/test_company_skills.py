"""Skill by company among the idle agents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.acd import Request, Skill, Strategy
from routing.company_skills import SkilledAcd

KNOWS = {"dasom": {"knows": 1, "met": 3}}


def at_work(strategy: Strategy = Strategy.BEST_SKILL) -> SkilledAcd:
    """Three agents of group x, idle one after the other; another one who helps out and knows the company best."""
    acd = SkilledAcd({"x": strategy}, KNOWS | {"other": {"far": 1}})
    acd.agent_idle("good", [Skill("x", level=2, languages=("en",))], 1)
    acd.agent_idle("knows", [Skill("x", level=4)], 2)
    acd.agent_idle("met", [Skill("x", level=1)], 3)
    acd.agent_idle("far", [Skill("x", ring=2, level=1)], 4)
    return acd


@pytest.mark.parametrize(
    ("company", "asked"), [("dasom", ["knows", "good", "met"]), ("nurim", ["met", "good", "knows"])]
)
def test_who_knows_the_company_is_asked_first_and_who_knows_it_less_than_others_later(
    company: str, asked: list[str]
) -> None:
    acd = at_work()
    answers = [acd.offer(Request(call=f"c{n}", group="x", since=n, company=company)) for n in range(3)]
    assert [a.agent for a in answers if a] == asked


def test_the_ring_comes_before_the_company() -> None:
    assert (given := at_work().offer(Request(call="c", group="x", since=0, company="other", ring=2)))
    assert given.agent == "met"


def test_only_speakers_are_asked_where_the_call_asks_for_a_language() -> None:
    assert (given := at_work().offer(Request(call="c", group="x", since=0, company="dasom", language="en")))
    assert given.agent == "good"


def test_where_the_longest_idle_is_asked_the_company_is_no_matter() -> None:
    assert (given := at_work(Strategy.LONGEST_IDLE).offer(Request(call="c", group="x", since=0, company="dasom")))
    assert given.agent == "good"


@given(
    st.dictionaries(st.integers(0, 9), st.tuples(st.integers(1, 5), st.none() | st.integers(1, 5)), min_size=1),
)
def test_as_if_every_level_were_that_for_the_company(agents: dict[int, tuple[int, int | None]]) -> None:
    known = {f"a{n}": level for n, (_, level) in agents.items() if level}
    acd = SkilledAcd({"x": Strategy.BEST_SKILL}, {"dasom": known})
    for n, (level, _) in agents.items():
        acd.agent_idle(f"a{n}", [Skill("x", level=level)], since=100 - n)
    asked = []
    while given := acd.offer(Request(call=f"c{len(asked)}", group="x", since=0, company="dasom")):
        asked.append(given.agent)
    assert asked == [f"a{n}" for n in sorted(agents, key=lambda n: (agents[n][1] or agents[n][0], 100 - n))]
