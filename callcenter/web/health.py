"""Whether this process lives, whether the whole works, and figures for Prometheus."""

from __future__ import annotations

import asyncio
from datetime import datetime
from ipaddress import ip_address
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from callcenter.metrics import TALK_BOUNDS_S, WAIT_BOUNDS_S, Reading, exposition
from callcenter.store.discrepancies import Discrepancies
from callcenter.store.lengths import Lengths, answered_lengths
from callcenter.store.models import Role
from callcenter.store.scope import WholeCentre
from callcenter.store.span import day_span
from callcenter.web.api.routes import bearer, caller
from callcenter.web.engine import read_json
from callcenter.web.errors import Refused
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]

#: A dependency that does not answer within this is missing.
PATIENCE_S = 2.0


@router.get("/health/live")
async def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "live"}


@router.get("/health/ready")
async def ready(services: Uses) -> JSONResponse:
    """Every dependency by name; 503 if one is missing, because then some page tells only half."""
    database, (redis, controller, _) = await asyncio.gather(_database(services), _redis(services))
    found = {
        "database": database,
        "redis": redis,
        "controller": controller is not None,
        "ari": bool(controller and controller["ari"]),
        "ami": bool(controller and controller["ami"]),
    }
    whole = all(found.values())
    states = {name: "ok" if holds else "missing" for name, holds in found.items()}
    return JSONResponse({"ready": whole, "dependencies": states}, status_code=200 if whole else 503)


async def _database(services: Services) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_S), services.sessions() as session:
            await session.execute(text("select 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return True


async def _redis(services: Services) -> tuple[bool, dict[str, Any] | None, dict[str, Any] | None]:
    """Whether it answers, and what controller and dialler say there of themselves."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            controller, outbound = await read_json(services.redis, "cc:controller", "cc:outbound")
    except (RedisError, OSError, TimeoutError):
        return False, None, None
    return True, controller, outbound


def _from_our_network(request: Request) -> bool:
    """A scraper beside us; what a proxy passes on from outside is not."""
    if request.client is None or "x-forwarded-for" in request.headers:
        return False
    try:
        return ip_address(request.client.host).is_private
    except ValueError:
        return False


@router.get("/metrics")
async def metrics(request: Request, services: Uses) -> Response:
    """Of all companies: open to the private network, from elsewhere with a supervisor's token."""
    if not _from_our_network(request):
        person = await caller(request, services, await bearer(request))
        if person.role not in (Role.SUPERVISOR, Role.ADMIN):
            raise Refused(403, "forbidden")
    board = await services.board.now()
    _, controller, outbound = await _redis(services)
    counters = controller.get("counters") if controller else None
    waits, talks, differences = await _of_today(services)
    reading = Reading(
        board=board,
        day=services.board.day,
        counters=counters if isinstance(counters, dict) else {},
        waits=waits,
        talks=talks,
        differences=differences,
        carrier_refuses=any(one["carrier_until"] for one in outbound["campaigns"].values()) if outbound else None,
    )
    return Response(exposition(reading), media_type=CONTENT_TYPE_LATEST)


async def _of_today(services: Services) -> tuple[Lengths | None, Lengths | None, int | None]:
    zone = services.centre.zone
    today = day_span(datetime.now(zone).date(), zone)
    try:
        async with services.sessions() as session:
            return (
                await answered_lengths(session, WholeCentre(), today, column="wait_ms", bounds_s=WAIT_BOUNDS_S),
                await answered_lengths(session, WholeCentre(), today, column="talk_ms", bounds_s=TALK_BOUNDS_S),
                await Discrepancies(session, WholeCentre()).count(today),
            )
    except (SQLAlchemyError, OSError):
        return None, None, None
