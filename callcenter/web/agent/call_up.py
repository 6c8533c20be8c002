"""An agent's browser asks to be told of call-ups by Web Push, or not any more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import FileResponse, Response

from callcenter.call_up.encryption import check_browser_keys
from callcenter.call_up.push import of_a_push_service
from callcenter.store.models import PushSubscriptionRow, Role
from callcenter.store.subscriptions import Subscriptions
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import language_of
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(prefix="/agent/call-up", include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Agent = Annotated[Person, Depends(allow(Role.AGENT))]
Endpoint = Annotated[str, Form(max_length=2000)]

_WORKER = Path(__file__).parents[1] / "static" / "call-up-worker.js"


@router.get("/worker.js")
async def worker() -> Response:
    """The service worker, which may speak for the agent's page."""
    return FileResponse(_WORKER, media_type="text/javascript", headers={"service-worker-allowed": "/agent"})


@router.post("/subscribe", status_code=204)
async def subscribe(
    request: Request,
    services: Uses,
    person: Agent,
    endpoint: Endpoint,
    p256dh: Annotated[str, Form(max_length=100)],
    auth: Annotated[str, Form(max_length=50)],
) -> None:
    """Tell this browser from now on; saying so again changes nothing."""
    if person.agent is None:
        raise Refused(403, "no_extension")
    if not of_a_push_service(endpoint, services.settings.push_services):
        raise Refused(422, "push_service")
    try:
        check_browser_keys(p256dh, auth)
    except ValueError as error:
        raise Refused(422, "invalid") from error
    browser = PushSubscriptionRow(
        endpoint=endpoint,
        agent=person.agent,
        language=language_of(request),
        p256dh=p256dh,
        auth=auth,
        subscribed_at=now_ms(),
    )
    async with services.sessions.begin() as session:
        await Subscriptions(session).save(browser)


@router.post("/unsubscribe", status_code=204)
async def unsubscribe(services: Uses, _: Agent, endpoint: Endpoint) -> None:
    """Do not tell this browser any more. Its address is known to it alone."""
    async with services.sessions.begin() as session:
        await Subscriptions(session).forget(endpoint)
