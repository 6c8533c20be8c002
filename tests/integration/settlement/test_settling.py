"""A month settled, closed and corrected, on both databases."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from billing.statement import StatementError
from callcenter.settlement.again import decide_rerating, rerate, unlike
from callcenter.store.corrections import Corrections
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import (
    LINES_A_STATEMENT,
    AuditRow,
    CorrectionReason,
    CorrectionRow,
    FaultRow,
    PeriodRow,
    StatementLineRow,
    StatementRow,
    UsageEntryRow,
)
from callcenter.tariffs import read_text
from tests.integration.settlement.conftest import DECEMBER, NOVEMBER, SEOUL, Books, ms, record

pytestmark = pytest.mark.integration
CLERK = Actor(by="bill", at=ms("2026-12-03T09:00+09:00"))


def month_of_calls(books: Books, count: int = 210) -> None:
    start = ms("2026-11-01T00:00+09:00")
    books.add(*(record(f"n-{n}", start + n * 3_600_000, caller=str(n)) for n in range(count)))
    books.add(
        record("h-1", "2026-11-30T23:59:59.999+09:00", "hanbit"),
        record("h-2", "2026-12-01T00:00+09:00", "hanbit"),
        record("h-3", "2026-10-31T23:59:59.999+09:00", "hanbit"),
        record("h-4", "2026-11-15T10:00+09:00", "hanbit", outcome="abandoned_queue", talk_ms=0),
        record("h-5", "2026-11-15T10:00+09:00", "hanbit", outcome=None, ended_at=None, talk_ms=0),
        record("nobody", "2026-11-15T10:00+09:00", None),
    )


def test_every_company_gets_one_statement_and_every_entry_its_line(books: Books) -> None:
    month_of_calls(books)
    assert (books.settle().companies, books.settle().entries) == (3, 212)
    made = books.statements()
    assert {company: row.total for company, row in made.items()} == {
        "hanbit": 162_500,
        "nurim": 275_000,
        "quiet": 162_500,
    }
    assert set(books.entries()) == {f"n-{n}" for n in range(210)} | {"h-1", "h-4"}
    with Session(books.engine) as session:
        linked = select(UsageEntryRow.call, StatementLineRow.company, StatementLineRow.of, StatementLineRow.kind).join(
            StatementLineRow, UsageEntryRow.line == StatementLineRow.id
        )
        assert {(row.call, row.company, row.of) for row in session.execute(linked) if row.call[0] == "h"} == {
            ("h-1", "hanbit", "answered"),
            ("h-4", "hanbit", "abandoned"),
        }
        counts = session.execute(
            select(StatementLineRow.quantity, func.count())
            .join(UsageEntryRow, UsageEntryRow.line == StatementLineRow.id)
            .group_by(StatementLineRow.id)
        ).all()
        assert all(int(quantity) == count for quantity, count in counts)


def test_settling_again_changes_nothing_and_closing_numbers_without_gaps(books: Books) -> None:
    month_of_calls(books)
    books.settle()
    before = {company: (row.id, row.digest) for company, row in books.statements().items()}
    books.settle()
    assert {company: (row.id, row.digest) for company, row in books.statements().items()} == before
    assert (books.close(), books.close()) == (3, 0)
    assert [row.number for row in books.statements().values()] == [f"2026-11-0000{n}" for n in (1, 2, 3)]
    with pytest.raises(PeriodError, match="closed"):
        books.settle()


def test_a_month_that_is_not_over_or_not_settled_cannot_be_closed(books: Books) -> None:
    with pytest.raises(PeriodError, match="not over"):
        books.settle(at="2026-11-30T23:59:59+09:00")
    with pytest.raises(PeriodError, match="not all its statements"):
        books.close()


def test_late_records_go_to_the_open_month_once(books: Books) -> None:
    month_of_calls(books)
    books.settle()
    books.close()
    books.add(record("late-1", "2026-11-20T10:00+09:00", "hanbit"), record("late-2", "2026-11-20T10:00+09:00", "new"))
    with Session(books.engine) as session, session.begin():
        session.execute(
            text("UPDATE call_record SET outcome = 'answered', ended_at = entered_at + 65000 WHERE call = 'h-5'")
        )
    books.settle(DECEMBER)
    entries, december = books.entries(), books.statements(DECEMBER)
    for call, company in (("late-1", "hanbit"), ("late-2", "new"), ("h-5", "hanbit"), ("h-2", "hanbit")):
        assert entries[call].line // LINES_A_STATEMENT == december[company].id  # type: ignore[operator]
    assert december["hanbit"].counted == 3
    assert (december["hanbit"].records, books.statements()["hanbit"].records) == (1, 4)
    books.close(DECEMBER)
    with Session(books.engine) as session:
        assert unlike(session, NOVEMBER) == unlike(session, DECEMBER) == []


def test_a_record_that_moves_to_another_company_after_closing_is_not_charged_twice(books: Books) -> None:
    month_of_calls(books)
    books.settle()
    books.close()
    with Session(books.engine) as session, session.begin():
        session.execute(text("UPDATE call_record SET company = 'quiet' WHERE call = 'h-1'"))
    books.settle(DECEMBER)
    assert books.statements(DECEMBER)["quiet"].counted == 0
    assert books.entries()["h-1"].company == "hanbit"


def test_survey_responses_written_before_are_billed_once_within_the_remaining_calls(books: Books) -> None:
    start = ms("2026-11-10T10:00+09:00")
    books.add(*(record(f"n-{n}", start + n * 60_000) for n in range(199)))
    books.add(
        *(
            {
                "call": f"s-{n}",
                "kind": "survey",
                "company": "nurim",
                "at": start + n,
                "ended_at": start + n + 90_000,
                "talk_ms": 80_000,
                "outcome": "completed",
                "caller": "",
                "line": None,
            }
            for n in range(3)
        ),
        table=UsageEntryRow,
    )
    books.settle()
    assert (books.statements()["nurim"].counted, books.statements()["nurim"].total) == (200, 162_500)
    assert all(entry.line is not None for entry in books.entries().values())
    with Session(books.engine) as session, session.begin():
        assert unlike(session, NOVEMBER) == []
        Periods(session).reopen(NOVEMBER, CLERK)
    assert {call: entry.line for call, entry in books.entries().items()} == {"s-0": None, "s-1": None, "s-2": None}
    assert books.statements() == {}
    books.settle()
    assert books.statements()["nurim"].counted == 200


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"talk_ms": 200_000, "ended_at": 0}, "ends_before"), ({"talk_ms": -5}, "talk_negative")],
)
def test_impossible_records_are_reported_and_neither_charged_nor_lost(books: Books, wrong: Any, why: str) -> None:
    at = ms("2026-11-10T10:00+09:00")
    books.add(record("odd", at) | wrong, record("good", at + 1))
    books.settle()
    assert set(books.entries()) == {"good"}
    with Session(books.engine) as session:
        (fault,) = session.scalars(select(FaultRow))
        assert (fault.call, fault.month, fault.company) == ("odd", "2026-11", "nurim")
        assert fault.why == why
    books.close()
    with Session(books.engine) as session, session.begin():
        session.execute(text("UPDATE call_record SET talk_ms = 60000, ended_at = entered_at + 65000 WHERE call='odd'"))
    books.settle(DECEMBER)
    assert books.statements(DECEMBER)["nurim"].counted == 1


def test_an_agents_call_for_a_campaign_is_charged_by_the_interview_alone(books: Books) -> None:
    by_campaign = {"direction": "outbound", "via": "campaign"}
    books.add(record("cc-1.1", "2026-11-03T10:00+09:00"))
    books.add(record("survey-7-31-1", "2026-11-03T11:00+09:00", **by_campaign))
    books.add(record("survey-7-32-1", "2026-11-03T12:00+09:00", **by_campaign | {"via": "transfer"}))
    books.settle()
    assert set(books.entries()) == {"cc-1.1"}
    assert books.statements()["nurim"].records == 1


def test_calls_of_the_tariffs_test_numbers_are_free(books: Books) -> None:
    books.text = books.text.replace("test_numbers = []", 'test_numbers = ["01000000000", "07099"]')
    at = ms("2026-11-10T10:00+09:00")
    books.add(record("t-1", at, caller="01000000000"), record("t-2", at, dnis="07099"), record("t-3", at))
    books.settle()
    assert {call: entry.kind for call, entry in books.entries().items()} == {
        "t-1": "test",
        "t-2": "test",
        "t-3": "inbound",
    }
    assert books.statements()["nurim"].counted == 1


def test_repeats_are_found_again_without_anybodys_number(books: Books) -> None:
    books.text = books.text.replace(
        '[[rule]]\nid = "answered"',
        '[[rule]]\nid = "repeat"\nname = "반복"\nname_en = "Repeats"\nkinds = ["inbound"]\noutcomes = ["answered"]\n'
        'repeat_within_minutes = 10\ncharge = "nothing"\n\n[[rule]]\nid = "answered"',
    )
    at = ms("2026-11-10T10:00+09:00")
    calls = [(0, "01011111111"), (5, "01022222222"), (9, "01011111111"), (11, "01011111111"), (12, "")]
    books.add(*(record(f"r-{n}", at + m * 60_000, caller=who) for n, (m, who) in enumerate(calls)))
    books.settle()
    assert books.statements()["nurim"].counted == 4
    marks = {entry.caller for entry in books.entries().values()}
    assert len(marks) == 3
    assert not any("010" in mark for mark in marks)
    with Session(books.engine) as session:
        assert unlike(session, NOVEMBER) == []


def test_many_pages_come_in_order(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.settlement.months._SLICE", 7)
    at = ms("2026-11-10T10:00+09:00")
    books.add(*(record(f"p-{n:03}", at + n // 5) for n in range(100)))
    books.settle()
    assert books.statements()["nurim"].records == 100
    with Session(books.engine) as session:
        assert unlike(session, NOVEMBER) == []


def test_what_is_stored_gives_the_same_statement_and_a_change_is_noticed(books: Books) -> None:
    month_of_calls(books)
    with Session(books.engine) as session, session.begin():
        Periods(session).adjust("nurim", NOVEMBER, -10_000, "장애 보상", CLERK)
    books.settle()
    books.close()
    assert books.statements()["nurim"].total == 265_000
    with Session(books.engine) as session, session.begin():
        session.execute(text("DELETE FROM call_record"))
        assert unlike(session, NOVEMBER) == []
        session.execute(text("UPDATE usage_entry SET talk_ms = talk_ms + 1 WHERE call = 'n-7'"))
        assert unlike(session, NOVEMBER) == ["nurim"]


def test_an_open_months_statement_is_adjusted_a_closed_one_by_notes_only(books: Books) -> None:
    books.settle()
    with Session(books.engine) as session, session.begin():
        with pytest.raises(PeriodError, match="not open"):
            Periods(session).adjust("nurim", NOVEMBER, -1, "x", CLERK)
        stored = Corrections(session)
        with pytest.raises(PeriodError, match="not closed"):
            note(stored, -1)
    books.close()
    with Session(books.engine) as session, session.begin():
        stored = Corrections(session)
        assert [note(stored, amount).number for amount in (-100_000, -62_500)] == ["C2026-12-00001", "C2026-12-00002"]
        for amount, why in ((-1, "more than is left"), (0, "needs an amount")):
            with pytest.raises(PeriodError, match=why):
                note(stored, amount)
        assert stored.corrected(stored.statement("nurim", NOVEMBER)) == (-162_500, 0)


def note(stored: Corrections, supply: int) -> CorrectionRow:
    return stored.correct(
        stored.statement("nurim", NOVEMBER),
        month=DECEMBER,
        reason=CorrectionReason.MISTAKE,
        supply=supply,
        vat=0,
        note="금액 착오",
        actor=CLERK,
    )


def test_a_number_whose_transaction_fails_is_given_again(books: Books) -> None:
    books.settle()
    books.close()
    with Session(books.engine) as session:
        assert note(Corrections(session), -1).number == "C2026-12-00001"
        session.rollback()
    with Session(books.engine) as session, session.begin():
        assert note(Corrections(session), -1).number == "C2026-12-00001"


def test_another_tariff_changes_nothing_until_it_is_approved(books: Books) -> None:
    month_of_calls(books)
    books.settle()
    books.close()
    before = {company: (row.total, row.digest) for company, row in books.statements().items()}
    dearer = books.text.replace("base_fee = 50_000", "base_fee = 60_000").replace('"2026-01"', '"2030-01"')
    proposal = rerate(books.engine, NOVEMBER, read_text(dearer, "dearer.toml"), dearer, CLERK)
    assert proposal.differences == [
        {
            "company": company,
            "supply": [amount, amount + 10_000],
            "vat": [0, 0],
            "shares": {"company": [share, share], "government": [government, government]},
        }
        for company, amount, share, government in (
            ("hanbit", 162_500, 112_500, 262_500),
            ("nurim", 275_000, 225_000, 525_000),
            ("quiet", 162_500, 112_500, 262_500),
        )
    ]
    with Session(books.engine) as session:
        assert session.scalars(select(func.count()).select_from(CorrectionRow)).one() == 0
    notes = decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL).notes
    assert [(one.company, one.supply, one.number) for one in notes] == [
        ("hanbit", 10_000, "C2026-12-00001"),
        ("nurim", 10_000, "C2026-12-00002"),
        ("quiet", 10_000, "C2026-12-00003"),
    ]
    assert {company: (row.total, row.digest) for company, row in books.statements().items()} == before
    with pytest.raises(PeriodError, match="no open proposal"):
        decide_rerating(books.engine, proposal.id, approve=True, actor=CLERK, zone=SEOUL)
    assert rerate(books.engine, NOVEMBER, read_text(dearer, "dearer.toml"), dearer, CLERK).differences == []


def test_the_audit_cannot_be_changed(books: Books) -> None:
    books.settle()
    books.close()
    with Session(books.engine) as session:
        assert [(row.by, row.what, row.month) for row in session.scalars(select(AuditRow).order_by(AuditRow.id))] == [
            ("bill", "period.settled", "2026-11"),
            ("bill", "period.closed", "2026-11"),
        ]
    for change in ("UPDATE billing_audit SET what = 'x'", "DELETE FROM billing_audit"):
        with pytest.raises(DBAPIError, match="append-only"), Session(books.engine) as session, session.begin():
            session.execute(text(change))


def test_a_company_whose_adjustment_exceeds_its_statement_stops_the_month_with_the_reason(books: Books) -> None:
    with Session(books.engine) as session, session.begin():
        Periods(session).adjust("nurim", NOVEMBER, -1_000_000, "오류", CLERK)
    with pytest.raises(StatementError, match="nurim 2026-11: the adjustments take off more"):
        books.settle()
    with Session(books.engine) as session, session.begin():
        Periods(session).reopen(NOVEMBER, CLERK)
        Periods(session).adjust("nurim", NOVEMBER, 990_000, "정정", CLERK)
    assert books.settle().companies == 3


SETTLE = """
import sys
from tests.integration.settlement.conftest import Books
from callcenter.store.engine import open_sync_engine
import callcenter.settlement.months as months
months._SLICE = 5
print("begun", flush=True)
Books(open_sync_engine(sys.argv[1]), members=tuple(f"c-{n:03}" for n in range(400))).settle()
"""


def test_killed_at_any_time_and_repeated_it_comes_out_the_same(books: Books, database_url: str) -> None:
    at = ms("2026-11-10T10:00+09:00")
    books.members = tuple(f"c-{n:03}" for n in range(400))
    books.add(*(record(f"k-{n}", at + n, f"c-{n % 400:03}") for n in range(2000)))

    def done() -> int:
        with Session(books.engine) as session:
            row = session.get(PeriodRow, "2026-11")
            return row.entries if row else 0

    killed_at = []
    for enough in (1, 500, 1000):
        process = subprocess.Popen(
            [sys.executable, "-c", SETTLE, database_url],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
            env={**os.environ, "PYTHONPATH": "."},
        )
        deadline = time.monotonic() + 60
        while done() < enough and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed_at.append(done())
    assert 0 < killed_at[0] < 2000, killed_at
    settled = books.settle()
    assert (settled.companies, settled.entries) == (400, 2000)
    made = books.statements()
    assert len(made) == 400
    assert {row.records for row in made.values()} == {5}
    with Session(books.engine) as session:
        assert session.scalars(select(func.count()).select_from(UsageEntryRow)).one() == 2000
        assert session.scalars(select(func.count(func.distinct(StatementRow.company)))).one() == 400
        assert unlike(session, NOVEMBER) == []
    assert books.close() == 400
    assert json.dumps(sorted(row.number for row in books.statements().values())) == json.dumps(
        [f"2026-11-{n:05}" for n in range(1, 401)]
    )
