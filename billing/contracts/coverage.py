"""On which days a company is under contract: what its statements may charge follows from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from billing.contracts.participation import Participation
from billing.month import Month
from billing.rules import Why


@dataclass(frozen=True, slots=True)
class Coverage:
    """Stretches of days, the first and the last included, in the order of time; none: no contract was made."""

    stretches: tuple[tuple[date, date], ...]

    def days(self, month: Month) -> int:
        """How many days of the month are under contract."""
        first, last = date(month.year, month.number, 1), date(month.next.year, month.next.number, 1) - timedelta(days=1)
        return sum(max((min(until, last) - max(since, first)).days + 1, 0) for since, until in self.stretches)

    def edges(self, zone: tzinfo) -> tuple[tuple[int, int], ...]:
        """The stretches in epoch milliseconds: from their first moment to the first one that is outside."""
        return tuple(
            (_midnight(since, zone), _midnight(until + timedelta(days=1), zone)) for since, until in self.stretches
        )


def gap(edges: Sequence[tuple[int, int]], at: int) -> Why | None:
    """Which gap between these `Coverage.edges` a moment lies in; None: it is under contract."""
    if any(since <= at < until for since, until in edges):
        return None
    if not edges or at < edges[0][0]:
        return Why.BEFORE_CONTRACT
    return Why.AFTER_CONTRACT if at >= edges[-1][1] else Why.BETWEEN_CONTRACTS


def coverage(participations: Iterable[Participation]) -> Coverage | None:
    """The days of a company with these participations; None: nothing is known, its contract is not kept here."""
    known = [one for one in participations if one.company is not None]
    if not known:
        return None
    spans = ((one.start, one.last_day) for one in known)
    stretches = sorted((first, last) for first, last in spans if first and last and first <= last)
    joined: list[tuple[date, date]] = []
    for first, last in stretches:
        if joined and first <= joined[-1][1] + timedelta(days=1):
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return Coverage(tuple(joined))


def _midnight(day: date, zone: tzinfo) -> int:
    return int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp() * 1000)
