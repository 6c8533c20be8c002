"""Refusals for programs: the free 080 number, or whoever keeps it, hands in numbers that do not want to be called."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from callcenter.campaigns.refusals import By, Extent
from callcenter.campaigns.telephone import NumberError, read_number
from callcenter.store.models import Role
from callcenter.store.permissions import Permissions
from callcenter.web.api.routes import Caller, Uses
from callcenter.web.campaigns.common import known_company
from callcenter.web.errors import Refused
from callcenter.web.scoping import scope_of

router = APIRouter(prefix="/api/v1/refusals", tags=["v1"])
log = structlog.get_logger(__name__)


class Refusals(BaseModel):
    """Numbers that refuse; `marketing`: surveys and advertising, `all`: every call that was not asked for."""

    model_config = ConfigDict(extra="forbid")

    company: str
    numbers: Annotated[list[str], Field(min_length=1, max_length=1_000)]
    extent: Extent = Extent.MARKETING


class RefusalsTaken(BaseModel):
    """How many are new on the list and how many stood there; the others with their place, and why not."""

    added: int
    known: int
    refused: dict[int, str]


@router.post("")
async def refuse(services: Uses, person: Caller, sent: Refusals) -> RefusalsTaken:
    """They are not called from this moment on, for good; handed in again they change nothing."""
    if person.role not in (Role.CAMPAIGNS, Role.SUPERVISOR, Role.ADMIN):
        raise Refused(403, "forbidden")
    known_company(services, sent.company)
    faults: dict[int, str] = {}
    added = known = 0
    async with services.sessions.begin() as session:
        mine, now = Permissions(session, scope_of(person)), datetime.now(UTC)
        for place, number in enumerate(sent.numbers):
            try:
                digits = read_number(number).digits
            except NumberError as error:
                faults[place] = error.fault
                continue
            if await mine.refuse(sent.company, digits, sent.extent, By.FREE_NUMBER, now):
                added += 1
            else:
                known += 1
    log.info("do_not_call.handed_in", login=person.login, company=sent.company, added=added)
    return RefusalsTaken(added=added, known=known, refused=faults)
