"""The live board."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from callcenter.store.models import Role
from callcenter.web.guard import allow
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.push import push
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]


@router.get("/board")
async def board(request: Request, services: Uses, _: Supervisor, wall: bool = False) -> Response:
    """The page; `?wall=1` for a screen on the wall."""
    return render(request, "supervisor/templates/board.html", board=await services.board.now(), wall=wall)


@router.get("/board/live", response_class=EventSourceResponse)
async def live(request: Request, services: Uses, _: Supervisor) -> AsyncIterator[ServerSentEvent]:
    """The board once a second, whole each time, so that a reconnect misses nothing."""
    async with aclosing(push(request, services, services.board.pages(language_of(request)))) as events:
        async for event in events:
            yield event
