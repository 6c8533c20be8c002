"""PostgreSQL is really killed while a month is settled and closed: nothing is charged twice, nothing lost."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from billing.contracts.events import MoneyEvent
from callcenter.jobs.settlement import patiently
from callcenter.settlement.again import unlike
from callcenter.store.contract_books import Contract, Contracts
from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import upgrade
from callcenter.store.periods import Actor
from callcenter.store.settlement_models import StatementRow, UsageEntryRow
from callcenter.store.settling import EntryValues, Settling
from tests.integration.servers import PostgreSQL, postgresql_server
from tests.integration.settlement.conftest import NOVEMBER, Books, ms, record
from tests.integration.settlement.test_contracts import account, contract

pytestmark = pytest.mark.integration
CALLS, COMPANIES = 600, 20
#: A worker waits longer; here the server is away for a second or two.
PAUSES_S = (0.3,) * 100


@pytest.fixture
def server() -> Iterator[PostgreSQL]:
    with postgresql_server() as running:
        upgrade(running.url)
        yield running


@pytest.fixture
def books(server: PostgreSQL) -> Iterator[Books]:
    engine = open_sync_engine(server.url)
    yield Books(engine, members=tuple(f"c-{n:02}" for n in range(COMPANIES)))
    engine.dispose()


@dataclass(frozen=True)
class Middle:
    """Where the worker stands while the server dies under it."""

    reached: threading.Event = field(default_factory=threading.Event)
    gone: threading.Event = field(default_factory=threading.Event)

    def stand(self) -> None:
        """The worker is here; it goes on without a server."""
        self.reached.set()
        assert self.gone.wait(120)


def lost_and_back(server: PostgreSQL, work: Callable[[], object], middle: Middle) -> None:
    """The worker is in the middle of it when the server dies; it waits, and does the rest."""
    with ThreadPoolExecutor(1) as worker:
        done = worker.submit(patiently, work, PAUSES_S)
        assert middle.reached.wait(120)
        server.kill()
        middle.gone.set()
        server.start()
        done.result(timeout=180)


def test_lost_in_mid_settle_and_in_mid_close(server: PostgreSQL, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    at = ms("2026-11-10T10:00+09:00")
    books.add(*(record(f"k-{n}", at + n, f"c-{n % COMPANIES:02}") for n in range(CALLS)))
    contracts = [contract(books, company, date(2026, 3, 1)) for company in books.members]
    monkeypatch.setattr("callcenter.settlement.months._SLICE", 20)
    middle = Middle()
    slices: list[int] = []
    add = Settling.add_entries

    def added(self: Settling, rows: list[EntryValues]) -> None:
        slices.append(len(rows))
        if len(slices) == 5:
            # What the slice had written is lost with the server.
            add(self, rows)
            middle.stand()
            return
        add(self, rows)

    monkeypatch.setattr(Settling, "add_entries", added)
    lost_and_back(server, books.settle, middle)
    assert slices.count(20) == CALLS // 20 + 1, "the slice in which the server died was done again, no other"
    made = books.statements()
    assert {company: row.records for company, row in made.items()} == dict.fromkeys(books.members, CALLS // COMPANIES)
    with Session(books.engine) as session:
        assert session.scalars(select(func.count()).select_from(UsageEntryRow)).one() == CALLS
        assert unlike(session, NOVEMBER) == []

    middle = Middle()
    entered: list[int] = []
    enter = Contracts.enter

    def enters(self: Contracts, one: Contract, event: MoneyEvent, actor: Actor) -> None:
        enter(self, one, event, actor)
        entered.append(1)
        if len(entered) == 7:
            self._session.flush()
            middle.stand()

    monkeypatch.setattr(Contracts, "enter", enters)
    lost_and_back(server, books.close, middle)
    # Entries go to the server together, so its loss is felt once all are made.
    assert len(entered) == 2 * COMPANIES, "closing is one transaction: it began anew"
    assert [len(account(books, number).charges) for number in contracts] == [1] * COMPANIES
    with Session(books.engine) as session:
        numbers = list(session.scalars(select(StatementRow.number).order_by(StatementRow.number)))
    assert numbers == [f"2026-11-{n:05}" for n in range(1, COMPANIES + 1)]
    assert books.close() == 0


def test_one_that_stays_away_is_told_as_such(server: PostgreSQL, books: Books) -> None:
    server.kill()
    try:
        with pytest.raises(OperationalError):
            patiently(books.settle, (0.01,))
    finally:
        server.start()
    assert books.settle().companies == COMPANIES
