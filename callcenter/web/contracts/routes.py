"""Applications and contracts: the list with what is due, one with all that may be entered about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import FileResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.eligibility import Refusal, Verdict
from billing.contracts.events import By, Charged, Selected, Source
from billing.contracts.participation import Participation, Status
from billing.contracts.problem import ContractError
from billing.contracts.reminders import Reminder, reminders
from billing.contracts.service_level import Formula
from billing.contracts.terms import contract_year
from callcenter import papers as files
from callcenter.letters.text import Kind, possible
from callcenter.papers import Paper, PaperError
from callcenter.store.applications import (
    Applications,
    Entry,
    history,
    letters,
    papers,
    participation,
    participations,
)
from callcenter.store.contract_models import ApplicationRow
from callcenter.store.models import Role
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.service_figures import versions
from callcenter.store.statements import Statements
from callcenter.web.contracts.entries import DECIDES, WHO, Given, event_of, sensible
from callcenter.web.contracts.letters import letter_file, write_letter
from callcenter.web.contracts.sums import sums_of
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.months import this_month
from callcenter.web.pages import language_of, render
from callcenter.web.papers import keep_paper
from callcenter.web.people import Person
from callcenter.web.portal.service import centres_own
from callcenter.web.services import Services, services_of
from callcenter.web.words import LANGUAGES, phrase

router = APIRouter(prefix="/contracts", include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Clerk = Annotated[Person, Depends(allow(Role.BILLING, Role.SUPERVISOR, Role.ADMIN))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One application in the list."""

    row: ApplicationRow
    state: Participation
    status: Status
    tasks: tuple[Reminder, ...]


def _today(services: Services) -> date:
    return datetime.now(services.centre.zone).date()


@router.get("")
async def contracts(request: Request, services: Uses, _: Clerk, over: bool = False, status: str = "") -> Response:
    """What is due first, then everything that goes on; or what is over."""
    today = _today(services)
    async with services.sessions() as session:
        found = Applications(session, WholeCentre())
        # Of what is over, a refund or arrears may still be due.
        rows = [*await found.all(going_on=True), *await found.all(going_on=False)]
        states = await participations(session, rows)
    every = []
    for row in rows:
        state = states[row.number]
        every.append(Line(row=row, state=state, status=state.status(today), tasks=reminders(state, today)))
    lines = [line for line in every if line.state.over(today) == over]
    due = sorted(
        ((task, line) for line in every for task in line.tasks), key=lambda pair: (pair[0].due, pair[1].row.number)
    )
    return render(
        request,
        "contracts/templates/list.html",
        lines=[line for line in lines if not status or line.status == status],
        due=due,
        today=today,
        over=over,
        chosen=status,
        statuses=sorted({line.status for line in lines}, key=list(Status).index),
    )


async def _row(session: AsyncSession, number: int) -> ApplicationRow:
    row = await Applications(session, WholeCentre()).get(number)
    if row is None:
        raise Refused(404, "no_application")
    return row


@router.get("/{number}")
async def one(request: Request, services: Uses, person: Clerk, number: int) -> Response:
    """All about one."""
    async with services.sessions() as session:
        page = await _page(request, services, session, person, await _row(session, number))
    log.info("application.viewed", login=person.login, application=number)
    return page


async def _page(
    request: Request,
    services: Services,
    session: AsyncSession,
    person: Person,
    row: ApplicationRow,
    *,
    refused: ContractError | None = None,
    kind: str = "",
) -> Response:
    today = _today(services)
    state = await participation(session, row)
    verdict = Verdict.REFUSED if state.refusals else Verdict.REVIEW if state.doubts else Verdict.ELIGIBLE
    company = OneCompany(state.company) if state.company else None
    next_year = contract_year(state.start, len(state.signed) + 1) if state.start else None
    return render(
        request,
        "contracts/templates/one.html",
        status_code=409 if refused else 200,
        row=row,
        state=state,
        status=state.status(today),
        verdict=verdict,
        tasks=reminders(state, today),
        today=today,
        sums=await sums_of(services, session, row, state, today),
        next_year=next_year,
        offered=[kind for kind in sensible(state, today) if person.role in WHO[kind]],
        reasons=list(Refusal),
        sources=list(Source),
        sides=list(By),
        handed_in=await papers(session, row),
        papers=list(Paper),
        letters=await letters(session, row),
        possible=possible(state, today),
        history=await history(session, row),
        formulas=list(Formula),
        agreed=await versions(session, company) if company else [],
        centres=centres_own(services),
        may_decide=person.role in DECIDES,
        month=str(this_month(services)),
        refused=_told(language_of(request), refused) if refused else "",
        kind=kind,
    )


def _told(language: str, error: ContractError) -> str:
    """The reason in words."""
    gaps: dict[str, str] = {}
    for name, value in error.gaps.items():
        match name, value:
            case "status", _:
                gaps[name] = phrase(language, f"contract_status.{value}")
            case "field", _:
                gaps[name] = phrase(language, f"contract.field_{value}")
            case (("year" | "years"), _):
                gaps[name] = str(value)
            case _, int():
                gaps[name] = f"{value:,}"
            case _:
                gaps[name] = str(value)
    return phrase(language, f"contract_error.{error.key}", **gaps)


@router.post("/{number}/events/{kind}")
async def enter(request: Request, services: Uses, person: Clerk, number: int, kind: str) -> Response:
    """Let an event happen; what it cannot be is told, and nothing changes."""
    if person.role not in WHO.get(kind, frozenset()):
        raise Refused(403, "forbidden")
    sent = await request.form()
    today = _today(services)
    try:
        async with services.sessions.begin() as session:
            row = await _row(session, number)
            state = await participation(session, row)
            sums = await sums_of(services, session, row, state, today)
            given = Given(
                fields={name: value for name, value in sent.items() if isinstance(value, str)},
                reasons=tuple(str(value) for value in sent.getlist("reasons")),
                today=today,
                insured_sum=sums.insured_sum,
                deposit=sums.deposit,
                next_year=len(state.signed) + 1,
            )
            event = event_of(kind, given)
            await _known(services, session, row, event)
            entry = Entry(by=person.login, at=now_ms(), today=today)
            await Applications(session, WholeCentre()).append(row, event, entry)
    except ContractError as error:
        async with services.sessions() as session:
            return await _page(
                request, services, session, person, await _row(session, number), refused=error, kind=kind
            )
    log.info("contract.event", login=person.login, application=number, kind=kind)
    return RedirectResponse(f"/contracts/{number}", status_code=303)


async def _known(services: Services, session: AsyncSession, row: ApplicationRow, event: object) -> None:
    """Raises `ContractError`: it names a company or a paper that there is not, or a month that its closing charges."""
    if isinstance(event, Selected) and event.company not in {one.id for one in services.centre.company}:
        raise ContractError("no_such_company")
    if isinstance(event, Charged) and await Statements(session, WholeCentre()).period(event.month):
        raise ContractError("charged_by_closing", month=str(event.month))
    proof = getattr(event, "proof", None)
    if proof is not None and not any(
        one.id == proof and one.paper == Paper.INSURER_REFUSAL for one in await papers(session, row)
    ):
        raise ContractError("no_such_proof")


@router.post("/{number}/papers")
async def hand_in(
    services: Uses,
    person: Clerk,
    number: int,
    paper: Annotated[Paper, Form()],
    file: Annotated[UploadFile, File()],
) -> Response:
    """Keep a paper that came by other ways."""
    async with services.sessions.begin() as session:
        row = await _row(session, number)
        try:
            await keep_paper(services, session, row, paper, file, by=person.login)
        except PaperError as error:
            raise Refused(422, f"paper_{error.key}") from error
    return RedirectResponse(f"/contracts/{number}", status_code=303)


@router.get("/{number}/papers/{document}")
async def read_paper(services: Uses, person: Clerk, number: int, document: int) -> Response:
    """A paper as it was handed in."""
    async with services.sessions() as session:
        row = await _row(session, number)
        found = next((one for one in await papers(session, row) if one.id == document), None)
    if found is None:
        raise Refused(404, "not_found")
    log.info("paper.read", login=person.login, application=number, document=document)
    path = files.path(services.settings.data, number, document)
    name = f"{number}-{found.paper}{files.ENDINGS[found.media_type]}"
    return FileResponse(path, media_type=found.media_type, filename=name)


@router.post("/{number}/letters")
async def write(
    request: Request,
    services: Uses,
    person: Clerk,
    number: int,
    letter: Annotated[Kind, Form()],
    language: Annotated[str, Form()] = "ko",
) -> Response:
    """Make a letter; the company finds it in its portal."""
    today = _today(services)
    async with services.sessions.begin() as session:
        row = await _row(session, number)
        state = await participation(session, row)
        if letter not in possible(state, today):
            raise Refused(409, "letter_not_now")
        chosen = language if language in LANGUAGES else language_of(request)
        await write_letter(services, session, row, state, letter, language=chosen, today=today, by=person.login)
    return RedirectResponse(f"/contracts/{number}", status_code=303)


@router.get("/{number}/letters/{letter}.pdf")
async def read_letter(services: Uses, _: Clerk, number: int, letter: int) -> Response:
    """A letter on paper."""
    async with services.sessions() as session:
        return await letter_file(session, await _row(session, number), letter)
