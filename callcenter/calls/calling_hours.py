"""When customers may be phoned: while calls are taken for their company and group, and never at an unfriendly hour."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from callcenter.hours import Opening
from routing.callback import CallingHours

#: Nobody opens later than this; a centre closed for longer calls nobody back.
_LOOK_AHEAD_DAYS = 21


def calling_hours(opening: Opening, between: tuple[time, time]) -> CallingHours:
    """The opening times, cut to the hours of the day between which customers may be phoned; times are epoch ms."""

    def holds_or_comes(moment: int) -> tuple[int, int] | None:
        now = datetime.fromtimestamp(moment / 1000, UTC).astimezone(opening.zone)
        for ahead in range(_LOOK_AHEAD_DAYS):
            day = now.date() + timedelta(days=ahead)
            first, last = (datetime.combine(day, clock, opening.zone) for clock in between)
            for opens, closes in opening.spans(day):
                begins, ends = max(opens, first), min(closes, last)
                if begins < ends and now < ends:
                    return round(begins.timestamp() * 1000), round(ends.timestamp() * 1000)
        return None

    return holds_or_comes
