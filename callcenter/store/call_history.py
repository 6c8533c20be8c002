"""What call records tell about volume, handling and patience: counted by the database, a row a group."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, literal_column
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.ledger.record import Direction, Outcome
from callcenter.store.models import CallRow
from callcenter.store.scope import Scope, select_within
from callcenter.store.span import Span

QUARTER_MS = 15 * 60_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Handling:
    """Sums over the calls that joined a group's queue; add them up for several groups."""

    answered: int = 0
    #: Ringing and talking of the answered ones.
    busy_ms: int = 0
    #: Hung up while waiting or while an agent's phone rang.
    abandoned: int = 0
    #: Waiting of all, answered or not.
    wait_ms: int = 0

    def __add__(self, other: Handling) -> Handling:
        """Both together."""
        return Handling(
            answered=self.answered + other.answered,
            busy_ms=self.busy_ms + other.busy_ms,
            abandoned=self.abandoned + other.abandoned,
            wait_ms=self.wait_ms + other.wait_ms,
        )


async def quarter_counts(session: AsyncSession, scope: Scope, span: Span) -> list[tuple[str, int, int]]:
    """Group, quarter-hour of the epoch (its number since 1970), and how many calls joined the queue in it.

    Of calls that entered in the span. Every time zone's local quarter-hours are these, so that none needs a
    conversion in SQL; who never joined a queue needed no agent.
    """
    # A number in the text, not a parameter: both places must be the same expression for GROUP BY.
    quarter = CallRow.queued_at // literal_column(str(QUARTER_MS))
    query = (
        select_within(scope, CallRow, CallRow.group, quarter, func.count())
        .where(*_queued_in(span))
        .group_by(CallRow.group, quarter)
    )
    return [(group, int(number), int(calls)) for group, number, calls in await session.execute(query)]


async def handling(session: AsyncSession, scope: Scope, span: Span) -> dict[str, Handling]:
    """The sums of each group over the calls that entered in the span and have ended."""
    answered = CallRow.answered_at.is_not(None)
    abandoned = CallRow.outcome.in_((Outcome.ABANDONED_QUEUE, Outcome.ABANDONED_RINGING))
    query = (
        select_within(
            scope,
            CallRow,
            CallRow.group,
            func.count().filter(answered),
            func.coalesce(func.sum(CallRow.ring_ms + CallRow.talk_ms).filter(answered), 0),
            func.count().filter(abandoned),
            func.sum(CallRow.wait_ms),
        )
        .where(*_queued_in(span), CallRow.outcome.is_not(None))
        .group_by(CallRow.group)
    )
    return {
        group: Handling(answered=int(n), busy_ms=int(busy), abandoned=int(gone), wait_ms=int(wait))
        for group, n, busy, gone, wait in await session.execute(query)
    }


def _queued_in(span: Span) -> tuple[ColumnElement[bool], ...]:
    return (
        CallRow.entered_at >= span.since,
        CallRow.entered_at < span.until,
        CallRow.queued_at.is_not(None),
        CallRow.group.is_not(None),
        CallRow.direction == Direction.INBOUND,
    )
