"""When customers may be phoned: while the centre is open for their call, and never at an unfriendly hour."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.centre import Hours
from routing.callback import CallingHours

#: Nobody opens later than this; a centre closed for longer calls nobody back.
_LOOK_AHEAD_DAYS = 21


def calling_hours(hours: Hours, between: tuple[time, time], holidays: frozenset[date], zone: ZoneInfo) -> CallingHours:
    """The opening times, cut to the hours of the day between which customers may be phoned; times are epoch ms."""

    def edge(day: date, clock: str) -> datetime:
        if clock == "24:00":
            return datetime.combine(day + timedelta(days=1), time(), zone)
        return datetime.combine(day, time.fromisoformat(clock), zone)

    def holds_or_comes(moment: int) -> tuple[int, int] | None:
        now = datetime.fromtimestamp(moment / 1000, UTC).astimezone(zone)
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = now.date() + timedelta(days=ahead)
            first, last = (datetime.combine(day, clock, zone) for clock in between)
            for opens, closes in hours.spans(day, holidays):
                begins, ends = max(edge(day, opens), first), min(edge(day, closes), last)
                if begins < ends and now < ends:
                    return round(begins.timestamp() * 1000), round(ends.timestamp() * 1000)
        return None

    return holds_or_comes
