"""Supervisors make an agent ready, pause or log out from the board: who forgot to, or is needed elsewhere."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from redis.exceptions import RedisError

from callcenter.agents.presence import PauseReason
from callcenter.web.engine import move, read_json
from callcenter.web.errors import Refused
from callcenter.web.pages import render
from callcenter.web.supervisor.routes import Supervisor, Uses

router = APIRouter(prefix="/board/agents", include_in_schema=False)
log = structlog.get_logger(__name__)


@router.get("/{agent}")
async def choices(request: Request, services: Uses, _: Supervisor, agent: str) -> Response:
    """What may be done with the agent as it stands now."""
    try:
        (there,) = await read_json(services.redis, f"cc:agent:{agent}")
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    if there is None:
        raise Refused(404, "not_found")
    return render(request, "supervisor/templates/moving.html", agent=there)


@router.post("")
async def ask(
    request: Request,
    services: Uses,
    person: Supervisor,
    agent: Annotated[str, Form(max_length=8)],
    verb: Annotated[Literal["ready", "pause", "logout"], Form()],
) -> Response:
    """Have it done; during a call it is done when the call is over. The journal tells who wished it."""
    reason = PauseReason.OTHER.value if verb == "pause" else ""
    try:
        reply = await move(services.redis, services.blocking, agent=agent, verb=verb, reason=reason, by=person.login)
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    log.info("agent.moved", login=person.login, agent=agent, verb=verb, error=reply.error)
    return render(request, "supervisor/templates/moving_reply.html", reply=reply, agent=agent)
