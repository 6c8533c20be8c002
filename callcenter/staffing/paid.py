"""The time for which peak-time agents are paid: from coming on line by a call-up until going off line, by local day."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import orjson

from callcenter.calls.journal import Entry, Kind

COLUMNS = ("day", "agent", "spells", "minutes", "without_end")


@dataclass(slots=True)
class PaidDay:
    """One agent's day."""

    day: date
    agent: str
    #: How often the agent was on line by a call-up; one that spans midnight counts on both days.
    spells: int = 0
    paid_ms: int = 0
    #: Spells whose end is not written: the agent is still on line, or the engine lost it. They count for nothing yet.
    without_end: int = 0

    @property
    def minutes(self) -> int:
        """Paid minutes: each begun one of the day's sum counts."""
        return -(-self.paid_ms // 60_000)


def paid_days(entries: Iterable[Entry], zone: ZoneInfo) -> list[PaidDay]:
    """A row an agent and local day, by day and agent, from `peak.came` and `peak.left` entries in any order."""
    came: dict[tuple[str, int], None] = {}
    ended: dict[tuple[str, int], int] = {}
    for entry in entries:
        if entry.agent is None:
            continue
        if entry.kind is Kind.PEAK_CAME:
            came[entry.agent, entry.at] = None
        elif entry.kind is Kind.PEAK_LEFT and isinstance(since := entry.data.get("came"), int):
            ended[entry.agent, since] = entry.at
    found: dict[tuple[date, str], PaidDay] = {}

    def row(day: date, agent: str) -> PaidDay:
        return found.setdefault((day, agent), PaidDay(day=day, agent=agent))

    for (agent, since), until in ended.items():
        for day, length in _by_day(since, until, zone):
            paid = row(day, agent)
            paid.spells += 1
            paid.paid_ms += length
    for agent, since in came.keys() - ended.keys():
        row(_day(since, zone), agent).without_end += 1
    return [found[key] for key in sorted(found)]


def _by_day(since: int, until: int, zone: ZoneInfo) -> Iterable[tuple[date, int]]:
    while since < until:
        day = _day(since, zone)
        midnight = int(datetime.combine(day + timedelta(days=1), time(), zone).timestamp()) * 1000
        end = min(until, midnight)
        yield day, end - since
        since = end


def _day(at: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).astimezone(zone).date()


def as_rows(days: Iterable[PaidDay]) -> list[tuple[object, ...]]:
    """Rows under `COLUMNS`."""
    return [(d.day.isoformat(), d.agent, d.spells, d.minutes, d.without_end) for d in days]


def as_csv(days: Iterable[PaidDay]) -> str:
    """The rows under their heads."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(as_rows(days))
    return out.getvalue()


def as_json(days: Iterable[PaidDay]) -> str:
    """The rows as objects."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in as_rows(days)]
    return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n"
