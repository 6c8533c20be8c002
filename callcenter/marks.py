"""Marked numbers: SQL is the truth, Redis the copy that the controller reads while a greeting plays."""

from __future__ import annotations

from redis.asyncio import Redis

from callcenter.callers import marked_numbers, remember_mark
from callcenter.store.engine import Sessions
from callcenter.store.marked_numbers import MarkedNumbers


async def mirror_marks(redis: Redis, sessions: Sessions, now: int) -> int:
    """Make the copy equal to the marks that count now: an empty Redis heals, ended marks go. How many it changed."""
    # Redis first: a mark is written to SQL before Redis, so that one found in Redis and not in SQL is over indeed.
    before = await marked_numbers(redis)
    async with sessions() as session:
        wanted = {row.number: row.mark for row in await MarkedNumbers(session).current(now)}
    changed = 0
    for number in before.keys() | wanted.keys():
        mark = wanted.get(number)
        if before.get(number) != mark:
            await remember_mark(redis, number, mark)
            changed += 1
    return changed
