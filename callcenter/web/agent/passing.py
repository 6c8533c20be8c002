"""Passing the call at hand on: the list of where to, and the note so far for whoever takes it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from redis.exceptions import RedisError

from callcenter.calls.journal import Entry, Json, Kind
from callcenter.centre import Centre, Outside
from callcenter.desk.tickets import Reason
from callcenter.web.agent.routes import Agent, Uses, keep, own_extension
from callcenter.web.engine import Reply, command, now_ms, read_json
from callcenter.web.errors import Refused
from callcenter.web.pages import render
from callcenter.web.services import Services

router = APIRouter(prefix="/agent", include_in_schema=False)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A group to which the call may go."""

    group: str
    #: Of the caller's company.
    own: bool
    #: Callers who wait there, and its own agents who are ready.
    waiting: int
    free: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Colleague:
    """An agent who is ready."""

    agent: str
    groups: tuple[str, ...]


def numbers_outside(centre: Centre, company: str | None) -> tuple[Outside, ...]:
    """Where else the company lets its calls be passed on to."""
    return next((one.outside for one in centre.company if one.id == company), ())


def lines(centre: Centre, board: dict[str, Any], company: str | None, agent: str) -> list[Line]:
    """All groups, those of the company's categories first; `agent` asks and does not count."""
    own = next((one.categories for one in centre.company if one.id == company), ())
    there = {one.id for one in centre.group}
    order = [*(group for group in own if group in there), *(one.id for one in centre.group if one.id not in own)]
    free = [groups for _, groups in _free(board, agent)]
    waiting = [one["group"] for one in board["waiting"] if one["stage"] == "queue"]
    return [
        Line(group=group, own=group in own, waiting=waiting.count(group), free=sum(group in one for one in free))
        for group in order
    ]


def colleagues(board: dict[str, Any], agent: str) -> list[Colleague]:
    """Who is ready, but for the one who asks."""
    return [Colleague(agent=one, groups=tuple(groups)) for one, groups in sorted(_free(board, agent)) if groups]


def _free(board: dict[str, Any], agent: str) -> Iterable[tuple[str, list[str]]]:
    return (
        (one["id"], one["groups"])
        for one in board["agents"]
        if one["state"] == "ready" and one["registered"] and one["id"] != agent
    )


@router.get("/passing")
async def passing(request: Request, services: Uses, person: Agent) -> Response:
    """Where the call may be passed on to."""
    agent = own_extension(person)
    try:
        board, state = await read_json(services.redis, "cc:board", f"cc:agent:{agent}")
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    call = state["call"] if state else None
    if board is None or call is None or call["stage"] != "talking":
        return render(request, "agent/templates/reply.html", reply=Reply(ok=False, error="no_call"))
    return render(
        request,
        "agent/templates/passing.html",
        call=call,
        lines=lines(services.centre, board, call["company"], agent),
        colleagues=colleagues(board, agent),
        outside=numbers_outside(services.centre, call["company"]),
    )


@router.post("/passing")
async def pass_on(
    request: Request,
    services: Uses,
    person: Agent,
    target: Annotated[str, Form(max_length=40)],
    company: Annotated[str, Form(max_length=32)] = "",
    reason: Annotated[Reason | None, Form()] = None,
    product: Annotated[str, Form(max_length=200)] = "",
    symptom: Annotated[str, Form(max_length=4000)] = "",
    result: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Pass it on; what was typed so far goes with it, the note itself is written in wrap-up as ever."""
    agent = own_extension(person)
    try:
        (state,) = await read_json(services.redis, f"cc:agent:{agent}")
        reply = await command(services.redis, services.blocking, agent=agent, verb="pass", reason=target)
    except (RedisError, OSError) as error:
        raise Refused(503, "redis_away") from error
    call = state["call"] if state else None
    if reply.ok and call:
        log.info("call.passed", call=call["id"], agent=agent)
        texts = {"product": product.strip(), "symptom": symptom.strip(), "result": result.strip()}
        known = company if company in {one.id for one in services.centre.company} else None
        if any(texts.values()) or (known and known != call["company"]):
            await _tell(services, call["id"], agent, known, reason, texts)
    return render(request, "agent/templates/reply.html", reply=reply)


async def _tell(
    services: Services, call: str, agent: str, company: str | None, reason: Reason | None, texts: dict[str, str]
) -> None:
    at = now_ms()
    data: dict[str, Json] = {"agent": agent, "company": company, "reason": reason.value if reason else None, **texts}
    entry = Entry(key=f"{call}:{Kind.NOTED}:{at}", kind=Kind.NOTED, at=at, call=call, agent=agent, data=data)
    await keep(services, entry)
