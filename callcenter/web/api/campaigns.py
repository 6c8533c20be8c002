"""Campaigns for programs: make one, give it contacts, start and stop it, read its results. Times are epoch ms."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from callcenter.campaigns.columns import Contact
from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.funnel import Funnel, Rates
from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.machines import Listened
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.plan import Hindrance, Plan, State
from callcenter.campaigns.scores import Interval
from callcenter.campaigns.telephone import NumberError, number_of_a_person
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow
from callcenter.store.campaign_rules import CampaignRules
from callcenter.store.campaigns import Campaigns
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.models import Role
from callcenter.store.permissions import Permissions
from callcenter.web.api.routes import Caller, Uses
from callcenter.web.campaigns.common import holidays_at, known_company, known_groups, local_now
from callcenter.web.campaigns.results import results_of
from callcenter.web.campaigns.routes import move
from callcenter.web.errors import Refused
from callcenter.web.people import Person
from callcenter.web.scoping import scope_of

router = APIRouter(prefix="/api/v1/campaigns", tags=["v1"])


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewCampaign(_Sent):
    """What a campaign needs; `form` is the id of a form's version, `caller` a number of the company's registry."""

    company: str
    name: str = Field(min_length=1, max_length=80)
    kind: Kind
    mode: Mode = Mode.PROGRESSIVE
    form: int
    caller: str
    own_reward: bool = False
    plan: Plan = Plan()


class CampaignAnswer(BaseModel):
    """A campaign as it stands."""

    number: int
    company: str
    name: str
    kind: Kind
    mode: Mode
    state: State
    form: int | None
    caller: str
    plan: Plan

    @classmethod
    def of(cls, row: CampaignRow) -> CampaignAnswer:
        """The row for a program."""
        return cls(
            number=row.number,
            company=row.company,
            name=row.name,
            kind=Kind(row.kind),
            mode=Mode(row.mode),
            state=State(row.state),
            form=row.form,
            caller=row.caller,
            plan=Plan.model_validate(row.plan),
        )


class SentConsent(_Sent):
    """A consent that comes with a contact."""

    matter: Matter
    #: Epoch ms.
    at: int
    proof: str = Field(min_length=1, max_length=200)


class SentContact(_Sent):
    """One person to call."""

    number: str
    name: str = ""
    language: Literal["ko", "en"] = "ko"
    segment: str = ""
    product: str = ""
    consents: tuple[SentConsent, ...] = ()


class Taken(BaseModel):
    """How many contacts were added; the others with their place in what was sent, and why not."""

    added: int
    refused: dict[int, str]


class QuestionAnswer(BaseModel):
    """One question's complete answers."""

    question: str
    answered: int
    counts: dict[str, int]
    shares: dict[str, Interval | None]
    score: Interval | None


class ResultsAnswer(BaseModel):
    """A campaign's results; rates and shares are from 0 to 1."""

    funnel: Funnel
    rates: Rates
    outcomes: dict[str, int]
    #: What listening for answering machines came to.
    listened: Listened | None
    questions: list[QuestionAnswer]


def _operator(person: Person) -> None:
    if person.role not in (Role.CAMPAIGNS, Role.SUPERVISOR, Role.ADMIN):
        raise Refused(403, "forbidden")


def _reader(person: Person) -> None:
    if person.role is not Role.COMPANY:
        _operator(person)


@router.get("")
async def campaigns(
    services: Uses, person: Caller, company: str | None = None, offset: Annotated[int, Query(ge=0)] = 0
) -> list[CampaignAnswer]:
    """The newest first, fifty at a time."""
    _reader(person)
    async with services.sessions() as session:
        found = await Campaigns(session, scope_of(person)).page(company, offset=offset)
    return [CampaignAnswer.of(row) for row in found]


@router.post("", status_code=201)
async def create(services: Uses, person: Caller, sent: NewCampaign) -> CampaignAnswer:
    """A new draft."""
    _operator(person)
    known_company(services, sent.company)
    known_groups(services, sent.plan.groups)
    async with services.sessions.begin() as session:
        mine = Campaigns(session, scope_of(person))
        form = await mine.form(sent.form)
        if form is None or form.company != sent.company:
            raise Refused(422, "form_of_another")
        row = CampaignRow(
            **sent.model_dump(mode="json"),
            state=State.DRAFT,
            made_at=to_ms(local_now(services)),
            made_by=person.login,
        )
        await mine.add(row)
    return CampaignAnswer.of(row)


@router.get("/{number}")
async def one(services: Uses, person: Caller, number: int) -> CampaignAnswer:
    """One campaign."""
    _reader(person)
    async with services.sessions() as session:
        row = await Campaigns(session, scope_of(person)).get(number)
    if row is None:
        raise Refused(404, "no_campaign")
    return CampaignAnswer.of(row)


@router.get("/{number}/hindrances")
async def hindrances(services: Uses, person: Caller, number: int) -> list[Hindrance]:
    """What keeps it from starting now."""
    _operator(person)
    now = local_now(services)
    async with services.sessions() as session:
        row = await Campaigns(session, scope_of(person)).get(number)
        if row is None:
            raise Refused(404, "no_campaign")
        return await CampaignRules(session, scope_of(person), holidays_at(now), now).hindrances(row)


@router.post("/{number}/contacts")
async def add(
    services: Uses, person: Caller, number: int, sent: Annotated[list[SentContact], Field(max_length=1_000)]
) -> Taken:
    """Up to a thousand contacts; those that cannot be taken come back with the reason."""
    _operator(person)
    now = datetime.now(UTC)
    refused: dict[int, str] = {}
    good: list[Contact] = []
    async with services.sessions.begin() as session:
        mine, permissions = Campaigns(session, scope_of(person)), Permissions(session, scope_of(person))
        campaign = await mine.get(number)
        if campaign is None:
            raise Refused(404, "no_campaign")
        if campaign.state == State.STOPPED:
            raise Refused(409, "campaign_state")
        known = set(await mine.known(number))
        for place, one in enumerate(sent):
            try:
                digits = number_of_a_person(one.number).digits
            except NumberError as error:
                refused[place] = error.fault
                continue
            if digits in known:
                refused[place] = "duplicate"
                continue
            if any(from_ms(consent.at) > now for consent in one.consents):
                refused[place] = "no_consent_day"
                continue
            known.add(digits)
            good.append(
                Contact(
                    number=digits,
                    name=one.name,
                    language=one.language,
                    segment=one.segment,
                    product=one.product,
                    consents=tuple(
                        Entry(matter=c.matter, act=Act.GIVEN, at=from_ms(c.at), proof=c.proof) for c in one.consents
                    ),
                    more={},
                )
            )
        mine.add_contacts(campaign, good, to_ms(now), None)
        for contact in good:
            permissions.add_consents(campaign.company, contact.number, contact.consents, person.login, now)
    return Taken(added=len(good), refused=refused)


@router.post("/{number}/{verb}")
async def change(
    services: Uses, person: Caller, number: int, verb: Literal["start", "pause", "stop"]
) -> CampaignAnswer:
    """Start, pause or stop it for good."""
    _operator(person)
    await move(services, person.login, scope_of(person), number, verb)
    return await one(services, person, number)


@router.get("/{number}/results")
async def results(services: Uses, person: Caller, number: int, segment: str = "") -> ResultsAnswer:
    """Where the contacts stand and what was answered, as of now."""
    _reader(person)
    async with services.sessions() as session:
        mine = Campaigns(session, scope_of(person))
        row = await mine.get(number)
        if row is None:
            raise Refused(404, "no_campaign")
        found = await results_of(mine, Attempts(session, scope_of(person)), row, segment)
    return ResultsAnswer(
        funnel=found.funnel,
        rates=found.rates,
        outcomes=dict(found.outcomes),
        listened=found.listened,
        questions=[
            QuestionAnswer(
                question=one.question.id,
                answered=one.answered,
                counts={bar.answer: bar.count for bar in one.bars},
                shares={bar.answer: bar.share for bar in one.bars},
                score=one.score,
            )
            for one in found.questions
        ],
    )
