"""The SQL of settling a month: records and unbilled entries out, entries, statements and their lines in.

Past the ORM, because a month may hold ten million calls. Every method belongs to the transaction of its caller.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from billing.month import Month
from billing.rules import Used
from billing.statement import Adjustment, Statement
from callcenter.store.periods import PeriodError
from callcenter.store.settlement_models import LINES_A_STATEMENT
from callcenter.store.span import Span

_PAGE = 20_000
#: Any number will do, as long as every worker takes the same; the month is added.
_LOCK = 7_246_000_000
_ENTRY = "call, kind, company, at, ended_at, talk_ms, outcome, caller, line"

#: A row of usage_entry, in the order of `_ENTRY`.
EntryValues = tuple[str, str, str, int, int, int, str, str, int]


class Settling:
    """Reads and writes one month, company by company."""

    def __init__(self, connection: Connection, month: Month) -> None:
        self._connection = connection
        self._cursor: Any = connection.connection.cursor()
        self._postgresql = connection.dialect.name == "postgresql"
        self._month = month
        # Both databases, and billing itself, put calls of one instant into the same order.
        self._bytewise = ' COLLATE "C"' if self._postgresql else ""

    def begin(self) -> None:
        """One worker settles a month at a time; a second one finds what the first has done.

        Raises `PeriodError` if somebody has taken the month out of review.
        """
        lock = f"SELECT pg_advisory_xact_lock({_LOCK + self._month.year * 12 + self._month.number})"
        self._connection.exec_driver_sql(lock if self._postgresql else "BEGIN IMMEDIATE")
        query = "SELECT state FROM billing_period WHERE month = ?" + (" FOR UPDATE" if self._postgresql else "")  # noqa: S608 (no values)
        found = self._run(query, (str(self._month),)).fetchall()
        if found != [("review",)]:
            raise PeriodError("not_in_review", f"{self._month} is no longer in review")

    def settled(self) -> set[str]:
        """Companies that have their statement of the month."""
        return {row[0] for row in self._run("SELECT company FROM statement WHERE month = ?", (str(self._month),))}

    def counts(self, span: Span) -> dict[str, int]:
        """How many records each company has of calls that entered in the span, open ones too."""
        query = (
            "SELECT company, count(*) FROM call_record "
            "WHERE company IS NOT NULL AND entered_at >= ? AND entered_at < ? GROUP BY company"
        )
        return dict(self._run(query, (span.since, span.until)))

    def handled(self, month: Month) -> dict[str, int]:
        """How many of its calls of a month each company was already told of."""
        return dict(self._run("SELECT company, records FROM statement WHERE month = ?", (str(month),)))

    def with_unbilled(self, until: int) -> set[str]:
        """Companies of entries that no statement has billed."""
        query = "SELECT DISTINCT company FROM usage_entry WHERE line IS NULL AND at < ?"
        return {row[0] for row in self._run(query, (until,))}

    def unbilled(self, company: str, until: int) -> list[Used]:
        """A company's entries that no statement has billed: survey responses, happy calls, messages."""
        query = (
            "SELECT call, kind, company, at, ended_at, talk_ms, outcome, caller FROM usage_entry "
            "WHERE line IS NULL AND company = ? AND at < ? ORDER BY at"
        )
        return [Used._make(row) for row in self._run(query, (company, until))]

    def records(self, company: str, span: Span, test_numbers: Collection[str]) -> Iterator[list[Any]]:
        """Pages of a company's closed calls that no statement has, oldest first, as the fields of `Used`."""
        tests = ", ".join("?" * len(test_numbers)) or "NULL"
        # A closed record without an end cannot be: billing tells it apart as one that ends before it enters.
        query = (
            f"SELECT call, CASE WHEN caller IN ({tests}) OR dnis IN ({tests}) THEN 'test' ELSE direction END, company, "  # noqa: S608 (marks)
            "entered_at, coalesce(ended_at, entered_at - 1), talk_ms, outcome, caller FROM call_record r "
            "WHERE company = ? AND entered_at >= ? AND entered_at < ? AND outcome IS NOT NULL "
            f"AND (entered_at, call{self._bytewise}) > (?, ?) "
            "AND NOT EXISTS (SELECT 1 FROM usage_entry e WHERE e.call = r.call AND e.kind = "
            f"CASE WHEN r.caller IN ({tests}) OR r.dnis IN ({tests}) THEN 'test' ELSE r.direction END) "
            f"ORDER BY entered_at, call{self._bytewise} LIMIT {_PAGE}"
        )
        numbers, after = tuple(test_numbers), (span.since - 1, "")
        while True:
            asked = (*numbers, *numbers, company, span.since, span.until, *after, *numbers, *numbers)
            page = self._run(query, asked).fetchall()
            if page:
                yield page
            if len(page) < _PAGE:
                return
            after = (page[-1][3], page[-1][0])

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

    def adjustments(self, company: str) -> list[Adjustment]:
        """What was added to the statement or taken off it."""
        query = "SELECT id, amount, reason FROM adjustment WHERE company = ? AND month = ? ORDER BY id"
        rows = self._run(query, (company, str(self._month)))
        return [Adjustment(id=str(row[0]), amount=row[1], reason=row[2]) for row in rows]

    def finish_statement(self, number: int, made: Statement, *, records: int, digest: str) -> None:
        """The statement's sums and lines; lines of rules have the numbers to which the entries were linked."""
        query = "UPDATE statement SET records = ?, counted = ?, supply = ?, vat = ?, total = ?, digest = ? WHERE id = ?"
        self._run(query, (records, made.counted, made.supply, made.vat, made.total, digest, number))
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

    def advance(self, companies: int, entries: int) -> None:
        """How far the month is."""
        query = "UPDATE billing_period SET done = done + ?, entries = entries + ? WHERE month = ?"
        self._run(query, (companies, entries, str(self._month)))

    def _run(self, query: str, values: tuple[Any, ...]) -> Any:
        return self._cursor.execute(self._marked(query), values)

    def _many(self, query: str, rows: Sequence[tuple[Any, ...]]) -> None:
        self._cursor.executemany(self._marked(query), rows)

    def _marked(self, query: str) -> str:
        return query.replace("?", "%s") if self._postgresql else query
