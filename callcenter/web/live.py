"""Live push: computed once a second, whoever watches; nothing is computed while nobody does."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter.call_up.report import last
from callcenter.centre import Centre
from callcenter.store.engine import Sessions
from callcenter.store.figures import Figures, day_figures
from callcenter.store.scope import WholeCentre
from callcenter.store.span import day_span
from callcenter.web.board import SHORT_ABANDON_S, Board, compute_board
from callcenter.web.engine import now_ms, read_json
from callcenter.web.formats import from_ms
from callcenter.web.pages import fill
from callcenter.web.work import WorkFeed

log = structlog.get_logger(__name__)

#: The day's figures are asked of SQL at most this often.
DAY_FIGURES_S = 2.0


@dataclass(slots=True)
class Snapshot:
    """The board at one moment; rendered once for each language that somebody reads it in."""

    id: int
    board: Board
    centre: Centre
    _html: dict[str, str] = field(default_factory=dict)

    def html(self, language: str) -> str:
        """The inside of the board's page."""
        if language not in self._html:
            self._html[language] = fill(
                "supervisor/templates/board_live.html", centre=self.centre, language=language, board=self.board
            )
        return self._html[language]


class BoardFeed:
    """The live board for any number of viewers."""

    def __init__(self, redis: Redis, sessions: Sessions, centre: Centre, work: WorkFeed) -> None:
        self._redis = redis
        self._work = work
        self._sessions = sessions
        self.centre = centre
        self._viewers = 0
        self._watched = asyncio.Event()
        self._latest: Snapshot | None = None
        self._pushed = asyncio.Condition()
        #: The day's figures as last read, one row a company and group.
        self.day: list[Figures] = []
        self._day_read_at = float("-inf")
        self._day_ok = True

    async def run(self) -> None:
        """Compute while somebody watches; runs until cancelled."""
        while True:
            await self._watched.wait()
            started = asyncio.get_running_loop().time()
            board = await self.now()
            async with self._pushed:
                self._latest = Snapshot(board.at, board, self.centre)
                self._pushed.notify_all()
            await asyncio.sleep(max(0.05, started + 1 - asyncio.get_running_loop().time()))

    async def now(self) -> Board:
        """The board at this moment; a store that does not answer is told on it, never raised."""
        redis_ok = True
        live = controller = call_up = None
        try:
            live, controller = await read_json(self._redis, "cc:board", "cc:controller")
            if live and live.get("called_up"):
                call_up = await last(self._redis)
        except (RedisError, OSError) as error:
            redis_ok = False
            log.warning("board.live_unreadable", error=type(error).__name__)
        at = now_ms()
        day = await self._day_figures(from_ms(at))
        return compute_board(
            live,
            controller,
            day,
            at=at,
            groups=[group.id for group in self.centre.group],
            companies=[company.id for company in self.centre.company],
            database=self._day_ok,
            redis=redis_ok,
            call_up=call_up,
            work=await self._work.now(),
        )

    async def _day_figures(self, now: datetime) -> list[Figures]:
        clock = asyncio.get_running_loop().time()
        if clock - self._day_read_at < DAY_FIGURES_S:
            return self.day
        self._day_read_at = clock
        zone = self.centre.zone
        try:
            async with self._sessions() as session:
                self.day = await day_figures(
                    session,
                    WholeCentre(),
                    day_span(now.astimezone(zone).date(), zone),
                    in_time_s=self.centre.waiting.service_level_s,
                    short_s=SHORT_ABANDON_S,
                )
            self._day_ok = True
        except (SQLAlchemyError, OSError) as error:
            self._day_ok = False
            log.warning("board.day_unreadable", error=type(error).__name__)
        return self.day

    @contextmanager
    def _watching(self) -> Iterator[None]:
        self._viewers += 1
        self._watched.set()
        try:
            yield
        finally:
            self._viewers -= 1
            if not self._viewers:
                self._watched.clear()

    async def pages(self, language: str) -> AsyncGenerator[tuple[int, str]]:
        """The id and the page's inside of every snapshot from now on; a slow viewer misses some, never the newest."""
        seen = now_ms() - 2_000
        with self._watching():
            while True:
                snapshot = await self._newer_than(seen)
                seen = snapshot.id
                yield snapshot.id, snapshot.html(language)

    async def _newer_than(self, seen: int) -> Snapshot:
        async with self._pushed:
            while self._latest is None or self._latest.id <= seen:
                await self._pushed.wait()
            return self._latest


class AgentFeed:
    """Wakes the pages of an agent when something happens to that agent.

    The channel `cc:agents` wakes them; they read `cc:agent:<id>` now and then too, so that a lost message heals.
    """

    def __init__(self, blocking: Redis) -> None:
        self._blocking = blocking
        self._states: dict[str, dict[str, Any]] = {}
        self._numbers: Counter[str] = Counter()
        self._changed = asyncio.Condition()

    async def run(self) -> None:
        """Follow the channel; runs until cancelled."""
        while True:
            try:
                async with self._blocking.pubsub(ignore_subscribe_messages=True) as pubsub:
                    await pubsub.subscribe("cc:agents")
                    async for message in pubsub.listen():
                        state = orjson.loads(message["data"])
                        async with self._changed:
                            self._states[state["id"]] = state
                            self._numbers[state["id"]] += 1
                            self._changed.notify_all()
            except (RedisError, OSError) as error:
                log.warning("agents.channel_lost", error=type(error).__name__)
                await asyncio.sleep(1)

    async def changes(self, agent: str, *, every: float = 1.5) -> AsyncGenerator[dict[str, Any] | None]:
        """The agent's new state whenever it changes; None at once and whenever nothing came for so many seconds."""
        seen = self._numbers[agent]
        yield None
        while True:
            try:
                async with asyncio.timeout(every):
                    seen, state = await self._newer_than(agent, seen)
            except TimeoutError:
                yield None
            else:
                yield state

    async def _newer_than(self, agent: str, seen: int) -> tuple[int, dict[str, Any]]:
        async with self._changed:
            while self._numbers[agent] <= seen:
                await self._changed.wait()
            return self._numbers[agent], self._states[agent]
