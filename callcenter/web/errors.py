"""What went wrong, told to people in their language with what to do next, and to programs as JSON."""

from __future__ import annotations

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from callcenter.web.pages import render
from callcenter.web.words import Gap, phrase

log = structlog.get_logger(__name__)

_KNOWN = {403: "forbidden", 404: "not_found", 405: "not_found", 413: "too_large", 422: "invalid"}


class SignInNeeded(Exception):
    """Nobody is signed in, or the session is over."""


class Refused(Exception):
    """A request that cannot be carried out; `key` names the phrase `errors.<key>` that says why and what to do."""

    def __init__(self, status: int, key: str, **gaps: Gap) -> None:
        super().__init__(key)
        self.status = status
        self.key = key
        self.gaps = gaps


def _for_program(request: Request) -> bool:
    return request.url.path.startswith("/api/")


async def _answer(request: Request, status: int, key: str, **gaps: Gap) -> Response:
    if _for_program(request):
        return JSONResponse({"error": key, "detail": phrase("en", f"errors.{key}", **gaps)}, status_code=status)
    partial = "HX-Request" in request.headers
    template = "templates/error_part.html" if partial else "templates/error.html"
    return render(request, template, status_code=status, error=key, gaps=gaps)


def add_error_pages(app: FastAPI) -> None:
    """Answer every failure of this application in the reader's language."""

    @app.exception_handler(SignInNeeded)
    async def _(request: Request, _error: SignInNeeded) -> Response:
        if _for_program(request):
            return await _answer(request, 401, "sign_in")
        if "HX-Request" in request.headers:
            return Response(status_code=401, headers={"HX-Redirect": "/login"})
        return RedirectResponse("/login", status_code=303)

    @app.exception_handler(Refused)
    async def _(request: Request, error: Refused) -> Response:
        return await _answer(request, error.status, error.key, **error.gaps)

    @app.exception_handler(RedisError)
    async def _(request: Request, error: RedisError) -> Response:
        log.warning("request.redis_away", path=request.url.path, error=type(error).__name__)
        return await _answer(request, 503, "redis_away")

    @app.exception_handler(SQLAlchemyError)
    async def _(request: Request, error: SQLAlchemyError) -> Response:
        log.warning("request.database_away", path=request.url.path, error=type(error).__name__)
        return await _answer(request, 503, "database_away")

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        if _for_program(request):
            places = [{"loc": problem["loc"], "msg": problem["msg"]} for problem in error.errors()]
            return JSONResponse({"error": "invalid", "detail": places}, status_code=422)
        return await _answer(request, 422, "invalid")

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        return await _answer(request, error.status_code, _KNOWN.get(error.status_code, "invalid"))

    @app.exception_handler(Exception)
    async def _(request: Request, error: Exception) -> Response:
        log.error("request.failed", path=request.url.path, error=type(error).__name__)
        return await _answer(request, 500, "internal")
