"""Campaigns: the list, a new one, one with its dry run, its start and stop, its live results."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.completion import filled
from callcenter.campaigns.funnel import Place
from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.permission import Why
from callcenter.campaigns.plan import NEXT, Plan, State
from callcenter.campaigns.refusals import marketing
from callcenter.campaigns.standstill import Standstill
from callcenter.campaigns.windows import next_opening
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import CampaignRow, FormRow
from callcenter.store.campaign_rules import CampaignRules, form_of, purpose
from callcenter.store.campaigns import Campaigns
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.low_scores import LowScores
from callcenter.store.permissions import Permissions
from callcenter.store.scope import Scope
from callcenter.typeface import FontError
from callcenter.web.campaigns.common import (
    Operator,
    Reader,
    Uses,
    holidays_at,
    known_company,
    known_groups,
    local_now,
)
from callcenter.web.campaigns.paper import Heading, pdf
from callcenter.web.campaigns.results import Results, answer_rows, counted, label, results_of, workbook
from callcenter.web.campaigns.wizard import AGAIN, QUOTAS, Wizard, sent_of
from callcenter.web.engine import read_json
from callcenter.web.errors import Refused
from callcenter.web.export import csv_file
from callcenter.web.formats import clock, moment
from callcenter.web.pages import Naming, language_of, render
from callcenter.web.scoping import scope_of
from callcenter.web.services import Services
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
    return await _wizard(request, services, person, sent_of(Plan()), [])


async def _wizard(
    request: Request,
    services: Uses,
    person: Operator,
    sent: Mapping[str, str],
    problems: list[str],
    groups: tuple[str, ...] = (),
) -> Response:
    async with services.sessions() as session:
        forms = await Campaigns(session, scope_of(person)).forms()
        numbers = await Permissions(session, scope_of(person)).caller_numbers()
    return render(
        request,
        "campaigns/templates/new.html",
        status_code=422 if problems else 200,
        kinds=list(Kind),
        modes=list(Mode),
        forms=forms,
        numbers=numbers,
        sent=sent,
        problems=problems,
        again=AGAIN,
        quotas=QUOTAS,
        groups=groups,
    )


@router.post("/new")
async def create(
    request: Request,
    services: Uses,
    person: Operator,
    name: Annotated[str, Form(min_length=1, max_length=80)],
    company: Annotated[str, Form()],
    kind: Annotated[Kind, Form()],
    mode: Annotated[Mode, Form()],
    form: Annotated[int, Form()],
    caller: Annotated[str, Form()],
    groups: Annotated[list[str] | None, Form()] = None,
    own_reward: Annotated[bool, Form()] = False,
) -> Response:
    """Keep the campaign as a draft; with mistakes in it the page comes back, and they are named."""
    known_company(services, company)
    chosen = known_groups(services, groups or ())
    sent = {key: value for key, value in (await request.form()).items() if isinstance(value, str)}
    wizard = Wizard(sent, language_of(request))
    async with services.sessions.begin() as session:
        mine = Campaigns(session, scope_of(person))
        version = await mine.form(form)
        plan = wizard.plan(form_of(version.text if version else None)).model_copy(update={"groups": chosen})
        if version is None or version.company != company:
            wizard.problem("form_of_another")
        if caller not in {one.number for one in await Permissions(session, scope_of(person)).caller_numbers(company)}:
            wizard.problem("caller_of_another")
        if next_opening(plan.window(holidays_at(local_now(services))), local_now(services)) is None:
            wizard.problem("never_open")
        if not wizard.problems:
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
    if wizard.problems:
        return await _wizard(request, services, person, {**sent_of(Plan()), **sent}, wizard.problems, chosen)
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
        # With thousands of contacts this is no question for a page that is read again every few seconds.
        before = campaign.state in (State.DRAFT, State.PAUSED) and marketing(purpose(campaign))
        uncompared = await Permissions(session, scope_of(person)).uncompared(number, now) if before else 0
        form = await mine.form(campaign.form)
        imports = await mine.imports(number)
        low = await LowScores(session, scope_of(person)).standing(number)
        low_rows = await LowScores(session, scope_of(person)).page(number)
    state = State(campaign.state)
    stands = await _stands(services, number) if state is State.RUNNING and not person.company else None
    return render(
        request,
        "campaigns/templates/one.html",
        campaign=campaign,
        purpose=purpose(campaign),
        plan=Plan.model_validate(campaign.plan),
        found=found,
        stands=stands,
        place=Place,
        segment=segment,
        hindrances=hindrances,
        uncompared=uncompared,
        form=form,
        imports=imports,
        label=label,
        hears=person.sees_customers,
        low=low,
        low_rows=low_rows,
        verbs=[verb for verb, to in _VERBS.items() if to in NEXT[state]],
    )


async def _stands(services: Services, number: int) -> dict[str, Any]:
    """How the dialler says that the campaign stands just now."""
    try:
        (told,) = await read_json(services.redis, "cc:outbound")
    except (RedisError, OSError):
        told = None
    if told is None:
        return {"why": "no_dialler", "lines": None}
    # A campaign that was started just now is not there yet.
    absent = {"why": None, "lines": None, "agents": 0, "carrier_until": None}
    shown: dict[str, Any] = told["campaigns"].get(str(number)) or absent
    until = from_ms(shown["carrier_until"]) if shown["carrier_until"] else None
    why = f"carrier_{shown['carrier']}" if shown["why"] == Standstill.CARRIER_REFUSES else shown["why"]
    return shown | {"why": why or "none", "at": clock(until)}


@router.get("/{number}/dry-run")
async def dry_run(request: Request, services: Uses, person: Operator, number: int) -> Response:
    """Who would be called at the next opening, who not, and why."""
    now = local_now(services)
    async with services.sessions() as session:
        campaign = await _campaign(session, scope_of(person), number)
        found = await CampaignRules(session, scope_of(person), holidays_at(now), now).dry_run(campaign)
        version = await Campaigns(session, scope_of(person)).form(campaign.form)
        complete = await Attempts(session, scope_of(person)).complete_answers(number)
    plan = Plan.model_validate(campaign.plan)
    return render(
        request,
        "campaigns/templates/dry_run.html",
        campaign=campaign,
        found=found,
        reasons=list(Why),
        quotas=filled((one.quota() for one in plan.quotas), complete),
        form=form_of(version.text if version else None),
        label=label,
    )


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
    request: Request,
    services: Uses,
    person: Reader,
    number: int,
    kind: Literal["csv", "xlsx", "pdf"],
    segment: str = "",
) -> Response:
    """All complete answers, without names and numbers; as PDF what they come to."""
    async with services.sessions() as session:
        campaign = await _campaign(session, scope_of(person), number)
        mine = Campaigns(session, scope_of(person))
        found = await results_of(mine, Attempts(session, scope_of(person)), campaign, segment)
        form = await mine.form(campaign.form)
    language = language_of(request)
    if kind == "pdf":
        log.info("campaign.exported", login=person.login, campaign=number, kind=kind)
        return await _paper(services, campaign, form, found, segment, language)
    asked = [one.question.ko if language == "ko" else one.question.en for one in found.questions]
    head = [phrase(language, f"campaign.{word}") for word in ("response", "at", "segment")] + asked
    rows = answer_rows(found, language)
    log.info("campaign.exported", login=person.login, campaign=number, kind=kind)
    if kind == "csv":
        return csv_file(f"campaign-{number}.csv", head, rows)
    name = f'attachment; filename="campaign-{number}.xlsx"'
    return Response(workbook(head, rows), media_type=_XLSX, headers={"content-disposition": name})


async def _paper(
    services: Uses, campaign: CampaignRow, form: FormRow | None, found: Results, segment: str, language: str
) -> Response:
    name = Naming(services.centre, language)
    facts = [
        f"{name.company(campaign.company)} · {phrase(language, f'kind.{campaign.kind}')}",
        f"{form.name} {phrase(language, 'form.version', n=form.version)}" if form else "",
        f"{phrase(language, 'campaign.segment')}: {segment}" if segment else "",
        phrase(language, "results.as_of", at=moment(local_now(services))),
    ]
    heading = Heading(title=campaign.name, facts=tuple(one for one in facts if one), sender=name.centre)
    try:
        content = await asyncio.to_thread(pdf, found, heading, language)
    except FontError as error:
        raise Refused(503, "typeface") from error
    sent = {"content-disposition": f'attachment; filename="campaign-{campaign.number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=sent)


async def _campaign(session: AsyncSession, scope: Scope, number: int) -> CampaignRow:
    found = await Campaigns(session, scope).get(number)
    if found is None:
        raise Refused(404, "no_campaign")
    return found
