"""How the processes learn of a new version of the centre's file: a key that stays, and a message that wakes.

Whoever follows takes the file only when it is exactly what was announced, so that a file that somebody edits in place
counts from the next start on and never half-way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callcenter.centre import Centre, read_centre
from callcenter.config.versions import stamp

KEY = "cc:config"
_LOOK_S = 0.1

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Announcement:
    """A version that is in force from now on."""

    number: int
    stamp: str
    #: The stamp of the version before: whoever does not know it has missed one.
    before: str
    by: str
    why: str
    #: Modules of Asterisk whose files were written anew.
    modules: tuple[str, ...]


async def announce(redis: Redis, news: Announcement, patience_s: float) -> bool:
    """Tell the processes; whether the controller says within so many seconds that it works by this version.

    Raises `RedisError` while Redis is away.
    """
    message = orjson.dumps(asdict(news))
    await redis.set(KEY, message)
    await redis.publish(KEY, message)
    for _ in range(int(patience_s / _LOOK_S)):
        state = await redis.get("cc:controller")
        if state is None:
            return False
        if orjson.loads(state).get("config") == news.stamp:
            return True
        await asyncio.sleep(_LOOK_S)
    return False


async def follow(
    blocking: Redis, file: Path, known: str, use: Callable[[Announcement, Centre], Awaitable[None]]
) -> None:
    """Give every further version to `use`; looks at each (re)connection too. Runs until cancelled.

    `known`: the stamp of the text that the process works by. `blocking`: a client that may wait.
    """
    while True:
        try:
            async with blocking.pubsub(ignore_subscribe_messages=True) as pubsub:
                await pubsub.subscribe(KEY)
                known = await _look(await blocking.get(KEY), file, known, use)
                async for message in pubsub.listen():
                    known = await _look(message["data"], file, known, use)
        except (RedisError, OSError) as error:
            log.warning("config.channel_lost", error=type(error).__name__)
            await asyncio.sleep(1)


async def _look(message: Any, file: Path, known: str, use: Callable[[Announcement, Centre], Awaitable[None]]) -> str:
    if message is None:
        return known
    told = orjson.loads(message)
    news = Announcement(**{**told, "modules": tuple(told["modules"])})
    if news.stamp == known:
        return known
    text = await asyncio.to_thread(file.read_text, "utf-8")
    if stamp(text) != news.stamp:
        log.info("config.other_file", version=news.number)
        return known
    centre, _ = await asyncio.to_thread(read_centre, text)
    if centre is None:
        log.error("config.unreadable", version=news.number)
        return known
    await use(news, centre)
    return news.stamp
