"""Callbacks that are over. Open ones are the controller's and lie in Redis."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.scope import Scope, select_within
from callcenter.store.span import Span
from callcenter.store.work_models import CallbackRow
from routing.callback import State


@dataclass(frozen=True, kw_only=True, slots=True)
class CallbackFigures:
    """What became of callbacks."""

    closed: int
    reached: int
    expired: int
    #: Half of the customers who were reached were reached within so long after asking; None when nobody was.
    median_delay_ms: int | None
    longest_delay_ms: int | None

    @property
    def reached_share(self) -> float | None:
        """Reached / (reached + expired): who called again or was withdrawn needed no callback any more."""
        tried = self.reached + self.expired
        return self.reached / tried if tried else None


async def closed_callbacks(
    session: AsyncSession, scope: Scope, span: Span, *, groups: Collection[str] | None = None
) -> list[CallbackRow]:
    """Those that ended in the span, the last first; of all groups when `groups` is None."""
    query = select_within(scope, CallbackRow).where(CallbackRow.at >= span.since, CallbackRow.at < span.until)
    if groups is not None:
        query = query.where(CallbackRow.group.in_(groups))
    return list(await session.scalars(query.order_by(CallbackRow.at.desc(), CallbackRow.key)))


def callback_figures(closed: Sequence[CallbackRow]) -> CallbackFigures:
    """Counts and delays of these."""
    delays = sorted(row.at - row.requested_at for row in closed if row.state is State.REACHED)
    return CallbackFigures(
        closed=len(closed),
        reached=len(delays),
        expired=sum(row.state is State.EXPIRED for row in closed),
        median_delay_ms=delays[(len(delays) - 1) // 2] if delays else None,
        longest_delay_ms=delays[-1] if delays else None,
    )
