from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contracts.eligibility import Doubt, Refusal
from billing.contracts.events import By, from_data, to_data
from billing.contracts.participation import OVER, Status, fold, may_begin
from tests.unit.billing.contracts.stories import (
    APPLIED,
    CERTIFICATE,
    DUE,
    GUARANTEED,
    NO_INSURER,
    SELECTED,
    SIGNED,
    day,
    did,
    refusal,
    renewed,
)


def status(story: tuple, on: str) -> Status:
    return fold(story).status(day(on))


def test_from_the_application_to_the_first_call() -> None:
    assert status(APPLIED, "2026-10-02") is Status.APPLIED
    assert status((*APPLIED, did("2026-10-05", "review_begun")), "2026-10-06") is Status.REVIEW
    assert status(SELECTED, "2026-10-21") is Status.SELECTED
    assert status(GUARANTEED, "2026-12-20") is Status.GUARANTEED
    assert status(SIGNED, "2026-12-31") is Status.SIGNED
    assert status(SIGNED, "2027-01-01") is Status.ACTIVE
    assert status(SIGNED, "2027-11-01") is Status.ACTIVE
    assert status(SIGNED, "2027-11-02") is Status.RENEWAL
    assert status(SIGNED, "2027-12-31") is Status.RENEWAL
    assert status(SIGNED, "2028-01-01") is Status.ENDED


def test_a_doubt_is_reviewed_before_anybody_is_selected() -> None:
    doubtful = (did("2026-10-01", "applied", doubts=(Doubt.LOW_DEMAND,)),)
    select = did("2026-10-20", "selected", company="nurim", start="2027-01-01")
    assert refusal(doubtful, select) == "review_first"
    assert status((*doubtful, did("2026-10-10", "review_begun"), select), "2026-10-20") is Status.SELECTED


def test_whom_the_rules_refuse_nobody_can_select() -> None:
    refused = (did("2026-10-01", "applied", refusals=(Refusal.FOOD,)), did("2026-10-10", "review_begun"))
    assert refusal(refused, did("2026-10-20", "selected", company="x", start="2027-01-01")) == "not_eligible"


def test_a_refusal_gives_a_reason_and_is_final() -> None:
    assert refusal(APPLIED, did("2026-10-02", "refused")) == "reason_needed"
    gone = (*APPLIED, did("2026-10-02", "refused", reasons=(Refusal.FOOD,)))
    assert status(gone, "2026-10-02") is Status.REFUSED
    assert refusal(gone, did("2026-10-03", "review_begun")) == "not_now"


def test_an_applicant_may_withdraw_until_the_contract_is_made() -> None:
    assert status((*GUARANTEED, did("2026-12-21", "withdrawn")), "2027-02-01") is Status.WITHDRAWN
    assert refusal(SIGNED, did("2026-12-22", "withdrawn")) == "not_now"


def test_no_contract_without_a_guarantee_handed_in_before() -> None:
    sign = did("2026-12-21", "signed", year=1, **DUE)
    assert refusal(SELECTED, sign) == "insurance_short"
    short = did("2026-12-20", "insured", amount=4_699_999, valid_from="2027-01-01", valid_to="2027-12-31")
    assert refusal((*SELECTED, short), sign) == "insurance_short"
    later = did("2026-12-20", "insured", amount=4_700_000, valid_from="2027-01-02", valid_to="2027-12-31")
    assert refusal((*SELECTED, later), sign) == "insurance_short"
    assert refusal(GUARANTEED, did("2027-01-02", "signed", year=1, **DUE)) == "start_past"


def test_a_deposit_only_with_the_insurers_refusal() -> None:
    pay = did("2026-11-30", "deposit_received", amount=4_700_000)
    assert refusal(SELECTED, pay) == "deposit_without_proof"
    assert status((*NO_INSURER, pay, did("2026-12-02", "signed", year=1, **DUE)), "2027-01-01") is Status.ACTIVE


def test_the_deposit_comes_in_full_a_month_before_the_start() -> None:
    sign = did("2026-12-21", "signed", year=1, **DUE)
    part = did("2026-11-30", "deposit_received", amount=4_000_000)
    assert refusal((*NO_INSURER, part), sign) == "deposit_short"
    late = did("2026-12-02", "deposit_received", amount=700_000)
    assert refusal((*NO_INSURER, part, late), sign) == "deposit_late"
    moved = did("2026-12-03", "start_moved", start="2027-01-02")
    assert status((*NO_INSURER, part, late, moved, sign), "2027-01-02") is Status.ACTIVE


def test_contracts_run_one_year_each_and_follow_each_other() -> None:
    assert refusal(SIGNED, did("2027-06-01", "signed", year=2, **DUE)) == "not_now"
    assert refusal(SIGNED, did("2027-12-01", "signed", year=3, **DUE)) == "next_year"
    assert refusal(SIGNED, did("2027-12-01", "signed", year=2, **DUE)) == "insurance_short"
    assert refusal(SIGNED, did("2028-01-01", "signed", year=2, **DUE)) == "not_now"
    assert status(renewed(2), "2028-06-01") is Status.ACTIVE


def test_three_years_then_two_after_a_review_and_never_a_sixth() -> None:
    three = renewed(3)
    certificate = did("2029-12-01", "insured", amount=5_000_000, valid_from="2030-01-01", valid_to="2030-12-31")
    assert refusal((*three, certificate), did("2029-12-02", "signed", year=4, **DUE)) == "term_over"
    assert refusal(renewed(2), did("2028-12-30", "extended")) == "extension_only_in_third"
    five = renewed(5)
    assert fold(five).last_day == day("2031-12-31")
    assert status(five, "2031-12-30") is Status.ACTIVE
    assert status(five, "2032-01-01") is Status.ENDED
    assert refusal(five, did("2031-12-30", "signed", year=6, **DUE)) == "not_now"
    assert refusal(five, did("2031-11-30", "extended")) == "extension_only_in_third"


def test_notice_ends_the_contract_on_its_day() -> None:
    notice = did("2027-05-01", "notice_given", by=By.COMPANY, last="2027-06-30")
    told = (*SIGNED, notice)
    assert status(told, "2027-06-30") is Status.ACTIVE
    assert status(told, "2027-07-01") is Status.ENDED
    assert refusal(told, did("2027-05-02", "notice_given", by=By.CENTRE, last="2027-07-31")) == "notice_before"
    assert refusal(SIGNED, did("2027-05-01", "notice_given", by=By.COMPANY, last="2028-01-01")) == "notice_span"


def test_the_centre_ends_it_at_once_with_a_reason() -> None:
    assert refusal(SIGNED, did("2027-05-01", "terminated", reason=" ")) == "reason_needed"
    gone = (*SIGNED, did("2027-05-01", "terminated", reason="미납"))
    assert status(gone, "2027-05-01") is Status.TERMINATED
    assert fold(gone).last_day == day("2027-05-01")


def test_its_life_goes_forward_only() -> None:
    assert refusal(SELECTED, did("2026-10-19", "insurer_refused", proof=1)) == "before_last"
    assert refusal(APPLIED, did("2026-10-02", "applied")) == "applied_before"
    assert refusal(SELECTED, did("2026-10-21", "start_moved", start="2026-10-20")) == "start_past"


def test_a_company_begins_anew_only_when_all_is_over() -> None:
    today = day("2027-06-01")
    assert may_begin([fold((*APPLIED, did("2026-10-02", "refused", note="x")))], today)
    assert not may_begin([fold(SIGNED)], today)
    assert may_begin([fold(SIGNED)], day("2028-01-01"))


@pytest.mark.parametrize("story", [renewed(5), (*NO_INSURER, did("2026-11-01", "deposit_received", amount=1))])
def test_every_event_is_stored_and_read_back_alike(story: tuple) -> None:
    charge = did("2027-02-05", "charged", month="2027-01", amount=5, due="2027-02-28")
    notice = did("2027-02-05", "notice_given", by=By.CENTRE, last="2027-02-28")
    doubt = did("2026-10-01", "applied", doubts=(Doubt.LOW_DEMAND,), refusals=(Refusal.FOOD, Refusal.PARTS))
    for event in (*story, charge, notice, doubt, CERTIFICATE):
        assert from_data(event.kind, to_data(event)) == event


@given(
    st.lists(
        st.tuples(
            st.integers(0, 500),  # days until the next attempt
            st.integers(0, 60),  # days from selection to service
            st.none() | st.integers(0, 400),  # days from selection to a termination
            st.booleans(),  # whether anybody signs
        ),
        max_size=6,
    )
)
def test_a_company_is_never_under_two_contracts_at_one_time(attempts: list[tuple[int, int, int | None, bool]]) -> None:
    today, had = date(2027, 1, 1), []
    for wait, lead, ends, signs in attempts:
        today += timedelta(days=wait)
        if not may_begin([fold(told) for told in had], today):
            continue
        start = today + timedelta(days=lead)
        told = [
            did(str(today), "applied"),
            did(str(today), "selected", company="nurim", start=str(start)),
            did(str(today), "insured", amount=4_700_000, valid_from=str(start), valid_to=str(start)),
        ]
        told += [did(str(today), "signed", year=1, **DUE)] if signs else []
        if ends is not None and fold(told).status(today + timedelta(days=ends)) not in OVER:
            told.append(did(str(today + timedelta(days=ends)), "terminated", reason="x"))
        had.append(told)
    states = [fold(told) for told in had]
    days = {day for state in states for day in (state.start, state.last_day) if day}
    assert all(sum(state.under_contract(day) for state in states) <= 1 for day in days)
