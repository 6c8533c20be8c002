"""A day's plan from the database."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.journal import Kind
from callcenter.centre import Centre
from callcenter.public_holidays import free_days
from callcenter.staffing.attendance import attendance, days_of, spells
from callcenter.staffing.plan import ENOUGH_DAYS, Known, Plan, alike_days, plan
from callcenter.store.call_history import QUARTER_MS, handling, quarter_counts
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span, day_span
from callcenter.store.working_time import comings_and_goings

#: A day half a year back counts less than a hundredth of the last one (`forecast_day` halves in four weeks).
_CALLS_OVER = timedelta(weeks=26)
#: Handling, patience and attendance are those of the last weeks.
_LATELY = timedelta(weeks=8)


async def read_plan(session: AsyncSession, centre: Centre, day: date, now: datetime) -> Plan:
    """The plan as the records know it at this moment; a day that is over is planned as it could have been before."""
    zone, whole = centre.zone, WholeCentre()
    before = day_span(min(day, now.astimezone(zone).date()), zone)
    calls_since = _midnight(day - _CALLS_OVER, zone)
    lately = Span(_midnight(day - _LATELY, zone), before.since)
    history: dict[str, list[tuple[date, int, int]]] = {}
    for group, number, calls in await quarter_counts(session, whole, Span(calls_since, day_span(day, zone).until)):
        local = datetime.fromtimestamp(number * QUARTER_MS / 1000, UTC).astimezone(zone)
        history.setdefault(group, []).append((local.date(), local.hour * 4 + local.minute // 15, calls))
    measured = await handling(session, whole, lately)
    told = await comings_and_goings(session, lately, (Kind.LOGGED_IN, Kind.LOGGED_OUT))
    holidays = free_days(centre, range((day - _CALLS_OVER).year, day.year + 1))

    def reckon() -> Plan:
        on_line = spells(told, before.since)
        there = (d for d in days_of(on_line, zone) if _midnight(d, zone) < before.since)
        alike = alike_days(there, day, holidays)[:ENOUGH_DAYS]
        known = Known(history=history, handling=measured, attendance=attendance(on_line, alike, zone))
        return plan(centre, day, known, holidays)

    # A second of arithmetic for a large centre, which must not hold up the pages of others.
    return await asyncio.to_thread(reckon)


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000
