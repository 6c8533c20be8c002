"""Statements that were made, as a scope may see them. They are made by `store/settling.py`."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from billing.month import Month
from billing.rules import Used
from billing.statement import Adjustment
from callcenter.store.scope import Scope, select_within
from callcenter.store.settlement_models import (
    LINES_A_STATEMENT,
    WRITTEN_BEFORE,
    AdjustmentRow,
    CorrectionRow,
    FaultRow,
    PeriodRow,
    ShareChangeRow,
    StatementLineRow,
    StatementRow,
    TariffTextRow,
    UsageEntryRow,
)
from callcenter.store.span import Span


class Statements:
    """What a scope may see of the books."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def get(self, company: str, month: Month) -> StatementRow | None:
        """The company's statement of the month; None if there is none in the scope."""
        query = select_within(self._scope, StatementRow).where(
            StatementRow.company == company, StatementRow.month == str(month)
        )
        return (await self._session.scalars(query)).one_or_none()

    async def of_month(self, month: Month) -> list[StatementRow]:
        """All statements of the month, by company."""
        query = select_within(self._scope, StatementRow).where(StatementRow.month == str(month))
        return list(await self._session.scalars(query.order_by(StatementRow.company)))

    async def entries(self, statement: StatementRow) -> list[tuple[Used, int]]:
        """What stands on it, in order, each with the place of its rule in the tariff."""
        first, row = statement.id * LINES_A_STATEMENT, UsageEntryRow
        query = (
            select_within(
                self._scope,
                UsageEntryRow,
                UsageEntryRow.call,
                UsageEntryRow.kind,
                UsageEntryRow.company,
                UsageEntryRow.at,
                UsageEntryRow.ended_at,
                UsageEntryRow.talk_ms,
                UsageEntryRow.outcome,
                UsageEntryRow.caller,
                UsageEntryRow.line,
            )
            .where(row.line >= first, row.line < first + LINES_A_STATEMENT)
            .order_by(row.at, row.call, row.kind)
        )
        return [(Used._make(found[:8]), int(found[8] or 0) - first) for found in await self._session.execute(query)]

    async def unbilled(self, company: str, span: Span) -> list[Used]:
        """What was used in the span beside its calls, such as survey responses, and stands on no statement yet."""
        row = UsageEntryRow
        query = (
            select_within(
                self._scope,
                row,
                row.call,
                row.kind,
                row.company,
                row.at,
                row.ended_at,
                row.talk_ms,
                row.outcome,
                row.caller,
            )
            .where(row.company == company, row.line.is_(None), row.at >= span.since, row.at < span.until)
            .order_by(row.at, row.call, row.kind)
        )
        return [Used._make(found) for found in await self._session.execute(query)]

    async def billed(self, company: str, span: Span) -> set[str]:
        """The company's calls of the span that stand on a statement."""
        row = UsageEntryRow
        query = select_within(self._scope, row, row.call).where(
            row.company == company,
            row.at >= span.since,
            row.at < span.until,
            row.kind.not_in(WRITTEN_BEFORE),
            row.line.is_not(None),
        )
        return set(await self._session.scalars(query))

    async def adjustments(self, company: str, month: Month) -> list[Adjustment]:
        """What was added to the statement or taken off it."""
        query = select_within(self._scope, AdjustmentRow).where(
            AdjustmentRow.company == company, AdjustmentRow.month == str(month)
        )
        rows = await self._session.scalars(query.order_by(AdjustmentRow.id))
        return [Adjustment(id=str(row.id), amount=row.amount, reason=row.reason) for row in rows]

    async def corrections(self, statement: StatementRow) -> list[CorrectionRow]:
        """The notes that correct it, oldest first."""
        query = select_within(self._scope, CorrectionRow).where(CorrectionRow.statement == statement.id)
        return list(await self._session.scalars(query.order_by(CorrectionRow.id)))

    async def corrected(self, month: Month) -> dict[str, int]:
        """By how many won, VAT included, notes have changed what companies pay for the month."""
        statements = {row.id: row.company for row in await self._between(month, month)}
        row = CorrectionRow
        query = select_within(self._scope, row, row.statement, row.supply + row.vat).where(
            row.statement >= min(statements, default=0), row.statement <= max(statements, default=-1)
        )
        found: Counter[str] = Counter()
        for statement, amount in await self._session.execute(query):
            if statement in statements:
                found[statements[statement]] += amount
        return dict(found)

    async def faults(self, month: Month) -> list[FaultRow]:
        """What could not be charged when the month was settled."""
        query = select_within(self._scope, FaultRow).where(FaultRow.month == str(month))
        return list(await self._session.scalars(query.order_by(FaultRow.company, FaultRow.call)))

    async def shares(self, first: Month, last: Month) -> list[tuple[str, str, str, int]]:
        """Month, company, payer and won of every share in these months."""
        statements = {row.id: row.month for row in await self._between(first, last)}
        if not statements:
            return []
        query = select_within(self._scope, StatementLineRow).where(
            StatementLineRow.kind == "share",
            StatementLineRow.statement >= min(statements),
            StatementLineRow.statement <= max(statements),
        )
        rows = await self._session.scalars(query)
        return [
            (statements[row.statement], row.company, row.of, row.amount) for row in rows if row.statement in statements
        ]

    async def notes_written(self, first: Month, last: Month) -> list[tuple[CorrectionRow, str]]:
        """The notes with numbers of these months, and the month of the statement that each corrects."""
        written = func.substr(CorrectionRow.number, 2, 7)
        query = select_within(self._scope, CorrectionRow).where(written >= str(first), written <= str(last))
        notes = list(await self._session.scalars(query.order_by(CorrectionRow.id)))
        months = await self._months_of({note.statement for note in notes})
        return [(note, months[note.statement]) for note in notes]

    async def share_changes(self, first: Month, last: Month) -> list[tuple[ShareChangeRow, str]]:
        """Changes of nothing but payers' shares that were approved in these months, and each statement's month."""
        row = ShareChangeRow
        query = select_within(self._scope, row).where(row.month >= str(first), row.month <= str(last))
        found = list(await self._session.scalars(query.order_by(row.id)))
        months = await self._months_of({one.statement for one in found})
        return [(one, months[one.statement]) for one in found]

    async def _months_of(self, statements: set[int]) -> dict[int, str]:
        query = select_within(self._scope, StatementRow, StatementRow.id, StatementRow.month)
        rows = await self._session.execute(query.where(StatementRow.id.in_(statements)))
        return {row.id: row.month for row in rows}

    async def _between(self, first: Month, last: Month) -> list[StatementRow]:
        query = select_within(self._scope, StatementRow).where(
            StatementRow.month >= str(first), StatementRow.month <= str(last)
        )
        return list(await self._session.scalars(query))

    async def period(self, month: Month) -> PeriodRow | None:
        """How far the month is; None as long as it is untouched."""
        return await self._session.get(PeriodRow, str(month))

    async def tariff_text(self, digest: str) -> TariffTextRow:
        """A tariff as months were billed with it."""
        return await self._session.get_one(TariffTextRow, digest)
