"""Reading the queue_log's lines back. They are the centre's own, of all companies: only its own people see them."""

from __future__ import annotations

from sqlalchemy import BigInteger, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.models import QueueLogRow
from callcenter.store.span import Span

_DIGITS_OF_AN_EPOCH = 10


async def queue_log_lines(session: AsyncSession, span: Span) -> list[str]:
    """The lines whose own time lies in the span, by that time and then in the order of writing."""
    epoch = cast(func.substr(QueueLogRow.line, 1, _DIGITS_OF_AN_EPOCH), BigInteger)
    query = select(QueueLogRow.line).where(epoch >= span.since // 1000, epoch < span.until // 1000)
    return list(await session.scalars(query.order_by(epoch, QueueLogRow.id)))
