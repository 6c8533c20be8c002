"""Callbacks: the open ones live, what became of the day's others; supervisors withdraw one or have it tried now."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from redis.exceptions import RedisError

from callcenter.store.callbacks import callback_figures, closed_callbacks
from callcenter.store.models import Role
from callcenter.store.scope import WholeCentre
from callcenter.store.span import day_span
from callcenter.web.engine import now_ms, order
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.push import every, push
from callcenter.web.services import Services, services_of
from callcenter.web.work import groups_of

router = APIRouter(prefix="/callbacks", include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Reader = Annotated[Person, Depends(allow(Role.AGENT, Role.SUPERVISOR, Role.ADMIN))]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]

#: More ended ones than this a list of the day does not show; its figures count all.
_SHOWN = 100


async def _seen(services: Services, person: Person) -> dict[str, Any]:
    groups, zone = groups_of(services.centre, person), services.centre.zone
    work = await services.work.now()
    async with services.sessions() as session:
        closed = await closed_callbacks(
            session, WholeCentre(), day_span(datetime.now(zone).date(), zone), groups=groups
        )
    return {
        "at": now_ms(),
        "open": work.callbacks_of(groups),
        "closed": closed[:_SHOWN],
        "figures": callback_figures(closed),
        "certain": work.certain,
        "counts": work.counts(groups),
        "may_order": person.role is not Role.AGENT,
    }


@router.get("")
async def callbacks(request: Request, services: Uses, person: Reader) -> Response:
    """The page."""
    return render(request, "callbacks/templates/callbacks.html", **await _seen(services, person))


@router.get("/live", response_class=EventSourceResponse)
async def live(request: Request, services: Uses, person: Reader) -> AsyncIterator[ServerSentEvent]:
    """Both lists as they change."""

    async def seen() -> dict[str, Any]:
        return await _seen(services, person)

    parts: AsyncGenerator[tuple[int, str]] = every(request, services, "callbacks/templates/live.html", seen)
    async with aclosing(push(request, services, parts)) as events:
        async for event in events:
            yield event


@router.post("/now")
async def now(
    request: Request, services: Uses, person: Supervisor, call: Annotated[str, Form(max_length=64)]
) -> Response:
    """Have it tried as soon as an agent is free, whatever the time that was set for it."""
    return await _order(request, services, person, call, "now", "")


@router.post("/cancel")
async def cancel(
    request: Request,
    services: Uses,
    person: Supervisor,
    call: Annotated[str, Form(max_length=64)],
    reason: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Withdraw it, for a reason."""
    if not reason.strip():
        raise Refused(422, "reason_missing")
    return await _order(request, services, person, call, "cancel", reason.strip())


async def _order(request: Request, services: Services, person: Person, call: str, verb: str, reason: str) -> Response:
    try:
        reply = await order(
            services.redis, services.blocking, call=call, verb=f"callback.{verb}", by=person.login, reason=reason
        )
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    log.info("callback.ordered", login=person.login, call=call, verb=verb, error=reply.error)
    services.work.changed()
    return render(request, "callbacks/templates/reply.html", reply=reply, done=f"callbacks.done_{verb}")
