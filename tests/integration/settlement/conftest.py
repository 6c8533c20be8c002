"""A centre's books on SQLite and PostgreSQL: call records in, statements out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from billing.month import Month
from billing.tariff import Tariff
from callcenter.settlement.closing import close_month
from callcenter.settlement.months import Settled, settle_month
from callcenter.store.engine import open_sync_engine
from callcenter.store.models import CallRow
from callcenter.store.periods import Actor
from callcenter.store.settlement_models import StatementRow, UsageEntryRow
from callcenter.tariffs import read_text

SEOUL = ZoneInfo("Asia/Seoul")
EXAMPLES = Path(__file__).parents[3] / "callcenter" / "example" / "tariffs"
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)
MEMBERS = ("hanbit", "nurim", "quiet")


def ms(written: str) -> int:
    return int(datetime.fromisoformat(written).timestamp() * 1000)


def record(call: str, entered: str | int, company: str | None = "nurim", **columns: Any) -> dict[str, Any]:
    """An answered call of a minute."""
    at = entered if isinstance(entered, int) else ms(entered)
    talk = columns.pop("talk_ms", 60_000)
    return {
        "call": call,
        "company": company,
        "dnis": "07000000101",
        "caller": "01012345678",
        "direction": "inbound",
        "via": "inbound",
        "entered_at": at,
        "queued_at": at,
        "answered_at": at + 5_000,
        "ended_at": at + 5_000 + talk,
        "greeting_ms": 0,
        "wait_ms": 5_000,
        "ring_ms": 0,
        "talk_ms": talk,
        "offers": [],
        "outcome": "answered",
        **columns,
    }


@dataclass
class Books:
    """The database and what is done with it."""

    engine: Engine
    text: str = (EXAMPLES / "2026-01.toml").read_text(encoding="utf-8")
    members: tuple[str, ...] = MEMBERS

    @property
    def tariff(self) -> Tariff:
        return read_text(self.text, "2026-01.toml")

    def add(self, *rows: dict[str, Any], table: Any = CallRow) -> None:
        with Session(self.engine) as session, session.begin():
            session.execute(table.__table__.insert(), list(rows))

    def settle(self, month: Month = NOVEMBER, at: str = "2027-01-02T09:00+09:00") -> Settled:
        return settle_month(
            self.engine,
            month,
            tariff=self.tariff,
            text=self.text,
            members=self.members,
            zone=SEOUL,
            actor=Actor(by="bill", at=ms(at)),
        )

    def close(self, month: Month = NOVEMBER) -> int:
        with Session(self.engine) as session, session.begin():
            actor = Actor(by="bill", at=ms("2027-01-02T10:00+09:00"))
            return close_month(session, month, actor=actor, zone=SEOUL)[0]

    def statements(self, month: Month = NOVEMBER) -> dict[str, StatementRow]:
        with Session(self.engine, expire_on_commit=False) as session:
            rows = session.scalars(select(StatementRow).where(StatementRow.month == str(month)))
            return {row.company: row for row in rows}

    def entries(self) -> dict[str, UsageEntryRow]:
        with Session(self.engine, expire_on_commit=False) as session:
            return {row.call: row for row in session.scalars(select(UsageEntryRow))}


@pytest.fixture
def books(database_url: str) -> Iterator[Books]:
    engine = open_sync_engine(database_url)
    yield Books(engine)
    engine.dispose()
