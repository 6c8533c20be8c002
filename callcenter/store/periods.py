"""Months of accounting: open, in review, closed; the numbers of statements; who did what when.

Only the centre's own people call this, through `callcenter/settlement/`. It belongs to the session's transaction.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from billing.month import Month
from callcenter.store.settlement_models import (
    LINES_A_STATEMENT,
    WRITTEN_BEFORE,
    AdjustmentRow,
    AuditRow,
    CounterRow,
    FaultRow,
    PeriodRow,
    PeriodState,
    StatementLineRow,
    StatementRow,
    TariffTextRow,
    UsageEntryRow,
)


class PeriodError(Exception):
    """Something that cannot be done with the month as it stands; `key` says what, for the words of pages."""

    def __init__(self, key: str, text: str) -> None:
        super().__init__(text)
        self.key = key


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """Who does it, and when (epoch ms)."""

    by: str
    at: int


class Periods:
    """The months, read and changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, month: Month) -> PeriodRow | None:
        """The month's row; None as long as it is open and untouched."""
        return self._session.get(PeriodRow, str(month), with_for_update=True)

    def all(self) -> list[PeriodRow]:
        """Every month that was settled or is being settled, oldest first."""
        return list(self._session.scalars(select(PeriodRow).order_by(PeriodRow.month)))

    def tariff_text(self, digest: str) -> TariffTextRow:
        """A tariff's words as months were billed with it."""
        return self._session.get_one(TariffTextRow, digest)

    def save_tariff(self, source: str, text: str) -> str:
        """Keep a tariff's words; their digest."""
        digest = hashlib.sha256(text.encode()).hexdigest()
        if self._session.get(TariffTextRow, digest) is None:
            self._session.add(TariffTextRow(digest=digest, source=source, text=text))
            self._session.flush()
        return digest

    def begin(self, month: Month, tariff: str, actor: Actor) -> PeriodRow:
        """Take the month into review, or go on where that was interrupted. Raises `PeriodError` for a closed one."""
        row = self.get(month)
        if row is not None and row.state is PeriodState.CLOSED:
            raise PeriodError("closed", f"{month} is closed; correct it by a note in an open month")
        if row is None:
            row = PeriodRow(month=str(month), tariff=tariff)
            self._session.add(row)
        if row.state is not PeriodState.REVIEW:
            row.state, row.tariff, row.began_at = PeriodState.REVIEW, tariff, actor.at
            row.companies = row.done = row.entries = row.expected = 0
            row.settled_at = row.reached_at = row.reached_call = None
            row.key = secrets.token_hex(16)
            self.note(actor, "period.settled", month=month, tariff=tariff)
        self._session.flush()
        return row

    def reopen(self, month: Month, actor: Actor) -> None:
        """Take the month out of review: its statements go, what they billed is unbilled. Raises `PeriodError`."""
        row = self.get(month)
        if row is None or row.state is not PeriodState.REVIEW:
            raise PeriodError("not_in_review", f"{month} is not in review")
        run = self._session.execute
        statements = list(self._session.scalars(select(StatementRow.id).where(StatementRow.month == str(month))))
        for number in statements:
            first = number * LINES_A_STATEMENT
            linked = (UsageEntryRow.line >= first, UsageEntryRow.line < first + LINES_A_STATEMENT)
            run(update(UsageEntryRow).where(*linked, UsageEntryRow.kind.in_(WRITTEN_BEFORE)).values(line=None))
            run(delete(UsageEntryRow).where(*linked))
            run(delete(StatementLineRow).where(StatementLineRow.statement == number))
        run(delete(StatementRow).where(StatementRow.month == str(month)))
        run(delete(FaultRow).where(FaultRow.month == str(month)))
        row.state, row.done, row.entries, row.settled_at = PeriodState.OPEN, 0, 0, None
        self.note(actor, "period.reopened", month=month)

    def close(self, month: Month, actor: Actor) -> int:
        """Number the statements and let the month stand; how many were numbered. Doing it again changes nothing.

        Raises `PeriodError` unless every statement of the month is made.
        """
        row = self.get(month)
        if row is not None and row.state is PeriodState.CLOSED:
            return 0
        if row is None or row.state is not PeriodState.REVIEW or row.settled_at is None:
            raise PeriodError("not_settled", f"{month} has not all its statements yet")
        due = list(
            self._session.scalars(
                select(StatementRow.id)
                .where(StatementRow.month == str(month), StatementRow.total > 0)
                .order_by(StatementRow.company)
            )
        )
        first = self.numbers(str(month), len(due))
        if due:
            numbered = [{"id": id_, "number": f"{month}-{first + n:05}"} for n, id_ in enumerate(due)]
            self._session.execute(update(StatementRow), numbered)
        row.state, row.closed_at, row.key = PeriodState.CLOSED, actor.at, ""
        self.note(actor, "period.closed", month=month, statements=len(due))
        return len(due)

    def numbers(self, series: str, count: int) -> int:
        """The first of so many numbers that follow each other in the series; given back if the transaction fails."""
        insert = postgresql.insert if self._session.get_bind().dialect.name == "postgresql" else sqlite.insert
        taken = insert(CounterRow).values(series=series, last=count)
        taken = taken.on_conflict_do_update(index_elements=[CounterRow.series], set_={"last": CounterRow.last + count})
        return int(self._session.scalars(taken.returning(CounterRow.last)).one()) - count + 1

    def note(
        self, actor: Actor, what: str, *, month: Month | None = None, company: str | None = None, **detail: Any
    ) -> None:
        """Write into the audit who did this."""
        told = None if month is None else str(month)
        self._session.add(AuditRow(at=actor.at, by=actor.by, what=what, month=told, company=company, detail=detail))

    def adjust(self, company: str, month: Month, amount: int, reason: str, actor: Actor) -> AdjustmentRow:
        """Add won to the company's statement of an open month, or take some off. Raises `PeriodError`."""
        row = self.get(month)
        if row is not None and row.state is not PeriodState.OPEN:
            raise PeriodError("not_open", f"{month} is not open; reopen it, or correct the closed statement by a note")
        if not reason.strip() or amount == 0:
            raise PeriodError("reason", "an adjustment needs an amount and a reason")
        added = AdjustmentRow(
            company=company, month=str(month), amount=amount, reason=reason.strip(), by=actor.by, at=actor.at
        )
        self._session.add(added)
        self._session.flush()
        self.note(actor, "statement.adjusted", month=month, company=company, amount=amount, reason=added.reason)
        return added


async def all_periods(session: AsyncSession) -> list[PeriodRow]:
    """Every month that was settled or is being settled, for whoever looks at a month: no company's data."""
    return list(await session.scalars(select(PeriodRow).order_by(PeriodRow.month)))
