"""What each repository shows to whom, on both databases."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callcenter.ledger.record import Audio, CallRecord, Direction, EndedBy, Offer, Outcome, Via
from callcenter.store.engine import Sessions
from callcenter.store.figures import Figures, day_figures
from callcenter.store.models import CallRow, Role, TicketStatus, UserRow
from callcenter.store.records import Filters, Records
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.span import Span, day_span, month_span
from callcenter.store.tickets import Note, Tickets
from callcenter.store.users import Users

pytestmark = pytest.mark.integration
SEOUL = ZoneInfo("Asia/Seoul")
DAY = day_span(date(2026, 11, 30), SEOUL)
NURIM, HANBIT, CENTRE = OneCompany("nurim"), OneCompany("hanbit"), WholeCentre()


def record(call: str, company: str | None = "nurim", **changed: Any) -> CallRecord:
    """An answered call of the day's first minute, waiting 7 s, talking 30 s."""
    at = changed.pop("entered_at", DAY.since)
    values: dict[str, Any] = {
        "call": call, "company": company, "category": "kitchen", "group": "kitchen", "dnis": "07000000101",
        "caller": "01000000001", "direction": Direction.INBOUND, "via": Via.INBOUND, "entered_at": at,
        "queued_at": at + 8000, "answered_at": at + 15_000, "ended_at": at + 45_000, "greeting_ms": 8000,
        "wait_ms": 7000, "ring_ms": 3000, "talk_ms": 30_000, "agent": "1001", "agent_channel": "c",
        "offers": (Offer(agent="1001", at=at, status="ANSWER", ring_ms=3000),), "outcome": Outcome.ANSWERED,
        "ended_by": EndedBy.CALLER, "cause": 16, "recording": None,
        "caller_audio": Audio(loss=0.1, jitter_ms=4.0, rtt_ms=22.0, mos=4.3), "agent_audio": None,
        "reason": None, "product": None, "symptom": None, "result": None, "ticket": None,
    }  # fmt: skip
    return CallRecord(**values | changed)


def abandoned(call: str, wait_ms: int, **changed: Any) -> CallRecord:
    gone: dict[str, Any] = {"answered_at": None, "talk_ms": 0, "agent": None, "outcome": Outcome.ABANDONED_QUEUE}
    return record(call, **{**gone, "wait_ms": wait_ms, **changed})


async def store(made: Sessions, *records: CallRecord) -> None:
    async with made.begin() as session:
        for one in records:
            row = {field.name: getattr(one, field.name) for field in fields(CallRecord)}
            for name in ("caller_audio", "agent_audio"):
                row[name] = _plain(row[name])
            session.add(CallRow(**row | {"offers": [_plain(offer) for offer in one.offers]}))


def _plain(part: Any) -> Any:
    return part and {field.name: getattr(part, field.name) for field in fields(part)}


def calls(found: list[CallRecord]) -> list[str]:
    return [one.call for one in found]


async def test_a_record_comes_back_as_it_was_and_only_to_its_company(made: Sessions) -> None:
    await store(made, record("a"))
    async with made() as session:
        assert await Records(session, NURIM).get("a") == record("a")
        assert await Records(session, CENTRE).get("a") == record("a")
        assert await Records(session, HANBIT).get("a") is None


async def test_lists_are_paged_filtered_and_scoped(made: Sessions) -> None:
    mine = [record(f"n{n}", entered_at=DAY.since + n) for n in range(5)]
    await store(made, *mine, record("h", "hanbit", group="car"), record("x", entered_at=DAY.until))
    async with made() as session:
        page = await Records(session, CENTRE).page(DAY, limit=2, offset=1)
        assert (calls(page.records), page.total) == (["n3", "n2"], 6)
        page = await Records(session, CENTRE).page(DAY, Filters(group="car"))
        assert (calls(page.records), page.total) == (["h"], 1)
        page = await Records(session, HANBIT).page(DAY, Filters(company="nurim"))
        assert (page.records, page.total) == ([], 0)
        page = await Records(session, CENTRE).page(DAY, Filters(outcome=Outcome.LOST))
        assert page.total == 0


async def test_a_month_has_the_closed_calls_that_entered_in_it(made: Sessions) -> None:
    november = month_span(date(2026, 11, 1), SEOUL)
    last_moment = record("last", entered_at=november.until - 1)
    await store(
        made,
        last_moment,
        record("first", entered_at=november.since),
        record("december", entered_at=november.until),
        record("open", outcome=None, ended_at=None),
        record("theirs", "hanbit"),
        record("nobody's", None),
        # Charged as an interview, if at all.
        record("survey-7-31-1", direction=Direction.OUTBOUND, via=Via.CAMPAIGN),
        record("survey-7-32-1", direction=Direction.OUTBOUND, via=Via.TRANSFER),
    )
    async with made() as session:
        assert calls(await Records(session, NURIM).closed("nurim", november)) == ["first", "last"]
        assert await Records(session, HANBIT).closed("nurim", november) == []
        assert calls(await Records(session, CENTRE).unattributed(november)) == ["nobody's"]
        assert await Records(session, NURIM).unattributed(november) == []


async def test_a_callers_earlier_calls_are_those_to_the_same_company(made: Sessions) -> None:
    await store(
        made,
        record("old", entered_at=DAY.since - 9),
        record("older", entered_at=DAY.since - 99),
        record("other company", "hanbit", entered_at=DAY.since - 5),
        record("other caller", caller="01000000002", entered_at=DAY.since - 5),
        record("withheld", caller="", entered_at=DAY.since - 5),
        record("now"),
    )
    async with made() as session:
        found = Records(session, CENTRE)
        assert calls(await found.earlier("nurim", "01000000001", before=DAY.since, but="")) == ["old", "older"]
        assert calls(await found.earlier("nurim", "01000000001", before=DAY.since, but="old")) == ["older"]
        assert await found.earlier("nurim", "", before=DAY.since, but="") == []


async def test_day_figures_count_every_call_once(made: Sessions) -> None:
    nothing = {"queued_at": None, "group": None}
    await store(
        made,
        record("on time", wait_ms=20_000),
        record("late", wait_ms=20_001),
        record("rings", outcome=None, answered_at=None, ended_at=None, wait_ms=0, talk_ms=0),
        abandoned("waits", 30_000),
        abandoned("rung", 5000, outcome=Outcome.ABANDONED_RINGING),
        abandoned("short", 4999),
        abandoned("greeted", 0, outcome=Outcome.ABANDONED_GREETING, **nothing),
        abandoned("closed", 0, outcome=Outcome.CLOSED, **nothing),
        record("theirs", "hanbit", wait_ms=1000),
        record("tomorrow's", entered_at=DAY.until),
        record("survey-7-31-1", direction=Direction.OUTBOUND, via=Via.CAMPAIGN),
        abandoned("survey-7-32-1", 9000, direction=Direction.OUTBOUND, via=Via.TRANSFER),
    )
    async with made() as session:
        rows = await day_figures(session, CENTRE, DAY)
        own = await day_figures(session, NURIM, DAY)
    assert [(row.company, row.group) for row in own] in (
        [("nurim", "kitchen"), ("nurim", None)],
        [("nurim", None), ("nurim", "kitchen")],
    )
    kitchen = next(row for row in own if row.group == "kitchen")
    assert kitchen == Figures(
        company="nurim", group="kitchen", entered=6, offered=5, answered=2, answered_in_time=1, abandoned=3,
        abandoned_short=1, wait_ms=40_001, talk_ms=60_000,
    )  # fmt: skip
    assert kitchen.service_level == 1 / 4
    assert kitchen.answer_rate == 2 / 5
    assert kitchen.average_wait_ms == 20_000
    total = sum(rows, Figures())
    assert (total.entered, total.answered, total.abandoned_greeting) == (9, 3, 1)
    assert Figures().service_level is None


async def test_a_ticket_is_opened_continued_and_found_again_by_its_own_company_only(made: Sessions) -> None:
    note = Note(at=1000, call="c1", agent="1001", reason="fault", text="no power", result="visit")
    async with made.begin() as session:
        ticket = await Tickets(session, CENTRE).open(
            "nurim", note, customer_name="홍길동", customer_phone="01000000001", product="mixer", symptom="no power"
        )
        number = ticket.number
    again = Note(at=2000, call="c2", agent="1002", reason="usage", text="works", result="told")
    async with made.begin() as session:
        await Tickets(session, NURIM).append(number, again, status=TicketStatus.CLOSED)
        with pytest.raises(LookupError):
            await Tickets(session, HANBIT).append(number, again)
        with pytest.raises(PermissionError):
            await Tickets(session, HANBIT).open(
                "nurim", note, customer_name="", customer_phone="", product="", symptom=""
            )
    async with made.begin() as session:
        mine, theirs = Tickets(session, NURIM), Tickets(session, HANBIT)
        assert [entry.call for entry in await mine.history(number)] == ["c1", "c2"]
        assert await theirs.history(number) == []
        assert await theirs.get(number) is None
        assert await mine.open_of("nurim", "01000000001") == []
        await mine.append(number, again)
        assert [found.number for found in await mine.open_of("nurim", "01000000001")] == [number]
        assert await mine.open_of("nurim", "") == []
        assert [found.number for found in await mine.page(status=TicketStatus.OPEN)] == [number]
        assert await theirs.page() == []


async def test_users_are_saved_and_a_company_sees_its_own(made: Sessions) -> None:
    def user(login: str, company: str | None, name: str = "x") -> UserRow:
        return UserRow(
            login=login, name=name, role=Role.COMPANY, company=company, agent=None, password_hash="h", language="ko"
        )

    async with made.begin() as session:
        for one in (user("n", "nurim"), user("h", "hanbit"), user("boss", None)):
            await Users(session, CENTRE).save(one)
    async with made.begin() as session:
        await Users(session, CENTRE).save(user("n", "nurim", "changed"))
    async with made() as session:
        assert [u.login for u in await Users(session, CENTRE).all()] == ["boss", "h", "n"]
        assert [u.name for u in await Users(session, NURIM).all()] == ["changed"]
        assert await Users(session, NURIM).get("h") is None


def test_a_scope_without_its_company_is_refused() -> None:
    with pytest.raises(ValueError, match="WholeCentre"):
        OneCompany("")


def test_spans_are_local_days_and_months() -> None:
    assert Span(1_793_458_800_000, 1_796_050_800_000) == month_span(date(2026, 11, 15), SEOUL)
    assert DAY.until - DAY.since == 24 * 3600 * 1000
