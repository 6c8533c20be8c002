"""Between the tables' epoch milliseconds and datetimes in UTC."""

from __future__ import annotations

from datetime import UTC, datetime


def to_ms(at: datetime) -> int:
    """Whole milliseconds since the epoch; the datetime needs a time zone."""
    return round(at.timestamp() * 1000)


def from_ms(at: int) -> datetime:
    """The same moment in UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)
