"""Server-sent events: a stream ends when its viewer's session does, or the process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from time import monotonic
from typing import Any

from fastapi import Request
from fastapi.sse import ServerSentEvent

from callcenter.web.pages import fill, language_of
from callcenter.web.services import Services
from callcenter.web.sessions import COOKIE, find_session

#: How long somebody signed out elsewhere may still see an open page move.
CHECK_EVERY_S = 10


async def push(
    request: Request, services: Services, parts: AsyncGenerator[tuple[int, str]]
) -> AsyncGenerator[ServerSentEvent]:
    """Send these parts of a page, each with its id, while the session lasts."""
    checked = monotonic()
    async with aclosing(parts) as stream:
        async for number, html in stream:
            if services.stopping.is_set():
                return
            if monotonic() - checked > CHECK_EVERY_S:
                checked = monotonic()
                if await find_session(services.redis, request.cookies.get(COOKIE, ""), touch=False) is None:
                    return
            yield ServerSentEvent(raw_data=html, id=str(number))


async def every(
    request: Request,
    services: Services,
    template: str,
    seen: Callable[[], Awaitable[dict[str, Any]]],
    *,
    seconds: float = 2.0,
) -> AsyncGenerator[tuple[int, str]]:
    """A part of a page, filled anew every so many seconds with what is seen then; `seen` gives its time as `at`."""
    language = language_of(request)
    while True:
        context = await seen()
        yield context["at"], fill(template, centre=services.centre, language=language, **context)
        await asyncio.sleep(seconds)
