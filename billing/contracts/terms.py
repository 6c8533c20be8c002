"""The days of a participation: selected for three years, two more after a review, in contracts of one year each.

Every year is counted from the first day of all, so that a start on 29 February or on the 31st never drifts.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

FIRST_YEARS = 3
EXTENSION_YEARS = 2
MOST_YEARS = FIRST_YEARS + EXTENSION_YEARS


@dataclass(frozen=True, slots=True)
class Year:
    """One yearly contract; both days are in it."""

    number: int
    first: date
    last: date


def add_months(day: date, months: int) -> date:
    """The same day so many months later (or before), or that month's last day where it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(4096)
def contract_year(start: date, number: int) -> Year:
    """The contract year of this number, from 1, of a participation that begins on `start`."""
    first, following = add_months(start, 12 * (number - 1)), add_months(start, 12 * number)
    return Year(number, first, following - timedelta(days=1))
