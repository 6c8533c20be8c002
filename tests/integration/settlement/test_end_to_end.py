"""From what the controller writes down to the paper that a company gets, past midnight and the month's end.

Every figure on the paper is checked against a computation of the test's own, from the calls as they were made.
"""

from __future__ import annotations

import io
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from pathlib import Path
from threading import Event

import pytest
from pypdf import PdfReader
from redis import Redis
from sqlalchemy.orm import Session

from billing.month import Month
from billing.words import Language
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.ledger.writer import LedgerWriter
from callcenter.settlement.again import opened, unlike
from callcenter.settlement.pdf import Sheet, statement_pdf
from callcenter.store.corrections import Corrections
from tests.integration.ledger.town_of_calls import write_journal
from tests.integration.settlement.conftest import DECEMBER, NOVEMBER, SEOUL, Books

pytestmark = pytest.mark.integration


@dataclass(frozen=True)
class Made:
    """A call as it was made."""

    number: int
    at: datetime
    talk_s: int
    answered: bool = True

    @property
    def ended(self) -> datetime:
        return self.at + timedelta(seconds=10 + self.talk_s)

    def entries(self) -> list[Entry]:
        start = round(self.at.timestamp() * 1000)
        call = f"cc-{start // 1000}.{self.number}"

        def told(kind: Kind, seconds: float, **data: Json) -> Entry:
            at = start + round(seconds * 1000)
            return Entry(key=f"{call}:{kind}:{at}", kind=kind, at=at, call=call, data=data)

        found = [
            told(Kind.ENTERED, 0, dnis="07000000101", caller=f"010{self.number:08}", channel="x", via="inbound"),
            told(Kind.IDENTIFIED, 0.01, company="nurim", category="kitchen", group="kitchen", how="dnis"),
            told(Kind.QUEUED, 4, group="kitchen", position=1),
        ]
        if not self.answered:
            return [*found, told(Kind.ENDED, 10 + self.talk_s, by="caller", cause=16, stage="queue")]
        return [
            *found,
            told(Kind.OFFERED, 5, group="kitchen", agent="1001"),
            told(Kind.ANSWERED, 10, agent="1001", agent_channel=f"{call}-a"),
            told(Kind.ENDED, 10 + self.talk_s, by="caller", cause=16, stage="talking"),
        ]


def seoul(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=SEOUL)


EDGES = [
    Made(1, seoul("2026-10-31T23:59:59.990"), 120),
    Made(2, seoul("2026-11-01T00:00:00.000"), 61),
    Made(3, seoul("2026-11-15T23:59:58.000"), 300),
    Made(4, seoul("2026-11-30T23:58:00.000"), 3_900),
    Made(5, seoul("2026-11-30T23:59:59.999"), 45),
    Made(6, seoul("2026-12-01T00:00:00.000"), 45),
    Made(7, seoul("2026-11-30T23:59:00.000"), 90, answered=False),
]
DAYTIME = [
    Made(100 + n, seoul("2026-11-02T09:00") + timedelta(minutes=37 * n), 30 + n % 400, answered=n % 11 != 0)
    for n in range(225)
]
LATE = Made(900, seoul("2026-11-30T22:00"), 77)


def ledger(redis_url: str, books: Books, folder: Path) -> None:
    """Everything that waits in the journal, into the database by the real writer."""
    with Redis.from_url(redis_url) as redis:
        writer = LedgerWriter(redis, books.engine, spool=folder / "spool", queue_log=folder / "queue_log")
        writer.prepare()
        while writer.step():
            pass
        stopped = Event()
        stopped.set()
        # Closes its files.
        writer.run(stopped)


def paper(books: Books, month: Month) -> str:
    with Session(books.engine) as session:
        row = Corrections(session).statement("nurim", month)
        made, usage = opened(session, row, SEOUL)
        sheet = Sheet(centre="공동 A/S센터", company="누림전자", number=row.number, language=Language.KO)
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(statement_pdf(made, usage, sheet))).pages)


def company_pays(text: str, counted: int) -> dict[str, int]:
    """By hand from the tariff's words: integers and one fraction, nothing of the product's."""
    tariff = tomllib.loads(text)
    (agents,) = [
        Fraction(band["agents"]) for band in tariff["band"] if band["first"] <= counted <= band.get("last", 10**9)
    ]
    labour = agents * tariff["labour"]["agent_per_year"] / 12
    share = labour * Fraction(tariff["payer"][0]["share"])
    supply = int(share) + tariff["base_fee"]
    vat = supply // 10
    return {
        "labour": int(labour),
        "share": int(share),
        "government": int(labour) - int(share),
        "vat": vat,
        "total": supply + vat,
    }


async def test_calls_over_a_months_end_are_on_paper_to_the_won(books: Books, redis_url: str, tmp_path: Path) -> None:
    books.text = books.text.replace("charged = false", "charged = true")
    calls = [*EDGES, *DAYTIME]
    entries = [entry for call in calls for entry in call.entries()]
    await write_journal(redis_url, entries)
    # The same entries again: an import that was repeated.
    await write_journal(redis_url, entries[:300])
    # The late call's beginning is known, its end comes after the month was closed.
    await write_journal(redis_url, LATE.entries()[:-1])
    ledger(redis_url, books, tmp_path)

    books.settle(at="2026-12-02T09:00+09:00")
    books.close()
    text = paper(books, NOVEMBER)

    here = [call for call in calls if seoul("2026-11-01T00:00") <= call.at < seoul("2026-12-01T00:00")]
    answered = [call for call in here if call.answered]
    due = company_pays(books.text, len(answered))
    assert 200 < len(answered) < 400
    for what, amount in due.items():
        assert f"{amount:,} 원" in text, what
    assert f"{len(answered)} 콜" in text
    talk = sum(call.talk_s for call in answered)
    minutes = (Fraction(talk, 60) * 10 + Fraction(1, 2)).__floor__()
    assert f"{minutes // 10:,}.{minutes % 10} 분" in text
    at_once = max(sum(other.at <= call.at < other.ended for other in here) for call in here)
    assert f"{at_once} 회선" in text
    listed = re.findall(r"\b(\d\d-\d\d \d\d:\d\d:\d\d)\b", text)
    assert sorted(listed) == sorted(call.at.strftime("%m-%d %H:%M:%S") for call in here)

    await write_journal(redis_url, LATE.entries()[-1:])
    ledger(redis_url, books, tmp_path)
    books.settle(DECEMBER, at="2027-01-02T09:00+09:00")
    books.close(DECEMBER)
    december = paper(books, DECEMBER)
    assert "2 콜" in december
    assert re.findall(r"\b(\d\d-\d\d \d\d:\d\d:\d\d)\b", december) == ["11-30 22:00:00", "12-01 00:00:00"]
    assert f"{company_pays(books.text, 2)['total']:,} 원" in december
    assert paper(books, NOVEMBER) == text, "what was closed stays as it was"
    with Session(books.engine) as session:
        assert unlike(session, NOVEMBER) == unlike(session, DECEMBER) == []
