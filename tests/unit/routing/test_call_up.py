"""When peak-time agents are called up and stood down."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.call_up import CallUp, CallUpRule, GroupCallUp, GroupRule, Health

RULE = CallUpRule(longest_wait_s=60, queue_over=10, calm_s=100)


def test_either_limit_calls_them_up_once() -> None:
    by_wait, by_queue = CallUp(RULE), CallUp(RULE)
    assert by_wait.observe(1, 60, 0) is None
    assert by_wait.observe(1, 61, 1) is True
    assert by_wait.observe(1, 62, 2) is None
    assert by_queue.observe(10, 0, 0) is None
    assert by_queue.observe(11, 0, 1) is True


def test_only_a_lasting_calm_stands_them_down() -> None:
    call_up = CallUp(RULE)
    call_up.observe(11, 0, 0)
    assert call_up.observe(5, 30, 10) is None
    assert call_up.observe(5, 31, 60) is None, "no longer calm: half of the limit is passed"
    assert call_up.observe(5, 30, 70) is None
    assert call_up.observe(0, 0, 169) is None
    assert call_up.observe(0, 0, 170) is False
    assert call_up.observe(0, 0, 300) is None


@given(st.lists(st.tuples(st.integers(0, 20), st.floats(0, 120), st.floats(0, 50))))
def test_calls_and_ends_take_turns(seen: list[tuple[int, float, float]]) -> None:
    call_up, at, told = CallUp(RULE), 0.0, []
    for waiting, longest, later in seen:
        at += later
        if (change := call_up.observe(waiting, longest, at)) is not None:
            told.append(change)
            assert change is (waiting > 10 or longest > 60)
    assert told == [n % 2 == 0 for n in range(len(told))]


GROUP = GroupRule(forecast_s=60, level_below=0.6, occupancy_over=0.9, calm_s=100)


@pytest.mark.parametrize(
    ("health", "why"),
    [
        (Health(forecast_s=61), "forecast"),
        (Health(forecast_s=inf), "forecast"),
        (Health(level=0.59), "level"),
        (Health(occupancy=0.91), "occupancy"),
        (Health(forecast_s=60, level=0.6, occupancy=0.9), None),
        (Health(), None),
    ],
)
def test_a_group_is_in_need_when_one_of_its_limits_is_passed(health: Health, why: str | None) -> None:
    assert GROUP.need(health) == why
    assert GroupCallUp(GROUP).observe(health, 0) is (True if why else None)


@pytest.mark.parametrize("still", [Health(forecast_s=31), Health(level=0.69), Health(occupancy=0.81)])
def test_a_group_that_keeps_a_limit_only_just_is_not_calm(still: Health) -> None:
    call_up = GroupCallUp(GROUP)
    call_up.observe(Health(level=0.5), 0)
    assert [call_up.observe(still, at) for at in (10, 200, 400)] == [None, None, None]
    calm = Health(forecast_s=30, level=0.7, occupancy=0.8)
    assert [call_up.observe(calm, at) for at in (500, 599, 600)] == [None, None, False]
    assert call_up.why == "level"


def test_limits_that_a_rule_does_not_name_mean_nothing() -> None:
    call_up = GroupCallUp(GroupRule(occupancy_over=0.5, calm_s=0))
    assert call_up.observe(Health(forecast_s=inf, level=0.0), 0) is None
    assert call_up.observe(Health(occupancy=0.6), 1) is True
    assert call_up.observe(Health(forecast_s=inf, level=0.0, occupancy=0.4), 2) is False
