"""Local days and months as spans of epoch milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Span:
    """From `since` (inclusive) to `until` (exclusive), epoch ms."""

    since: int
    until: int


def _midnight_ms(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp()) * 1000


def day_span(day: date, zone: ZoneInfo) -> Span:
    """The local day."""
    return Span(_midnight_ms(day, zone), _midnight_ms(day + timedelta(days=1), zone))


def month_span(month: date, zone: ZoneInfo) -> Span:
    """The local month that this day lies in."""
    first = month.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return Span(_midnight_ms(first, zone), _midnight_ms(following, zone))
