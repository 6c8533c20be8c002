"""The ledger with real Redis, SQLite and PostgreSQL, killed wherever it can be."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import func, select, text

from callcenter.calls.journal import Entry, Kind
from callcenter.journal import STREAM
from callcenter.ledger.fold import fold
from callcenter.ledger.record import CallRecord
from callcenter.ledger.spool import Spool
from callcenter.ledger.writer import LedgerWriter
from callcenter.store.engine import open_engine, open_sync_engine, sessions
from callcenter.store.models import EventRow, QueueLogRow
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span
from tests.integration.ledger import dying_ledger
from tests.integration.ledger.town_of_calls import (
    FIRST,
    agent_entries,
    call_entries,
    unacknowledged,
    write_journal,
    write_spool,
)

pytestmark = pytest.mark.integration
EVER = Span(0, 2**53)


def run_until(redis_url: str, database_url: str, folder: Path, done: Callable[[], bool]) -> None:
    """A healthy ledger until everything is in."""
    stopped = threading.Event()
    redis = Redis.from_url(redis_url, socket_timeout=None)
    engine = open_sync_engine(database_url)
    ledger = LedgerWriter(redis, engine, spool=folder / "spool", queue_log=folder / "queue_log")
    working = threading.Thread(target=ledger.run, args=(stopped,))
    working.start()
    try:
        for _ in range(300):
            if done() or not working.is_alive():
                break
            stopped.wait(0.05)
        assert done()
    finally:
        stopped.set()
        working.join()
        engine.dispose()
        redis.close()


def dies(point: str, redis_url: str, database_url: str, folder: Path) -> None:
    """A ledger that is killed at this point."""
    program = [sys.executable, dying_ledger.__file__, point, redis_url, database_url, str(folder)]
    assert subprocess.run(program, check=False, timeout=60).returncode == -signal.SIGKILL, point


async def records(database_url: str) -> dict[str, CallRecord]:
    engine = open_engine(database_url)
    async with sessions(engine)() as session:
        page = await Records(session, WholeCentre()).page(EVER, limit=10_000)
    await engine.dispose()
    return {record.call: record for record in page.records}


def count(database_url: str, table: type) -> int:
    engine = open_sync_engine(database_url)
    with engine.connect() as connection:
        found = connection.scalar(select(func.count()).select_from(table))
    engine.dispose()
    return found or 0


def expected(folder: Path, numbers: range) -> dict[str, CallRecord]:
    """What the records must be: the fold of everything that was written down."""
    told: dict[str, list[Entry]] = {}
    lines, _ = Spool(folder / "spool").read({})
    for entry in [e for n in numbers for e in call_entries(n)] + lines:
        assert entry.call
        told.setdefault(entry.call, []).append(entry)
    return {call: fold(entries) for call, entries in told.items()}


async def test_what_is_written_down_becomes_records(redis_url: str, database_url: str, tmp_path: Path) -> None:
    write_spool(tmp_path / "spool", range(50))
    await write_journal(redis_url, [e for n in range(50) for e in call_entries(n)] + agent_entries())
    wanted = expected(tmp_path, range(50))
    events = (
        sum(len(call_entries(n)) for n in range(50)) + len(agent_entries()) + len(Spool(tmp_path / "spool").read({})[0])
    )
    run_until(redis_url, database_url, tmp_path, lambda: count(database_url, EventRow) == events)
    assert await records(database_url) == wanted
    assert unacknowledged(redis_url) == 0
    log = (tmp_path / "queue_log").read_text().splitlines()
    assert len(log) == count(database_url, QueueLogRow) == len(set(log))
    assert f"{FIRST + 1 + 17}|cc-{FIRST + 1}.1|kitchen|Agent/1001|CONNECT|13|cc-{FIRST + 1}.1-agent|2" in log
    assert f"{FIRST + 1 + 47}|cc-{FIRST + 1}.1|kitchen|Agent/1001|COMPLETECALLER|13|29|1" in log
    assert f"{FIRST + 60}|NONE|NONE|Agent/1001|PAUSEALL|lunch" in log
    assert f"{FIRST + 180}|NONE|car|Agent/1001|REMOVEMEMBER|" in log
    assert f"{FIRST + 180}|NONE|NONE|Agent/1001|AGENTLOGOFF|PJSIP/1001|180" in log


async def test_killed_at_any_point_nothing_is_missing_or_double(
    redis_url: str, database_url: str, tmp_path: Path
) -> None:
    numbers = range(60)
    entries = [e for n in numbers for e in call_entries(n)]
    write_spool(tmp_path / "spool", range(30))
    await write_journal(redis_url, entries[: len(entries) // 2])
    for point in dying_ledger.POINTS[:2]:
        dies(point, redis_url, database_url, tmp_path)
    await write_journal(redis_url, entries[len(entries) // 2 :])
    write_spool(tmp_path / "spool", range(30, 60))
    for point in dying_ledger.POINTS[2:]:
        dies(point, redis_url, database_url, tmp_path)
    wanted = expected(tmp_path, numbers)
    events = len(entries) + len(Spool(tmp_path / "spool").read({})[0])
    run_until(redis_url, database_url, tmp_path, lambda: unacknowledged(redis_url) == 0)
    assert count(database_url, EventRow) == events
    assert await records(database_url) == wanted
    log = (tmp_path / "queue_log").read_text().splitlines()
    assert len(log) == count(database_url, QueueLogRow) == len(set(log))


async def test_while_the_database_is_away_nothing_is_acknowledged_and_then_all_is_taken(
    redis_url: str, database_url: str, tmp_path: Path
) -> None:
    await write_journal(redis_url, call_entries(1))
    engine = open_sync_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE event RENAME TO event_away"))
    redis = Redis.from_url(redis_url, socket_timeout=None)
    stopped = threading.Event()
    ledger = LedgerWriter(redis, engine, spool=tmp_path / "spool", queue_log=tmp_path / "queue_log")
    working = threading.Thread(target=ledger.run, args=(stopped,))
    working.start()
    try:
        for _ in range(100):
            if redis.exists(STREAM) and redis.xinfo_groups(STREAM) and redis.xpending(STREAM, "ledger")["pending"]:
                break
            stopped.wait(0.05)
        assert unacknowledged(redis_url) == len(call_entries(1))
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE event_away RENAME TO event"))
        for _ in range(200):
            if unacknowledged(redis_url) == 0:
                break
            stopped.wait(0.05)
        assert unacknowledged(redis_url) == 0
    finally:
        stopped.set()
        working.join()
        engine.dispose()
        redis.close()
    assert list(await records(database_url)) == [f"cc-{FIRST + 1}.1"]


async def test_an_entry_that_cannot_be_taken_is_set_aside_and_stops_nothing(
    redis_url: str, database_url: str, tmp_path: Path
) -> None:
    await write_journal(redis_url, call_entries(1))
    far = Entry(key="far", kind=Kind.NOTED, at=2**70, call="cc-1.1", data={})
    with Redis.from_url(redis_url) as redis:
        redis.xadd(STREAM, {"k": "x", "n": "no.such_kind", "t": 1, "c": "cc-1.1", "a": "", "d": "{}"})
        redis.xadd(STREAM, {"k": "x", "n": "call.noted", "t": 1, "c": "cc-1.1", "a": "", "d": "{"})
        redis.xadd(STREAM, {"strange": "1"})
        redis.xadd(STREAM, {"k": far.key, "n": far.kind.value, "t": far.at, "c": far.call or "", "a": "", "d": "{}"})
    await write_journal(redis_url, call_entries(2))
    run_until(redis_url, database_url, tmp_path, lambda: unacknowledged(redis_url) == 0)
    assert set(await records(database_url)) == {f"cc-{FIRST + 1}.1", f"cc-{FIRST + 2}.2"}
    with Redis.from_url(redis_url) as redis:
        assert redis.xlen("cc:refused") == 4


async def test_the_stream_keeps_what_may_still_be_needed(redis_url: str, database_url: str, tmp_path: Path) -> None:
    with Redis.from_url(redis_url) as redis:
        fields = {"k": "k", "n": "call.entered", "t": 1, "c": "", "a": "", "d": "{}"}
        for n in range(300):
            redis.xadd(STREAM, fields | {"k": f"old-{n}", "c": f"cc-5.{n}"}, id=f"{1000 + n}-0")
        redis.hset("cc:open", "cc-5.200", "1200-0")
    run_until(redis_url, database_url, tmp_path, lambda: unacknowledged(redis_url) == 0)
    # The first step of a ledger trims.
    with Redis.from_url(redis_url) as redis:
        run_until(redis_url, database_url, tmp_path, lambda: int(redis.xlen(STREAM)) < 300)
        oldest = int(redis.xinfo_stream(STREAM)["first-entry"][0].split(b"-")[0])
        assert 1000 < oldest <= 1200
