"""Guessing passwords is slowed: after five failures an account waits ten minutes."""

from __future__ import annotations

import hashlib

from redis.asyncio import Redis

FAILURES = 5
LOCKED_MINUTES = 10


def _key(login: str) -> str:
    return "cc:throttle:" + hashlib.sha256(login.casefold().encode()).hexdigest()


async def may_try(redis: Redis, login: str) -> bool:
    """Count an attempt; False when the account is locked.

    The attempt is counted before the password is checked, so that parallel guesses cannot slip past the limit.
    """
    async with redis.pipeline(transaction=True) as pipe:
        pipe.incr(_key(login))
        pipe.expire(_key(login), LOCKED_MINUTES * 60)
        attempts, _ = await pipe.execute()
    return int(attempts) <= FAILURES


async def forget_failures(redis: Redis, login: str) -> None:
    """The right password was given."""
    await redis.delete(_key(login))
