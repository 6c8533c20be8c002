"""The ledger process: the journal and the spool into SQL, and every call they touch folded anew.

A batch is one transaction: entries, the records folded from all entries of the calls touched, the lines of the
queue_log, the place reached in the spool. Only after the commit are the journal's messages acknowledged, so whatever is
killed whenever, the same entries come again and change nothing. An entry that the database will never take is set
aside in `cc:refused`, so that it does not stop the others.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import orjson
import structlog
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Engine
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from callcenter.callers import remember_calls
from callcenter.calls.journal import Entry
from callcenter.journal import OPEN, STREAM, decode, stream_id
from callcenter.ledger.queue_log_file import QueueLogFile
from callcenter.ledger.spool import Spool
from callcenter.ledger.tables import Tables

GROUP, CONSUMER = "ledger", "ledger"
REFUSED, STATUS = "cc:refused", "cc:ledger"
_BATCH = 2000
_WAIT_MS = 250
#: Batches begin no closer than this: many calls share the cost of one commit.
_PACE_S = 0.4
_KEEP_MS = 24 * 3600 * 1000
_TRIM_EVERY_S = 60.0
_STATUS_EVERY_S = 1.0
_STATUS_LASTS_S = 5
_PAUSE_S = 1.0
_QUEUE_LOG = "queue_log"
#: What an entry itself can be guilty of; everything else is the database's or Redis's trouble and passes.
_ENTRY_AT_FAULT = (DataError, IntegrityError, ValueError, TypeError, OverflowError, AttributeError, KeyError)

log = structlog.get_logger()


class LedgerWriter:
    """Brings entries from Redis and from the spool into the database."""

    def __init__(self, redis: Redis, engine: Engine, *, spool: Path, queue_log: Path) -> None:
        """`redis`: a client whose reads may block."""
        self._redis = redis
        self._engine = engine
        self._tables = Tables(engine.dialect.name)
        self._spool = Spool(spool)
        self._queue_log = QueueLogFile(queue_log)
        #: Places reached in files; None before they are known.
        self._places: dict[str, int] | None = None
        self._told = 0.0
        self._trimmed = 0.0
        self._counters = {"entries": 0, "refused": 0}

    def run(self, stopped: Event) -> None:
        """Work until stopped; while Redis or the database is away, try again."""
        again = True
        while not stopped.is_set():
            began = time.monotonic()
            try:
                if again:
                    self.prepare()
                taken = self.step("0" if again else ">")
                again = again and taken > 0
                if taken:
                    stopped.wait(max(_PACE_S - (time.monotonic() - began), 0))
            except (RedisError, SQLAlchemyError, OSError) as error:
                log.warning("ledger.waiting", error=type(error).__name__)
                again = True
                self._places = None
                stopped.wait(_PAUSE_S)
        self._queue_log.close()

    def prepare(self) -> None:
        """Make the journal's reading group; entries that a killed ledger had taken come first again."""
        try:
            self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def step(self, start: str = ">") -> int:
        """One batch; how many messages of the journal it held. `start` "0" takes again what was not acknowledged."""
        places = self._resume() if self._places is None else self._places
        answer: Any = self._redis.xreadgroup(GROUP, CONSUMER, {STREAM: start}, count=_BATCH, block=_WAIT_MS)
        messages = [message for _, found in answer for message in found]
        entries = [entry for number, fields in messages if (entry := self._decoded(number, fields)) is not None]
        reached: dict[str, int] = {}
        # The queue_log tells a fact once, as first known: what led to a call's end must be in before its end is.
        if start == ">" and len(messages) < _BATCH:
            lines, reached = self._spool.read(places)
            entries += lines
        if entries or reached:
            self._commit(entries, {**places, **reached})
        if messages:
            self._redis.xack(STREAM, GROUP, *(number for number, _ in messages))
        self._counters["entries"] += len(entries)
        self._follow_up()
        return len(messages)

    def _commit(self, entries: list[Entry], places: dict[str, int]) -> None:
        try:
            self._write(entries, places)
        except _ENTRY_AT_FAULT:
            for entry in entries:
                with self._refusing(entry):
                    self._write([entry], {})
            self._write([], places)
        self._places = places

    def _write(self, entries: list[Entry], places: dict[str, int]) -> None:
        with self._engine.connect() as connection:
            self._tables.begin(connection)
            self._tables.write(connection, entries)
            self._tables.save_places(connection, places)
            connection.commit()

    def _resume(self) -> dict[str, int]:
        """The places as the database has them; the queue_log file gets what it lacks."""
        with self._engine.connect() as connection:
            places = self._tables.places(connection)
            rows = self._tables.queue_log_after(connection, places.get(_QUEUE_LOG, 0))
        self._queue_log.resume([line for _, line in rows])
        self._places = places | ({_QUEUE_LOG: rows[-1][0]} if rows else {})
        return self._places

    def _follow_up(self) -> None:
        """What follows a commit: the queue_log file; now and then the state for others to see and the stream's end."""
        assert self._places is not None
        if self._tables.ended_calls:
            remember_calls(self._redis, self._tables.ended_calls)
            self._tables.ended_calls.clear()
        if self._tables.wrote_queue_log:
            with self._engine.connect() as connection:
                rows = self._tables.queue_log_after(connection, self._places.get(_QUEUE_LOG, 0))
            self._queue_log.append([line for _, line in rows])
            if rows:
                self._places[_QUEUE_LOG] = rows[-1][0]
            self._tables.wrote_queue_log = False
        now = time.monotonic()
        if now - self._told > _STATUS_EVERY_S:
            self._told = now
            status = {"at": time.time_ns() // 1_000_000, "lag": self._lag(), "counters": self._counters}
            self._redis.set(STATUS, orjson.dumps(status), ex=_STATUS_LASTS_S)
        if now - self._trimmed > _TRIM_EVERY_S:
            self._trimmed = now
            self._trim()

    def _group(self) -> dict[str, Any]:
        groups: Any = self._redis.xinfo_groups(STREAM)
        return next(group for group in groups if group["name"] in (GROUP, GROUP.encode()))

    def _lag(self) -> int:
        """Entries that wait to be read; Redis does not know it in rare cases, and then it is 0."""
        return int(self._group()["lag"] or 0)

    def _trim(self) -> None:
        """Forget what SQL has for a day, but nothing of a call that still lasts nor what SQL does not have."""
        oldest = f"{time.time_ns() // 1_000_000 - _KEEP_MS}-0".encode()
        waiting: Any = self._redis.xpending(STREAM, GROUP)
        begun: Any = self._redis.hvals(OPEN)
        kept = [oldest, self._group()["last-delivered-id"], *begun, *([waiting["min"]] if waiting["pending"] else [])]
        self._redis.xtrim(STREAM, minid=min(kept, key=stream_id).decode(), approximate=True)

    def _decoded(self, number: bytes, fields: dict[bytes, bytes]) -> Entry | None:
        try:
            return decode(fields)
        except (KeyError, ValueError, TypeError) as error:
            self._refuse({b"id": number, **fields}, error)
            return None

    @contextmanager
    def _refusing(self, entry: Entry) -> Iterator[None]:
        try:
            yield
        except _ENTRY_AT_FAULT as error:
            self._refuse({"k": entry.key, "n": entry.kind.value, "t": entry.at, "c": entry.call or "",
                          "a": entry.agent or "", "d": orjson.dumps(entry.data)}, error)  # fmt: skip

    def _refuse(self, fields: dict[Any, Any], error: Exception) -> None:
        self._counters["refused"] += 1
        log.error("ledger.refused", error=type(error).__name__)
        self._redis.xadd(REFUSED, fields or {"empty": ""}, maxlen=10_000, approximate=True)
