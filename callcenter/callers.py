"""What is known of callers, in Redis: one hash a number, and one of all marks; read while the greeting plays.

Written by whoever learns it (pages: open cases and marks; ledger: the last call) and read by the controller, which must
not ask the database. A number's hash is forgotten when nothing was heard of it for three months; marks stay until
somebody takes them back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import cast

import structlog
from redis import Redis as Blocking
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callcenter.calls.callers import NOTHING, Known, Mark
from callcenter.redis_pipe import RedisPipe

_KEEP_S = 90 * 24 * 3600
_MARKS, _CASE, _LAST = "cc:marks", "case:", "last:"

log = structlog.get_logger()


def key(number: str) -> str:
    """Where this number's hash lies."""
    return f"cc:caller:{number}"


class LookUps:
    """Answers each question through `answer`, with nothing when Redis is away.

    What is asked while an answer is on its way is asked together.
    """

    def __init__(self, redis: RedisPipe, answer: Callable[[str, Known], None]) -> None:
        self._redis = redis
        self._answer = answer
        self._asked: list[tuple[str, str]] = []
        self._something = asyncio.Event()

    def ask(self, channel: str, number: str) -> None:
        """Have this number looked up soon, for this channel."""
        self._asked.append((channel, number))
        self._something.set()

    async def run(self) -> None:
        """Answer until cancelled."""
        while True:
            await self._something.wait()
            self._something.clear()
            asked, self._asked = self._asked, []
            try:
                questions = ((("HGET", _MARKS, number), ("HGETALL", key(number))) for _, number in asked)
                found = await self._redis.ask(*chain.from_iterable(questions))
            except RedisError as error:
                log.warning("callers.redis_away", error=type(error).__name__)
                found = [None, []] * len(asked)
            for n, (channel, _) in enumerate(asked):
                self._answer(channel, _known(found[2 * n], found[2 * n + 1]))


def _known(mark: bytes | None, fields: Sequence[bytes]) -> Known:
    if not fields and not mark:
        return NOTHING
    texts = {name.decode(): value.decode() for name, value in zip(fields[::2], fields[1::2], strict=True)}
    return Known(
        mark=Mark(mark.decode()) if mark else None,
        cases={name.removeprefix(_CASE): agent for name, agent in texts.items() if name.startswith(_CASE)},
        last={name.removeprefix(_LAST): int(at) for name, at in texts.items() if name.startswith(_LAST)},
    )


async def remember_case(redis: Redis, number: str, company: str, agent: str | None) -> None:
    """Who handles the customer's open case with the company; None: nobody, the case is closed."""
    if not number:
        return
    pipeline = redis.pipeline(transaction=False)
    if agent is None:
        pipeline.hdel(key(number), _CASE + company)
    else:
        pipeline.hset(key(number), _CASE + company, agent)
        pipeline.expire(key(number), _KEEP_S)
    await pipeline.execute()


async def remember_mark(redis: Redis, number: str, mark: Mark | None) -> None:
    """The number is treated so from its next call on; None: as any other."""
    if mark is None:
        await redis.hdel(_MARKS, number)
    else:
        await redis.hset(_MARKS, number, mark.value)


async def marked_numbers(redis: Redis) -> dict[str, Mark]:
    """Every mark that is remembered."""
    held = cast(dict[bytes, bytes], await redis.hgetall(_MARKS))
    return {number.decode(): Mark(mark.decode()) for number, mark in held.items()}


def remember_calls(redis: Blocking, calls: Iterable[tuple[str, str, int]]) -> None:
    """Number, company and end (epoch ms) of calls that are over."""
    pipeline = redis.pipeline(transaction=False)
    for number, company, ended_at in calls:
        pipeline.hset(key(number), _LAST + company, ended_at)
        pipeline.expire(key(number), _KEEP_S)
    pipeline.execute()
