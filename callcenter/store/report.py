"""What became of the calls of some days: by interval, group, company or agent, for reports."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import SQLColumnExpression
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.figures import Figures, counters
from callcenter.store.models import CallRow
from callcenter.store.scope import Scope, select_within
from callcenter.store.span import Span


class Rows(StrEnum):
    """What each row of a report stands for."""

    HALF_HOUR = "half_hour"
    HOUR = "hour"
    DAY = "day"
    GROUP = "group"
    COMPANY = "company"
    AGENT = "agent"


#: How long an interval of these rows is.
STEP_MS = {Rows.HALF_HOUR: 1_800_000, Rows.HOUR: 3_600_000, Rows.DAY: 86_400_000}
_KEYS = {Rows.GROUP: CallRow.group, Rows.COMPANY: CallRow.company, Rows.AGENT: CallRow.agent}


async def report(
    session: AsyncSession,
    scope: Scope,
    span: Span,
    by: Rows,
    *,
    group: str | None = None,
    company: str | None = None,
    in_time_s: int,
    short_s: int,
) -> dict[Any, Figures]:
    """Figures of the calls that entered in the span, by the row's key: a group, company or agent, or when its interval
    begins (epoch ms, counted from the span's beginning, so that in a zone with summer time the rows after a change of
    the clock begin an hour off).
    """
    step = STEP_MS.get(by)
    key: SQLColumnExpression[Any] = (CallRow.entered_at - span.since) // step if step else _KEYS[by]
    counted_as = counters(in_time_s, short_s)
    query = select_within(scope, CallRow, key, *counted_as.values()).where(
        CallRow.entered_at >= span.since, CallRow.entered_at < span.until
    )
    if group is not None:
        query = query.where(CallRow.group == group)
    if company is not None:
        query = query.where(CallRow.company == company)
    found: dict[Any, Figures] = {}
    for value, *counted in await session.execute(query.group_by(key)):
        figures = Figures(
            company=company, group=group, **{name: int(n) for name, n in zip(counted_as, counted, strict=True)}
        )
        found[span.since + int(value) * step if step else value] = figures
    return found
