"""Apply without a log-in: the form, its draft, its papers, and afterwards where the application stands and why."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, File, Form, Request, UploadFile
from fastapi.responses import FileResponse, RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.eligibility import Answer, Goods, Made, judge
from billing.contracts.events import Applied, Withdrawn
from billing.contracts.participation import OVER, Status
from billing.contracts.problem import ContractError
from billing.contracts.reminders import reminders
from callcenter import papers as files
from callcenter.papers import WITH_CONTRACT, WITH_FORM, Paper, PaperError
from callcenter.store.applications import Applications, Entry, letters, papers, participation
from callcenter.store.contract_models import ApplicationRow, ContractDocumentRow
from callcenter.store.scope import WholeCentre
from callcenter.web.apply.form import NO_CATEGORY, answers, kept, mistakes
from callcenter.web.apply.visits import begin, hand_over, opened, resume, shown_code, visit
from callcenter.web.contracts.letters import letter_file
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.guard import from_our_pages, visitor
from callcenter.web.pages import render
from callcenter.web.papers import keep_paper
from callcenter.web.services import Services, services_of

log = structlog.get_logger(__name__)


async def _ours(request: Request) -> None:
    """A change was asked for on our own pages. Raises `Refused`."""
    if request.method != "GET" and not from_our_pages(request):
        raise Refused(403, "forged")


router = APIRouter(prefix="/apply", include_in_schema=False, dependencies=[Depends(_ours), Depends(visitor)])
Uses = Annotated[Services, Depends(services_of)]


def _today(services: Services) -> datetime:
    return datetime.now(services.centre.zone)


@router.get("")
async def form(request: Request, services: Uses) -> Response:
    """The form, as far as it is filled in; or the word that it was closed."""
    async with services.sessions.begin() as session:
        found = await visit(request, session, now_ms())
        if found.closed:
            return render(request, "apply/templates/closed.html", closed=True, wrong=False)
        if found.row is not None and found.row.submitted_at is not None:
            return RedirectResponse("/apply/status", status_code=303)
        return await _form(request, services, session, found.row, {})


async def _form(
    request: Request,
    services: Services,
    session: AsyncSession,
    row: ApplicationRow | None,
    wrong: dict[str, str],
    *,
    told: str | None = None,
) -> Response:
    return render(
        request,
        "apply/templates/form.html",
        status_code=422 if wrong or told else 200,
        form=row.form if row else {},
        code=shown_code(services, row) if row else None,
        handed_in=await papers(session, row) if row else [],
        papers=WITH_FORM,
        wrong=wrong,
        told=told,
        goods=list(Goods),
        made=list(Made),
        answers=list(Answer),
        no_category=NO_CATEGORY,
    )


async def _draft(request: Request, services: Services, session: AsyncSession) -> tuple[ApplicationRow, str | None]:
    """The draft that is written to, a new one with its cookie if there is none. Raises `Refused`: closed, or sent."""
    found = await visit(request, session, now_ms())
    if found.closed:
        raise Refused(409, "form_closed")
    if found.row is None:
        return await begin(request, services, session, now_ms())
    if found.row.submitted_at is not None:
        raise Refused(409, "form_sent")
    return found.row, None


@router.post("/draft")
async def save(request: Request, services: Uses) -> Response:
    """Keep what is typed so far, whatever is wrong with it."""
    sent = kept(await request.form())
    async with services.sessions.begin() as session:
        row, token = await _draft(request, services, session)
        row.form = sent
        code = shown_code(services, row)
    answer: Response
    if "HX-Request" in request.headers:
        answer = render(request, "apply/templates/saved.html", code=code, at=_today(services))
    else:
        answer = RedirectResponse("/apply", status_code=303)
    if token:
        hand_over(answer, services, token)
    return answer


@router.post("")
async def send(request: Request, services: Uses) -> Response:
    """Hand the application in; with mistakes it stays a draft and says what is wrong."""
    sent = kept(await request.form())
    today = _today(services).date()
    async with services.sessions.begin() as session:
        row, token = await _draft(request, services, session)
        row.form = sent
        wrong = mistakes(sent, {group.id for group in services.centre.group})
        handed_in = await papers(session, row)
        if not any(paper.paper == Paper.REGISTRATION for paper in handed_in):
            wrong["papers"] = "registration_paper"
        if wrong:
            answer = await _form(request, services, session, row, wrong)
        else:
            said = answers(sent)
            mine = Applications(session, WholeCentre())
            standing = await mine.standing(said.registration, apart_from=row.number, today=today)
            judged = judge(said.facts, standing)
            row.registration, row.submitted_at = said.registration, now_ms()
            applied = Applied(on=today, refusals=judged.refusals, doubts=judged.doubts)
            await mine.append(row, applied, Entry(by=None, at=now_ms(), today=today))
            log.info("application.submitted", application=row.number, verdict=judged.verdict)
            answer = RedirectResponse("/apply/status", status_code=303)
    if token:
        hand_over(answer, services, token)
    return answer


@router.post("/papers")
async def hand_in(
    request: Request, services: Uses, paper: Annotated[Paper, Form()], file: Annotated[UploadFile, File()]
) -> Response:
    """Add a paper to the draft, or to the application."""
    async with services.sessions.begin() as session:
        found = await visit(request, session, now_ms())
        token = None
        if found.closed:
            raise Refused(409, "form_closed")
        row = found.row
        if row is None:
            row, token = await begin(request, services, session, now_ms())
        elif row.submitted_at is not None:
            state = await participation(session, row)
            if state.status(_today(services).date()) in OVER:
                raise Refused(409, "form_sent")
        try:
            await keep_paper(services, session, row, paper, file, by=None)
        except PaperError as error:
            if row.submitted_at is not None:
                raise Refused(422, f"paper_{error.key}") from error
            told = await _form(request, services, session, row, {}, told=f"paper_{error.key}")
            if token:
                hand_over(told, services, token)
            return told
        there = "/apply/status" if row.submitted_at else "/apply#papers"
    answer = RedirectResponse(there, status_code=303)
    if token:
        hand_over(answer, services, token)
    return answer


async def _paper(session: AsyncSession, row: ApplicationRow, document: int) -> ContractDocumentRow:
    found = next((one for one in await papers(session, row) if one.id == document), None)
    if found is None:
        raise Refused(404, "not_found")
    return found


@router.get("/papers/{document}")
async def read_paper(request: Request, services: Uses, document: int) -> Response:
    """A paper of one's own."""
    async with services.sessions.begin() as session:
        row = await opened(request, session, now_ms())
        found = await _paper(session, row, document)
    path = files.path(services.settings.data, row.number, found.id)
    return FileResponse(path, media_type=found.media_type, filename=f"{found.paper}{files.ENDINGS[found.media_type]}")


@router.post("/papers/{document}/remove")
async def take_back(request: Request, services: Uses, document: int) -> Response:
    """Take a paper out of a draft; once handed in, papers stay."""
    async with services.sessions.begin() as session:
        row = await opened(request, session, now_ms())
        if row.submitted_at is not None:
            raise Refused(409, "form_sent")
        await session.delete(await _paper(session, row, document))
    files.path(services.settings.data, row.number, document).unlink(missing_ok=True)
    return RedirectResponse("/apply#papers", status_code=303)


@router.get("/resume")
async def ask_code(request: Request, _: Uses) -> Response:
    """Go on with an earlier application."""
    return render(request, "apply/templates/closed.html", closed=False, wrong=False)


@router.post("/resume")
async def take_code(request: Request, services: Uses, code: Annotated[str, Form(max_length=40)]) -> Response:
    """Open it by its code."""
    async with services.sessions.begin() as session:
        token = await resume(session, code, now_ms())
    if token is None:
        return render(request, "apply/templates/closed.html", status_code=422, closed=False, wrong=True)
    answer = RedirectResponse("/apply", status_code=303)
    hand_over(answer, services, token)
    return answer


@router.post("/leave")
async def leave(request: Request, services: Uses) -> Response:
    """Close it on this computer."""
    async with services.sessions.begin() as session:
        found = await visit(request, session, now_ms())
        if found.row is not None:
            found.row.cookie_hash = None
    answer = RedirectResponse("/apply/resume", status_code=303)
    answer.delete_cookie("cc_application")
    return answer


@router.get("/status")
async def status(request: Request, services: Uses) -> Response:
    """Where the application stands, why, and what is to be done next."""
    today = _today(services).date()
    async with services.sessions.begin() as session:
        row = await opened(request, session, now_ms())
        if row.submitted_at is None:
            return RedirectResponse("/apply", status_code=303)
        state = await participation(session, row)
        return render(
            request,
            "apply/templates/status.html",
            row=row,
            state=state,
            status=state.status(today),
            tasks=reminders(state, today),
            today=today,
            over=state.status(today) in OVER,
            may_withdraw=state.status(today) in WITHDRAWABLE,
            code=shown_code(services, row),
            handed_in=await papers(session, row),
            papers=WITH_CONTRACT,
            letters=await letters(session, row),
        )


WITHDRAWABLE = frozenset({Status.APPLIED, Status.REVIEW, Status.SELECTED, Status.GUARANTEED})


@router.post("/withdraw")
async def withdraw(request: Request, services: Uses) -> Response:
    """Take the application back."""
    today = _today(services).date()
    async with services.sessions.begin() as session:
        row = await opened(request, session, now_ms())
        try:
            await Applications(session, WholeCentre()).append(
                row, Withdrawn(on=today), Entry(by=None, at=now_ms(), today=today)
            )
        except ContractError as error:
            raise Refused(409, "not_withdrawable") from error
    return RedirectResponse("/apply/status", status_code=303)


@router.get("/letters/{letter}.pdf")
async def read_letter(request: Request, services: Uses, letter: int) -> Response:
    """A letter of the centre to this applicant."""
    async with services.sessions.begin() as session:
        return await letter_file(session, await opened(request, session, now_ms()), letter)
