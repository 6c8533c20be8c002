"""What the Redis clients owe their callers beside answers."""

from __future__ import annotations

import asyncio

import pytest

from callcenter.redis import command_client

pytestmark = pytest.mark.integration


async def test_a_task_that_asks_redis_again_and_again_ends_when_it_is_cancelled(redis_url: str) -> None:
    """Whatever it does at that moment; before Python 3.12 writing could swallow it."""
    redis = command_client(redis_url)
    over, answered, went_on = False, 0, 0

    async def ask() -> None:
        nonlocal answered
        while not over:
            await redis.ping()
            answered += 1

    async with asyncio.TaskGroup() as tasks:
        for turns in range(200):
            task = tasks.create_task(ask())
            for _ in range(10 + turns % 40):
                await asyncio.sleep(0)
            before = answered
            task.cancel()
            # Who is answered after that has not heard it.
            while not task.done() and answered == before:  # noqa: ASYNC110 (turns of the loop, no time)
                await asyncio.sleep(0)
            went_on += not task.done()
        over = True
    await redis.aclose()
    assert went_on == 0
