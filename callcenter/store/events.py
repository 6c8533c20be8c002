"""Reading the journal from SQL. An entry belongs to its call, so ask for the record inside the scope first."""

from __future__ import annotations

from collections.abc import AsyncIterator

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.journal import Entry, Kind
from callcenter.calls.replay import READ
from callcenter.ledger.record import CallRecord
from callcenter.store.models import EventRow
from callcenter.store.span import Span

_AT_A_TIME = 1000


async def calls_with(session: AsyncSession, kind: Kind, since: int) -> list[tuple[str, int]]:
    """Calls to which this happened since then (epoch ms), of all companies, each with the time, the earliest first."""
    query = select(EventRow.call, EventRow.at).where(EventRow.at >= since, EventRow.kind == kind.value)
    return [(call, at) for call, at in await session.execute(query.order_by(EventRow.at)) if call]


async def events_of(session: AsyncSession, record: CallRecord) -> list[Entry]:
    """Everything the journal says about this call, in the order of time."""
    rows = await session.scalars(
        select(EventRow).where(EventRow.call == record.call).order_by(EventRow.at, EventRow.key)
    )
    # Within one millisecond a call goes through its stages in the order in which the vocabulary names them.
    stages = list(Kind)
    entries = [
        Entry(key=row.key, kind=Kind(row.kind), at=row.at, call=row.call, agent=row.agent, data=row.data)
        for row in rows
    ]
    return sorted(entries, key=lambda entry: (entry.at, stages.index(entry.kind)))


async def distribution_of(session: AsyncSession, span: Span) -> AsyncIterator[Entry]:
    """What the distribution was fed with in the span and whom it chose, in the order of time; the whole centre's."""
    query = (
        select(EventRow.key, EventRow.kind, EventRow.at, EventRow.call, EventRow.agent, EventRow.data)
        .where(EventRow.at >= span.since, EventRow.at < span.until, EventRow.kind.in_([kind.value for kind in READ]))
        .order_by(EventRow.at)
        .execution_options(yield_per=_AT_A_TIME)
    )
    async for key, kind, at, call, agent, data in await session.stream(query):
        yield Entry(key=key, kind=Kind(kind), at=at, call=call, agent=agent, data=data)
