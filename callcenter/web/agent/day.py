"""An agent's own day: what was done, and which calls still lack a note."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from callcenter.store.records import Filters, Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import day_span
from callcenter.web.agent.routes import Agent, Uses, own_extension
from callcenter.web.pages import render

router = APIRouter(prefix="/agent", include_in_schema=False)

#: Nobody takes more calls in a day.
_MOST = 500
#: The list shows so many of them.
_SHOWN = 40


@router.get("/day")
async def day(request: Request, services: Uses, person: Agent) -> Response:
    """Today's calls of this agent, the newest first; those without a note stand out and can still be given one."""
    agent = own_extension(person)
    zone = services.centre.zone
    today = day_span(datetime.now(zone).date(), zone)
    async with services.sessions() as session:
        calls = (await Records(session, WholeCentre()).page(today, Filters(agent=agent), limit=_MOST)).records
    answered = [one for one in calls if one.answered_at is not None and one.closed]
    return render(
        request,
        "agent/templates/day.html",
        calls=calls[:_SHOWN],
        answered=len(answered),
        talk_ms=sum(one.talk_ms for one in answered),
        unnoted=sum(one.reason is None for one in answered),
    )
