"""Peak-time agents' paid days of a month, from the database."""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.journal import Kind
from callcenter.centre import Centre
from callcenter.staffing.paid import PaidDay, paid_days
from callcenter.store.span import Span, month_span
from callcenter.store.working_time import comings_and_goings

#: Nobody works longer at a stretch.
_LONGEST_MS = 24 * 3_600_000


async def read_paid(session: AsyncSession, centre: Centre, month: date) -> list[PaidDay]:
    """The days of the month that this day lies in."""
    span = month_span(month, centre.zone)
    wider = Span(span.since - _LONGEST_MS, span.until + _LONGEST_MS)
    entries = await comings_and_goings(session, wider, (Kind.PEAK_CAME, Kind.PEAK_LEFT))
    first = month.replace(day=1)
    return [paid for paid in paid_days(entries, centre.zone) if paid.day.replace(day=1) == first]
