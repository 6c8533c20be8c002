"""Two Redis clients, because one time-out cannot serve both kinds of command.

redis-py 8 gives every read five seconds and repeats silently: a `BLPOP` or `XREAD` that blocks for longer never
returns. So commands go through one client that gives up soon, and waiting reads through another that never does. What
every call needs goes through neither: see `callcenter/redis_pipe.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from redis.asyncio import Connection, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

#: One more try mends a connection that the server closed while idle; a longer series would hide that Redis is away.
_TRIES_AGAIN = 1
#: Each viewer of a live page holds one; the default of 100 turned the others away.
_MOST = 2000


class _Cancellable(Connection):
    """One that hears every cancellation.

    It writes through `asyncio.wait_for`, which before Python 3.12 forgets a cancellation that comes as the writing
    ends (https://github.com/python/cpython/issues/86296): a process that was told to stop went on.
    """

    async def send_packed_command(self, *args: Any, **kwargs: Any) -> None:
        """Write a command; see `redis.asyncio.Connection`."""
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        await super().send_packed_command(*args, **kwargs)
        if task and task.cancelling() > before:
            await self.disconnect(nowait=True)
            raise asyncio.CancelledError


def command_client(url: str) -> Redis:
    """For commands that answer at once: raises `redis.exceptions.RedisError` within seconds while Redis is away."""
    return Redis.from_url(
        url,
        connection_class=_Cancellable,
        socket_timeout=2,
        max_connections=_MOST,
        socket_connect_timeout=2,
        health_check_interval=15,
        retry=Retry(NoBackoff(), _TRIES_AGAIN),
    )


def blocking_client(url: str) -> Redis:
    """For reads that wait as long as their own `BLOCK` says, and for subscriptions."""
    return Redis.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=2,
        max_connections=_MOST,
        retry=Retry(NoBackoff(), _TRIES_AGAIN),
    )


async def new_entries(blocking: Redis, stream: str) -> AsyncGenerator[dict[str, str]]:
    """What is added to a stream from now on, through a blocking client; what came while nobody read is forgotten, and
    while Redis is away nothing comes.
    """
    last: Any = "$"
    while True:
        try:
            answer: Any = await blocking.xread({stream: last}, block=5000)
        except RedisError:
            await asyncio.sleep(1)
            continue
        for _, messages in answer or ():
            for number, fields in messages:
                last = number
                yield {key.decode(): value.decode() for key, value in fields.items()}
