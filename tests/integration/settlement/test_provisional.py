"""What an open month would come to if it were closed now: to the clerk, to the company, and by closing it."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from callcenter.settlement.digest import digest_of
from callcenter.settlement.provisional import Provisional, provisional
from callcenter.statements import Shown, open_statement
from callcenter.store.engine import open_engine, open_sync_engine, sessions
from callcenter.store.periods import Periods
from callcenter.store.settlement_models import UsageEntryRow
from tests.integration.settlement.conftest import DECEMBER, SEOUL, Books, ms, record
from tests.integration.settlement.test_contracts import CLERK, contract, faults

pytestmark = pytest.mark.integration


def entry(call: str, at: str, kind: str, outcome: str, company: str = "nurim") -> dict[str, Any]:
    """Usage that is no call record and waits for its statement."""
    began, length = ms(at), 0 if kind == "transfer" else 60_000
    return {
        "call": call, "kind": kind, "company": company, "at": began, "ended_at": began + length, "talk_ms": length,
        "outcome": outcome, "caller": "", "line": None,
    }  # fmt: skip


def clerk_sees(books: Books) -> Provisional:
    return provisional(books.engine, DECEMBER, tariff=books.tariff, members=books.members, zone=SEOUL)


def company_sees(books: Books, company: str) -> Shown:
    async def ask() -> Shown:
        engine = open_engine(books.engine.url.render_as_string(hide_password=False).replace("pysqlite", "aiosqlite"))
        try:
            async with sessions(engine)() as session:
                return await open_statement(session, books.tariff, company=company, month=DECEMBER, zone=SEOUL)
        finally:
            await engine.dispose()

    return asyncio.run(ask())


def rows(books: Books) -> Counter[str]:
    """How many rows the tables of billing have."""
    names = ("statement", "statement_line", "usage_entry", "billing_period", "billing_fault", "billing_audit")
    with books.engine.connect() as connection:
        return Counter({name: connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in names})  # noqa: S608


def two_months(books: Books) -> None:
    """Everything that a month can hold, and something late of the month before."""
    contract(books, "hanbit", date(2026, 12, 11))
    books.add(record("n-1", "2026-11-30T23:59:59.999+09:00"), record("h-0", "2026-11-10T10:00+09:00", "hanbit"))
    books.settle()
    books.close()
    books.add(record("late", "2026-11-20T10:00+09:00"), record("new", "2026-11-20T10:00+09:00", "newcomer"))
    books.add(*(record(f"d-{n}", ms("2026-12-01T00:00+09:00") + n * 60_000, caller=str(n)) for n in range(198)))
    books.add(
        record("d-lost", "2026-12-02T10:00+09:00", outcome="abandoned_queue", talk_ms=0),
        record("d-open", "2026-12-02T10:00+09:00", outcome=None, ended_at=None),
        record("d-odd", "2026-12-02T10:00+09:00", talk_ms=-5),
        record("h-1", "2026-12-10T23:59:59.999+09:00", "hanbit"),
        record("h-2", "2026-12-11T00:00+09:00", "hanbit"),
        record("next", "2027-01-01T00:00+09:00"),
    )
    books.add(
        *(entry(f"s-{n}", "2026-12-03T10:00+09:00", "survey", "completed") for n in range(4)),
        entry("s-old", "2026-11-28T10:00+09:00", "survey", "completed", "quiet"),
        entry("d-1/2", "2026-12-01T00:01+09:00", "transfer", "answered"),
        entry("m-1", "2026-12-03T10:00+09:00", "sms", "sent"),
        entry("s-next", "2027-01-01T00:00+09:00", "survey", "completed"),
        table=UsageEntryRow,
    )
    with Session(books.engine) as session, session.begin():
        Periods(session).adjust("nurim", DECEMBER, -10_000, "장애 보상", CLERK)


def test_clerk_and_company_see_before_to_the_byte_what_closing_makes(books: Books) -> None:
    two_months(books)
    before = rows(books)
    seen = clerk_sees(books)
    shown = {company: company_sees(books, company) for company in seen.statements}
    assert rows(books) == before, "looking stores nothing"
    books.settle(DECEMBER)
    made = books.statements(DECEMBER)
    assert set(seen.statements) == set(made) == {"hanbit", "newcomer", "nurim", "quiet"}
    for company, row in made.items():
        assert digest_of(seen.statements[company]) == row.digest, company
        assert digest_of(shown[company].statement) == row.digest, company
    # 198 calls and the late one leave room for one of four responses.
    assert (made["nurim"].counted, made["nurim"].total) == (200, 152_500)
    assert (made["quiet"].counted, made["newcomer"].counted, made["hanbit"].days) == (1, 1, 21)
    assert seen.faults == faults(books, DECEMBER) == {("nurim", "talk_negative"): 1, ("hanbit", "before_contract"): 2}
    assert sum(one.supply + one.vat for one in seen.told()) == sum(row.total for row in made.values())


def test_what_the_month_before_left_is_its_own_until_it_is_closed(books: Books) -> None:
    books.add(record("n-1", "2026-11-10T10:00+09:00"), record("d-1", "2026-12-01T00:00+09:00"))
    books.add(entry("s-old", "2026-11-28T10:00+09:00", "survey", "completed"), table=UsageEntryRow)
    for settle in (False, True):
        if settle:
            books.settle()
        assert clerk_sees(books).statements["nurim"].counted == 1
        assert company_sees(books, "nurim").statement.counted == 1


def test_many_slices_and_repeats_come_to_the_same(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.text = books.text.replace(
        '[[rule]]\nid = "answered"',
        '[[rule]]\nid = "repeat"\nname = "반복"\nname_en = "Repeats"\nkinds = ["inbound"]\noutcomes = ["answered"]\n'
        'repeat_within_minutes = 10\ncharge = "nothing"\n\n[[rule]]\nid = "answered"',
    )
    monkeypatch.setattr("callcenter.settlement.provisional._SLICE", 7)
    start = ms("2026-12-05T10:00+09:00")
    books.add(*(record(f"d-{n:03}", start + n // 3 * 60_000, caller=str(n % 5)) for n in range(60)))
    books.add(
        *(entry(f"s-{n}", f"2026-12-05T10:{n:02}+09:00", "survey", "completed") for n in range(9)), table=UsageEntryRow
    )
    seen = clerk_sees(books).statements["nurim"]
    books.settle(DECEMBER)
    assert 9 < seen.counted < 60
    assert digest_of(seen) == books.statements(DECEMBER)["nurim"].digest


def test_whom_an_adjustment_takes_below_zero_is_named_and_the_others_are_computed(books: Books) -> None:
    with Session(books.engine) as session, session.begin():
        Periods(session).adjust("nurim", DECEMBER, -1_000_000, "오류", CLERK)
    seen = clerk_sees(books)
    assert (seen.impossible, set(seen.statements)) == (("nurim",), {"hanbit", "quiet"})


def test_it_asks_the_database_as_often_for_500_companies_as_for_five(books: Books) -> None:
    if books.engine.dialect.name != "sqlite":
        pytest.skip("the same queries; SQLite tells of each")
    asked: list[str] = []
    engine = open_sync_engine(str(books.engine.url))
    event.listen(engine, "connect", lambda connection, _: connection.set_trace_callback(asked.append))
    counts = []
    # A connection is opened at the first look.
    provisional(engine, DECEMBER, tariff=books.tariff, members=(), zone=SEOUL)
    for companies in (5, 500):
        books.add(*(record(f"c-{companies}-{n}", "2026-12-05T10:00+09:00", f"c-{n:03}") for n in range(companies)))
        asked.clear()
        found = provisional(engine, DECEMBER, tariff=books.tariff, members=(), zone=SEOUL)
        assert len(found.statements) == companies
        counts.append(len(asked))
    engine.dispose()
    assert counts[0] == counts[1] > 3
