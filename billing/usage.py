"""What a company used in a month: from closed call records to entries, each pointing to its call.

A call belongs to the month in which it entered, by the clock of the centre's time zone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, tzinfo

from billing.month import Month


@dataclass(frozen=True, kw_only=True, slots=True)
class UsedCall:
    """A closed call record, as far as billing looks at it."""

    id: str
    #: None if the caller was never tied to a company.
    company: str | None
    #: `inbound`, as the call record has it.
    direction: str
    entered_at: datetime
    ended_at: datetime
    #: How long an agent spoke with the caller; 0 if none did.
    talk_ms: int
    #: How the call ended, as the call record has it: `answered`, `abandoned_queue`, …
    outcome: str

    def __post_init__(self) -> None:
        if self.entered_at.tzinfo is None or self.ended_at.tzinfo is None:
            raise ValueError(f"call {self.id}: its times need a time zone")
        if self.ended_at < self.entered_at or self.talk_ms < 0:
            raise ValueError(f"call {self.id}: it ends before it enters, or talks for less than nothing")


@dataclass(frozen=True, kw_only=True, slots=True)
class Billable:
    """A rule of a tariff: it counts the calls of this direction that ended in one of these ways."""

    direction: str
    outcomes: frozenset[str]

    def counts(self, call: UsedCall) -> bool:
        """Whether this rule makes the call a counted one."""
        return call.direction == self.direction and call.outcome in self.outcomes


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One call in a company's month; `counted` tells whether the tariff charges for it."""

    call: UsedCall
    counted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """A company's month: its entries in the order in which the calls entered."""

    company: str
    month: Month
    zone: tzinfo
    entries: tuple[Entry, ...]

    @property
    def counted(self) -> tuple[str, ...]:
        """Ids of the calls that the tariff charges for."""
        return tuple(entry.call.id for entry in self.entries if entry.counted)

    @property
    def spoken(self) -> tuple[str, ...]:
        """Ids of the calls with talk time, charged for or not."""
        return tuple(entry.call.id for entry in self.entries if entry.call.talk_ms)

    @property
    def talk_ms(self) -> int:
        """Talk time of all calls together."""
        return sum(entry.call.talk_ms for entry in self.entries)

    @property
    def busiest(self) -> tuple[str, ...]:
        """Ids of the calls on the line at once in the month's (first) fullest moment: as many lines were used.

        A line that becomes free in the same instant serves the next call.
        """
        edges = sorted(
            edge
            for entry in self.entries
            for edge in ((entry.call.entered_at, 1, entry.call.id), (entry.call.ended_at, 0, entry.call.id))
            if entry.call.ended_at > entry.call.entered_at
        )
        open_calls: dict[str, None] = {}
        fullest: tuple[str, ...] = ()
        for _, enters, call in edges:
            if not enters:
                del open_calls[call]
                continue
            open_calls[call] = None
            if len(open_calls) > len(fullest):
                fullest = tuple(open_calls)
        return fullest


def usage(
    calls: Iterable[UsedCall], *, company: str, month: Month, zone: tzinfo, billable: Collection[Billable]
) -> Usage:
    """The company's usage of the month; calls of others and of other months are left out, their order does not matter.

    Raises `ValueError` if a call comes twice: nobody pays twice for one call.
    """
    own = [call for call in calls if call.company == company and Month.of(call.entered_at, zone) == month]
    own.sort(key=lambda call: (call.entered_at, call.id))
    seen: set[str] = set()
    for call in own:
        if call.id in seen:
            raise ValueError(f"call {call.id} comes twice")
        seen.add(call.id)
    entries = tuple(Entry(call=call, counted=any(rule.counts(call) for rule in billable)) for call in own)
    return Usage(company=company, month=month, zone=zone, entries=entries)
