from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rounding import Rounding, Rule

AMOUNTS = st.fractions(min_value=0, max_value=10**10, max_denominator=10**6)
ROUNDINGS = st.builds(Rounding, rule=st.sampled_from(Rule), unit=st.sampled_from([1, 10, 100]))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule.FLOOR, [562, 562, 563, 562]),
        (Rule.CEILING, [563, 563, 564, 563]),
        (Rule.HALF_UP, [563, 562, 564, 563]),
        (Rule.HALF_EVEN, [562, 562, 564, 563]),
    ],
)
def test_each_rule(rule: Rule, expected: list[int]) -> None:
    exact = [Fraction("562.5"), Fraction("562.49"), Fraction("563.5"), Fraction("562.51")]
    assert [Rounding(rule=rule).won(amount) for amount in exact] == expected


def test_the_unit_may_be_ten_won() -> None:
    assert Rounding(rule=Rule.FLOOR, unit=10).won(Fraction(1879)) == 1870


@given(AMOUNTS, ROUNDINGS)
def test_moves_an_amount_by_less_than_a_unit(exact: Fraction, rounding: Rounding) -> None:
    assert abs(rounding.won(exact) - exact) < rounding.unit


@given(AMOUNTS, ROUNDINGS, st.lists(st.integers(0, 1000), min_size=1, max_size=6).filter(any))
def test_payers_lose_no_won_between_them(exact: Fraction, rounding: Rounding, weights: list[int]) -> None:
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    parts = rounding.split(exact, shares)
    assert sum(parts) == rounding.won(exact)
    assert parts[0] == rounding.won(exact * shares[0])
    assert all(abs(part - exact * share) < 2 * rounding.unit for part, share in zip(parts, shares, strict=True))
    assert min(parts) >= 0
