"""Signing in and out, and choosing a language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from callcenter.store.scope import WholeCentre
from callcenter.store.users import Users
from callcenter.web.errors import Refused
from callcenter.web.guard import from_our_pages, signed_in
from callcenter.web.pages import LANGUAGE_COOKIE, render
from callcenter.web.passwords import password_fits
from callcenter.web.people import ABSOLUTE, LANDING, Person
from callcenter.web.services import Services, services_of
from callcenter.web.sessions import COOKIE, begin_session, end_session, find_session, set_session_language
from callcenter.web.throttle import FAILURES, LOCKED_MINUTES, forget_failures, may_try
from callcenter.web.words import LANGUAGES

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]


@router.get("/")
async def home(request: Request, services: Uses) -> Response:
    """Everybody's own first page."""
    token = request.cookies.get(COOKIE)
    person = await find_session(services.redis, token) if token else None
    return RedirectResponse(LANDING[person.role] if person else "/login", status_code=303)


@router.get("/login")
async def ask(request: Request) -> Response:
    """The form."""
    return render(request, "templates/login.html", failed=None, login="")


@router.post("/login")
async def sign_in(
    request: Request,
    services: Uses,
    login: Annotated[str, Form(max_length=100)],
    password: Annotated[str, Form(max_length=1000)],
) -> Response:
    """Check the password; the session's token is new even if the browser brought one."""
    if not from_our_pages(request):
        raise Refused(403, "forged")
    login = login.strip()
    if not await may_try(services.redis, login):
        failed = ("locked", {"failures": FAILURES, "minutes": LOCKED_MINUTES})
        return render(request, "templates/login.html", status_code=429, failed=failed, login=login)
    async with services.sessions() as session:
        user = await Users(session, WholeCentre()).get(login)
    fits = await password_fits(password, user.password_hash if user else None)
    if not fits or user is None or user.disabled_at is not None:
        return render(request, "templates/login.html", status_code=401, failed=("wrong", {}), login=login)
    await forget_failures(services.redis, login)
    if brought := request.cookies.get(COOKIE):
        await end_session(services.redis, brought)
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    person = Person(
        login=user.login,
        role=user.role,
        language=chosen if chosen in LANGUAGES else user.language,
        company=user.company,
        agent=user.agent,
        level=user.level,
    )
    token = await begin_session(services.redis, person)
    answer = RedirectResponse(LANDING[person.role], status_code=303)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=services.settings.web_secure_cookies,
    )
    return answer


@router.post("/logout")
async def sign_out(request: Request, services: Uses, _: Annotated[Person, Depends(signed_in)]) -> Response:
    """End this session."""
    await end_session(services.redis, request.cookies[COOKIE])
    answer = RedirectResponse("/login", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/language/{language}")
async def choose_language(
    request: Request, services: Uses, language: str, back: Annotated[str, Form(max_length=500)] = "/"
) -> Response:
    """Read on in another language; remembered by the browser, by the session and by the user's account."""
    if language not in LANGUAGES:
        raise Refused(404, "not_found")
    if not from_our_pages(request):
        raise Refused(403, "forged")
    token = request.cookies.get(COOKIE)
    person = await find_session(services.redis, token) if token else None
    if token and person:
        await set_session_language(services.redis, token, language)
        async with services.sessions.begin() as session:
            user = await Users(session, WholeCentre()).get(person.login)
            if user is not None:
                user.language = language
    there = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    answer = RedirectResponse(there, status_code=303)
    answer.set_cookie(LANGUAGE_COOKIE, language, max_age=365 * 86400, httponly=True, samesite="lax")
    return answer
