"""Volume, handling and comings and goings as both databases count them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from callcenter.calls.journal import Kind
from callcenter.centre import Centre
from callcenter.ledger.record import Outcome
from callcenter.staffing.plan import Lack
from callcenter.staffing.read_plan import read_plan
from callcenter.store.call_history import QUARTER_MS, Handling, handling, quarter_counts
from callcenter.store.engine import Sessions
from callcenter.store.models import COMINGS_AND_GOINGS, EventRow
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.span import Span, day_span
from callcenter.store.working_time import comings_and_goings
from tests.unit.calls.script import centre
from tests.web_centre import record

pytestmark = pytest.mark.integration
SEOUL = ZoneInfo("Asia/Seoul")
MONDAY = date(2026, 11, 23)
DAY = day_span(MONDAY, SEOUL)
QUARTER = DAY.since // QUARTER_MS


def gone(call: str, **changed: Any) -> Any:
    """A caller who gave up in the queue after 40 s."""
    left = {"outcome": Outcome.ABANDONED_QUEUE, "answered_at": None, "agent": None, "talk_ms": 0, "wait_ms": 40_000}
    return record(call, **left | changed)


async def store(made: Sessions, *rows: Any) -> None:
    async with made.begin() as session:
        session.add_all(rows)


async def test_calls_count_in_the_quarter_hour_in_which_they_joined_a_queue(made: Sessions) -> None:
    since = DAY.since
    await store(
        made,
        record("a", entered_at=since),
        record("b", entered_at=since + QUARTER_MS - 8_001),
        gone("c", entered_at=since + QUARTER_MS - 8_000),
        record("d", entered_at=since, group="car", company="hanbit"),
        record("menu", entered_at=since, queued_at=None, answered_at=None, outcome=Outcome.ABANDONED_GREETING),
        record("nobody's", entered_at=since, group=None),
        record("before", entered_at=since - 1),
        record("after", entered_at=DAY.until),
    )
    async with made() as session:
        counted = sorted(await quarter_counts(session, WholeCentre(), DAY))
        assert counted == [("car", QUARTER, 1), ("kitchen", QUARTER, 2), ("kitchen", QUARTER + 1, 1)]
        assert await quarter_counts(session, OneCompany("hanbit"), DAY) == [("car", QUARTER, 1)]


async def test_handling_and_patience_are_sums_over_ended_calls(made: Sessions) -> None:
    since = DAY.since
    await store(
        made,
        record("a", entered_at=since, wait_ms=7_000, ring_ms=3_000, talk_ms=30_000),
        gone("b", entered_at=since),
        gone("c", entered_at=since, outcome=Outcome.ABANDONED_RINGING, wait_ms=5_000),
        record("closing", entered_at=since, outcome=Outcome.CLOSED, answered_at=None, wait_ms=60_000, talk_ms=0),
        record("open", entered_at=since, outcome=None, ended_at=None, wait_ms=99_000),
    )
    async with made() as session:
        assert await handling(session, WholeCentre(), DAY) == {
            "kitchen": Handling(answered=1, busy_ms=33_000, abandoned=2, wait_ms=112_000)
        }
        assert await handling(session, OneCompany("hanbit"), DAY) == {}


def event(kind: Kind, at: int, agent: str = "1001", **data: Any) -> EventRow:
    return EventRow(key=f"{agent}:{kind}:{at}", at=at, kind=kind.value, call=None, agent=agent, data=data)


async def test_comings_and_goings_come_by_an_index_of_their_own(made: Sessions) -> None:
    await store(
        made,
        event(Kind.PEAK_LEFT, DAY.since + 5, came=DAY.since),
        event(Kind.PEAK_CAME, DAY.since, until=DAY.since + 9),
        event(Kind.READY, DAY.since + 1),
        event(Kind.LOGGED_IN, DAY.since + 2),
        event(Kind.PEAK_LEFT, DAY.until),
    )
    async with made() as session:
        told = await comings_and_goings(session, DAY, (Kind.PEAK_CAME, Kind.PEAK_LEFT))
        assert [(entry.kind, entry.data) for entry in told] == [
            (Kind.PEAK_CAME, {"until": DAY.since + 9}),
            (Kind.PEAK_LEFT, {"came": DAY.since}),
        ]
        kinds = ", ".join(f"'{kind.value}'" for kind in COMINGS_AND_GOINGS)
        explain = "EXPLAIN"
        if session.get_bind().dialect.name == "sqlite":
            explain = "EXPLAIN QUERY PLAN"
        else:
            await session.execute(text("SET enable_seqscan = off"))
        asked = f"{explain} SELECT * FROM event WHERE kind IN ({kinds}) AND at >= 1"  # noqa: S608 (our own words)
        found = await session.execute(text(asked))
        assert "ix_event_comings_and_goings" in str(found.all())


def small_centre() -> Centre:
    return centre({"1002": {"peak": True}})


async def test_a_plan_comes_from_earlier_days_only(made: Sessions) -> None:
    calls = []
    for back in range(1, 6):
        day = day_span(MONDAY - timedelta(weeks=back), SEOUL)
        for n in range(60):
            entered = day.since + 10 * 3_600_000 + n * 1000
            make = gone if n % 6 == 0 else record
            calls.append(make(f"{back}-{n}", entered_at=entered))
        calls.append(event(Kind.LOGGED_IN, day.since + 9 * 3_600_000))
        calls.append(event(Kind.LOGGED_OUT, day.since + 18 * 3_600_000))
    today = [record(f"today-{n}", entered_at=DAY.since + 10 * 3_600_000 + n) for n in range(500)]
    await store(made, *calls, *today)
    evening = datetime(2026, 11, 23, 11, tzinfo=UTC)
    async with made() as session:
        found = await read_plan(session, small_centre(), MONDAY, evening)
    pool = found.pools[0]
    assert (found.lacks, found.alike, found.recorded) == ((), 5, 5)
    assert (pool.expected[40], pool.came[40]) == (pytest.approx(60), 500)
    assert (pool.aht_s, pool.patience_s) == (pytest.approx(53), pytest.approx((50 * 7 + 10 * 40) / 10))
    need = pool.needs[40]
    assert need.needed > need.regular == 1


async def test_an_empty_ledger_says_what_it_lacks(made: Sessions) -> None:
    async with made() as session:
        found = await read_plan(session, small_centre(), MONDAY, datetime(2026, 11, 23, tzinfo=UTC))
    assert found.lacks == (Lack.NO_HISTORY, Lack.NO_HANDLE_TIME, Lack.NO_PATIENCE, Lack.NO_ATTENDANCE)
    assert await _handled(made) == {}


async def _handled(made: Sessions) -> dict[str, Handling]:
    async with made() as session:
        return await handling(session, WholeCentre(), Span(0, DAY.until))
