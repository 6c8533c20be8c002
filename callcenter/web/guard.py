"""Who may open what: sign-in, roles, and proof that a change was asked for on our own pages."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from callcenter.store.models import Role
from callcenter.web.errors import Refused, SignInNeeded
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of
from callcenter.web.sessions import COOKIE, find_session, form_token
from callcenter.web.work import groups_of

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def from_our_pages(request: Request) -> bool:
    """Whether the browser says that one of our own pages sent this. A client that says nothing is no browser."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


async def _sent_form_token(request: Request, token: str) -> bool:
    sent = request.headers.get("x-form-token")
    if sent is None:
        held = (await request.form()).get("form_token")
        sent = held if isinstance(held, str) else ""
    return hmac.compare_digest(sent.encode(), form_token(token).encode())


async def signed_in(request: Request, services: Annotated[Services, Depends(services_of)]) -> Person:
    """The person behind the cookie, and what waits for them. A change needs our own origin and the form's token too."""
    token = request.cookies.get(COOKIE)
    person = await find_session(services.redis, token) if token else None
    if token is None or person is None:
        raise SignInNeeded
    request.state.person = person
    if request.method not in _SAFE and not (from_our_pages(request) and await _sent_form_token(request, token)):
        raise Refused(403, "forged")
    if person.role is not Role.COMPANY:
        request.state.todo = (await services.work.now()).counts(groups_of(services.centre, person))
    return person


async def visitor(request: Request, services: Annotated[Services, Depends(services_of)]) -> Person | None:
    """The person behind the cookie if there is one, for pages that anybody may read."""
    token = request.cookies.get(COOKIE)
    person = await find_session(services.redis, token) if token else None
    if person is not None:
        request.state.person = person
    return person


def allow(*roles: Role) -> Callable[..., Awaitable[Person]]:
    """A dependency: somebody signed in with one of these roles."""

    async def allowed(person: Annotated[Person, Depends(signed_in)]) -> Person:
        if person.role not in roles:
            raise Refused(403, "forbidden")
        return person

    return allowed
