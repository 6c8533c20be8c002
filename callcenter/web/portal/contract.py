"""A company's own contract: where it stands, what is owed and held, the centre's letters."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from billing.contracts.reminders import reminders
from callcenter.papers import WITH_CONTRACT, Paper, PaperError
from callcenter.store.applications import Applications, letters, papers, participation
from callcenter.web.contracts.letters import letter_file
from callcenter.web.errors import Refused
from callcenter.web.pages import render
from callcenter.web.papers import keep_paper
from callcenter.web.portal.own import Chief, Uses, scope_of_own

router = APIRouter(prefix="/contract", include_in_schema=False)


@router.get("")
async def contract(request: Request, services: Uses, person: Chief) -> Response:
    """The latest participation; none yet for a company that came before contracts were kept here."""
    today = datetime.now(services.centre.zone).date()
    async with services.sessions() as session:
        found = await Applications(session, scope_of_own(services, person)).of_company(person.company or "")
        if not found:
            return render(request, "portal/templates/contract.html", row=None)
        row = found[0]
        state = await participation(session, row)
        return render(
            request,
            "portal/templates/contract.html",
            row=row,
            state=state,
            status=state.status(today),
            tasks=reminders(state, today),
            today=today,
            letters=await letters(session, row),
            handed_in=await papers(session, row),
            papers=WITH_CONTRACT,
        )


@router.post("/{number}/papers")
async def hand_in(
    services: Uses,
    person: Chief,
    number: int,
    paper: Annotated[Paper, Form()],
    file: Annotated[UploadFile, File()],
) -> Response:
    """A new certificate, say, for the next year."""
    async with services.sessions.begin() as session:
        row = await Applications(session, scope_of_own(services, person)).get(number)
        if row is None:
            raise Refused(404, "not_found")
        try:
            await keep_paper(services, session, row, paper, file, by=person.login)
        except PaperError as error:
            raise Refused(422, f"paper_{error.key}") from error
    return RedirectResponse("/contract", status_code=303)


@router.get("/{number}/letters/{letter}.pdf")
async def letter(services: Uses, person: Chief, number: int, letter: int) -> Response:
    """A letter of the centre to this company."""
    async with services.sessions() as session:
        row = await Applications(session, scope_of_own(services, person)).get(number)
        if row is None:
            raise Refused(404, "not_found")
        return await letter_file(session, row, letter)
