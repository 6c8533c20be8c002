from __future__ import annotations

from fractions import Fraction

import pytest

from billing.words import Language, columns, decimal, duration, millions, part, won


@pytest.mark.parametrize(
    ("share", "written"),
    [("3/10", "30 %"), ("1/8", "12.5 %"), ("1/3", "1/3"), ("0", "0 %"), ("1", "100 %"), ("1/1000", "0.1 %")],
)
def test_shares(share: str, written: str) -> None:
    assert part(Fraction(share)) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [(0, "0.0"), (1, "0.000001"), (86_000_000, "86.0"), (1_175_000, "1.175"), (-50_000, "-0.05"), (10**10, "10,000.0")],
)
def test_millions_are_exact(amount: int, written: str) -> None:
    assert millions(amount) == written


def test_decimals_round_halves_up() -> None:
    assert [decimal(Fraction(5, 3), 1), decimal(Fraction(1, 8), 2), decimal(Fraction(999, 1000), 1)] == [
        "1.7",
        "0.13",
        "1.0",
    ]
    assert decimal(Fraction(1234), 0) == "1,234"


def test_won_and_durations() -> None:
    assert (won(1_175_000, Language.KO), won(0, Language.EN)) == ("1,175,000 원", "KRW 0")
    assert [duration(ms) for ms in (0, 999, 61_000, 3_600_000)] == ["0:00:00", "0:00:00", "0:01:01", "1:00:00"]


def test_korean_letters_take_two_columns() -> None:
    assert columns([("가", "1"), ("abc", "22")], right=(1,)) == "가    1\nabc  22\n"
