"""A campaign's settings as data, and what the pure decisions make of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from callcenter.campaigns.attempts import RETRIES, Caps, Outcome, Retry
from callcenter.campaigns.completion import Quota
from callcenter.campaigns.form import Form, QuestionKind
from callcenter.campaigns.form_check import check
from callcenter.campaigns.happy_call import HappyRule
from callcenter.campaigns.kinds import Kind, Purpose
from callcenter.campaigns.permission import CallerNumber
from callcenter.campaigns.refusals import fresh, marketing
from callcenter.campaigns.windows import FRIENDLY, Window, next_opening
from callcenter.hours import Hours


class State(StrEnum):
    """Where a campaign stands."""

    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    #: For good.
    STOPPED = "stopped"


#: What may follow each state.
NEXT = {
    State.DRAFT: {State.RUNNING, State.STOPPED},
    State.RUNNING: {State.PAUSED, State.STOPPED},
    State.PAUSED: {State.RUNNING, State.STOPPED},
    State.STOPPED: set[State](),
}


class Again(BaseModel):
    """How an outcome is tried again."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after_min: int = Field(ge=1, le=60 * 24 * 30)
    most: int = Field(ge=0, le=10)


class Enough(BaseModel):
    """A quota: at most so many complete interviews in all, of a segment, or with this answer."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    most: int = Field(ge=1, le=1_000_000)
    segment: str = ""
    question: str = ""
    answer: str = ""

    def fits(self, form: Form) -> bool:
        """Whether the form asks that question and knows that answer."""
        if not self.question:
            return not self.answer
        question = form.get(self.question)
        return question is not None and question.kind is not QuestionKind.OPEN and question.valid(self.answer)

    def quota(self) -> Quota:
        """The same for the pure rule."""
        return Quota(most=self.most, segment=self.segment, question=self.question, answer=self.answer)


class FollowUp(BaseModel):
    """Which finished cases a running happy-call campaign follows up by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after_h: int = Field(24, ge=1, le=24 * 6)
    share: float = Field(0.2, gt=0, le=1)
    spared_days: int = Field(90, ge=1, le=3650)

    def rule(self) -> HappyRule:
        """The same for the pure choice."""
        return HappyRule(after=timedelta(hours=self.after_h), share=self.share, spared=timedelta(days=self.spared_days))


class Plan(BaseModel):
    """The settings that a campaign keeps beside its kind, form and number."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours: Hours = FRIENDLY
    first: date | None = None
    last: date | None = None
    ring_s: int = Field(25, ge=15, le=60)
    #: Whose agents work for it; of no meaning where the recorded voice asks.
    groups: tuple[str, ...] = Field((), max_length=20)
    #: Of the answered, at most so many per cent abandoned; for the predictive pace.
    ceiling_percent: float = Field(3.0, gt=0, le=10)
    #: Rings nobody while inbound callers are expected to wait longer; None: never yields.
    yields_over_s: int | None = Field(60, ge=1, le=3600)
    #: Listens to whoever answers and hangs up on answering machines, with errors; of no meaning in preview.
    machines: bool = False
    retries: dict[Outcome, Again] = {
        outcome: Again(after_min=int(retry.after / timedelta(minutes=1)), most=retry.most)
        for outcome, retry in RETRIES.items()
    }
    #: One number rings at most so often, by all campaigns.
    most_a_day: int = Field(3, ge=1, le=20)
    most_in_30_days: int = Field(10, ge=1, le=100)
    quotas: tuple[Enough, ...] = ()
    #: Of happy calls only.
    follow_up: FollowUp = FollowUp()

    def window(self, holidays: frozenset[date]) -> Window:
        """When it may ring."""
        return Window(hours=self.hours, first=self.first, last=self.last, holidays=holidays)

    def caps(self) -> Caps:
        """How often a number may ring."""
        return Caps(((timedelta(days=1), self.most_a_day), (timedelta(days=30), self.most_in_30_days)))

    def retry_rules(self) -> dict[Outcome, Retry]:
        """When each outcome is tried again."""
        return {o: Retry(timedelta(minutes=again.after_min), again.most) for o, again in self.retries.items()}


class Hindrance(StrEnum):
    """Why a campaign cannot be started."""

    NO_FORM = "no_form"
    #: Unreachable questions, a loop, or nothing required.
    FLAWED_FORM = "flawed_form"
    #: A quota names a question or an answer that the form does not have.
    QUOTA_UNFIT = "quota_unfit"
    CALLER_UNPROVEN = "caller_unproven"
    NEVER_OPEN = "never_open"
    NO_CONTACTS = "no_contacts"
    #: A pace with agents, and no group of agents.
    NO_GROUPS = "no_groups"
    SCRUB_MISSING = "scrub_missing"
    SCRUB_STALE = "scrub_stale"


def hindrances(
    kind: Kind,
    purpose: Purpose,
    window: Window,
    form: Form | None,
    caller: CallerNumber | None,
    contacts: int,
    compared: datetime | None,
    now: datetime,
    quotas: Iterable[Enough] = (),
    *,
    nobody_works: bool = False,
) -> list[Hindrance]:
    """Everything that keeps a campaign from starting now; `compared`: the answer of the last national comparison,
    `nobody_works`: its pace needs agents and it names no group.
    """
    found = []
    if form is None:
        found.append(Hindrance.NO_FORM)
    elif any(finding.fatal for finding in check(form)):
        found.append(Hindrance.FLAWED_FORM)
    elif not all(one.fits(form) for one in quotas):
        found.append(Hindrance.QUOTA_UNFIT)
    if caller is None or not caller.proven(now):
        found.append(Hindrance.CALLER_UNPROVEN)
    if next_opening(window, now) is None:
        found.append(Hindrance.NEVER_OPEN)
    # A happy-call campaign finds its contacts while it runs.
    if not contacts and kind is not Kind.HAPPY_CALL:
        found.append(Hindrance.NO_CONTACTS)
    if nobody_works:
        found.append(Hindrance.NO_GROUPS)
    if marketing(purpose) and compared is None:
        found.append(Hindrance.SCRUB_MISSING)
    elif marketing(purpose) and not fresh(compared, now):
        found.append(Hindrance.SCRUB_STALE)
    return found
