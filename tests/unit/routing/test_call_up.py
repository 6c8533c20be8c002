"""When peak-time agents are called up and stood down."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.call_up import CallUp, CallUpRule

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
