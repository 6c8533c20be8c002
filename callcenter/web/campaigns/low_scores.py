"""Customers whose score was so low that a supervisor phones them: who waits, who takes it on, what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.desk.tickets import ticket_number
from callcenter.store.aftermath_models import LowScoreRow, PhoneState
from callcenter.store.campaign_models import CampaignRow
from callcenter.store.campaign_rules import form_of
from callcenter.store.campaigns import Campaigns
from callcenter.store.low_scores import LowScoreMovedError, LowScores
from callcenter.store.models import Role, TicketRow
from callcenter.store.scope import WholeCentre
from callcenter.store.span import day_span
from callcenter.store.tickets import Tickets
from callcenter.web.campaigns.common import Uses
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person

router = APIRouter(prefix="/campaigns/low-scores", include_in_schema=False)
log = structlog.get_logger(__name__)

#: Whoever phones customers about what they said; a supervisor's task.
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]


@router.get("")
async def waiting(request: Request, services: Uses, person: Supervisor) -> Response:
    """Who waits for a call, and who was phoned today."""
    zone = services.centre.zone
    async with services.sessions() as session:
        mine = LowScores(session, WholeCentre())
        found = await mine.to_phone()
        done = await mine.phoned(day_span(datetime.now(zone).date(), zone).since)
        tickets = {row.attempt: await _ticket(session, row) for row in [*found, *done]}
        said = {row.attempt: await questions(session, row, language_of(request)) for row in [*found, *done]}
        campaigns = {row.campaign: await _campaign(session, row) for row in [*found, *done]}
    return render(
        request,
        "campaigns/templates/low_scores.html",
        waiting=found,
        done=done,
        tickets=tickets,
        said=said,
        campaigns=campaigns,
        ticket_number=ticket_number,
        at=now_ms(),
        counts=(await services.work.now()).counts(None),
    )


@router.post("/{attempt}/{verb}")
async def move(
    services: Uses,
    person: Supervisor,
    attempt: str,
    verb: Literal["take", "release", "done"],
    result: Annotated[str, Form(max_length=2_000)] = "",
    closed: Annotated[bool, Form()] = False,
) -> Response:
    """Take it on, put it back for others, or say what came of the call: that goes into the ticket."""
    result = result.strip()
    if verb == "done" and not result:
        raise Refused(422, "low_score_result")
    try:
        async with services.sessions.begin() as session:
            mine = LowScores(session, WholeCentre())
            row = await mine.get(attempt)
            if row is None or row.state is None:
                raise Refused(404, "not_found")
            expected = PhoneState.OPEN if verb == "take" else PhoneState.TAKEN
            if row.state is not expected:
                raise LowScoreMovedError(attempt)
            now = now_ms()
            if verb == "take":
                await mine.move(row, PhoneState.TAKEN, by=person.login, now=now)
            elif verb == "release":
                await mine.move(row, PhoneState.OPEN, by=None, now=now)
            else:
                await mine.settle(row, result, by=person.login, agent=person.agent, closed=closed, now=now)
    except LowScoreMovedError as error:
        raise Refused(409, "low_score_moved") from error
    log.info("low_score.moved", login=person.login, attempt=attempt, verb=verb)
    services.work.changed()
    return RedirectResponse("/campaigns/low-scores", status_code=303)


async def questions(session: AsyncSession, row: LowScoreRow, language: str) -> list[tuple[str, int]]:
    """What was asked, in the reader's language, and the score."""
    campaigns = Campaigns(session, WholeCentre())
    campaign = await campaigns.get(row.campaign)
    version = await campaigns.form(campaign.form if campaign else None)
    form = form_of(version.text if version else None)
    asked = {one.id: one for one in form.question} if form else {}
    return [
        ((asked[name].ko if language == "ko" else asked[name].en) if name in asked else name, score)
        for name, score in row.scores.items()
    ]


async def _ticket(session: AsyncSession, row: LowScoreRow) -> TicketRow:
    ticket = await Tickets(session, WholeCentre()).get(row.ticket)
    assert ticket
    return ticket


async def _campaign(session: AsyncSession, row: LowScoreRow) -> CampaignRow:
    campaign = await Campaigns(session, WholeCentre()).get(row.campaign)
    assert campaign
    return campaign
