"""Months and contracts: what a closed month makes of the accounts, and on which days something is charged."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from billing.contracts.account import Account, OpenCharge
from billing.contracts.coverage import coverage
from billing.contracts.events import (
    AnyEvent,
    Applied,
    By,
    Charged,
    Corrected,
    Insured,
    NoticeGiven,
    Offset,
    Paid,
    Refunded,
    Selected,
    Signed,
    Source,
    from_data,
    to_data,
)
from billing.contracts.participation import fold
from billing.month import Month
from billing.payers import ShareReport
from callcenter.settlement.again import decide_rerating, effects, rerate, unlike
from callcenter.settlement.closing import cancel, close_month, correct
from callcenter.settlement.digest import digest_of
from callcenter.settlement.shares import payers_report
from callcenter.statements import Shown, open_statement
from callcenter.store.contract_books import Contracts
from callcenter.store.contract_models import ApplicationRow, ContractEventRow
from callcenter.store.corrections import Corrections
from callcenter.store.engine import open_engine, sessions
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.scope import WholeCentre
from callcenter.store.settlement_models import AuditRow, CorrectionReason, CorrectionRow, FaultRow
from callcenter.store.statements import Statements
from callcenter.tariffs import read_text
from tests.integration.settlement.conftest import DECEMBER, NOVEMBER, SEOUL, Books, ms, record

pytestmark = pytest.mark.integration
numbers = count(1)
CLERK = Actor(by="bill", at=ms("2027-01-10T09:00+09:00"))
BEFORE = date(2026, 1, 2)


def contract(books: Books, company: str, start: date, last: date | None = None) -> int:
    """The number of a contract of a year; with notice it ends on `last`."""
    told: list[AnyEvent] = [
        Applied(on=BEFORE),
        Selected(on=BEFORE, company=company, start=start),
        Insured(on=BEFORE, amount=9_000_000, valid_from=start, valid_to=date(2028, 1, 1)),
        Signed(on=BEFORE, year=1, insured_sum=1, deposit=1),
    ]
    if last:
        told.append(NoticeGiven(on=BEFORE, by=By.COMPANY, last=last))
    with Session(books.engine) as session, session.begin():
        place = next(numbers)
        row = ApplicationRow(
            code_hash=f"c{place}", cookie_hash=f"k{place}", form={}, begun_at=1, touched_at=1, submitted_at=2,
            registration="1248100998", company=company, going_on=False,
        )  # fmt: skip
        session.add(row)
        session.flush()
        number = row.number
    enter(books, number, *told)
    return number


def enter(books: Books, number: int, *told: AnyEvent) -> None:
    """Somebody enters these events."""
    with Session(books.engine) as session, session.begin():
        before = history(session, number)
        fold([*before, *told])
        company = session.get_one(ApplicationRow, number).company
        session.add_all(
            ContractEventRow(
                application=number, place=place, company=company, kind=event.kind, data=to_data(event), at=1, by="clerk"
            )
            for place, event in enumerate(told, len(before) + 1)
        )


def history(session: Session, number: int) -> list[AnyEvent]:
    rows = session.scalars(
        select(ContractEventRow).where(ContractEventRow.application == number).order_by(ContractEventRow.place)
    )
    return [from_data(row.kind, row.data) for row in rows]


def account(books: Books, number: int) -> Account:
    with Session(books.engine) as session:
        return fold(history(session, number)).account


def note(books: Books, company: str, supply: int) -> str:
    with Session(books.engine) as session, session.begin():
        return correct(
            session,
            Corrections(session).statement(company, NOVEMBER),
            reason=CorrectionReason.MISTAKE,
            supply=supply,
            vat=0,
            note="금액 착오",
            actor=CLERK,
            zone=SEOUL,
        ).number


def void(books: Books, company: str) -> CorrectionRow:
    """Cancelled for every payer."""
    with Session(books.engine, expire_on_commit=False) as session, session.begin():
        statement = Corrections(session).statement(company, NOVEMBER)
        reason = CorrectionReason.CANCELLED
        return cancel(session, statement, reason=reason, note="계약 해제", actor=CLERK, zone=SEOUL)


def faults(books: Books, month: Month = NOVEMBER) -> Counter[tuple[str, str]]:
    with Session(books.engine) as session:
        rows = session.scalars(select(FaultRow).where(FaultRow.month == str(month)))
        return Counter((row.company, row.why) for row in rows)


def test_closing_charges_each_contract_its_statement_once(books: Books) -> None:
    nurim, hanbit = (contract(books, company, date(2026, 3, 1)) for company in ("nurim", "hanbit"))
    books.add(record("n-1", "2026-11-10T10:00+09:00"))
    books.settle()
    assert account(books, nurim).charges == ()
    for _ in range(3):
        books.close()
    for number, place in ((hanbit, 1), (nurim, 2)):
        (charge,) = account(books, number).charges
        assert (charge.month, charge.amount, charge.statement) == (NOVEMBER, 162_500, f"2026-11-0000{place}")
        assert (charge.on, charge.due) == (date(2027, 1, 2), date(2027, 2, 1))
    assert account(books, nurim).arrears(date(2027, 2, 1)) == 0
    assert account(books, nurim).arrears(date(2027, 2, 2)) == 162_500


def test_whose_contract_is_entered_after_closing_is_charged_when_closing_is_repeated(books: Books) -> None:
    books.settle()
    with Session(books.engine) as session, session.begin():
        numbered, booked = close_month(session, NOVEMBER, actor=CLERK, zone=SEOUL)
    assert (numbered, booked.entries, booked.without_contract) == (3, 0, ("hanbit", "nurim", "quiet"))
    nurim = contract(books, "nurim", date(2026, 3, 1))
    note(books, "nurim", -2_500)
    assert account(books, nurim).month(NOVEMBER) == 160_000
    assert books.close() == 0
    assert account(books, nurim).month(NOVEMBER) == 160_000


def test_a_note_and_an_approved_rerating_correct_the_account(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1))
    books.settle()
    books.close()
    number = note(books, "nurim", -62_500)
    (change,) = account(books, nurim).corrections
    assert (change.note, change.amount, change.month) == (number, -62_500, NOVEMBER)
    enter(books, nurim, Paid(on=date(2027, 1, 5), amount=100_000))
    assert (account(books, nurim).owed, account(books, nurim).credit) == (0, 0)
    dearer = books.text.replace("base_fee = 50_000", "base_fee = 60_000")
    proposal = rerate(books.engine, NOVEMBER, read_text(dearer, "dearer.toml"), dearer, CLERK)
    decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    # What was credited by hand stays credited.
    assert account(books, nurim).month(NOVEMBER) == 110_000
    assert account(books, nurim).open_charges() == (OpenCharge(NOVEMBER, 10_000, date(2027, 2, 9)),)
    books.close()
    assert account(books, nurim).month(NOVEMBER) == 110_000


def test_a_month_that_was_charged_by_hand_comes_to_its_statement(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1))
    by_hand = Charged(on=date(2026, 12, 1), month=NOVEMBER, amount=150_000, due=date(2026, 12, 31))
    enter(books, nurim, by_hand)
    books.settle()
    books.close()
    books.close()
    assert account(books, nurim).month(NOVEMBER) == 162_500
    assert [one.amount for one in account(books, nurim).corrections] == [12_500]


CLOSE = """
import sys
from tests.integration.settlement.conftest import NOVEMBER, SEOUL, ms
from callcenter.settlement.closing import close_month
from callcenter.store.contract_books import Contracts
from callcenter.store.engine import open_sync_engine
from callcenter.store.periods import Actor
from sqlalchemy.orm import Session

entered, enter = [], Contracts.enter

def waits(self, contract, event, actor):
    enter(self, contract, event, actor)
    self._session.flush()
    entered.append(1)
    if len(entered) == 2:
        print("in the middle", flush=True)
        sys.stdin.read()

Contracts.enter = waits
with Session(open_sync_engine(sys.argv[1])) as session, session.begin():
    close_month(session, NOVEMBER, actor=Actor(by="bill", at=ms("2027-01-02T10:00+09:00")), zone=SEOUL)
"""


def test_killed_in_mid_close_and_repeated_each_is_charged_once(books: Books, database_url: str) -> None:
    contracts = [contract(books, company, date(2026, 3, 1)) for company in books.members]
    books.settle()
    with subprocess.Popen(
        [sys.executable, "-c", CLOSE, database_url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": "."},
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "in the middle\n"
        process.send_signal(signal.SIGKILL)
    assert [account(books, number).charges for number in contracts] == [(), (), ()]
    assert all(row.number is None for row in books.statements().values())
    assert books.close() == 3
    assert [account(books, number).month(NOVEMBER) for number in contracts] == [162_500] * 3
    assert sorted(row.number or "" for row in books.statements().values()) == [f"2026-11-0000{n}" for n in (1, 2, 3)]


def test_calls_outside_the_contract_are_reported_and_charged_to_nobody(books: Books) -> None:
    contract(books, "nurim", date(2026, 11, 16))
    contract(books, "hanbit", date(2026, 3, 1), date(2026, 11, 15))
    for company in ("nurim", "hanbit", "quiet"):
        books.add(
            record(f"{company}-1", "2026-11-15T23:59:59.999+09:00", company),
            record(f"{company}-2", "2026-11-16T00:00+09:00", company),
        )
    books.settle()
    assert set(books.entries()) == {"nurim-2", "hanbit-1", "quiet-1", "quiet-2"}
    assert faults(books) == {("nurim", "before_contract"): 1, ("hanbit", "after_contract"): 1}
    made = books.statements()
    # Half a base fee, as 15 of 30 days are under contract; the band's fee follows the calls.
    assert [(made[one].days, made[one].total) for one in ("nurim", "hanbit", "quiet")] == [
        (15, 137_500), (15, 137_500), (None, 162_500),
    ]  # fmt: skip
    books.close()
    with Session(books.engine) as session:
        assert unlike(session, NOVEMBER) == []


def test_a_tariff_may_charge_outside_the_contract_and_whole_months(books: Books) -> None:
    books.text = books.text.replace('outside = "report"', 'outside = "charge"').replace('"by_day"', '"whole"')
    contract(books, "nurim", date(2026, 11, 16))
    books.add(record("n-1", "2026-11-02T10:00+09:00"))
    books.settle()
    assert faults(books) == {}
    assert (books.statements()["nurim"].counted, books.statements()["nurim"].total) == (1, 162_500)


def test_a_company_that_ends_on_the_31st_pays_that_month_whole_and_the_next_not_at_all(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1), date(2026, 12, 31))
    books.add(
        record("n-1", "2026-12-31T23:59:59.999+09:00"),
        record("n-2", "2027-01-01T00:00+09:00"),
        record("n-3", "2027-01-15T10:00+09:00"),
    )
    january = Month(2027, 1)
    books.settle(DECEMBER)
    books.close(DECEMBER)
    december = books.statements(DECEMBER)["nurim"]
    assert (december.days, december.counted, december.total) == (31, 1, 162_500)
    books.settle(january, at="2027-02-02T09:00+09:00")
    assert "nurim" not in books.statements(january)
    assert faults(books, january) == {("nurim", "after_contract"): 2}
    books.close(january)
    assert [charge.month for charge in account(books, nurim).charges] == [DECEMBER]


def test_a_late_call_of_the_last_day_is_charged_after_the_end_without_a_base_fee(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1), date(2026, 11, 30))
    books.settle()
    books.close()
    books.add(record("late", "2026-11-30T23:00+09:00"), record("outside", "2026-12-01T00:00+09:00"))
    books.settle(DECEMBER)
    late = books.statements(DECEMBER)["nurim"]
    assert (late.days, late.counted, late.total) == (0, 1, 112_500)
    assert faults(books, DECEMBER) == {("nurim", "after_contract"): 1}
    books.close(DECEMBER)
    assert [(charge.month, charge.amount) for charge in account(books, nurim).charges] == [
        (NOVEMBER, 162_500), (DECEMBER, 112_500),
    ]  # fmt: skip


def test_a_contract_that_is_put_right_brings_its_reported_calls_with_the_next_month(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 12, 1))
    books.add(record("n-1", "2026-11-20T10:00+09:00"))
    books.settle()
    assert faults(books) == {("nurim", "before_contract"): 1}
    books.close()
    with Session(books.engine) as session, session.begin():
        session.execute(text("DELETE FROM contract_event WHERE application = :one"), {"one": nurim})
    enter(
        books,
        nurim,
        Applied(on=BEFORE),
        Selected(on=BEFORE, company="nurim", start=date(2026, 11, 1)),
        Insured(on=BEFORE, amount=9, valid_from=date(2026, 11, 1), valid_to=date(2028, 1, 1)),
        Signed(on=BEFORE, year=1, insured_sum=1, deposit=1),
    )
    books.settle(DECEMBER)
    assert books.statements(DECEMBER)["nurim"].counted == 1


def test_a_contract_that_changed_in_review_is_settled_again_before_it_is_closed(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1))
    books.settle()
    enter(books, nurim, NoticeGiven(on=date(2026, 11, 10), by=By.COMPANY, last=date(2026, 11, 15)))
    with pytest.raises(PeriodError, match=r"contracts have changed since 2026-11 was settled \(nurim\)"):
        books.close()
    with Session(books.engine) as session, session.begin():
        Periods(session).reopen(NOVEMBER, CLERK)
    books.settle()
    books.close()
    assert account(books, nurim).month(NOVEMBER) == 137_500


def test_who_left_the_centres_file_but_is_under_contract_still_pays_the_base_fee(books: Books) -> None:
    gone = contract(books, "gone", date(2026, 3, 1))
    books.settle()
    books.close()
    assert account(books, gone).month(NOVEMBER) == 162_500


def test_an_adjustment_of_a_company_without_a_contract_in_the_month_is_not_lost(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1), date(2026, 10, 31))
    with Session(books.engine) as session, session.begin():
        Periods(session).adjust("nurim", NOVEMBER, 200_000, "단말기 변상", CLERK)
    books.settle()
    assert books.statements()["nurim"].days == 0
    books.close()
    assert account(books, nurim).month(NOVEMBER) == books.statements()["nurim"].total


def test_days_under_contract_are_the_same_whatever_was_paid_offset_and_refunded(books: Books) -> None:
    number = contract(books, "nurim", date(2026, 3, 1), date(2026, 5, 31))
    with Session(books.engine) as session:
        life = fold(history(session, number))
    charged = [
        Charged(on=BEFORE, month=Month(2026, month), amount=100_000, due=date(2026, month, 28)) for month in (3, 4, 5)
    ]
    enter(books, number, *charged, Paid(on=date(2026, 4, 1), amount=250_000))
    due = date(2026, 6, 1)
    less = Corrected(on=date(2026, 5, 2), month=Month(2026, 4), amount=-10_000, due=due, note="C2026-05-00001")
    enter(books, number, less)
    enter(books, number, Offset(on=date(2026, 6, 10), amount=40_000, source=Source.INSURANCE))
    enter(books, number, Paid(on=date(2026, 6, 11), amount=5_000), Refunded(on=date(2026, 7, 1), amount=5_000))
    with Session(books.engine) as session:
        assert Contracts(session).coverages() == {"nurim": coverage([life])}


def test_of_two_contracts_the_later_one_is_charged(books: Books) -> None:
    contract(books, "nurim", date(2026, 3, 1), date(2026, 11, 10))
    second = contract(books, "nurim", date(2026, 11, 21))
    books.add(record("n-1", "2026-11-15T10:00+09:00"))
    books.settle()
    books.close()
    assert faults(books) == {("nurim", "between_contracts"): 1}
    assert books.statements()["nurim"].days == 20
    with Session(books.engine) as session:
        assert Contracts(session).of_month(NOVEMBER, ["nurim"])["nurim"].application == second
    assert account(books, second).month(NOVEMBER) == books.statements()["nurim"].total


def payers(books: Books, month: Month) -> ShareReport:
    async def ask() -> ShareReport:
        engine = open_engine(books.engine.url.render_as_string(hide_password=False).replace("pysqlite", "aiosqlite"))
        try:
            async with sessions(engine)() as session:
                return await payers_report(Statements(session, WholeCentre()), month, books.tariff)
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def test_an_approved_rerating_corrects_the_payers_and_the_report_adds_up_to_the_statements(books: Books) -> None:
    books.add(*(record(f"n-{n}", f"2026-11-10T10:00:{n:02}+09:00") for n in range(3)))
    books.settle()
    books.close()
    november = payers(books, NOVEMBER)
    assert [(one.payer.id, one.month) for one in november.sums] == [("company", 337_500), ("government", 787_500)]
    assert november.pays == sum(row.total for row in books.statements().values())
    # Half a year later the subsidy turns out to have been less, and a city to have paid a part.
    less = books.text.replace('share = "7/10"', 'share = "1/2"', 1)
    less = less.replace(
        "[rounding]", '[[payer]]\nid = "city"\nname = "시"\nname_en = "City"\nshare = "1/5"\n\n[rounding]'
    )
    proposal = rerate(books.engine, NOVEMBER, read_text(less, "less.toml"), less, CLERK)
    assert proposal.differences[0]["shares"] == {
        "company": [112_500, 112_500], "government": [262_500, 187_500], "city": [0, 75_000],
    }  # fmt: skip
    done = decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    assert (done.notes, [one.company for one in done.shares]) == ([], ["hanbit", "nurim", "quiet"])
    january = payers(books, Month(2027, 1))
    assert [(one.payer.id, one.month, one.year) for one in january.sums] == [
        ("company", 0, 0), ("government", -225_000, -225_000), ("city", 225_000, 225_000),
    ]  # fmt: skip
    assert [(row.told.company, row.told.month, row.told.rerating, row.pays) for row in january.notes] == [
        (company, NOVEMBER, proposal.id, 0) for company in books.members
    ]
    assert payers(books, NOVEMBER) == november, "a report that went out stays as it was"
    with Session(books.engine) as session:
        assert session.scalars(select(CorrectionRow)).all() == [], "no company gets a note of zero won"
        told = session.scalars(select(AuditRow).where(AuditRow.what == "shares.corrected", AuditRow.company == "nurim"))
        assert [(row.month, row.detail) for row in told] == [
            ("2026-11", {"rerating": proposal.id, "shares": {"government": -75_000, "city": 75_000}})
        ]
        (approved,) = session.scalars(select(AuditRow.detail).where(AuditRow.what == "rerating.approved"))
        assert approved == {"rerating": proposal.id, "notes": 0, "only_shares": 3, "by_hand": 0}
    with pytest.raises(PeriodError, match="no open proposal"):
        decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    assert rerate(books.engine, NOVEMBER, read_text(less, "less.toml"), less, CLERK).differences == []


def test_what_was_credited_in_full_is_never_charged_again(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1))
    books.settle()
    books.close()
    dearer, cheaper = (books.text.replace("base_fee = 50_000", f"base_fee = {fee}") for fee in ("60_000", "40_000"))
    early = rerate(books.engine, NOVEMBER, read_text(dearer, "dearer.toml"), dearer, CLERK)
    note(books, "nurim", -162_500)
    with pytest.raises(PeriodError, match="propose it anew"):
        decide_rerating(books.engine, early.id, approve=True, actor=CLERK, zone=SEOUL)
    assert rerate(books.engine, NOVEMBER, books.tariff, books.text, CLERK).differences == []
    for tariff_text in (dearer, cheaper):
        proposal = rerate(books.engine, NOVEMBER, read_text(tariff_text, "other.toml"), tariff_text, CLERK)
        (told,) = (one for one in proposal.differences if one["company"] == "nurim")
        assert told["by_hand"] == {"why": "credited_in_full", "left": [0, 0]}, "it is told, not silently left out"
        assert effects(proposal) == (2, 0, 1)
        done = decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
        assert ({one.company for one in done.notes}, done.by_hand) == ({"hanbit", "quiet"}, ["nurim"])
    for _ in range(2):
        books.close()
        with pytest.raises(PeriodError, match="closed"):
            books.settle()
    assert (account(books, nurim).month(NOVEMBER), account(books, nurim).owed) == (0, 0)


def test_a_credit_is_the_companys_alone_and_a_re_rating_still_reaches_the_other_payers(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1))
    books.settle()
    books.close()
    note(books, "nurim", -162_500)
    assert {one.payer.id: one.month for one in payers(books, Month(2027, 1)).sums} == {"company": 0, "government": 0}
    text = books.text.replace('agents = "1/6"', 'agents = "1/12"', 1)
    proposal = rerate(books.engine, NOVEMBER, read_text(text, "half.toml"), text, CLERK)
    done = decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    assert ([one.company for one in done.shares], done.by_hand) == (["nurim"], ["nurim"])
    january = payers(books, Month(2027, 1))
    assert {one.payer.id: one.month for one in january.sums} == {"company": -112_500, "government": -393_750}
    assert (account(books, nurim).month(NOVEMBER), january.pays) == (0, -162_500 - 2 * 56_250)
    # Tried and approved again it changes nothing twice.
    again = rerate(books.engine, NOVEMBER, read_text(text, "half.toml"), text, CLERK)
    assert [one["company"] for one in again.differences] == ["nurim"]
    done = decide_rerating(books.engine, again.id, approve=True, actor=CLERK, zone=SEOUL)
    assert (done.notes, done.shares) == ([], [])
    assert payers(books, Month(2027, 1)) == january


def test_a_cancelled_statement_is_paid_by_nobody_and_never_rated_again(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1))
    books.settle()
    books.close()
    november = payers(books, NOVEMBER)
    note(books, "nurim", -12_500)
    taken = void(books, "nurim")
    assert (taken.supply, taken.shares) == (-150_000, {"company": -112_500, "government": -262_500})
    with pytest.raises(PeriodError, match="left nothing"):
        void(books, "nurim")
    january = payers(books, Month(2027, 1))
    assert {one.payer.id: one.month for one in january.sums} == {"company": -112_500, "government": -262_500}
    assert january.pays == -162_500
    assert (account(books, nurim).month(NOVEMBER), payers(books, NOVEMBER)) == (0, november)
    assert rerate(books.engine, NOVEMBER, books.tariff, books.text, CLERK).differences == []
    text = books.text.replace('agents = "1/6"', 'agents = "1/12"', 1)
    proposal = rerate(books.engine, NOVEMBER, read_text(text, "half.toml"), text, CLERK)
    (told,) = (one for one in proposal.differences if one["company"] == "nurim")
    assert told["by_hand"]["why"] == "cancelled"
    # Not even what somebody charges the company afterwards brings the others' shares back.
    note(books, "nurim", 30_000)
    done = decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    assert ({one.company for one in done.notes}, done.shares, done.by_hand) == ({"hanbit", "quiet"}, [], ["nurim"])
    january = payers(books, Month(2027, 1))
    assert {one.payer.id: one.month for one in january.sums}["government"] == -262_500 - 2 * 131_250
    with Session(books.engine) as session:
        (told,) = session.scalars(
            select(AuditRow.detail)
            .where(AuditRow.what == "statement.corrected")
            .where(AuditRow.company == "nurim")
            .order_by(AuditRow.id)
            .offset(1)
            .limit(1)
        )
    assert told["shares"] == {"company": -112_500, "government": -262_500}


def test_who_was_credited_too_much_for_another_tariff_is_told_before_approval_and_left_to_a_person(
    books: Books,
) -> None:
    numbers = {company: contract(books, company, date(2026, 3, 1)) for company in ("nurim", "hanbit")}
    books.add(record("n-1", "2026-11-10T10:00+09:00"))
    books.settle()
    books.close()
    note(books, "nurim", -120_000)
    # The band costs half of it: 56,250 less for the company, of which 42,500 are left, and 131,250 for the government.
    text = books.text.replace('agents = "1/6"', 'agents = "1/12"', 1)
    proposal = rerate(books.engine, NOVEMBER, read_text(text, "half.toml"), text, CLERK)
    told = {one["company"]: one for one in proposal.differences}
    assert told["nurim"]["by_hand"] == {"why": "too_much", "left": [42_500, 0]}
    assert "by_hand" not in told["hanbit"]
    assert effects(proposal) == (2, 0, 1)
    done = decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    assert [(one.company, one.supply) for one in done.notes] == [("hanbit", -56_250), ("quiet", -56_250)]
    assert ([one.company for one in done.shares], done.by_hand) == (["nurim"], ["nurim"])
    assert [one.shares for one in done.shares] == [{"government": -131_250}]
    assert {company: account(books, number).month(NOVEMBER) for company, number in numbers.items()} == {
        "nurim": 42_500, "hanbit": 106_250,
    }  # fmt: skip
    with Session(books.engine) as session:
        (kept,) = session.scalars(select(AuditRow).where(AuditRow.what == "rerating.kept"))
        assert (kept.company, kept.month, kept.detail) == (
            "nurim", "2026-11", {"rerating": proposal.id, "why": "too_much"},
        )  # fmt: skip
    # All payers but the company are rated; what the clerk takes off by hand ends it.
    again = rerate(books.engine, NOVEMBER, read_text(text, "half.toml"), text, CLERK)
    assert [one["company"] for one in again.differences] == ["nurim"]
    assert again.differences[0]["shares"]["government"] == [131_250, 131_250]
    note(books, "nurim", -42_500)
    with pytest.raises(PeriodError, match="propose it anew"):
        decide_rerating(books.engine, again.id, approve=True, actor=CLERK, zone=SEOUL)
    january = payers(books, Month(2027, 1))
    assert {one.payer.id: one.month for one in january.sums} == {"company": -112_500, "government": -393_750}
    assert january.pays == -120_000 - 42_500 - 2 * 56_250


def test_a_month_of_zero_won_has_no_number_and_is_settled_all_the_same(books: Books) -> None:
    nurim = contract(books, "nurim", date(2026, 3, 1), date(2026, 11, 30))
    books.text = re.sub(r"\[\[band\]\].*", "", books.text, flags=re.DOTALL)
    books.text = books.text.replace('"bands"', '"continuous"').replace("base_fee = 50_000", "base_fee = 0")
    books.settle()
    assert books.close() == 0
    assert books.statements()["nurim"].number is None
    (charge,) = account(books, nurim).charges
    assert (charge.month, charge.amount) == (NOVEMBER, 0)
    # The last month is charged, so the deposit of a company that has one may go back.
    assert account(books, nurim).open_charges() == ()


def test_what_the_company_saw_before_is_what_it_is_charged(books: Books) -> None:
    contract(books, "nurim", date(2026, 11, 11), date(2026, 11, 20))
    books.add(*(record(f"n-{n}", f"2026-11-{n:02}T10:00+09:00") for n in range(5, 26)))

    async def provisional() -> Shown:
        engine = open_engine(books.engine.url.render_as_string(hide_password=False).replace("pysqlite", "aiosqlite"))
        try:
            async with sessions(engine)() as session:
                return await open_statement(session, books.tariff, company="nurim", month=NOVEMBER, zone=SEOUL)
        finally:
            await engine.dispose()

    before = asyncio.run(provisional())
    books.settle()
    made = books.statements()["nurim"]
    assert digest_of(before.statement) == made.digest
    assert (made.counted, made.days) == (10, 10)
    assert before.unbilled == {"before_contract": 6, "after_contract": 5}
    assert before.unbilled == {why: n for (_, why), n in faults(books).items()}
