"""What the pages stand on, opened when the web process starts and closed when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import structlog
from aiohttp import ClientSession
from fastapi import Request
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter.call_up.push import Push
from callcenter.call_up.sender import CallUpSender
from callcenter.call_up.sms import Sms
from callcenter.call_up.vapid import ensure_key, public_key
from callcenter.centre import Centre, load_centre
from callcenter.config.announcement import Announcement, follow
from callcenter.config.versions import stamp_of
from callcenter.journal import JournalWriter
from callcenter.marks import mirror_marks
from callcenter.redis import blocking_client, command_client
from callcenter.redis_pipe import RedisPipe
from callcenter.settings import Settings
from callcenter.store.engine import Sessions, open_engine, sessions
from callcenter.web.engine import now_ms
from callcenter.web.live import AgentFeed, BoardFeed
from callcenter.web.work import WorkFeed

log = structlog.get_logger(__name__)


@dataclass(kw_only=True, slots=True)
class Services:
    """Everything that a page may use."""

    settings: Settings
    #: Another one as soon as another version of its file is in force.
    centre: Centre
    #: Commands that answer at once.
    redis: Redis
    #: Commands that wait.
    blocking: Redis
    sessions: Sessions
    journal: JournalWriter
    board: BoardFeed
    agents: AgentFeed
    #: What agents' browsers subscribe to call-ups with, base64url.
    push_key: str
    work: WorkFeed
    #: The process is about to end: streams end themselves.
    stopping: asyncio.Event


def services_of(request: Request) -> Services:
    """The services of the application that serves this request."""
    return cast(Services, request.app.state.services)


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything, run the live feeds meanwhile. Raises `CentreError` for a wrong centre file."""
    known = stamp_of(settings.centre)
    centre = load_centre(settings.centre)
    redis, blocking = command_client(settings.redis_url), blocking_client(settings.redis_url)
    engine = open_engine(settings.database_url)
    made = sessions(engine)
    work = WorkFeed(redis, made)
    board = BoardFeed(redis, made, centre, work)
    agents = AgentFeed(blocking)
    pipe = RedisPipe(settings.redis_url)
    journal = JournalWriter(pipe)
    key = ensure_key(settings.data)
    try:
        try:
            await mirror_marks(redis, made, now_ms())
        except (RedisError, SQLAlchemyError, OSError) as error:
            # The worker's job does it later; pages are served meanwhile.
            log.warning("marks.not_mirrored", error=type(error).__name__)
        async with ClientSession() as http, asyncio.TaskGroup() as tasks:
            sender = CallUpSender(redis, made, centre, Push(settings, key, http), Sms(settings, http))
            running = [tasks.create_task(feed.run()) for feed in (board, agents, journal, sender)]
            services = Services(
                settings=settings,
                centre=centre,
                redis=redis,
                blocking=blocking,
                sessions=made,
                journal=journal,
                board=board,
                agents=agents,
                push_key=public_key(key),
                work=work,
                stopping=asyncio.Event(),
            )

            async def use(_: Announcement, described: Centre) -> None:
                services.centre = board.centre = sender.centre = described

            running.append(tasks.create_task(follow(blocking, settings.centre, known, use)))
            yield services
            for task in running:
                task.cancel()
    finally:
        pipe.close()
        await redis.aclose()
        await blocking.aclose()
        await engine.dispose()
