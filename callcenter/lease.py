"""That only one process of a kind works at a time: a key in Redis that its holder renews."""

from __future__ import annotations

import asyncio
import contextlib
import uuid

from redis.asyncio import Redis
from redis.exceptions import RedisError

_LASTS_MS = 2000

#: Renew the lease if it is still ours or nobody's; 0 when another holds it.
_RENEW = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""


class LeaseLost(Exception):
    """Another process took over; this one must not go on."""


class Lease:
    """One process's claim to a key."""

    def __init__(self, redis: Redis, key: str) -> None:
        self._redis = redis
        self._key = key
        self._token = uuid.uuid4().hex

    async def take(self) -> None:
        """Return once nobody else holds it."""
        while True:
            with contextlib.suppress(RedisError):
                if await self._redis.set(self._key, self._token, nx=True, px=_LASTS_MS):
                    return
            await asyncio.sleep(0.2)

    async def keep(self) -> None:
        """Renew it until cancelled. Raises `LeaseLost`."""
        while True:
            # Without Redis nobody else can take it either, so the work goes on.
            with contextlib.suppress(RedisError):
                if not await self._redis.eval(_RENEW, 1, self._key, self._token, _LASTS_MS):
                    raise LeaseLost
            await asyncio.sleep(_LASTS_MS / 4000)
