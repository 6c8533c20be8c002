"""When calls are taken: opening times of the centre, of companies and of groups, and closings out of turn."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, pairwise
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, NaiveDatetime, StringConstraints
from pydantic_core import PydanticCustomError

from callcenter.parts import Part, Slug

_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_SPAN = rf"{_CLOCK}-({_CLOCK}|24:00)"


def _in_order(spans: str) -> str:
    edges = re.split("[-,]", spans) if spans else []
    if any(a >= b for a, b in pairwise(edges)):
        raise PydanticCustomError("spans", "the times run backwards or overlap")
    return spans


def _minute(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


#: Opening times of a day, one span or several with breaks between; empty means closed.
Spans = Annotated[str, StringConstraints(pattern=rf"^({_SPAN}(,{_SPAN})*)?$"), AfterValidator(_in_order)]

Span = Annotated[str, StringConstraints(pattern=rf"^{_CLOCK}-{_CLOCK}$"), AfterValidator(_in_order)]

#: What becomes of who still waits when the hours end: served, or told so and ended, or told so and asked whether a
#: callback at the next opening is wanted, or told so and asked for a message.
AtClosing = Literal["serve", "announce", "callback", "voicemail"]
Moments = tuple[datetime, datetime]


class Hours(Part):
    """Opening times in the centre's time zone."""

    mon: Spans = "09:00-18:00"
    tue: Spans = "09:00-18:00"
    wed: Spans = "09:00-18:00"
    thu: Spans = "09:00-18:00"
    fri: Spans = "09:00-18:00"
    sat: Spans = "09:00-13:00"
    sun: Spans = ""
    #: Public holidays of Korea are closed days.
    closed_on_holidays: bool = True
    #: Single days that are otherwise: a temporary closing, a holiday that is worked, a holiday decreed lately.
    days: dict[date, Spans] = Field(default_factory=dict)

    def open_at(self, local: datetime, holidays: frozenset[date]) -> bool:
        """Whether a call at this local time is taken; the closing minute itself is closed."""
        now = f"{local:%H:%M}"
        return any(opens <= now < closes for opens, closes in self.spans(local.date(), holidays))

    def closing(self, local: datetime, holidays: frozenset[date]) -> datetime | None:
        """When this open day ends: its last span's end, breaks before it aside; None when it goes on past midnight."""
        spans = self.spans(local.date(), holidays)
        if not spans:
            return local
        last = spans[-1][1]
        if last != "24:00":
            return datetime.combine(local.date(), time.fromisoformat(last), local.tzinfo)
        tomorrow = self.spans(local.date() + timedelta(days=1), holidays)
        if tomorrow and tomorrow[0][0] == "00:00":
            return None
        return datetime.combine(local.date() + timedelta(days=1), time(), local.tzinfo)

    def minutes_on(self, day: date, holidays: frozenset[date]) -> tuple[tuple[int, int], ...]:
        """The day's opening times as minutes of the day, the second of each pair excluded."""
        return tuple((_minute(opens), _minute(closes)) for opens, closes in self.spans(day, holidays))

    def spans(self, day: date, holidays: frozenset[date]) -> list[tuple[str, str]]:
        """The opening times of this day, from and to as HH:MM; the last may be 24:00."""
        spans = self.days.get(day)
        if spans is None:
            week = (self.mon, self.tue, self.wed, self.thu, self.fri, self.sat, self.sun)
            spans = "" if self.closed_on_holidays and day in holidays else week[day.weekday()]
        return [(span[:5], span[6:]) for span in spans.split(",") if span]


class Closing(Part):
    """Closed for a time, out of turn: the whole centre, or only a group's calls, or a company's; local times."""

    group: Slug | None = None
    company: Slug | None = None
    since: NaiveDatetime
    until: NaiveDatetime
    #: What callers hear meanwhile; empty: that calls are taken again at the end.
    say: str = Field("", max_length=300)
    say_en: str = Field("", max_length=300)
    #: Unset: as the group has it, or the centre.
    at_closing: AtClosing | None = None

    @property
    def prompt(self) -> str:
        """The prompt of what callers hear; another one as soon as the words are others."""
        said = f"{self.until}|{self.say}|{self.say_en}"
        return f"closed-until-{hashlib.sha256(said.encode()).hexdigest()[:8]}"

    def over(self, local: datetime) -> bool:
        """Whether it has ended by this local time."""
        return self.until <= local.replace(tzinfo=None)

    def holds(self, local: datetime) -> bool:
        """Whether it is closed at this local time."""
        return self.since <= local.replace(tzinfo=None) < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """When callers who still wait are told that it is closed, and how."""

    at: datetime
    prompts: tuple[str, ...]
    #: Not `serve`.
    how: AtClosing


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """When calls for one company and group are taken: within all its hours, and outside of its closings.

    Moments are in the centre's time zone.
    """

    #: By the prompt that callers hear outside of them.
    hours: tuple[tuple[str, Hours], ...]
    closings: tuple[Closing, ...]
    at_closing: AtClosing
    holidays: frozenset[date]
    zone: ZoneInfo

    def closed(self, local: datetime) -> str | None:
        """The prompt that a caller hears instead of being served; None while it is open."""
        shut = (closing.prompt for closing in self.closings if closing.holds(local))
        outside = (prompt for prompt, hours in self.hours if not hours.open_at(local, self.holidays))
        return next(chain(shut, outside), None)

    def ending(self, local: datetime) -> Ending | None:
        """The next end, or the one that has come, for who waits at this time; None when all who wait are served."""
        return min(self._endings(local), key=lambda ending: ending.at, default=None)

    def _endings(self, local: datetime) -> Iterator[Ending]:
        for closing in self.closings:
            how = closing.at_closing or self.at_closing
            if how != "serve" and not closing.over(local):
                at = max(closing.since.replace(tzinfo=self.zone), local)
                yield Ending(at=at, prompts=("closing-early", closing.prompt), how=how)
        for prompt, hours in self.hours if self.at_closing != "serve" else ():
            if at_day := hours.closing(local, self.holidays):
                yield Ending(at=at_day, prompts=("closing", prompt), how=self.at_closing)

    def spans(self, day: date) -> Sequence[Moments]:
        """When it is open on this day."""
        open_then: list[Moments] = [(self._edge(day, "00:00"), self._edge(day, "24:00"))]
        for _, hours in self.hours:
            own = [(self._edge(day, a), self._edge(day, b)) for a, b in hours.spans(day, self.holidays)]
            open_then = [both for one in open_then for other in own if (both := _both(one, other))]
        for closing in self.closings:
            since, until = closing.since.replace(tzinfo=self.zone), closing.until.replace(tzinfo=self.zone)
            parts = [part for a, b in open_then for part in ((a, min(b, since)), (max(a, until), b))]
            open_then = [(a, b) for a, b in parts if a < b]
        return open_then

    def _edge(self, day: date, clock: str) -> datetime:
        if clock == "24:00":
            return datetime.combine(day + timedelta(days=1), time(), self.zone)
        return datetime.combine(day, time.fromisoformat(clock), self.zone)


def _both(one: Moments, other: Moments) -> Moments | None:
    begins, ends = max(one[0], other[0]), min(one[1], other[1])
    return (begins, ends) if begins < ends else None
