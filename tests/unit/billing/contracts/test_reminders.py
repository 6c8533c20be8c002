from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contracts.participation import fold
from billing.contracts.reminders import Task, reminders
from tests.unit.billing.contracts.stories import (
    APPLIED,
    DUE,
    GUARANTEED,
    NO_INSURER,
    SELECTED,
    SIGNED,
    day,
    did,
    renewed,
)


def tasks(story: tuple, on: str) -> list[tuple[str, str]]:
    return [(one.task, str(one.due)) for one in reminders(fold(story), day(on))]


def test_an_application_waits_for_a_decision() -> None:
    assert tasks(APPLIED, "2026-10-01") == [("decide", "2026-10-15")]
    (one,) = reminders(fold(APPLIED), day("2026-10-16"))
    assert one.late(day("2026-10-16"))
    assert not one.late(day("2026-10-15"))


def test_a_selected_company_secures_and_signs() -> None:
    assert tasks(SELECTED, "2026-10-20") == [("guarantee", "2027-01-01")]
    assert tasks(NO_INSURER, "2026-10-26") == [("deposit", "2026-12-01")]
    assert tasks(GUARANTEED, "2026-12-20") == [("sign", "2027-01-01")]


def test_a_certificate_is_renewed_before_it_ends() -> None:
    short = did("2026-12-20", "insured", amount=4_700_000, valid_from="2026-12-20", valid_to="2027-06-30")
    story = (*SELECTED, short, did("2026-12-21", "signed", year=1, **DUE))
    assert tasks(story, "2027-05-01") == []
    assert tasks(story, "2027-05-02") == [("guarantee_expires", "2027-06-30")]
    assert tasks(story, "2027-07-15") == [("guarantee_expires", "2027-06-30")]
    more = did("2027-06-01", "insured", amount=4_700_000, valid_from="2027-07-01", valid_to="2027-12-31")
    assert tasks((*story, more), "2027-07-15") == []


@pytest.mark.parametrize(
    ("years", "on", "expected"),
    [
        (1, "2027-11-01", []),
        (1, "2027-11-02", [("renew", "2027-12-31")]),
        (3, "2029-10-02", []),
        (3, "2029-10-03", [("review_term", "2029-12-31")]),
        (5, "2031-10-03", [("farewell", "2031-12-31")]),
    ],
)
def test_the_end_of_a_year_and_of_a_term_is_seen_coming(years: int, on: str, expected: list) -> None:
    assert tasks(renewed(years), on) == expected


def test_after_the_review_the_fourth_year_is_renewed() -> None:
    assert tasks((*renewed(3), did("2029-11-15", "extended")), "2029-11-16") == [("renew", "2029-12-31")]


def test_after_a_notice_nobody_is_asked_to_renew() -> None:
    assert tasks((*SIGNED, did("2027-11-05", "notice_given", by="company", last="2027-12-31")), "2027-12-01") == []


def test_arrears_are_told_with_what_is_left_of_them() -> None:
    charge = did("2027-02-05", "charged", month="2027-01", amount=1_000_000, due="2027-02-28")
    story = (*SIGNED, charge, did("2027-02-20", "paid", amount=400_000))
    assert tasks(story, "2027-02-28") == []
    (one,) = reminders(fold(story), day("2027-03-01"))
    assert (one.task, one.due, one.amount) == (Task.ARREARS, day("2027-02-28"), 600_000)


def test_what_is_held_goes_back_after_the_end() -> None:
    story = (
        *NO_INSURER,
        did("2026-11-30", "deposit_received", amount=4_700_000),
        did("2026-12-02", "signed", year=1, **DUE),
        did("2027-01-10", "terminated", reason="폐업"),
    )
    assert tasks(story, "2027-01-11") == [("refund", "2027-02-09")]
    charge = did("2027-02-05", "charged", month="2027-01", amount=100, due="2027-02-28")
    assert tasks((*story, charge), "2027-02-06") == []
    settled = (*story, charge, did("2027-02-06", "paid", amount=100), did("2027-02-07", "refunded", amount=4_700_000))
    assert tasks(settled, "2027-02-10") == []


@given(st.integers(0, 2000), st.integers(1, 5))
def test_the_most_urgent_comes_first_on_any_day(days: int, years: int) -> None:
    found = reminders(fold(renewed(years)), date(2027, 1, 1) + timedelta(days=days))
    assert [one.due for one in found] == sorted(one.due for one in found)
