"""Agents' comings and goings as the journal has them. They are the centre's own: no company's rows are among them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.journal import Entry, Kind
from callcenter.store.models import COMINGS_AND_GOINGS, EventRow
from callcenter.store.span import Span


async def comings_and_goings(session: AsyncSession, span: Span, kinds: Sequence[Kind]) -> list[Entry]:
    """The entries of these kinds in the span, by time; each kind is one of `COMINGS_AND_GOINGS`."""
    # Literal kinds, so that the database sees that its index of just these kinds will do.
    wanted = EventRow.kind.in_([literal(kind.value, literal_execute=True) for kind in COMINGS_AND_GOINGS])
    query = select(EventRow).where(wanted, EventRow.at >= span.since, EventRow.at < span.until)
    asked = {kind.value for kind in kinds}
    rows = await session.scalars(query.order_by(EventRow.at, EventRow.key))
    return [
        Entry(key=row.key, kind=Kind(row.kind), at=row.at, call=row.call, agent=row.agent, data=row.data)
        for row in rows
        if row.kind in asked
    ]
