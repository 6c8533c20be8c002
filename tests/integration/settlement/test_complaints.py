"""What users of other billing engines complain of, each with the tests that would notice it here.

| complaint | test |
|---|---|
| rounding at every increment and at the end give different totals | unit/billing/test_statement.py::test_a_line_is_rounded_once_not_at_every_call |
| | unit/billing/test_rounding.py::test_payers_lose_no_won_between_them |
| re-rating debits twice | settlement/test_settling.py::test_another_tariff_changes_nothing_until_it_is_approved |
| re-rating leaves no history | settlement/test_contracts.py::test_an_approved_rerating_corrects_the_payers_and_the_report_adds_up_to_the_statements |
| records with errors are skipped | settlement/test_settling.py::test_impossible_records_are_reported_and_neither_charged_nor_lost |
| | unit/billing/test_tariff_reading.py::test_everything_that_can_be_used_must_be_decided |
| a price change on a boundary is ignored, or the oldest price wins | unit/test_tariffs.py::test_two_versions_with_one_first_month |
| | unit/billing/test_tariff.py::test_versions_that_do_not_fit_together |
| | settlement/test_complaints.py::test_a_company_has_several_tariffs_and_contracts_over_time |
| a retroactive price and a refund park the account | settlement/test_contracts.py::test_who_was_credited_too_much_for_another_tariff_is_told_before_approval_and_left_to_a_person |
| a fully adjusted item is generated again | settlement/test_contracts.py::test_what_was_credited_in_full_is_never_charged_again |
| | settlement/test_contracts.py::test_a_cancelled_statement_is_paid_by_nobody_and_never_rated_again |
| the bill of the 31st is made on the 30th | settlement/test_complaints.py::test_the_last_minute_of_a_month_and_the_first_of_the_next |
| | settlement/test_contracts.py::test_a_company_that_ends_on_the_31st_pays_that_month_whole_and_the_next_not_at_all |
| an event in a period's first minute is put in the old invoice | settlement/test_complaints.py::test_the_last_minute_of_a_month_and_the_first_of_the_next |
| the estimate is not the stored fee | settlement/test_provisional.py::test_clerk_and_company_see_before_to_the_byte_what_closing_makes |
| a fee of zero or below | settlement/test_settling.py::test_a_company_whose_adjustment_exceeds_its_statement_stops_the_month_with_the_reason |
| units are not rounded on the PDF | settlement/test_complaints.py::test_no_unit_on_paper_has_more_than_two_decimals |
| invoice numbers twice, or with gaps | settlement/test_settling.py::test_settling_again_changes_nothing_and_closing_numbers_without_gaps |
| | settlement/test_settling.py::test_a_number_whose_transaction_fails_is_given_again |
| invoices of zero | settlement/test_contracts.py::test_a_month_of_zero_won_has_no_number_and_is_settled_all_the_same |
| calls over 4,500 s are charged as 1 | unit/billing/test_usage.py::test_a_call_of_over_4500_seconds_is_one_call_with_all_its_minutes |
| | settlement/test_complaints.py::test_a_call_of_over_4500_seconds_is_charged_with_all_its_increments |
| free minutes of a package are charged | unit/billing/test_statement.py::test_free_services_are_metered_and_cost_nothing_whatever_they_would_have_cost |
| | unit/billing/test_statement.py::test_survey_responses_count_only_within_the_remaining_basic_calls |
| a monthly item is charged every day | settlement/test_complaints.py::test_the_base_fee_is_charged_once_a_month_however_often_somebody_looks_and_settles |
| one rate card per customer only | settlement/test_complaints.py::test_a_company_has_several_tariffs_and_contracts_over_time |
| a closed period is opened again | settlement/test_complaints.py::test_a_closed_month_is_never_opened_again |
| the database is lost while a period is closed | settlement/test_database_lost.py::test_lost_in_mid_settle_and_in_mid_close |
| | settlement/test_settling.py::test_killed_at_any_time_and_repeated_it_comes_out_the_same |
| | settlement/test_contracts.py::test_killed_in_mid_close_and_repeated_each_is_charged_once |
"""  # noqa: E501

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from billing.month import Month
from billing.words import Language
from callcenter.settlement.again import decide_rerating, rerate, unlike
from callcenter.settlement.pdf import Sheet, statement_pdf
from callcenter.settlement.provisional import provisional
from callcenter.store.periods import PeriodError, Periods
from callcenter.store.settlement_models import LINES_A_STATEMENT, StatementLineRow
from callcenter.tariffs import read_text
from tests.integration.settlement.conftest import DECEMBER, NOVEMBER, SEOUL, Books, record
from tests.integration.settlement.test_contracts import CLERK, account, contract
from tests.integration.settlement.test_forms import text_of
from tests.unit.billing.samples import CONTINUOUS, call, november, november_usage, tariff

pytestmark = pytest.mark.integration
TESTS = Path(__file__).parents[2]
LATER = "2027-06-01T09:00+09:00"


def test_every_complaint_has_its_tests() -> None:
    rows = [line.split("|")[1:3] for line in (__doc__ or "").splitlines()[4:] if line.startswith("|")]
    assert len(rows) > 25
    for complaint, where in rows:
        name, _, test = where.strip().partition("::")
        path = TESTS / (name if name.startswith("unit/") else f"integration/{name}")
        assert re.search(rf"^(async )?def {test}\(", path.read_text("utf-8"), re.MULTILINE), (complaint, where)


@pytest.mark.parametrize(
    ("last", "first"),
    [
        ("2026-08-31", "2026-09-01"),
        ("2026-09-30", "2026-10-01"),
        ("2026-12-31", "2027-01-01"),
        ("2027-02-28", "2027-03-01"),
    ],
)
def test_the_last_minute_of_a_month_and_the_first_of_the_next(books: Books, last: str, first: str) -> None:
    old, new = Month.parse(last[:7]), Month.parse(first[:7])
    contract(books, "nurim", date(2026, 6, 1))
    books.add(
        record("noon", f"{last}T12:00+09:00"),
        record("last", f"{last}T23:59:59.999+09:00"),
        record("first", f"{first}T00:00:00.000+09:00"),
        record("minute", f"{first}T00:00:59.999+09:00"),
    )
    for month in (old, new):
        books.settle(month, LATER)
        books.close(month)
    lines = {call: (entry.line or 0) // LINES_A_STATEMENT for call, entry in books.entries().items()}
    before, after = (books.statements(month)["nurim"] for month in (old, new))
    assert lines == {"noon": before.id, "last": before.id, "first": after.id, "minute": after.id}
    assert (before.counted, before.days, after.counted) == (2, old.days, 2)


def test_a_contract_of_the_31st_pays_for_that_day_alone(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 12, 31))
    books.add(record("n-30", "2026-12-30T23:59:59+09:00"), record("n-31", "2026-12-31T00:00+09:00"))
    books.settle(DECEMBER)
    books.close(DECEMBER)
    made = books.statements(DECEMBER)["nurim"]
    # 112,500 of the first band, and a 31st of 50,000.
    assert (made.counted, made.days, made.total) == (1, 1, 112_500 + 1_612)
    assert account(books, nurim).month(DECEMBER) == 114_112


def test_a_call_of_over_4500_seconds_is_charged_with_all_its_increments(books: Books) -> None:
    books.text = books.text.replace(
        "[labour]", '[call_price]\nconnect = "100"\nminute = "36"\nincrement_s = 10\n\n[labour]'
    )
    books.add(record("long", "2026-11-10T10:00+09:00", talk_ms=4_501_000), record("short", "2026-11-11T10:00+09:00"))
    books.settle()
    with Session(books.engine) as session:
        query = select(StatementLineRow.kind, StatementLineRow.quantity, StatementLineRow.amount)
        query = query.where(StatementLineRow.company == "nurim", StatementLineRow.kind.in_(("connect", "minutes")))
        lines = {kind: (Fraction(quantity), amount) for kind, quantity, amount in session.execute(query)}
    # 451 increments of ten seconds and six: 76 1/6 minutes.
    assert lines == {"connect": (Fraction(2), 200), "minutes": (Fraction(457, 6), 2_742)}


def test_the_base_fee_is_charged_once_a_month_however_often_somebody_looks_and_settles(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1))
    for _ in range(3):
        provisional(books.engine, NOVEMBER, tariff=books.tariff, members=books.members, zone=SEOUL)
        books.settle()
    with Session(books.engine) as session, session.begin():
        Periods(session).reopen(NOVEMBER, CLERK)
    books.settle()
    books.close()
    books.close()
    with Session(books.engine) as session:
        query = select(StatementLineRow.amount).where(StatementLineRow.kind == "base_fee")
        assert list(session.scalars(query.where(StatementLineRow.company == "nurim"))) == [50_000]
    assert [charge.amount for charge in account(books, nurim).charges] == [162_500]


def test_a_company_has_several_tariffs_and_contracts_over_time(books: Books) -> None:
    first = contract(books, "nurim", date(2026, 10, 1), date(2026, 11, 30))
    second = contract(books, "nurim", date(2026, 12, 1))
    cheap, dear = books.text, books.text.replace("base_fee = 50_000", "base_fee = 80_000")
    for month, text in ((Month(2026, 10), cheap), (NOVEMBER, dear), (DECEMBER, cheap)):
        books.text = text
        books.add(record(f"n-{month}", f"{month}-10T10:00+09:00"))
        books.settle(month, LATER)
        books.close(month)
    totals = {month: books.statements(month)["nurim"].total for month in (Month(2026, 10), NOVEMBER, DECEMBER)}
    assert list(totals.values()) == [162_500, 192_500, 162_500]
    assert {month: account(books, first).month(month) for month in totals} == {**totals, DECEMBER: None}
    assert account(books, second).month(DECEMBER) == 162_500
    # Another price for one month is that month's alone, on the contract of its days.
    proposal = rerate(books.engine, NOVEMBER, read_text(cheap, "cheap.toml"), cheap, CLERK)
    decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    assert {month: account(books, first).month(month) for month in totals} == {
        Month(2026, 10): 162_500, NOVEMBER: 162_500, DECEMBER: None,
    }  # fmt: skip
    assert account(books, second).month(DECEMBER) == 162_500
    with Session(books.engine) as session:
        assert [unlike(session, month) for month in totals] == [[], [], []]


def test_a_closed_month_is_never_opened_again(books: Books) -> None:
    books.settle()
    books.close()
    before = {company: (row.number, row.digest) for company, row in books.statements().items()}
    with Session(books.engine) as session, session.begin():
        with pytest.raises(PeriodError, match="not in review"):
            Periods(session).reopen(NOVEMBER, CLERK)
        with pytest.raises(PeriodError, match="not open"):
            Periods(session).adjust("nurim", NOVEMBER, -1, "x", CLERK)
    with pytest.raises(PeriodError, match="closed"):
        books.settle()
    assert {company: (row.number, row.digest) for company, row in books.statements().items()} == before


@pytest.mark.parametrize("language", list(Language))
def test_no_unit_on_paper_has_more_than_two_decimals(language: Language) -> None:
    # Thirds of minutes, sevenths of agents, a share that no percentage tells.
    third = [{"id": "company", "name": "기업", "name_en": "the company", "share": "1/3"}]
    third.append({"id": "government", "name": "정부", "name_en": "the government", "share": "2/3"})
    of = tariff(CONTINUOUS, payer=third, call_price={"connect": "100/3", "minute": "36/7", "increment_s": 7})
    calls = [call(n, talk_s=n * 7.001 % 61) for n in range(1, 38)]
    sheet = Sheet(centre="센터", company="누림전자", number=None, language=language)
    text = text_of(statement_pdf(november(of, calls), november_usage(of, calls), sheet))
    numbers = re.findall(r"\d[\d,]*\.\d+", text)
    assert numbers, "some units are no whole numbers"
    assert [one for one in numbers if len(one.partition(".")[2]) > 2] == []
    assert not re.search(r"\.\d+ ?(원|KRW)|KRW [\d,]*\.", text), "money is whole"
