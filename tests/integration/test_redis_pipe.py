"""The pipe to Redis: many ask at once, each gets its own answer, and none waits for ever."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvloop
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from callcenter.embedded_redis import embedded_redis
from callcenter.redis_pipe import RedisPipe
from tests.integration.servers import free_port

pytestmark = pytest.mark.integration

NewLoop = Callable[[], asyncio.AbstractEventLoop]


@pytest.mark.parametrize("new_loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_each_of_many_who_ask_at_once_gets_the_own_answers(redis_url: str, new_loop: NewLoop) -> None:
    async def asked() -> list[list[object]]:
        pipe = RedisPipe(redis_url)
        try:
            return await asyncio.gather(
                *(pipe.ask(*(("ECHO", f"{who}-{n}") for n in range(1 + who % 3))) for who in range(500))
            )
        finally:
            pipe.close()

    with asyncio.Runner(loop_factory=new_loop) as runner:
        answers = runner.run(asked())
    assert answers == [[f"{who}-{n}".encode() for n in range(1 + who % 3)] for who in range(500)]


async def test_a_refused_command_is_its_askers_alone(redis_url: str) -> None:
    pipe = RedisPipe(redis_url)
    before, refused, after = await asyncio.gather(
        pipe.ask(("SET", "a", 1)),
        pipe.ask(("INCR", "a"), ("HGETALL", "a"), ("INCR", "a")),
        pipe.ask(("HSET", "h", "field", b"\xff"), ("HGETALL", "h"), ("GET", "a"), ("GET", "nothing")),
        return_exceptions=True,
    )
    assert before == [b"OK"]
    assert isinstance(refused, ResponseError)
    assert after == [1, [b"field", b"\xff"], b"3", None]
    assert await pipe.ask() == []
    pipe.close()


async def test_who_is_cancelled_leaves_the_others_their_answers(redis_url: str) -> None:
    pipe = RedisPipe(redis_url)
    await pipe.ask(("PING",))
    async with asyncio.TaskGroup() as tasks:
        first, second = (tasks.create_task(pipe.ask(("ECHO", word))) for word in ("first", "second"))
        await asyncio.sleep(0)
        first.cancel()
    assert (first.cancelled(), second.result()) == (True, [b"second"])
    pipe.close()


async def test_a_silent_or_lost_redis_is_told_and_the_next_question_finds_it_again(tmp_path: Path) -> None:
    url = f"redis://127.0.0.1:{free_port()}/0"
    pipe = RedisPipe(url)
    with embedded_redis(url, tmp_path) as server:
        first = await pipe.ask(("CLIENT", "ID"))
        os.kill(server, signal.SIGSTOP)
        both = await asyncio.gather(pipe.ask(("PING",)), pipe.ask(("PING",)), return_exceptions=True)
        assert all(isinstance(each, (RedisTimeoutError, RedisConnectionError)) for each in both)
        os.kill(server, signal.SIGCONT)
        second = await pipe.ask(("CLIENT", "ID"))
        assert second != first
        with Redis.from_url(url) as other:
            async with asyncio.TaskGroup() as tasks:
                asked = tasks.create_task(_trouble(pipe.ask(("BLPOP", "nothing", 1))))
                while not any(client["cmd"] == "blpop" for client in await asyncio.to_thread(other.client_list)):
                    pass
                other.client_kill_filter(_id=str(second[0]))
        assert isinstance(asked.result(), RedisConnectionError)
        assert await pipe.ask(("PING",)) == [b"PONG"]
    with pytest.raises(RedisConnectionError):
        await pipe.ask(("PING",))
    with embedded_redis(url, tmp_path):
        assert await pipe.ask(("PING",)) == [b"PONG"]
    pipe.close()


async def test_it_uses_the_password_and_the_database_of_its_address(redis_url: str) -> None:
    where = urlsplit(redis_url).netloc
    with Redis.from_url(redis_url) as client:
        client.acl_setuser("named", enabled=True, passwords=["+p@ss"], keys=["*"], commands=["+@all"])
    pipe = RedisPipe(f"redis://named:p%40ss@{where}/3")
    assert await pipe.ask(("ACL", "WHOAMI"), ("SET", "here", 1)) == [b"named", b"OK"]
    with Redis.from_url(f"redis://{where}/3") as third:
        assert third.get("here") == b"1"
        third.acl_deluser("named")
    pipe.close()
    with pytest.raises(ResponseError):
        await RedisPipe(f"redis://named:wrong@{where}/3").ask(("PING",))


async def _trouble(asked: Awaitable[object]) -> Exception | None:
    try:
        await asked
    except RedisError as error:
        return error
    return None
