"""The SQL of settling a month: records and unbilled entries out, entries, statements and their lines in.

Past the ORM, because a month may hold ten million calls. Every method belongs to the transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from billing.month import Month
from billing.rules import Kind, Used
from billing.statement import Adjustment, Statement
from callcenter.ledger.record import CAMPAIGNS, Via
from callcenter.store.periods import PeriodError
from callcenter.store.settlement_models import LINES_A_STATEMENT, WRITTEN_BEFORE
from callcenter.store.span import Span

_PAGE = 20_000
_CAMPAIGNS = tuple(sorted(via.value for via in CAMPAIGNS))
#: Any number will do, as long as every worker takes the same; the month is added.
_LOCK = 7_246_000_000
_ENTRY = "call, kind, company, at, ended_at, talk_ms, outcome, caller, line"

#: Within a transaction: neighbouring pages stay at hand; a slice's anti-join looks up its own calls, not all there are.
_SETTINGS = {
    "sqlite": ("PRAGMA cache_size = -65536",),
    "postgresql": ("SET LOCAL enable_hashjoin = off", "SET LOCAL enable_mergejoin = off"),
}


class Place(NamedTuple):
    """A call in the order of time."""

    at: int
    call: str


#: The fields of `Used`, as a call record has them.
RecordValues = tuple[str, str, str, int, int, int, str, str]
#: A row of usage_entry, in the order of `_ENTRY`.
EntryValues = tuple[str, str, str, int, int, int, str, str, int]


@contextmanager
def told_as_others(connection: Connection) -> Iterator[None]:
    """A database that is lost past the ORM raises what it raises everywhere: `sqlalchemy.exc.OperationalError`."""
    dbapi = connection.dialect.loaded_dbapi
    try:
        yield
    except (dbapi.OperationalError, dbapi.InterfaceError) as error:
        raise OperationalError(None, None, error) from error


class Settling:
    """Reads and writes one month, company by company."""

    def __init__(self, connection: Connection, month: Month) -> None:
        self._connection = connection
        self._cursor: Any = connection.connection.cursor()
        self._postgresql = connection.dialect.name == "postgresql"
        self._month = month
        # Both databases, and billing itself, put calls of one instant into the same order.
        self._bytewise = ' COLLATE "C"' if self._postgresql else ""

    def begin(self) -> Place | None:
        """Begin a transaction; the place that the month has reached, None at its beginning.

        Raises `PeriodError` if somebody has taken the month out of review.
        """
        lock = f"SELECT pg_advisory_xact_lock({_LOCK + self._month.year * 12 + self._month.number})"
        self._connection.exec_driver_sql(lock if self._postgresql else "BEGIN IMMEDIATE")
        for setting in _SETTINGS[self._connection.dialect.name]:
            self._cursor.execute(setting)
        query = "SELECT state, reached_at, reached_call FROM billing_period WHERE month = ?"
        found = self._run(query + (" FOR UPDATE" if self._postgresql else ""), (str(self._month),)).fetchall()
        if not found or found[0][0] != "review":
            raise PeriodError("not_in_review", f"{self._month} is no longer in review")
        return None if found[0][1] is None else Place(found[0][1], found[0][2])

    def look(self) -> None:
        """Begin a transaction that reads one state of the database and changes nothing."""
        postgresql = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
        self._cursor.execute(postgresql if self._postgresql else "BEGIN")
        for setting in _SETTINGS[self._connection.dialect.name]:
            self._cursor.execute(setting)

    def statements(self) -> dict[str, int]:
        """Numbers of the month's statements by company."""
        return dict(self._run("SELECT company, id FROM statement WHERE month = ?", (str(self._month),)))

    def entries(self) -> Iterator[list[Used]]:
        """Pages of what stands on the month's statements already, in the order in which it was decided."""
        query = text(
            f"SELECT e.call, e.kind, e.company, e.at, e.ended_at, e.talk_ms, e.outcome, e.caller FROM statement s "  # noqa: S608
            f"JOIN usage_entry e ON e.line >= s.id * {LINES_A_STATEMENT} AND e.line < (s.id + 1) * {LINES_A_STATEMENT} "
            f"WHERE s.month = :month ORDER BY e.at, e.call{self._bytewise}, e.kind{self._bytewise}"
        ).execution_options(yield_per=_PAGE)
        for page in self._connection.execute(query, {"month": str(self._month)}).partitions():
            yield [Used._make(row) for row in page]

    def counts(self, span: Span) -> dict[str, int]:
        """How many records each company has of calls that entered in the span, open ones too."""
        query = (
            "SELECT company, count(*) FROM call_record "  # noqa: S608
            f"WHERE company IS NOT NULL AND entered_at >= ? AND entered_at < ? AND via NOT IN {_CAMPAIGNS} "
            "GROUP BY company"
        )
        return dict(self._run(query, (span.since, span.until)))

    def handled(self, month: Month) -> dict[str, int]:
        """How many of its calls of a month each company was already told of."""
        return dict(self._run("SELECT company, records FROM statement WHERE month = ?", (str(month),)))

    def unbilled(self, until: int) -> list[Used]:
        """Entries before this time that no statement has billed: survey responses, happy calls, messages."""
        query = (
            "SELECT call, kind, company, at, ended_at, talk_ms, outcome, caller FROM usage_entry "
            "WHERE line IS NULL AND at < ? ORDER BY at"
        )
        return [Used._make(row) for row in self._run(query, (until,))]

    def records(self, span: Span, after: Place, test_numbers: Collection[str], limit: int) -> list[RecordValues]:
        """The next closed calls of the span behind this place that no statement has, in the order of time."""
        return self._closed("company IS NOT NULL", (), span, after, test_numbers, limit)

    def late(self, company: str, span: Span, test_numbers: Collection[str]) -> list[RecordValues]:
        """A company's closed calls of the span that no statement has."""
        return self._closed("company = ?", (company,), span, Place(span.since, ""), test_numbers, 1 << 31)

    def _closed(
        self, whose: str, who: tuple[str, ...], span: Span, after: Place, test_numbers: Collection[str], limit: int
    ) -> list[RecordValues]:
        numbers = tuple(test_numbers)
        marks = ", ".join("?" * len(numbers))
        test = f"WHEN caller IN ({marks}) OR dnis IN ({marks}) THEN 'test' " if numbers else ""
        kind = f"CASE {test}WHEN via = '{Via.CALLBACK}' THEN '{Kind.CALLBACK}' ELSE direction END"
        # A closed record without an end cannot be: billing tells it apart as one that ends before it enters.
        query = (
            f"SELECT call, {kind}, company, entered_at, coalesce(ended_at, entered_at - 1), talk_ms, outcome, caller "  # noqa: S608
            f"FROM call_record r WHERE {whose} AND outcome IS NOT NULL AND entered_at >= ? AND entered_at < ? "
            f"AND via NOT IN {_CAMPAIGNS} "
            f"AND (entered_at, call{self._bytewise}) > (?, ?) "
            f"AND NOT EXISTS (SELECT 1 FROM usage_entry e WHERE e.call = r.call AND e.kind NOT IN {WRITTEN_BEFORE}) "
            f"ORDER BY entered_at, call{self._bytewise} LIMIT ?"
        )
        asked = (*numbers, *numbers, *who, after.at, span.until, *after, limit)
        found: list[RecordValues] = self._run(query, asked).fetchall()
        return found

    def add_statement(self, company: str, tariff: str) -> int:
        """The number of a statement that is about to be made."""
        query = (
            "INSERT INTO statement (company, month, tariff, records, counted, supply, vat, total, digest) "
            "VALUES (?, ?, ?, 0, 0, 0, 0, 0, '') RETURNING id"
        )
        return int(self._run(query, (company, str(self._month), tariff)).fetchall()[0][0])

    def add_entries(self, rows: Sequence[EntryValues]) -> None:
        """What was used, with the line that bills it."""
        if not rows:
            return
        if self._postgresql:
            with self._cursor.copy(f"COPY usage_entry ({_ENTRY}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            self._cursor.executemany(f"INSERT INTO usage_entry ({_ENTRY}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608

    def bill(self, rows: Sequence[EntryValues]) -> None:
        """Link entries that were there before to the line that bills them now."""
        linked = [(row[8], row[0], row[1]) for row in rows]
        if linked:
            self._many("UPDATE usage_entry SET line = ? WHERE call = ? AND kind = ? AND line IS NULL", linked)

    def add_faults(self, rows: Sequence[tuple[Used, str]]) -> None:
        """What could not be charged, and why; the same again is the same."""
        if rows:
            query = "INSERT INTO billing_fault (call, kind, month, company, why) VALUES (?, ?, ?, ?, ?)"
            values = [(used.id, used.kind, str(self._month), used.company, why) for used, why in rows]
            self._many(f"{query} ON CONFLICT DO NOTHING", values)

    def adjustments(self) -> dict[str, list[Adjustment]]:
        """What was added to statements of the month or taken off them, by company."""
        query = "SELECT company, id, amount, reason FROM adjustment WHERE month = ? ORDER BY id"
        found: dict[str, list[Adjustment]] = {}
        for company, number, amount, reason in self._run(query, (str(self._month),)):
            found.setdefault(company, []).append(Adjustment(id=str(number), amount=amount, reason=reason))
        return found

    def finish_statement(self, number: int, made: Statement, *, records: int, digest: str) -> None:
        """The statement's sums and lines; lines of rules have the numbers to which the entries were linked."""
        query = (
            "UPDATE statement SET records = ?, days = ?, counted = ?, supply = ?, vat = ?, total = ?, digest = ? "
            "WHERE id = ?"
        )
        self._run(query, (records, made.days, made.counted, made.supply, made.vat, made.total, digest, number))
        rule_of = {rule.id: place for place, rule in enumerate(made.tariff.rules)}
        first = number * LINES_A_STATEMENT
        rows = [
            (
                first + (rule_of[line.of] if line.kind == "rule" else len(rule_of) + place),
                number,
                made.company,
                str(line.kind),
                line.of,
                str(line.quantity),
                str(line.unit),
                line.amount,
                line.due,
                line.worth,
            )
            for place, line in enumerate(made.lines)
        ]
        names = 'id, statement, company, kind, "of", quantity, unit, amount, due, worth'
        self._many(f"INSERT INTO statement_line ({names}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)  # noqa: S608

    def told_of_late(self, company: str, month: Month, count: int) -> None:
        """So many late records of a closed month stand on this one's statement."""
        query = "UPDATE statement SET records = records + ? WHERE company = ? AND month = ?"
        self._run(query, (count, company, str(month)))

    def expect(self, companies: int, records: int) -> None:
        """So many statements there will be, of about so many calls."""
        query = "UPDATE billing_period SET companies = ?, expected = ? WHERE month = ?"
        self._run(query, (companies, records, str(self._month)))

    def advance(self, place: Place, entries: int) -> None:
        """How far the month is."""
        query = "UPDATE billing_period SET reached_at = ?, reached_call = ?, entries = entries + ? WHERE month = ?"
        self._run(query, (*place, entries, str(self._month)))

    def finish(self, companies: int, at: int) -> None:
        """All statements of the month are made."""
        query = "UPDATE billing_period SET companies = ?, done = ?, settled_at = ? WHERE month = ?"
        self._run(query, (companies, companies, at, str(self._month)))

    def _run(self, query: str, values: tuple[Any, ...]) -> Any:
        return self._cursor.execute(self._marked(query), values)

    def _many(self, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._cursor.executemany(self._marked(query), rows)

    def _marked(self, query: str) -> str:
        return query.replace("?", "%s") if self._postgresql else query
