"""Numbers that are treated otherwise: with caution, never phoned, messages only, refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response
from redis.exceptions import RedisError

from callcenter.callers import remember_mark
from callcenter.calls.callers import Mark
from callcenter.store.marked_numbers import MarkedNumbers, NumberError, read_number
from callcenter.store.models import Role
from callcenter.store.span import day_span
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(prefix="/marked", include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]


async def _page(
    request: Request, services: Services, *, typed: dict[str, str], wrong: dict[str, str], told: str | None = None
) -> Response:
    async with services.sessions() as session:
        marked = MarkedNumbers(session)
        current, history = await marked.current(now_ms()), await marked.history()
    return render(
        request,
        "marked/templates/marked.html",
        status_code=422 if wrong else 200,
        current=current,
        history=history,
        marks=list(Mark),
        typed=typed,
        wrong=wrong,
        told=told,
        today=datetime.now(services.centre.zone).date(),
    )


@router.get("")
async def marked(request: Request, services: Uses, _: Supervisor, told: str = "") -> Response:
    """The marks that count, the form for another, the last changes."""
    known = told if told in {"added", "removed", "later"} else None
    return await _page(request, services, typed={}, wrong={}, told=known)


@router.post("")
async def add(
    request: Request,
    services: Uses,
    person: Supervisor,
    number: Annotated[str, Form(max_length=40)] = "",
    mark: Annotated[str, Form(max_length=32)] = "",
    reason: Annotated[str, Form(max_length=200)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Mark a number, or change its mark; what is wrong is said beside its field, and nothing typed is lost."""
    wrong: dict[str, str] = {}
    digits, ends = "", None
    try:
        digits = read_number(number)
    except NumberError as error:
        wrong["number"] = error.slug
    if mark not in set(Mark):
        wrong["mark"] = "level"
    if not reason.strip():
        wrong["reason"] = "reason"
    if until:
        ends = _end_of(until, services)
        if ends is None:
            wrong["until"] = "date"
        elif ends <= now_ms():
            wrong["until"] = "past"
    if wrong:
        typed = {"number": number, "mark": mark, "reason": reason, "until": until}
        return await _page(request, services, typed=typed, wrong=wrong)
    return await _change(services, person, digits, Mark(mark), reason.strip(), ends, "added")


@router.post("/{change}/remove")
async def remove(
    services: Uses, person: Supervisor, change: int, reason: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """Take back the mark that this change set."""
    async with services.sessions() as session:
        held = await MarkedNumbers(session).get(change)
    if held is None:
        raise Refused(404, "no_mark")
    return await _change(services, person, held.number, None, reason.strip(), None, "removed")


async def _change(
    services: Services, person: Person, number: str, mark: Mark | None, reason: str, until: int | None, told: str
) -> Response:
    async with services.sessions.begin() as session:
        row = await MarkedNumbers(session).change(
            number, mark, reason=reason, until=until, by=person.login, at=now_ms()
        )
    log.info("number.marked", login=person.login, change=row.id, mark=mark)
    try:
        await remember_mark(services.redis, number, mark)
    except (RedisError, OSError) as error:
        # It is kept; the worker's job tells the engine when Redis is back.
        log.warning("marks.not_mirrored", error=type(error).__name__)
        told = "later"
    return RedirectResponse(f"/marked?told={told}", status_code=303)


def _end_of(written: str, services: Services) -> int | None:
    try:
        return day_span(date.fromisoformat(written), services.centre.zone).until
    except ValueError:
        return None
