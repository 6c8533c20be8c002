"""The ledger's SQL: entries, records, queue_log and places, for all companies.

Many rows go in one statement, past the ORM, because this is what every call costs: PostgreSQL takes them as one JSON
document, SQLite as tuples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import orjson
from sqlalchemy import Connection

from callcenter.calls.journal import Entry, Kind
from callcenter.ledger.facts import in_order
from callcenter.ledger.fold import fold_ordered
from callcenter.ledger.queue_log import Line, agent_lines, call_lines
from callcenter.ledger.record import CallRecord, Direction
from callcenter.ledger.work import ClosedCallback, FurtherPart, Message, closed_callbacks, further_parts, messages

#: Any number will do, as long as every ledger takes the same.
_WRITER_LOCK = 7245
#: Calling `Kind` costs more than looking it up.
_KINDS = {kind.value: kind for kind in Kind}
_TOLD_OF_AGENTS = frozenset({Kind.LOGGED_IN, Kind.LOGGED_OUT, Kind.PAUSED, Kind.READY})
#: Lines remembered as told, which spares the database most of the attempts to tell them again.
_REMEMBERED = 50_000


@dataclass(frozen=True, slots=True)
class _Line:
    key: str
    line: str


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    position: int


@dataclass(frozen=True, slots=True)
class _Table:
    """A table whose rows are these fields of a dataclass."""

    name: str
    plain: tuple[str, ...]
    documents: tuple[str, ...] = ()

    def replacing(self, key: str) -> str:
        """What to do with a row of the same key: put the new one in its place."""
        names = [name for name in (*self.plain, *self.documents) if name != key]
        return f"({key}) DO UPDATE SET " + ", ".join(f'"{name}" = excluded."{name}"' for name in names)

    def values(self, row: Any) -> tuple[Any, ...]:
        """The row as SQLite takes it: documents as text."""
        documents = [getattr(row, name) for name in self.documents]
        return (
            *[getattr(row, name) for name in self.plain],
            *[None if document is None else orjson.dumps(document).decode() for document in documents],
        )


_DOCUMENTS = ("offers", "caller_audio", "agent_audio")
_EVENT = _Table("event", ("key", "at", "kind", "call", "agent"), ("data",))
_RECORD = _Table("call_record", tuple(f.name for f in fields(CallRecord) if f.name not in _DOCUMENTS), _DOCUMENTS)
_LINE = _Table("queue_log", ("key", "line"))
_PLACE = _Table("ledger_position", ("name", "position"))
_MESSAGE = _Table("message", tuple(f.name for f in fields(Message)))
_CALLBACK = _Table("callback", tuple(f.name for f in fields(ClosedCallback)))
_PART = _Table("usage_entry", tuple(f.name for f in fields(FurtherPart)))
#: What a statement has billed stands.
_PART_AGAIN = '("call", kind) DO UPDATE SET company = excluded.company WHERE usage_entry.line IS NULL'
#: A message is moved on by people; of what the ledger knows only whose it is can change.
_MESSAGE_AGAIN = '("call") DO UPDATE SET company = excluded.company, "group" = excluded."group"'


class Tables:
    """Statements of one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._postgresql = dialect == "postgresql"
        self._told: dict[str, None] = {}
        data = "data::text" if self._postgresql else "data"
        self._select_event = f'SELECT key, at, kind, "call", agent, {data} FROM event WHERE '  # noqa: S608
        #: Whether the table queue_log may have grown since somebody last set this to False.
        self.wrote_queue_log = False
        #: Number, company and end of callers' calls that were over at the last writing.
        self.ended_calls: list[tuple[str, str, int]] = []

    def begin(self, connection: Connection) -> None:
        """One ledger writes at a time: a second one folds after the first has committed, with all that it wrote."""
        lock = f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})" if self._postgresql else "BEGIN IMMEDIATE"
        connection.exec_driver_sql(lock)

    def write(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """These entries, where they are new, and what follows from them."""
        if not entries:
            return
        self._insert(connection, _EVENT, entries, "(key) DO NOTHING")
        lines: list[Line] = []
        records = []
        for told in self._told_of(connection, sorted({entry.call for entry in entries if entry.call})):
            record = fold_ordered(told)
            records.append(record)
            lines += call_lines(told, record, self._told)
        self._insert(connection, _RECORD, records, _RECORD.replacing("call"))
        self._insert(connection, _MESSAGE, messages(records), _MESSAGE_AGAIN)
        self._insert(connection, _PART, further_parts(records), _PART_AGAIN)
        self._insert(connection, _CALLBACK, closed_callbacks(entries), "(key) DO NOTHING")
        self.ended_calls += [
            (record.caller, record.company, record.ended_at)
            for record in records
            if record.caller and record.company and record.ended_at and record.direction is Direction.INBOUND
        ]
        for entry in in_order(entries):
            if entry.kind in _TOLD_OF_AGENTS:
                lines += agent_lines(entry, self._login_before(connection, entry))
        self._insert(connection, _LINE, [_Line(key, line) for key, line in lines], "(key) DO NOTHING")
        self.wrote_queue_log = self.wrote_queue_log or bool(lines)

    def places(self, connection: Connection) -> dict[str, int]:
        """How far the ledger has come in each file."""
        rows = connection.exec_driver_sql("SELECT name, position FROM ledger_position")
        return {row[0]: row[1] for row in rows}

    def save_places(self, connection: Connection, places: Mapping[str, int]) -> None:
        """Remember how far the ledger has come."""
        self._insert(connection, _PLACE, [_Place(*place) for place in places.items()], _PLACE.replacing("name"))

    def queue_log_after(self, connection: Connection, last: int) -> list[tuple[int, str]]:
        """Numbers and lines of the queue_log behind this number, in order."""
        query = f"SELECT id, line, key FROM queue_log WHERE id > {last:d} ORDER BY id"  # noqa: S608 (a number)
        rows = connection.exec_driver_sql(query).all()
        # What was read here was committed.
        self._told.update(dict.fromkeys(row[2] for row in rows))
        while len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        return [(row[0], row[1]) for row in rows]

    def _insert(self, connection: Connection, table: _Table, rows: Sequence[Any], on_conflict: str) -> None:
        if not rows:
            return
        names = ", ".join(f'"{name}"' for name in (*table.plain, *table.documents))
        if self._postgresql:
            source = f"SELECT {names} FROM json_populate_recordset(NULL::{table.name}, %s::json)"  # noqa: S608
            values: Any = (orjson.dumps(rows).decode(),)
        else:
            source = f"VALUES ({', '.join('?' * (len(table.plain) + len(table.documents)))})"
            values = [table.values(row) for row in rows]
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) {source} ON CONFLICT {on_conflict}", values)

    def _told_of(self, connection: Connection, calls: list[str]) -> list[list[Entry]]:
        """All that is known of each of these calls, in order."""
        if not calls:
            return []
        one_of = '"call" = ANY(%s)' if self._postgresql else f'"call" IN ({", ".join("?" * len(calls))})'
        asked: Any = (calls,) if self._postgresql else tuple(calls)
        told: dict[str, list[Entry]] = {call: [] for call in calls}
        for row in connection.exec_driver_sql(self._select_event + one_of, asked):
            entry = _entry(row)
            assert entry.call
            told[entry.call].append(entry)
        return [in_order(entries) for entries in told.values()]

    def _login_before(self, connection: Connection, entry: Entry) -> Entry | None:
        if entry.kind is not Kind.LOGGED_OUT:
            return None
        mark = "%s" if self._postgresql else "?"
        last = f"kind = {mark} AND agent = {mark} AND at < {mark} ORDER BY at DESC LIMIT 1"
        asked = (Kind.LOGGED_IN.value, entry.agent, entry.at)
        row = connection.exec_driver_sql(self._select_event + last, asked).one_or_none()
        return _entry(row) if row else None


def _entry(row: Any) -> Entry:
    key, at, kind, call, agent, data = row
    return Entry(key=key, kind=_KINDS[kind], at=at, call=call, agent=agent, data=orjson.loads(data))
