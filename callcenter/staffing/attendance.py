"""Who was on line when, from the journal's log-ins and log-outs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from callcenter.calls.journal import Entry, Kind
from routing.roster import QUARTER_MIN, QUARTERS

_MIDDLE_MS = QUARTER_MIN * 60_000 // 2


def spells(entries: Iterable[Entry], until: int) -> dict[str, list[tuple[int, int]]]:
    """Each agent's times on line, epoch ms, in order; who has not logged out is on line until `until`.

    `entries` are log-ins and log-outs by time. A log-out without a log-in, and a second log-in, tell nothing: the
    engine writes both, so that the other one lies before the time that was asked for.
    """
    open_since: dict[str, int] = {}
    found: dict[str, list[tuple[int, int]]] = {}
    for entry in entries:
        if entry.agent is None:
            continue
        if entry.kind is Kind.LOGGED_IN:
            open_since.setdefault(entry.agent, entry.at)
        elif entry.kind is Kind.LOGGED_OUT and (since := open_since.pop(entry.agent, None)) is not None:
            found.setdefault(entry.agent, []).append((since, entry.at))
    for agent, since in open_since.items():
        found.setdefault(agent, []).append((since, until))
    return found


def days_of(on_line: dict[str, list[tuple[int, int]]], zone: ZoneInfo) -> set[date]:
    """The local days on which anybody was on line."""
    days = set()
    for own in on_line.values():
        for since, until in own:
            first, last = (datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date() for at in (since, until))
            days |= {first + timedelta(days=n) for n in range((last - first).days + 1)}
    return days


def attendance(
    on_line: dict[str, list[tuple[int, int]]], days: Collection[date], zone: ZoneInfo
) -> dict[str, Sequence[float]] | None:
    """For each agent the share of these days, 0 to 1, on which it was on line in the middle of each of 96 quarters.

    Days on which nobody at all was on line were not recorded and do not count; None if no day is left.
    """
    recorded = 0
    present: dict[str, list[int]] = {}
    for day in days:
        midnight = int(datetime.combine(day, time(), zone).astimezone(UTC).timestamp()) * 1000
        end = midnight + int(timedelta(days=1).total_seconds()) * 1000
        there = {a: [s for s in own if s[0] < end and s[1] > midnight] for a, own in on_line.items()}
        recorded += any(there.values())
        for agent, own in there.items():
            counts = present.setdefault(agent, [0] * QUARTERS)
            for quarter in range(QUARTERS):
                middle = midnight + quarter * 2 * _MIDDLE_MS + _MIDDLE_MS
                counts[quarter] += any(since <= middle < until for since, until in own)
    if not recorded:
        return None
    return {agent: [count / recorded for count in counts] for agent, counts in present.items()}
