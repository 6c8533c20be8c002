from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from billing.contracts.coverage import Coverage, coverage, gap
from billing.contracts.participation import fold
from billing.month import Month
from billing.rules import Why
from tests.unit.billing.contracts.stories import APPLIED, SELECTED, SIGNED, did, renewed
from tests.unit.billing.samples import ms

SEOUL = ZoneInfo("Asia/Seoul")


def test_a_contract_covers_its_years_until_notice_or_termination() -> None:
    assert coverage([fold(renewed(2))]) == Coverage(((date(2027, 1, 1), date(2028, 12, 31)),))
    notice = did("2027-05-02", "notice_given", by="company", last="2027-08-31")
    assert coverage([fold((*SIGNED, notice))]) == Coverage(((date(2027, 1, 1), date(2027, 8, 31)),))
    terminated = did("2027-05-02", "terminated", reason="x")
    assert coverage([fold((*SIGNED, terminated))]) == Coverage(((date(2027, 1, 1), date(2027, 5, 2)),))


def test_who_was_never_selected_is_unknown_who_has_no_contract_yet_is_covered_on_no_day() -> None:
    assert coverage([]) is None
    assert coverage([fold(APPLIED)]) is None
    assert coverage([fold(SELECTED)]) == Coverage(())


def test_contracts_that_follow_each_other_are_one_stretch() -> None:
    again = (
        did("2027-11-01", "applied"),
        did("2027-11-02", "selected", company="nurim", start="2028-01-01"),
        did("2027-11-03", "insured", amount=9_000_000, valid_from="2028-01-01", valid_to="2028-12-31"),
        did("2027-11-04", "signed", year=1, insured_sum=1, deposit=1),
    )
    assert coverage([fold(again), fold(SIGNED)]) == Coverage(((date(2027, 1, 1), date(2028, 12, 31)),))


@pytest.mark.parametrize(
    ("month", "days"),
    [((2026, 12), 0), ((2027, 1), 17), ((2027, 2), 28), ((2027, 3), 31), ((2027, 4), 1), ((2027, 5), 0)],
)
def test_days_of_a_month(month: tuple[int, int], days: int) -> None:
    assert Coverage(((date(2027, 1, 15), date(2027, 4, 1)),)).days(Month(*month)) == days


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("2027-01-30T23:59:59.999+09:00", Why.BEFORE_CONTRACT),
        ("2027-01-31T00:00+09:00", None),
        ("2027-03-31T23:59:59.999+09:00", None),
        ("2027-04-01T00:00+09:00", Why.BETWEEN_CONTRACTS),
        ("2027-06-01T00:00+09:00", None),
        ("2027-07-01T00:00+09:00", Why.AFTER_CONTRACT),
    ],
)
def test_a_day_begins_and_ends_at_the_centres_midnight(at: str, why: Why | None) -> None:
    held = Coverage(((date(2027, 1, 31), date(2027, 3, 31)), (date(2027, 6, 1), date(2027, 6, 30))))
    assert gap(held.edges(SEOUL), ms(at.replace("T00:00+", "T00:00:00+"))) == why
    assert gap((), ms("2027-01-01T00:00:00+09:00")) is Why.BEFORE_CONTRACT
