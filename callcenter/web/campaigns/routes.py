"""Campaigns: the list, a new one, one with its dry run, its start and stop, its live results."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.funnel import Place
from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.permission import Why
from callcenter.campaigns.plan import NEXT, Plan, State
from callcenter.hours import Hours
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow
from callcenter.store.campaign_rules import CampaignRules, purpose
from callcenter.store.campaigns import Campaigns
from callcenter.store.epoch import to_ms
from callcenter.store.permissions import Permissions
from callcenter.store.scope import Scope
from callcenter.web.campaigns.common import Operator, Reader, Uses, day_in, holidays_at, known_company, local_now
from callcenter.web.campaigns.results import answer_rows, counted, label, results_of, workbook
from callcenter.web.errors import Refused
from callcenter.web.export import csv_file
from callcenter.web.pages import language_of, render
from callcenter.web.scoping import scope_of
from callcenter.web.words import phrase

router = APIRouter(prefix="/campaigns", include_in_schema=False)
log = structlog.get_logger(__name__)

PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_VERBS = {"start": State.RUNNING, "pause": State.PAUSED, "stop": State.STOPPED}


@router.get("")
async def campaigns(
    request: Request,
    services: Uses,
    person: Reader,
    company: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The newest first, with how far each has come."""
    async with services.sessions() as session:
        mine = Campaigns(session, scope_of(person))
        found = await mine.page(company or None, offset=(page - 1) * PAGE, limit=PAGE + 1)
        counts = await mine.counts([one.number for one in found])
    return render(
        request,
        "campaigns/templates/list.html",
        campaigns=found[:PAGE],
        places={one.number: counted(counts, one.number) for one in found},
        place=Place,
        purpose=purpose,
        more=len(found) > PAGE,
        page=page,
        company=company,
    )


@router.get("/new")
async def new(request: Request, services: Uses, person: Operator) -> Response:
    """The form of a new campaign."""
    async with services.sessions() as session:
        forms = await Campaigns(session, scope_of(person)).forms()
        numbers = await Permissions(session, scope_of(person)).caller_numbers()
    return render(
        request,
        "campaigns/templates/new.html",
        kinds=list(Kind),
        modes=list(Mode),
        forms=forms,
        numbers=numbers,
        plan=Plan(),
    )


@router.post("/new")
async def create(
    services: Uses,
    person: Operator,
    name: Annotated[str, Form(min_length=1, max_length=80)],
    company: Annotated[str, Form()],
    kind: Annotated[Kind, Form()],
    mode: Annotated[Mode, Form()],
    form: Annotated[int, Form()],
    caller: Annotated[str, Form()],
    weekdays: Annotated[str, Form()] = "",
    saturday: Annotated[str, Form()] = "",
    sunday: Annotated[str, Form()] = "",
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
    yields_over_s: Annotated[int | None, Form(ge=1, le=3600)] = None,
    own_reward: Annotated[bool, Form()] = False,
) -> Response:
    """Keep the campaign as a draft."""
    known_company(services, company)
    try:
        hours = Hours(mon=weekdays, tue=weekdays, wed=weekdays, thu=weekdays, fri=weekdays, sat=saturday, sun=sunday)
        plan = Plan(hours=hours, first=day_in(first), last=day_in(last), yields_over_s=yields_over_s)
    except ValidationError as error:
        raise Refused(422, "hours") from error
    async with services.sessions.begin() as session:
        mine = Campaigns(session, scope_of(person))
        version = await mine.form(form)
        if version is None or version.company != company:
            raise Refused(422, "form_of_another")
        row = CampaignRow(
            company=company,
            name=name,
            kind=kind,
            own_reward=own_reward,
            state=State.DRAFT,
            mode=mode,
            form=form,
            caller=caller,
            plan=plan.model_dump(mode="json"),
            made_at=to_ms(local_now(services)),
            made_by=person.login,
        )
        await mine.add(row)
    log.info("campaign.made", login=person.login, campaign=row.number)
    return RedirectResponse(f"/campaigns/{row.number}", status_code=303)


@router.get("/{number}")
async def one(request: Request, services: Uses, person: Reader, number: int, segment: str = "") -> Response:
    """A campaign: what is still to do, or what came of it."""
    now = local_now(services)
    async with services.sessions() as session:
        campaign = await _campaign(session, scope_of(person), number)
        mine = Campaigns(session, scope_of(person))
        found = await results_of(mine, Attempts(session, scope_of(person)), campaign, segment)
        hindrances = await CampaignRules(session, scope_of(person), holidays_at(now), now).hindrances(campaign)
        form = await mine.form(campaign.form)
        imports = await mine.imports(number)
    state = State(campaign.state)
    return render(
        request,
        "campaigns/templates/one.html",
        campaign=campaign,
        purpose=purpose(campaign),
        plan=Plan.model_validate(campaign.plan),
        found=found,
        place=Place,
        segment=segment,
        hindrances=hindrances,
        form=form,
        imports=imports,
        label=label,
        verbs=[verb for verb, to in _VERBS.items() if to in NEXT[state]],
    )


@router.get("/{number}/dry-run")
async def dry_run(request: Request, services: Uses, person: Operator, number: int) -> Response:
    """Who would be called at the next opening, who not, and why."""
    now = local_now(services)
    async with services.sessions() as session:
        campaign = await _campaign(session, scope_of(person), number)
        found = await CampaignRules(session, scope_of(person), holidays_at(now), now).dry_run(campaign)
    return render(request, "campaigns/templates/dry_run.html", found=found, reasons=list(Why))


@router.post("/{number}/{verb}")
async def change(services: Uses, person: Operator, number: int, verb: Literal["start", "pause", "stop"]) -> Response:
    """Start, pause or stop it."""
    await move(services, person.login, scope_of(person), number, verb)
    return RedirectResponse(f"/campaigns/{number}", status_code=303)


async def move(services: Uses, login: str, scope: Scope, number: int, verb: str) -> None:
    """Bring a campaign to another state, for page and API. Raises `Refused`: it may not go there, or not yet."""
    now = local_now(services)
    async with services.sessions.begin() as session:
        campaign = await _campaign(session, scope, number)
        wanted = _VERBS[verb]
        if wanted not in NEXT[State(campaign.state)]:
            raise Refused(409, "campaign_state")
        if wanted is State.RUNNING and await CampaignRules(session, scope, holidays_at(now), now).hindrances(campaign):
            raise Refused(409, "campaign_hindered")
        campaign.state = wanted
    log.info("campaign.moved", login=login, campaign=number, state=wanted)


@router.get("/{number}/results.{kind}")
async def export(
    request: Request, services: Uses, person: Reader, number: int, kind: Literal["csv", "xlsx"], segment: str = ""
) -> Response:
    """All complete answers, without names and numbers."""
    async with services.sessions() as session:
        campaign = await _campaign(session, scope_of(person), number)
        mine = Campaigns(session, scope_of(person))
        found = await results_of(mine, Attempts(session, scope_of(person)), campaign, segment)
    language = language_of(request)
    asked = [one.question.ko if language == "ko" else one.question.en for one in found.questions]
    head = [phrase(language, f"campaign.{word}") for word in ("response", "at", "segment")] + asked
    rows = answer_rows(found, language)
    log.info("campaign.exported", login=person.login, campaign=number, kind=kind)
    if kind == "csv":
        return csv_file(f"campaign-{number}.csv", head, rows)
    name = f'attachment; filename="campaign-{number}.xlsx"'
    return Response(workbook(head, rows), media_type=_XLSX, headers={"content-disposition": name})


async def _campaign(session: AsyncSession, scope: Scope, number: int) -> CampaignRow:
    found = await Campaigns(session, scope).get(number)
    if found is None:
        raise Refused(404, "no_campaign")
    return found
