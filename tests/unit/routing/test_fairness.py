"""How groups stand beside each other, and what their ladders make of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.fairness import GROUP_CREDIT_MS, MOST_STRETCH, Balance

Noted = st.lists(st.tuples(st.sampled_from("xyz"), st.booleans()), max_size=60)


def balance(**counts: tuple[int, int]) -> Balance:
    """Groups with so many calls in time of so many, all at once."""
    known = Balance()
    for group, (good, offered) in counts.items():
        for n in range(offered):
            known.note(group, n < good, 0)
    return known


def test_a_group_that_lags_goes_first_and_asks_similar_groups_at_once() -> None:
    known = balance(x=(70, 100), y=(95, 100))
    assert (known.credit_ms("x", 0), known.stretch("x", 0)) == (GROUP_CREDIT_MS, 0.0)
    assert (known.credit_ms("y", 0), known.stretch("y", 0)) == (0, MOST_STRETCH)


def test_a_group_at_the_level_of_all_and_one_without_calls_wait_as_their_ladder_says() -> None:
    known = balance(x=(80, 100), y=(80, 100))
    assert known.stretch("x", 0) == known.stretch("z", 0) == Balance().stretch("x", 0) == 1.0


def test_the_ladder_stretches_by_how_far_the_group_is_ahead() -> None:
    known = balance(x=(810, 1000), y=(800, 1000))
    # Half a point above both together, by many calls.
    assert known.stretch("x", 0) == pytest.approx(1.5, abs=0.01)
    assert known.stretch("y", 0) == pytest.approx(0.5, abs=0.01)


def test_a_single_late_call_says_little_about_a_group() -> None:
    few, many = balance(x=(8, 9), y=(92, 100)), balance(x=(800, 900), y=(9200, 10_000))
    assert 0 < few.credit_ms("x", 0) < many.credit_ms("x", 0)


@given(Noted)
def test_nobody_is_favoured_and_kept_waiting_at_once(noted: list[tuple[str, bool]]) -> None:
    known = Balance()
    for at, (group, in_time) in enumerate(noted):
        known.note(group, in_time, at)
    for group in "xyz":
        credit, stretch = known.credit_ms(group, len(noted)), known.stretch(group, len(noted))
        assert 0 <= credit <= GROUP_CREDIT_MS
        assert 0 <= stretch <= MOST_STRETCH
        assert (credit == 0) or (stretch < 1)
