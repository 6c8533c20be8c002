"""The web application: pages of every audience, API, live push, metrics and health."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callcenter.settings import Settings
from callcenter.web import health, login
from callcenter.web.admin import routes as admin
from callcenter.web.agent import call_up, day, passing, sheets
from callcenter.web.agent import routes as agent
from callcenter.web.api import campaigns as campaigns_api
from callcenter.web.api import refusals
from callcenter.web.api import routes as api
from callcenter.web.apply import routes as apply
from callcenter.web.billing import routes as billing
from callcenter.web.billing import tariffs
from callcenter.web.callbacks import routes as callbacks
from callcenter.web.campaigns import consents, contacts, forms, low_scores, notices, spoken
from callcenter.web.campaigns import routes as campaigns
from callcenter.web.configuration import routes as configuration
from callcenter.web.contracts import formula
from callcenter.web.contracts import routes as contracts
from callcenter.web.deeds import routes as deeds
from callcenter.web.errors import add_error_pages
from callcenter.web.marked import routes as marked
from callcenter.web.messages import routes as messages
from callcenter.web.portal import contract, members, service
from callcenter.web.portal import routes as portal
from callcenter.web.records import customer
from callcenter.web.records import routes as records
from callcenter.web.requests import routes as requests
from callcenter.web.services import open_services
from callcenter.web.supervisor import listening, moving, report, staff
from callcenter.web.supervisor import routes as supervisor
from callcenter.web.tickets import routes as tickets
from dialplan.recording import LARGEST_MB

#: An agent's desk.
AGENTS = (passing, agent, day, sheets, call_up)
SUPERVISORS = (supervisor, listening, moving, report, staff)
OUTBOUND = (forms, consents, contacts, low_scores, notices, spoken, campaigns, campaigns_api, refusals)
BILLING = (tariffs, billing)
#: Applications, contracts, and what a company does for itself.
COMPANY_ROOMS = (apply, contracts, formula, contract, members, service, requests)
ROOMS = (
    *(login, *AGENTS, *SUPERVISORS, callbacks, messages, marked, records, customer, tickets, *OUTBOUND, *BILLING),
    *(portal, admin, configuration, deeds, api, health),
)

#: An uploaded prompt, or a file of contacts, is the largest thing that anybody sends.
LARGEST_BODY = (LARGEST_MB + 1) * 1024 * 1024

_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
}


class SafeHeaders:
    """Sends the headers that keep pages from being framed, sniffed, cached or fed with foreign scripts."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


def create_app(settings: Settings) -> FastAPI:
    """The application of this installation."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_services(settings) as services:
            app.state.services = services
            yield

    app = FastAPI(
        title="Contact centre",
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
    )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.add_middleware(SafeHeaders)
    add_error_pages(app)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    for room in (*ROOMS, *COMPANY_ROOMS):
        app.include_router(room.router)
    return app
