"""Server-sent events: a stream ends when its viewer's session does, or the process."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from time import monotonic

from fastapi import Request
from fastapi.sse import ServerSentEvent

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
