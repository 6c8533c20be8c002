"""The ledger's SQL: entries, records, queue_log and places, for all companies, as statements over many rows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import Connection, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from callcenter.calls.journal import Entry, Kind
from callcenter.ledger.fold import fold, in_order
from callcenter.ledger.queue_log import Line, agent_lines, call_lines
from callcenter.ledger.record import CallRecord
from callcenter.store.models import CallRow, EventRow, PositionRow, QueueLogRow

#: Any number will do, as long as every ledger takes the same.
_WRITER_LOCK = 7245
_TOLD_OF_AGENTS = frozenset({Kind.LOGGED_IN, Kind.LOGGED_OUT, Kind.PAUSED, Kind.READY})
_NAMES = tuple(field.name for field in fields(CallRecord))


class Tables:
    """Statements of one kind of database."""

    def __init__(self, dialect: str) -> None:
        self._postgresql = dialect == "postgresql"
        insert = postgresql.insert if self._postgresql else sqlite.insert
        self._save_event = insert(EventRow).on_conflict_do_nothing(index_elements=["key"])
        self._save_line = insert(QueueLogRow).on_conflict_do_nothing(index_elements=["key"])
        record = insert(CallRow)
        self._save_record = record.on_conflict_do_update(
            index_elements=["call"], set_={name: record.excluded[name] for name in _NAMES if name != "call"}
        )
        place = insert(PositionRow)
        self._save_place = place.on_conflict_do_update(
            index_elements=["name"], set_={"position": place.excluded.position}
        )
        columns = (EventRow.key, EventRow.kind, EventRow.at, EventRow.call, EventRow.agent, EventRow.data)
        self._of_calls = select(*columns).where(EventRow.call.in_(bindparam("calls", expanding=True)))
        self._last_login = (
            select(*columns)
            .where(EventRow.kind == Kind.LOGGED_IN.value, EventRow.agent == bindparam("agent"))
            .where(EventRow.at < bindparam("before"))
            .order_by(EventRow.at.desc())
            .limit(1)
        )
        #: Whether the table queue_log may have grown since somebody last set this to False.
        self.wrote_queue_log = False

    def begin(self, connection: Connection) -> None:
        """One ledger writes at a time: a second one folds after the first has committed, with all that it wrote."""
        if self._postgresql:
            connection.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def write(self, connection: Connection, entries: Sequence[Entry]) -> None:
        """These entries, where they are new, and what follows from them."""
        if not entries:
            return
        connection.execute(self._save_event, [_event_row(entry) for entry in entries])
        lines: list[Line] = []
        calls = sorted({entry.call for entry in entries if entry.call})
        if calls:
            rows = []
            for told in self._told_of(connection, calls).values():
                record = fold(told)
                rows.append(_record_row(record))
                lines += call_lines(told, record)
            connection.execute(self._save_record, rows)
        for entry in in_order(entries):
            if entry.kind in _TOLD_OF_AGENTS:
                lines += agent_lines(entry, self._login_before(connection, entry))
        if lines:
            connection.execute(self._save_line, [{"key": key, "line": line} for key, line in lines])
            self.wrote_queue_log = True

    def places(self, connection: Connection) -> dict[str, int]:
        """How far the ledger has come in each file."""
        return {name: place for name, place in connection.execute(select(PositionRow.name, PositionRow.position))}

    def save_places(self, connection: Connection, places: Mapping[str, int]) -> None:
        """Remember how far the ledger has come."""
        if places:
            values = [{"name": name, "position": position} for name, position in places.items()]
            connection.execute(self._save_place, values)

    def queue_log_after(self, connection: Connection, last: int) -> list[tuple[int, str]]:
        """Numbers and lines of the queue_log behind this number, in order."""
        query = select(QueueLogRow.id, QueueLogRow.line).where(QueueLogRow.id > last).order_by(QueueLogRow.id)
        return [(number, line) for number, line in connection.execute(query)]

    def _told_of(self, connection: Connection, calls: list[str]) -> dict[str, list[Entry]]:
        told: dict[str, list[Entry]] = {call: [] for call in calls}
        for row in connection.execute(self._of_calls, {"calls": calls}):
            told[row[3]].append(_entry(row))
        return {call: in_order(entries) for call, entries in told.items()}

    def _login_before(self, connection: Connection, entry: Entry) -> Entry | None:
        if entry.kind is not Kind.LOGGED_OUT:
            return None
        row = connection.execute(self._last_login, {"agent": entry.agent, "before": entry.at}).one_or_none()
        return _entry(row) if row else None


def _entry(row: Any) -> Entry:
    key, kind, at, call, agent, data = row
    return Entry(key=key, kind=Kind(kind), at=at, call=call, agent=agent, data=data)


def _event_row(entry: Entry) -> dict[str, Any]:
    return {
        "key": entry.key,
        "at": entry.at,
        "kind": entry.kind.value,
        "call": entry.call,
        "agent": entry.agent,
        "data": entry.data,
    }


def _record_row(record: CallRecord) -> dict[str, Any]:
    row = {name: getattr(record, name) for name in _NAMES}
    row["offers"] = [asdict(offer) for offer in record.offers]
    for leg in ("caller_audio", "agent_audio"):
        row[leg] = asdict(row[leg]) if row[leg] else None
    return row
