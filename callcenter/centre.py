"""The centre as its owner describes it in `centre.toml`: companies, groups, agents, hours, the hotline's menu.

Reading it is the only I/O here. Every mistake is reported at once, each with file, line, key and what is expected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints

from callcenter.config.mistakes import Mistake, examine, told
from callcenter.config.words import say
from callcenter.hours import AtClosing, Closing, Hours, Opening, Span
from callcenter.parts import Part, Slug
from routing.acd import RINGS, Strategy

Number = Annotated[str, StringConstraints(pattern=r"^[0-9]{3,15}$")]
AgentId = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{3}$")]
CompanyCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{3}$")]
Language = Literal["ko", "en"]


class CentreError(Exception):
    """The centre's file has mistakes; each line names the file, the line, the key and what is expected."""


class Names(Part):
    """A name as Koreans and as English speakers read it."""

    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)


class Saying(Part):
    """Something said to callers, in their language; the voice speaks it unless a recording replaces it."""

    say: str = Field(min_length=1, max_length=300)
    say_en: str = Field(min_length=1, max_length=300)

    @property
    def prompt(self) -> str:
        """The prompt of a comfort message; another one as soon as the words are others."""
        return f"comfort-{_mark(self.say, self.say_en)}"


def _mark(*words: str) -> str:
    """Tells prompts that say different words apart."""
    return hashlib.sha256("|".join(words).encode()).hexdigest()[:8]


class Waiting(Part):
    """How callers wait and agents are rung; all in seconds."""

    ring_s: int = Field(20, ge=3, le=120)
    wrapup_s: int = Field(20, ge=0, le=600)
    #: What an agent becomes who does not answer: paused, or stays ready.
    no_answer: Literal["pause", "ready"] = "pause"
    #: Position is told on joining and then this often; 0 never.
    position_every_s: int = Field(30, ge=0, le=600)
    #: These are said in turn, the first one so long after joining and each so long after the one before.
    comfort: tuple[Saying, ...] = Field((), max_length=9)
    comfort_every_s: int = Field(90, ge=20, le=600)
    #: Answered within this is on time (service level).
    service_level_s: int = Field(20, ge=1, le=600)
    #: Who still waits when the centre, or the company or group with hours of its own, closes.
    at_closing: AtClosing = "serve"
    #: A customer with an open case waits so long for the agent who handles it, before others are asked; 0 not at all.
    sticky_s: int = Field(0, ge=0, le=600)
    #: A caller waits so long for agents who speak the caller's language, if any is on line, before anybody takes the
    #: call; 0: anybody at once.
    language_s: int = Field(60, ge=0, le=600)
    #: A customer who phones again within a day counts as having waited so much longer.
    repeat_priority_s: int = Field(0, ge=0, le=600)
    #: Ladders stretch: a group whose service level lags behind the others asks similar groups sooner than `widen` says,
    #: one that is ahead later.
    even_groups: bool = False
    #: An agent whose call was ended for abuse rests at least so long.
    rest_s: int = Field(600, ge=0, le=3600)
    #: An agent sees when a supervisor listens.
    listening_shown: bool = False
    #: A menu waits this long for a key.
    key_s: int = Field(6, ge=2, le=30)
    #: Wrong or missing keys before the caller is sent on.
    key_tries: int = Field(3, ge=1, le=9)


class Conditions(Part):
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


class Peak(Part):
    """When agents with `peak = true` are called up: callers wait too long, or too many wait."""

    longest_wait_s: int = Field(60, ge=5, le=3600)
    queue_over: int = Field(10, ge=1, le=10_000)
    #: Half of both limits kept for so long ends it.
    calm_s: int = Field(300, ge=5, le=7200)
    #: Whoever came stays so many minutes, and longer while the call-up lasts; then it is home after the present call.
    #: 0: only while the call-up lasts.
    box_min: int = Field(60, ge=0, le=720)


class GroupPeak(Part):
    """When peak-time agents of one group are called up: as soon as one of these holds for it."""

    #: Who joined now would wait longer.
    forecast_s: int | None = Field(None, ge=5, le=3600)
    #: Its recent service level, a share, is lower.
    level_below: float | None = Field(None, gt=0, le=1)
    #: A larger share of its agents at work was with calls lately.
    occupancy_over: float | None = Field(None, gt=0, lt=1)


class Callback(Part):
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


class Voicemail(Part):
    """A caller may leave a message instead of waiting, or when the centre is closed."""

    most_s: int = Field(120, ge=10, le=600)


class Group(Names):
    """One category of similar products and the agents who know it."""

    id: Slug
    #: Groups whose agents help out, the nearest first; `widen` says when.
    similar: tuple[Slug, ...] = Field((), max_length=RINGS - 1)
    widen: tuple[Widen, ...] = ()
    then: tuple[Then, ...] = ()
    #: Its own peak-time agents are called up by this, besides what `[peak]` says of the whole line.
    peak: GroupPeak | None = None
    #: Its calls are taken only within these hours too.
    hours: Hours | None = None
    #: What becomes of its callers who still wait when it is closed; unset: as the centre has it.
    at_closing: AtClosing | None = None
    #: Which idle agent is asked first.
    strategy: Strategy = Strategy.LONGEST_IDLE
    #: Its calls count as having waited so much longer than others.
    priority_s: int = Field(0, ge=0, le=600)
    #: The share of its calls to be answered in time, for which its agents are planned.
    service_level: float = Field(0.8, gt=0, lt=1)


class Contract(Part):
    """What the shared pool owes this company when it is short of agents."""

    #: Share of calls to be answered in time; below it the company is favoured. 0 promises nothing.
    service_level: float = Field(0.0, ge=0, le=1)
    #: How strongly, compared with others below their floor.
    weight: float = Field(1.0, ge=0.1, le=10)
    #: Most conversations at a time; further callers wait. Unset: no limit.
    most_calls: int | None = Field(None, ge=1, le=10_000)


class Outside(Names):
    """A number outside to which agents may pass the company's calls on, such as a repair shop."""

    id: Slug
    number: Number


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
    #: Said to its callers on joining the line.
    announcement: Saying | None = None
    #: Its callers wait to music of its own, once somebody has uploaded it; until then to the shared one.
    music: bool = False
    contract: Contract = Contract()
    outside: tuple[Outside, ...] = ()


class Agent(Names):
    """A person who answers. Peak-time agents come on line when the regular groups cannot keep up."""

    id: AgentId
    groups: tuple[Slug, ...] = Field(min_length=1)
    #: Skill by group where it is not 1, the best; for groups with the strategy best_skill.
    levels: dict[Slug, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)
    #: Skill by company, which counts instead of the group's for callers of this company.
    companies: dict[Slug, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)
    languages: tuple[Language, ...] = Field(("ko",), min_length=1)
    peak: bool = False
    #: Gets a text message when a peak-time agent is called up.
    mobile: Number | None = None


class SupervisorPhone(Part):
    """The SIP account on which a supervisor listens to agents' conversations."""

    #: The person's.
    login: str = Field(min_length=1)
    phone: AgentId


class Key(Names):
    """A key of the hotline's first menu: a family of categories, themselves keys 1 to 9 in this order."""

    key: Annotated[str, StringConstraints(pattern=r"^[1-7]$")]
    categories: tuple[Slug, ...] = Field(min_length=1, max_length=9)


class Centre(Names):
    """The whole shared centre."""

    timezone: str = "Asia/Seoul"
    hotlines: tuple[Number, ...] = Field(min_length=1)
    #: Numbers whose callers hear and speak this language from the start, whatever their company's is.
    number_languages: dict[Number, Language] = Field(default_factory=dict)
    hours: Hours = Hours()
    #: Closings out of turn; those that are over do nothing.
    closing: tuple[Closing, ...] = ()
    waiting: Waiting = Waiting()
    #: Without it nobody is called up.
    peak: Peak | None = None
    #: Without them there is neither callback nor voicemail.
    callback: Callback | None = None
    voicemail: Voicemail | None = None
    group: tuple[Group, ...] = Field(min_length=1)
    company: tuple[Company, ...] = Field(min_length=1)
    agent: tuple[Agent, ...] = Field(min_length=1)
    supervisor: tuple[SupervisorPhone, ...] = ()
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

    def opening(self, company: Company | None, group: str | None, holidays: frozenset[date]) -> Opening:
        """When calls for this company and group are taken; None for what is not known (yet) or not there."""
        own = company.hours if company else None
        hours = [(f"closed-{company.id}", own) if company and own else ("closed", self.hours)]
        found = next((one for one in self.group if one.id == group), None)
        if found and found.hours:
            hours.append((f"closed-group-{found.id}", found.hours))
        closings = tuple(
            closing
            for closing in self.closing
            if (closing.company is None or (company and closing.company == company.id))
            and (closing.group is None or closing.group == group)
        )
        at_closing = (found and found.at_closing) or self.waiting.at_closing
        return Opening(hours=tuple(hours), closings=closings, at_closing=at_closing, holidays=holidays, zone=self.zone)

    def menu_prompt(self, menu: str, categories: Sequence[str] | None = None) -> str:
        """The prompt of a menu of these categories, or (None) of the hotline's first menu.

        It is another one as soon as the menu is: callers who are in the former menu hear that one, and a recording that
        somebody uploaded never announces keys that mean something else now.
        """
        if categories is None:
            words = [word for key in self.menu for word in (key.key, key.name, key.name_en)]
        else:
            groups = {group.id: group for group in self.group}
            words = [word for slug in categories for word in (groups[slug].name, groups[slug].name_en)]
        return f"{menu}-{_mark(*words)}"

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
