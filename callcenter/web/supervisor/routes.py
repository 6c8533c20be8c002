"""The live board."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from redis.exceptions import RedisError

from callcenter.store.models import Role
from callcenter.web import engine
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.push import push
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)
Uses = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]


@router.get("/board")
async def board(request: Request, services: Uses, _: Supervisor, wall: bool = False) -> Response:
    """The page; `?wall=1` for a screen on the wall."""
    return render(request, "supervisor/templates/board.html", board=await services.board.now(), wall=wall)


@router.post("/board/call-up")
async def call_up(request: Request, services: Uses, person: Supervisor, call: Annotated[bool, Form()]) -> Response:
    """Call up peak-time agents now, or ask nobody any more."""
    try:
        reply = await engine.call_up(services.redis, services.blocking, call=call, by=person.login)
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    log.info("peak.ordered", login=person.login, call=call, error=reply.error)
    return render(request, "supervisor/templates/call_up_reply.html", reply=reply, called=call)


@router.get("/board/live", response_class=EventSourceResponse)
async def live(request: Request, services: Uses, _: Supervisor) -> AsyncIterator[ServerSentEvent]:
    """The board once a second, whole each time, so that a reconnect misses nothing."""
    async with aclosing(push(request, services, services.board.pages(language_of(request)))) as events:
        async for event in events:
            yield event
