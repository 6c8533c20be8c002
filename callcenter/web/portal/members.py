"""A company's own users: its administrator adds them, sets their level, lets them in no more."""

from __future__ import annotations

import re
import secrets
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.contract_models import RightsChangeRow
from callcenter.store.models import Level, Role, UserRow
from callcenter.store.scope import OneCompany, WholeCentre, select_within
from callcenter.store.users import Users
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.formats import plain
from callcenter.web.pages import language_of, render
from callcenter.web.passwords import hash_password
from callcenter.web.people import Person
from callcenter.web.portal.own import Chief, Uses, scope_of_own
from callcenter.web.services import Services
from callcenter.web.sessions import end_sessions

router = APIRouter(prefix="/members", include_in_schema=False)
log = structlog.get_logger(__name__)

MOST = 50
_SHOWN = 50


async def _page(
    request: Request,
    services: Services,
    person: Person,
    *,
    given: tuple[str, str] | None = None,
    problem: str | None = None,
    status_code: int = 200,
) -> Response:
    """`given`: a log-in and its first password, shown this once."""
    scope = scope_of_own(services, person)
    async with services.sessions() as session:
        users = await Users(session, scope).all()
        changes = select_within(scope, RightsChangeRow).order_by(RightsChangeRow.id.desc()).limit(_SHOWN)
        history = list(await session.scalars(changes))
    return render(
        request,
        "portal/templates/members.html",
        status_code=status_code,
        users=users,
        history=history,
        levels=list(Level),
        given=given,
        problem=problem,
    )


@router.get("")
async def members(request: Request, services: Uses, person: Chief) -> Response:
    """All of them."""
    return await _page(request, services, person)


@router.post("")
async def add(
    request: Request,
    services: Uses,
    person: Chief,
    login: Annotated[str, Form(max_length=64)],
    name: Annotated[str, Form(max_length=50)],
    level: Annotated[Level, Form()],
) -> Response:
    """A new user with a password that is shown once."""
    login, name = login.strip(), plain(name)
    if not re.fullmatch(r"[A-Za-z0-9._@-]{3,64}", login) or not name:
        return await _page(request, services, person, problem="login", status_code=422)
    password = _password()
    hashed = await hash_password(password)
    scope = scope_of_own(services, person)
    async with services.sessions.begin() as session:
        taken = await Users(session, WholeCentre()).get(login) is not None
        full = len(await Users(session, scope).all()) >= MOST
        if not taken and not full:
            session.add(
                UserRow(
                    login=login,
                    name=name,
                    role=Role.COMPANY,
                    company=scope.company,
                    agent=None,
                    password_hash=hashed,
                    language=language_of(request),
                    level=level,
                    disabled_at=None,
                )
            )
            _note(session, scope, person, login, "added", level)
    if taken or full:
        return await _page(request, services, person, problem="taken" if taken else "full", status_code=409)
    log.info("member.added", login=person.login, company=scope.company)
    return await _page(request, services, person, given=(login, password))


async def _other(session: AsyncSession, scope: OneCompany, person: Person, login: str) -> UserRow:
    """A colleague. Raises `Refused`: nobody of the company, or oneself, so that an administrator is always left."""
    user = await Users(session, scope).get(login)
    if user is None:
        raise Refused(404, "not_found")
    if login == person.login:
        raise Refused(409, "not_oneself")
    return user


@router.post("/{login}/level")
async def set_level(services: Uses, person: Chief, login: str, level: Annotated[Level, Form()]) -> Response:
    """Show a colleague more or less; counts from the next sign-in, which is now."""
    scope = scope_of_own(services, person)
    async with services.sessions.begin() as session:
        (await _other(session, scope, person, login)).level = level
        _note(session, scope, person, login, "level", level)
    return await _signed_out(services, login)


@router.post("/{login}/disable")
async def disable(services: Uses, person: Chief, login: str) -> Response:
    """Let a colleague in no more, and sign them out."""
    scope = scope_of_own(services, person)
    async with services.sessions.begin() as session:
        (await _other(session, scope, person, login)).disabled_at = now_ms()
        _note(session, scope, person, login, "disabled")
    return await _signed_out(services, login)


@router.post("/{login}/enable")
async def enable(services: Uses, person: Chief, login: str) -> Response:
    """Let a colleague in again."""
    scope = scope_of_own(services, person)
    async with services.sessions.begin() as session:
        (await _other(session, scope, person, login)).disabled_at = None
        _note(session, scope, person, login, "enabled")
    return RedirectResponse("/members", status_code=303)


@router.post("/{login}/password")
async def new_password(request: Request, services: Uses, person: Chief, login: str) -> Response:
    """A new password for a colleague who lost theirs, shown once."""
    password = _password()
    hashed = await hash_password(password)
    scope = scope_of_own(services, person)
    async with services.sessions.begin() as session:
        (await _other(session, scope, person, login)).password_hash = hashed
        _note(session, scope, person, login, "password")
    await end_sessions(services.redis, login)
    return await _page(request, services, person, given=(login, password))


async def _signed_out(services: Services, login: str) -> Response:
    await end_sessions(services.redis, login)
    return RedirectResponse("/members", status_code=303)


def _note(
    session: AsyncSession, scope: OneCompany, person: Person, login: str, what: str, level: Level | None = None
) -> None:
    session.add(
        RightsChangeRow(company=scope.company, login=login, what=what, level=level, at=now_ms(), by=person.login)
    )


def _password() -> str:
    return secrets.token_urlsafe(12)
