"""How long callers waited and agents talked, as counts below bounds: what a Prometheus histogram needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.models import CallRow
from callcenter.store.scope import Scope, select_within
from callcenter.store.span import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Lengths:
    """Answered calls by a length of theirs."""

    #: For each bound in seconds, how many calls took no longer.
    up_to: tuple[tuple[int, int], ...]
    count: int
    sum_ms: int


async def answered_lengths(
    session: AsyncSession, scope: Scope, span: Span, *, column: str, bounds_s: Sequence[int]
) -> Lengths:
    """The lengths of the answered calls that entered in the span; `column` is `wait_ms` or `talk_ms`."""
    length = {"wait_ms": CallRow.wait_ms, "talk_ms": CallRow.talk_ms}[column]
    below = [func.coalesce(func.sum(case((length <= bound * 1000, 1), else_=0)), 0) for bound in bounds_s]
    query = select_within(scope, CallRow, func.count(), func.coalesce(func.sum(length), 0), *below).where(
        CallRow.entered_at >= span.since, CallRow.entered_at < span.until, CallRow.answered_at.is_not(None)
    )
    count, total, *counts = (await session.execute(query)).one()
    return Lengths(
        up_to=tuple((bound, int(found)) for bound, found in zip(bounds_s, counts, strict=True)),
        count=int(count),
        sum_ms=int(total),
    )
