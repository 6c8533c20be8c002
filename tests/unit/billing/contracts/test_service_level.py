from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contracts.service_level import Counters, Formula, Version, in_force
from billing.month import Month

#: The worked set that the trade's handbook computes all formulas for.
HANDBOOK = Counters(
    offered=1060, answered=1000, answered_in_time=860, abandoned=60, abandoned_in_time=20, abandoned_short=10
)
DEFAULT = Version(number=0, since=Month(2000, 1), formula=Formula.SHORT_LEFT_OUT, in_time_s=20, short_s=5)


@pytest.mark.parametrize(
    ("formula", "percent"),
    [
        (Formula.ANSWERED, "86.0"),
        (Formula.IN_TIME_SERVED, "83.0"),
        (Formula.IN_TIME_LEFT_OUT, "82.7"),
        (Formula.SHORT_LEFT_OUT, "81.9"),
        (Formula.ALL, "81.1"),
    ],
)
def test_the_same_traffic_by_each_formula(formula: Formula, percent: str) -> None:
    level = HANDBOOK.service_level(formula)
    assert level is not None
    assert f"{float(level) * 100:.1f}" == percent


def test_nothing_to_measure_is_no_level() -> None:
    assert [Counters().service_level(formula) for formula in Formula] == [None] * len(Formula)
    assert Counters().answer_rate is None
    assert HANDBOOK.answer_rate == Fraction(1000, 1060)


def version(number: int, since: str, formula: Formula = Formula.ALL) -> Version:
    return Version(number=number, since=Month.parse(since), formula=formula, in_time_s=30, short_s=5)


def test_a_month_is_measured_by_the_version_that_held_in_it() -> None:
    agreed = [version(1, "2026-03"), version(2, "2026-09", Formula.ANSWERED)]
    assert in_force(agreed, Month(2026, 2), DEFAULT) is DEFAULT
    assert in_force(agreed, Month(2026, 3), DEFAULT).number == 1
    assert in_force(agreed, Month(2026, 8), DEFAULT).number == 1
    assert in_force(agreed[::-1], Month(2026, 9), DEFAULT).number == 2


def test_of_two_versions_for_one_month_the_later_agreed_holds() -> None:
    assert in_force([version(2, "2026-03"), version(1, "2026-03")], Month(2026, 3), DEFAULT).number == 2


counters = st.builds(
    lambda a, late, b, b_t, b_s: Counters(
        offered=a + late + b + b_t + b_s,
        answered=a + late,
        answered_in_time=a,
        abandoned=b + b_t + b_s,
        abandoned_in_time=b_t + b_s,
        abandoned_short=b_s,
    ),
    *[st.integers(0, 1000)] * 5,
)


@given(counters, counters, st.sampled_from(Formula))
def test_a_level_is_a_share_and_days_add_up_to_the_month(one: Counters, other: Counters, formula: Formula) -> None:
    for found in (one, one + other):
        level = found.service_level(formula)
        assert level is None or 0 <= level <= 1
    levels = [one.service_level(formula), other.service_level(formula), (one + other).service_level(formula)]
    known = [level for level in levels[:2] if level is not None]
    if known:
        assert levels[2] is not None
        assert min(known) <= levels[2] <= max(known)
