"""Listening to an agent's conversation from the board: who talks, and the supervisor's phone is rung."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from redis.exceptions import RedisError

from callcenter.web.engine import listen, read_json
from callcenter.web.errors import Refused
from callcenter.web.pages import render
from callcenter.web.supervisor.routes import Supervisor, Uses

router = APIRouter(prefix="/board/listening", include_in_schema=False)
log = structlog.get_logger(__name__)


@router.get("")
async def talking(request: Request, services: Uses, _: Supervisor) -> Response:
    """The agents who talk now, the longest first."""
    try:
        (board,) = await read_json(services.redis, "cc:board")
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    agents = [agent for agent in board["agents"] if agent["state"] == "talking"] if board else []
    agents.sort(key=lambda agent: agent["since"])
    return render(request, "supervisor/templates/listening.html", agents=agents, at=board["at"] if board else 0)


@router.post("")
async def ring(
    request: Request, services: Uses, person: Supervisor, agent: Annotated[str, Form(max_length=8)]
) -> Response:
    """Ring the supervisor's own phone; the journal tells who listened to which call."""
    try:
        reply = await listen(services.redis, services.blocking, agent=agent, by=person.login)
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    log.info("call.listening", login=person.login, agent=agent, error=reply.error)
    return render(request, "supervisor/templates/listening_reply.html", reply=reply)
