"""The ledger process: the journal and the spool into SQL, and every call they touch folded anew.

A batch is one transaction: entries, the records folded from all entries of the calls touched, the place reached in the
spool. Only after the commit are the journal's messages acknowledged, so whatever is killed whenever, the same entries
come again and change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Connection, Engine, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from callcenter.calls.journal import Entry, Kind
from callcenter.journal import OPEN, STREAM, decode, stream_id
from callcenter.ledger.fold import fold
from callcenter.ledger.spool import Spool
from callcenter.store.models import CallRow, EventRow, PositionRow

GROUP, CONSUMER = "ledger", "ledger"
_BATCH = 500
_WAIT_MS = 250
_KEEP_MS = 24 * 3600 * 1000
_TRIM_EVERY_S = 60.0
_PAUSE_S = 1.0

log = structlog.get_logger()


class LedgerWriter:
    """Brings entries from Redis and from the spool into the database."""

    def __init__(self, redis: Redis, engine: Engine, spool: Path) -> None:
        """`redis`: a client whose reads may block."""
        self._redis = redis
        self._engine = engine
        self._spool = Spool(spool)
        self._trimmed = 0.0
        insert = postgresql.insert if engine.dialect.name == "postgresql" else sqlite.insert
        self._insert_event = insert(EventRow).on_conflict_do_nothing(index_elements=["key"])
        record = insert(CallRow)
        columns = {c.name: record.excluded[c.name] for c in CallRow.__table__.columns if c.name != "call"}
        self._save_record = record.on_conflict_do_update(index_elements=["call"], set_=columns)
        position = insert(PositionRow)
        self._save_position = position.on_conflict_do_update(
            index_elements=["name"], set_={"position": position.excluded.position}
        )

    def prepare(self) -> None:
        """Make the journal's reading group; entries that a killed ledger had taken come first again."""
        try:
            self._redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise

    def run(self, stopped: Any) -> None:
        """Work until `stopped.is_set()`; while Redis or the database is away, try again."""
        pending = True
        while not stopped.is_set():
            try:
                if pending:
                    self.prepare()
                taken = self.step("0" if pending else ">")
                pending = pending and taken > 0
            except (RedisError, SQLAlchemyError) as error:
                log.warning("ledger.waiting", error=type(error).__name__)
                pending = True
                stopped.wait(_PAUSE_S)

    def step(self, start: str = ">") -> int:
        """One batch; how many messages of the journal it held. `start` "0" takes again what was not acknowledged."""
        answer: Any = self._redis.xreadgroup(GROUP, CONSUMER, {STREAM: start}, count=_BATCH, block=_WAIT_MS)
        messages = [message for _, found in (answer or ()) for message in found]
        entries = [decode(fields) for _, fields in messages]
        self._commit(entries)
        if messages:
            self._redis.xack(STREAM, GROUP, *(number for number, _ in messages))
        if time.monotonic() - self._trimmed > _TRIM_EVERY_S:
            self._trim()
        return len(messages)

    def _commit(self, entries: list[Entry]) -> None:
        with self._engine.begin() as connection:
            known = dict(connection.execute(select(PositionRow.name, PositionRow.position)).tuples().all())
            lines, positions = self._spool.read(known)
            entries = entries + lines
            if not entries:
                return
            self._write_entries(connection, entries)
            self._write_records(connection, sorted({entry.call for entry in entries if entry.call}))
            if positions:
                values = [{"name": name, "position": place} for name, place in positions.items()]
                connection.execute(self._save_position, values)

    def _write_entries(self, connection: Connection, entries: Iterable[Entry]) -> None:
        rows = [
            {"key": e.key, "at": e.at, "kind": e.kind.value, "call": e.call, "agent": e.agent, "data": e.data}
            for e in entries
        ]
        connection.execute(self._insert_event, rows)

    def _write_records(self, connection: Connection, calls: list[str]) -> None:
        if not calls:
            return
        asked = select(EventRow.__table__).where(EventRow.call.in_(bindparam("calls", expanding=True)))
        found: dict[str, list[Entry]] = {}
        for row in connection.execute(asked, {"calls": calls}).mappings():
            entry = Entry(key=row["key"], kind=Kind(row["kind"]), at=row["at"], call=row["call"], agent=row["agent"],
                          data=row["data"])  # fmt: skip
            found.setdefault(row["call"], []).append(entry)
        connection.execute(self._save_record, [record_row(fold(found[call])) for call in calls])

    def _trim(self) -> None:
        """Forget what SQL has for a day, but nothing of a call that still lasts nor what is not acknowledged."""
        self._trimmed = time.monotonic()
        oldest = f"{int(time.time() * 1000) - _KEEP_MS}-0".encode()
        waiting: Any = self._redis.xpending(STREAM, GROUP)
        begun: Any = self._redis.hvals(OPEN)
        kept = [oldest, *begun, *([waiting["min"]] if waiting["pending"] else [])]
        self._redis.xtrim(STREAM, minid=min(kept, key=stream_id).decode(), approximate=True)


def record_row(record: Any) -> dict[str, Any]:
    """The record as a row of `call_record`."""
    row = asdict(record)
    return {column.name: row[column.name] for column in CallRow.__table__.columns}
