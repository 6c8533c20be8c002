from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contracts.guarantee import average_calls, deposit, deposit_due, insured_sum, monthly_charge
from billing.contracts.terms import MOST_YEARS, add_months, contract_year
from tests.unit.billing.samples import BANDS, CONTINUOUS, tariff


def test_the_reference_company_of_a_hundred_calls_a_day() -> None:
    monthly = monthly_charge(tariff(CONTINUOUS), 2000)
    assert (monthly, insured_sum(monthly), deposit(monthly)) == (1_175_000, 4_700_000, 4_700_000)


def test_in_bands_the_whole_band_is_secured() -> None:
    assert monthly_charge(tariff(BANDS), 1) == monthly_charge(tariff(BANDS), 200) == 162_500


def test_what_is_secured_lies_between_the_tariffs_least_and_most() -> None:
    limited = tariff(CONTINUOUS, minimum=100_000, cap=1_000_000)
    assert [monthly_charge(limited, calls) for calls in (1, 200, 2000)] == [100_000, 162_500, 1_000_000]


def test_a_deposit_is_three_million_at_the_least() -> None:
    assert deposit(162_500) == 3_000_000
    assert deposit(749_999) == 3_000_000
    assert deposit(750_001) == 3_000_004


def test_a_begun_call_of_the_average_counts_whole() -> None:
    assert (average_calls(24_000, 12), average_calls(24_001, 12), average_calls(0, 12)) == (2000, 2001, 0)
    with pytest.raises(ValueError, match="at least one month"):
        average_calls(5, 0)


@pytest.mark.parametrize(
    ("start", "due"), [("2027-01-01", "2026-12-01"), ("2027-03-31", "2027-02-28"), ("2028-03-30", "2028-02-29")]
)
def test_the_deposit_comes_a_month_before_the_start(start: str, due: str) -> None:
    assert deposit_due(date.fromisoformat(start)) == date.fromisoformat(due)


def test_years_that_begin_on_the_last_of_a_month_do_not_drift() -> None:
    leap = [contract_year(date(2028, 2, 29), number) for number in range(1, 6)]
    assert [str(year.first) for year in leap] == ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]
    assert str(contract_year(date(2026, 8, 31), 1).last) == "2027-08-30"


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_five_years_follow_each_other_without_gap_or_overlap(start: date) -> None:
    years = [contract_year(start, number) for number in range(1, MOST_YEARS + 1)]
    for before, after in pairwise(years):
        assert after.first == before.last + timedelta(days=1)
    assert years[-1].last == add_months(start, 60) - timedelta(days=1)
