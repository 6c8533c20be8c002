"""What the pages stand on, opened when the web process starts and closed when it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from fastapi import Request
from redis.asyncio import Redis

from callcenter.centre import Centre, load_centre
from callcenter.journal import JournalWriter
from callcenter.redis import blocking_client, command_client
from callcenter.settings import Settings
from callcenter.store.engine import Sessions, open_engine, sessions
from callcenter.web.live import AgentFeed, BoardFeed


@dataclass(frozen=True, kw_only=True, slots=True)
class Services:
    """Everything that a page may use."""

    settings: Settings
    centre: Centre
    #: Commands that answer at once.
    redis: Redis
    #: Commands that wait.
    blocking: Redis
    sessions: Sessions
    journal: JournalWriter
    board: BoardFeed
    agents: AgentFeed
    #: The process is about to end: streams end themselves.
    stopping: asyncio.Event


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    return cast(Services, request.app.state.services)


def now_ms() -> int:
    """The present as epoch milliseconds."""
    return time.time_ns() // 1_000_000


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything, run the live feeds meanwhile. Raises `CentreError` for a wrong centre file."""
    centre = load_centre(settings.centre)
    redis, blocking = command_client(settings.redis_url), blocking_client(settings.redis_url)
    engine = open_engine(settings.database_url)
    made = sessions(engine)
    board = BoardFeed(redis, made, centre)
    agents = AgentFeed(blocking)
    journal = JournalWriter(redis)
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(feed.run()) for feed in (board, agents, journal)]
            yield Services(
                settings=settings,
                centre=centre,
                redis=redis,
                blocking=blocking,
                sessions=made,
                journal=journal,
                board=board,
                agents=agents,
                stopping=asyncio.Event(),
            )
            for task in running:
                task.cancel()
    finally:
        await redis.aclose()
        await blocking.aclose()
        await engine.dispose()
