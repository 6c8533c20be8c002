"""An agent's own day: what was done, and which calls still lack a note."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from callcenter.store.models import Role
from callcenter.store.records import Filters, Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import day_span
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(prefix="/agent", include_in_schema=False)

Uses = Annotated[Services, Depends(services_of)]
Agent = Annotated[Person, Depends(allow(Role.AGENT))]

#: Nobody takes more calls in a day.
_MOST = 500
#: The list shows so many of them.
_SHOWN = 40


@router.get("/day")
async def day(request: Request, services: Uses, person: Agent) -> Response:
    """Today's calls of this agent, the newest first; those without a note stand out and can still be given one."""
    if person.agent is None:
        raise Refused(403, "no_extension")
    zone = services.centre.zone
    today = day_span(datetime.now(zone).date(), zone)
    async with services.sessions() as session:
        calls = (await Records(session, WholeCentre()).page(today, Filters(agent=person.agent), limit=_MOST)).records
    answered = [one for one in calls if one.answered_at is not None and one.closed]
    return render(
        request,
        "agent/templates/day.html",
        calls=calls[:_SHOWN],
        answered=len(answered),
        talk_ms=sum(one.talk_ms for one in answered),
        unnoted=sum(one.reason is None for one in answered),
    )
