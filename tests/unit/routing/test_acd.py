"""Who is called next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.acd import Acd, Assignment


def test_the_longest_idle_agent_takes_the_call() -> None:
    acd = Acd()
    acd.agent_idle("a", ("x",), 20)
    acd.agent_idle("b", ("x", "y"), 10)
    assert acd.offer("call", "x", 30) == Assignment("call", "b", "x")
    assert not acd.is_idle("b")
    assert acd.offer("other", "y", 31) is None


def test_an_agent_takes_the_call_that_has_waited_longest_over_its_groups() -> None:
    acd = Acd()
    acd.offer("late", "x", 2)
    acd.offer("early", "y", 1)
    acd.offer("earliest", "z", 0)
    assert acd.agent_idle("a", ("x", "y"), 9) == Assignment("early", "a", "y")


def test_a_call_that_returns_with_its_former_time_is_first_again() -> None:
    acd = Acd()
    acd.offer("first", "x", 1)
    acd.offer("second", "x", 2)
    acd.withdraw("first")
    acd.offer("first", "x", 1)
    assert acd.waiting("x") == ["first", "second"]
    assert [acd.position(c) for c in ("first", "second", "unknown")] == [1, 2, 0]


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("call"), st.integers(0, 30), st.sampled_from("xyz")),
            st.tuples(st.just("gone"), st.integers(0, 30), st.just("")),
            st.tuples(st.just("idle"), st.integers(0, 5), st.sampled_from(["x", "xy", "yz", "xyz"])),
            st.tuples(st.just("away"), st.integers(0, 5), st.just("")),
        )
    )
)
def test_no_call_waits_in_a_group_with_an_idle_agent_and_order_is_by_arrival(steps: list[tuple[str, int, str]]) -> None:
    acd = Acd()
    served: list[Assignment] = []
    waiting: dict[str, tuple[str, int]] = {}
    for time, (what, number, groups) in enumerate(steps):
        assignment = None
        if what == "call" and f"c{number}" not in waiting and f"c{number}" not in [s.call for s in served]:
            waiting[f"c{number}"] = (groups, time)
            assignment = acd.offer(f"c{number}", groups, time)
        elif what == "gone":
            waiting.pop(f"c{number}", None)
            acd.withdraw(f"c{number}")
        elif what == "idle":
            assignment = acd.agent_idle(f"a{number}", tuple(groups), time)
        elif what == "away":
            acd.withdraw_agent(f"a{number}")
        if assignment:
            group, since = waiting.pop(assignment.call)
            assert group == assignment.group
            assert all(s > since for g, s in waiting.values() if g == group)
            served.append(assignment)
        assert len(acd) == len(waiting)
        for group in "xyz":
            idle = [a for a in range(6) if acd.is_idle(f"a{a}") and group in acd._agents[f"a{a}"][0]]
            assert not (idle and acd.waiting(group))
