"""One company's month: everything it used is decided in one pass, written down and summed up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from billing.callers import Callers
from billing.metering import UNDECIDABLE, Metering
from billing.month import Month
from billing.rules import Used, fault
from billing.statement import Statement, StatementError, statement
from billing.statement_forms import figures
from billing.tariff import Tariff
from callcenter.store.settlement_models import LINES_A_STATEMENT
from callcenter.store.settling import EntryValues, Settling
from callcenter.store.span import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What holds for all companies of the month."""

    month: Month
    span: Span
    tariff: Tariff
    #: Digest of the tariff's text.
    digest: str
    #: Closed months in which a company has records that no statement knows, and when these months were.
    late: Mapping[str, Sequence[tuple[Month, Span]]]


def digest_of(made: Statement) -> str:
    """What a statement that is computed again must agree with."""
    told = json.dumps(figures(made), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(told.encode()).hexdigest()


def settle_company(tables: Settling, plan: Plan, company: str) -> int:
    """Make the statement; how many entries stand on it. Raises `StatementError`."""
    tariff = plan.tariff
    number = tables.add_statement(company, plan.digest)
    writer = _Writer(tables, Metering(tariff.rules, increment_ms=tariff.call_price.increment_ms), number)
    waiting = _Waiting(tables.unbilled(company, plan.span.until))
    for month, span in plan.late.get(company, ()):
        found = sum(writer.take(page, waiting) for page in tables.records(company, span, tariff.test_numbers))
        if found:
            tables.told_of_late(company, month, found)
    records = sum(writer.take(page, waiting) for page in tables.records(company, plan.span, tariff.test_numbers))
    writer.take([], waiting, last=True)
    made = statement(
        tariff, writer.metering.tally(), company=company, month=plan.month, adjustments=tables.adjustments(company)
    )
    if len(tariff.rules) + len(made.lines) > LINES_A_STATEMENT:
        raise StatementError(f"{company} {plan.month}: more than {LINES_A_STATEMENT} lines")
    tables.finish_statement(number, made, records=records, digest=digest_of(made))
    return writer.entries


class _Waiting:
    """Entries that were written down before, to be taken in their place among the records."""

    def __init__(self, entries: Sequence[Used]) -> None:
        self.entries = sorted(entries, key=lambda used: (used.at, used.id, used.kind))

    def until(self, at: int) -> Iterator[Used]:
        while self.entries and self.entries[0].at <= at:
            yield self.entries.pop(0)


class _Writer:
    """Decides page by page and writes each page down."""

    def __init__(self, tables: Settling, metering: Metering, statement: int) -> None:
        self._tables = tables
        self.metering = metering
        self._first_line = statement * LINES_A_STATEMENT
        self._callers = Callers()
        self.entries = 0

    def take(self, page: Sequence[Any], waiting: _Waiting, *, last: bool = False) -> int:
        """A page of records, and what waited until then; how many of the records were charged or listed."""
        number = self._callers.number
        new = [
            Used(call, kind, company, at, ended_at, talk_ms, outcome, number(caller, at))
            for call, kind, company, at, ended_at, talk_ms, outcome, caller in page
        ]
        # A page ends within an instant perhaps: what waited for that instant comes with the next page or at the end.
        before = list(waiting.until(1 << 62 if last else new[-1].at - 1))
        known = {(used.id, used.kind) for used in before}
        both = sorted([*before, *new], key=lambda used: (used.at, used.id, used.kind)) if before else new
        decided = self._decided(both)
        if not known:
            self._tables.add_entries(decided)
            return len(decided)
        self._tables.bill([row for row in decided if (row[0], row[1]) in known])
        fresh = [row for row in decided if (row[0], row[1]) not in known]
        self._tables.add_entries(fresh)
        return len(fresh)

    def _decided(self, things: Sequence[Used]) -> list[EntryValues]:
        rules = self.metering.decide(things)
        first = self._first_line
        rows = [(*used, first + rule) for used, rule in zip(things, rules, strict=True) if rule != UNDECIDABLE]
        if len(rows) < len(things):
            self._tables.add_faults(
                [
                    (used, fault(used) or "no rule of the tariff decides it")
                    for used, rule in zip(things, rules, strict=True)
                    if rule == UNDECIDABLE
                ]
            )
        self.entries += len(rows)
        return rows  # type: ignore[return-value]
