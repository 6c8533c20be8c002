"""Differences between our records and Asterisk's own CDR, as the last comparison of each call found them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.ledger.reconcile import Discrepancy
from callcenter.store.models import DiscrepancyRow
from callcenter.store.scope import Scope, select_within
from callcenter.store.span import Span


class Discrepancies:
    """The differences that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def of(self, span: Span) -> list[DiscrepancyRow]:
        """Differences of calls that entered in the span, oldest first."""
        query = select_within(self._scope, DiscrepancyRow).where(
            DiscrepancyRow.at >= span.since, DiscrepancyRow.at < span.until
        )
        return list(await self._session.scalars(query.order_by(DiscrepancyRow.at, DiscrepancyRow.call)))

    async def count(self, span: Span) -> int:
        """How many there are."""
        query = select_within(self._scope, DiscrepancyRow, func.count()).where(
            DiscrepancyRow.at >= span.since, DiscrepancyRow.at < span.until
        )
        return await self._session.scalar(query) or 0

    async def replace(self, span: Span, found: Sequence[Discrepancy], *, now: int) -> None:
        """Let the span's differences be these, in the caller's transaction. One that was known keeps its `found_at`."""
        known = {(row.call, row.kind): row for row in await self.of(span)}
        for one in found:
            row = known.pop((one.call, one.kind), None)
            if row is None:
                self._session.add(DiscrepancyRow(**asdict(one), found_at=now))
            else:
                row.company, row.at, row.ours, row.asterisk = one.company, one.at, one.ours, one.asterisk
        for healed in known.values():
            await self._session.delete(healed)
