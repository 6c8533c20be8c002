"""The centre as its owner describes it in `centre.toml`: companies, groups, agents, hours, the hotline's menu.

Reading it is the only I/O here. Every mistake is reported at once, each with file, line, key and what is expected.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from callcenter.config.mistakes import Mistake, examine, told
from callcenter.config.words import say
from routing.acd import RINGS, Strategy

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,23}$")]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{3,15}$")]
AgentId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]
CompanyCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
Language = Literal["ko", "en"]
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


class CentreError(Exception):
    """The centre's file has mistakes; each line names the file, the line, the key and what is expected."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Names(_Part):
    """A name as Koreans and as English speakers read it."""

    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class Hours(_Part):
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
    days: dict[date, Spans] = {}

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


class Waiting(_Part):
    """How callers wait and agents are rung; all in seconds."""

    ring_s: int = Field(20, ge=3, le=120)
    wrapup_s: int = Field(20, ge=0, le=600)
    #: What an agent becomes who does not answer: paused, or stays ready.
    no_answer: Literal["pause", "ready"] = "pause"
    #: Position is told on joining and then this often; 0 never.
    position_every_s: int = Field(30, ge=0, le=600)
    #: Answered within this is on time (service level).
    service_level_s: int = Field(20, ge=1, le=600)
    #: Who still waits when the centre, or the company with hours of its own, closes: served, or told so and ended,
    #: or told so and asked whether a callback at the next opening is wanted.
    at_closing: Literal["serve", "announce", "callback"] = "serve"
    #: A customer with an open case waits so long for the agent who handles it, before others are asked; 0 not at all.
    sticky_s: int = Field(0, ge=0, le=600)
    #: A caller waits so long for agents who speak the caller's language, if any is on line, before anybody takes the
    #: call; 0: anybody at once.
    language_s: int = Field(60, ge=0, le=600)
    #: A customer who phones again within a day counts as having waited so much longer.
    repeat_priority_s: int = Field(0, ge=0, le=600)
    #: An agent whose call was ended for abuse rests at least so long.
    rest_s: int = Field(600, ge=0, le=3600)
    #: A menu waits this long for a key.
    key_s: int = Field(6, ge=2, le=30)
    #: Wrong or missing keys before the caller is sent on.
    key_tries: int = Field(3, ge=1, le=9)


class Conditions(_Part):
    """When a step of the overflow ladder is due: as soon as one of these holds."""

    after_s: int | None = Field(None, ge=1, le=3600)
    #: So much of the wait is still expected.
    forecast_s: int | None = Field(None, ge=1, le=3600)
    #: More calls than this wait in the group.
    queue_over: int | None = Field(None, ge=0, le=10_000)
    #: The group's recent service level, a share, is lower.
    level_below: float | None = Field(None, gt=0, le=1)


class Widen(Conditions):
    """The call is offered to more agents."""

    #: 2: agents of the first similar group as well, 3: of the second, 4: of the third.
    ring: int = Field(ge=2, le=RINGS)


class Then(Conditions):
    """What else is done for a call that still waits; a caller gets these in their order, each once."""

    #: call_up: peak-time agents are asked to come on line. callback: the caller is told of it. voicemail: the caller
    #: leaves a message. number: the caller is put through to another number.
    do: Literal["call_up", "callback", "voicemail", "number"]
    number: Number | None = None


class Peak(_Part):
    """When agents with `peak = true` are called up: callers wait too long, or too many wait."""

    longest_wait_s: int = Field(60, ge=5, le=3600)
    queue_over: int = Field(10, ge=1, le=10_000)
    #: Half of both limits kept for so long ends it.
    calm_s: int = Field(300, ge=5, le=7200)
    #: Whoever came stays so many minutes, and longer while the call-up lasts; then it is home after the present call.
    #: 0: only while the call-up lasts.
    box_min: int = Field(60, ge=0, le=720)


class Callback(_Part):
    """A waiting caller may ask to be phoned when the turn comes."""

    attempts: int = Field(3, ge=1, le=10)
    #: Between two attempts to reach the customer.
    spacing_s: int = Field(600, ge=5, le=86_400)
    #: Given up so long after it was asked for.
    expires_h: int = Field(72, ge=1, le=336)
    #: Never outside these hours, however long the centre is open.
    between: Span = "09:00-21:00"
    #: The customer's phone rings so long.
    ring_s: int = Field(30, ge=5, le=120)


class Voicemail(_Part):
    """A caller may leave a message instead of waiting, or when the centre is closed."""

    most_s: int = Field(120, ge=10, le=600)


class Group(Names):
    """One category of similar products and the agents who know it."""

    id: Slug
    #: Groups whose agents help out, the nearest first; `widen` says when.
    similar: tuple[Slug, ...] = Field((), max_length=RINGS - 1)
    widen: tuple[Widen, ...] = ()
    then: tuple[Then, ...] = ()
    #: Which idle agent is asked first.
    strategy: Strategy = Strategy.LONGEST_IDLE
    #: Its calls count as having waited so much longer than others.
    priority_s: int = Field(0, ge=0, le=600)
    #: The share of its calls to be answered in time, for which its agents are planned.
    service_level: float = Field(0.8, gt=0, lt=1)


class Contract(_Part):
    """What the shared pool owes this company when it is short of agents."""

    #: Share of calls to be answered in time; below it the company is favoured. 0 promises nothing.
    service_level: float = Field(0.0, ge=0, le=1)
    #: How strongly, compared with others below their floor.
    weight: float = Field(1.0, ge=0.1, le=10)
    #: Most conversations at a time; further callers wait. Unset: no limit.
    most_calls: int | None = Field(None, ge=1, le=10_000)


class Company(Names):
    """A manufacturer: its numbers, its code on the shared hotline, what it makes."""

    id: Slug
    code: CompanyCode
    numbers: tuple[Number, ...] = ()
    categories: tuple[Slug, ...] = Field(min_length=1)
    recording: bool = True
    greeting: bool = True
    hours: Hours | None = None
    #: What its callers hear and speak who chose nothing else; unset: Korean.
    language: Language | None = None
    contract: Contract = Contract()


class Agent(Names):
    """A person who answers. Peak-time agents come on line when the regular groups cannot keep up."""

    id: AgentId
    groups: tuple[Slug, ...] = Field(min_length=1)
    #: Skill by group where it is not 1, the best; for groups with the strategy best_skill.
    levels: dict[Slug, Annotated[int, Field(ge=1, le=5)]] = {}
    languages: tuple[Language, ...] = Field(("ko",), min_length=1)
    peak: bool = False
    #: Gets a text message when a peak-time agent is called up.
    mobile: Number | None = None


class Key(Names):
    """A key of the hotline's first menu: a family of categories, themselves keys 1 to 9 in this order."""

    key: Annotated[str, StringConstraints(pattern=r"^[1-7]$")]
    categories: tuple[Slug, ...] = Field(min_length=1, max_length=9)


class Centre(Names):
    """The whole shared centre."""

    timezone: str = "Asia/Seoul"
    hotlines: tuple[Number, ...] = Field(min_length=1)
    #: Numbers whose callers hear and speak this language from the start, whatever their company's is.
    number_languages: dict[Number, Language] = {}
    hours: Hours = Hours()
    waiting: Waiting = Waiting()
    #: Without it nobody is called up.
    peak: Peak | None = None
    #: Without them there is neither callback nor voicemail.
    callback: Callback | None = None
    voicemail: Voicemail | None = None
    group: tuple[Group, ...] = Field(min_length=1)
    company: tuple[Company, ...] = Field(min_length=1)
    agent: tuple[Agent, ...] = Field(min_length=1)
    menu: tuple[Key, ...] = Field(min_length=1)
    #: The group that takes callers who press nothing or only wrong keys; none: they are asked to call again.
    undecided: Slug | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The centre's time zone."""
        return ZoneInfo(self.timezone)

    def local(self, at: int) -> datetime:
        """A moment (epoch ms) on the centre's clock."""
        return datetime.fromtimestamp(at / 1000, UTC).astimezone(self.zone)

    def company_of_number(self, number: str) -> Company | None:
        """The company whose own number this is; None for the shared hotline and unknown numbers."""
        return next((c for c in self.company if number in c.numbers), None)

    def language_of_number(self, number: str) -> Language | None:
        """What callers of this number speak, as far as it tells."""
        company = self.company_of_number(number)
        return self.number_languages.get(number) or (company.language if company else None)

    def company_of_code(self, code: str) -> Company | None:
        """The company with this hotline code."""
        return next((c for c in self.company if c.code == code), None)


def read_centre(text: str) -> tuple[Centre | None, list[Mistake]]:
    """The centre that this TOML text describes, or every mistake in it."""
    return examine(text, Centre)


def load_centre(path: Path, language: str = "en") -> Centre:
    """The centre described by this file.

    Raises `CentreError`: the file is absent, no TOML, or describes no possible centre.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise CentreError(f"{path}: {say(language, 'mistake.absent')}") from error
    except UnicodeDecodeError as error:
        raise CentreError(f"{path}: {say(language, 'mistake.encoding')}") from error
    centre, mistakes = read_centre(text)
    if centre is None:
        raise CentreError(told(mistakes, str(path), language))
    return centre
