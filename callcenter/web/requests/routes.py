"""Data requests. The centre processes a company's data for it: the company may ask for them, have them corrected,
stopped or destroyed, for itself or for one of its customers, who is to have an answer within ten days
(개인정보 보호법, articles 35 to 38).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from callcenter.store.contract_models import DataRequestRow
from callcenter.store.models import Level, Role
from callcenter.store.requests import Requests
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.formats import plain
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.portal.own import Chief, own
from callcenter.web.scoping import scope_of
from callcenter.web.services import Services, services_of

router = APIRouter(prefix="/requests", include_in_schema=False)
log = structlog.get_logger(__name__)
Uses = Annotated[Services, Depends(services_of)]
Answers = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]

ANSWER_DAYS = 10


class Wish(StrEnum):
    """What is asked for."""

    ACCESS = "access"
    CORRECTION = "correction"
    SUSPENSION = "suspension"
    DESTRUCTION = "destruction"
    EXPORT = "export"
    OTHER = "other"


async def _reader(person: Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN, Role.COMPANY))]) -> Person:
    if person.role is Role.COMPANY and person.level is not Level.ADMIN:
        raise Refused(403, "forbidden")
    return person


@router.get("")
async def requests(request: Request, services: Uses, person: Annotated[Person, Depends(_reader)]) -> Response:
    """A company's own; for the centre everybody's."""
    async with services.sessions() as session:
        found = await Requests(session, scope_of(person)).all()
    today = datetime.now(services.centre.zone).date()
    return render(
        request, "requests/templates/requests.html", found=found, wishes=list(Wish), today=str(today), days=ANSWER_DAYS
    )


@router.post("")
async def ask(
    services: Uses,
    person: Chief,
    wish: Annotated[Wish, Form()],
    text: Annotated[str, Form(max_length=4000)],
) -> Response:
    """A new request."""
    text = plain(text)
    if not text:
        raise Refused(422, "request_empty")
    due = datetime.now(services.centre.zone).date() + timedelta(days=ANSWER_DAYS)
    async with services.sessions.begin() as session:
        session.add(
            DataRequestRow(
                company=own(services, person),
                kind=wish,
                text=text,
                at=now_ms(),
                by=person.login,
                due=str(due),
                granted=None,
                answer=None,
                answered_at=None,
                answered_by=None,
            )
        )
    log.info("data_request.asked", login=person.login, kind=wish)
    return RedirectResponse("/requests", status_code=303)


@router.post("/{number}/answer")
async def answer(
    services: Uses,
    person: Answers,
    number: int,
    granted: Annotated[bool, Form()],
    text: Annotated[str, Form(max_length=4000)],
) -> Response:
    """The centre's answer, given once."""
    text = plain(text)
    if not text:
        raise Refused(422, "request_empty")
    async with services.sessions.begin() as session:
        row = await Requests(session, scope_of(person)).get(number)
        if row is None:
            raise Refused(404, "not_found")
        if row.answered_at is not None:
            raise Refused(409, "request_answered")
        row.granted, row.answer, row.answered_at, row.answered_by = granted, text, now_ms(), person.login
    log.info("data_request.answered", login=person.login, request=number, granted=granted)
    return RedirectResponse("/requests", status_code=303)
