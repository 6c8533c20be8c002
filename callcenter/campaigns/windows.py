"""When a campaign may ring: its own hours and days, the night, and the hours at which people like to be called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from callcenter.hours import Hours

#: Nobody is rung in the night without having agreed to it (정보통신망법 제50조 제3항, for advertising; kept
#: for every purpose). A call counts by when it is begun.
NIGHT_BEGINS, NIGHT_ENDS = time(21), time(8)
#: Looked ahead for an opening at most.
_HORIZON = timedelta(days=370)

#: Neither at breakfast nor at lunch nor after supper.
FRIENDLY = Hours(
    mon="10:00-12:00,13:30-19:00",
    tue="10:00-12:00,13:30-19:00",
    wed="10:00-12:00,13:30-19:00",
    thu="10:00-12:00,13:30-19:00",
    fri="10:00-12:00,13:30-19:00",
    sat="10:00-13:00",
    sun="",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A campaign's days and hours, in the local time of whoever is called."""

    hours: Hours = FRIENDLY
    first: date | None = None
    #: The last day, itself included.
    last: date | None = None
    holidays: frozenset[date] = frozenset()

    def open_at(self, local: datetime) -> bool:
        """Whether the campaign may ring at this local time, the night aside."""
        day = local.date()
        if (self.first and day < self.first) or (self.last and day > self.last):
            return False
        return self.hours.open_at(local, self.holidays)


def night(local: datetime) -> bool:
    """Whether this local time lies in the protected night: 21:00:00 does, 08:00:00 does not."""
    return not NIGHT_ENDS <= local.time() < NIGHT_BEGINS


def next_opening(window: Window, local: datetime) -> datetime | None:
    """The first moment from this local time on at which the window is open by day; None: it never opens again."""
    for moment in _candidates(window, local):
        if moment >= local and window.open_at(moment) and not night(moment):
            return moment
    return None


def _candidates(window: Window, local: datetime) -> Iterator[datetime]:
    """Now, and every time at which a day's span may begin."""
    yield local
    start = max(local.date(), window.first or local.date())
    end = min(window.last or date.max, start + _HORIZON)
    hours = window.hours
    week = (hours.mon, hours.tue, hours.wed, hours.thu, hours.fri, hours.sat, hours.sun)
    day = start
    while day <= end:
        spans = hours.days.get(day, week[day.weekday()])
        begins = {time.fromisoformat(span[:5]) for span in spans.split(",") if span}
        for begin in sorted(begins | {NIGHT_ENDS}):
            yield datetime.combine(day, begin, local.tzinfo)
        day += timedelta(days=1)
