"""The journal with a real Redis, taken away and given back."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from os import kill
from pathlib import Path

import pytest
from redis import Redis

from callcenter.calls.journal import Entry, Kind
from callcenter.embedded_redis import EmbeddedRedisError, embedded_redis
from callcenter.journal import OPEN, STREAM, JournalWriter, decode, read_open
from callcenter.redis import blocking_client, command_client
from callcenter.redis_pipe import RedisPipe
from tests.integration.servers import free_port

pytestmark = pytest.mark.integration


def entry(n: int, kind: Kind = Kind.QUEUED, call: str | None = "cc-1.1") -> Entry:
    return Entry(key=f"{call}:{kind}:{n}", kind=kind, at=n, call=call, agent="1001", data={"n": n, "이름": [1.5, None]})


@asynccontextmanager
async def writing(url: str) -> AsyncIterator[JournalWriter]:
    redis = RedisPipe(url)
    writer = JournalWriter(redis)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(writer.run())
        yield writer
        running.cancel()
    redis.close()


def stream(url: str) -> list[Entry]:
    with Redis.from_url(url) as redis:
        return [decode(fields) for _, fields in redis.xrange(STREAM)]


async def test_entries_arrive_whole_and_in_order(redis_url: str) -> None:
    entries = [entry(n) for n in range(1200)] + [Entry(key="a", kind=Kind.LOGGED_IN, at=1, agent="1001")]
    async with writing(redis_url) as writer:
        writer.append(entries)
        await asyncio.wait_for(writer.flush(), 20)
        assert (writer.waiting, writer.lost) == (0, 0)
    assert stream(redis_url) == entries


async def test_a_call_is_open_from_its_entrance_until_its_end_and_can_be_read_again(redis_url: str) -> None:
    def story(call: str, *kinds: Kind) -> list[Entry]:
        return [entry(n, kind, call) for n, kind in enumerate(kinds)]

    over = story("cc-1.1", Kind.ENTERED, Kind.QUEUED, Kind.ENDED)
    lasts = story("cc-1.2", Kind.ENTERED, Kind.IDENTIFIED, Kind.QUEUED)
    async with writing(redis_url) as writer:
        writer.append([*over[:1], *lasts[:1], *over[1:], *lasts[1:], *lasts[:1]])
        await asyncio.wait_for(writer.flush(), 20)
    redis = command_client(redis_url)
    assert await read_open(redis) == lasts
    assert await redis.hlen(OPEN) == 1
    await redis.aclose()


async def test_while_redis_is_away_nobody_waits_and_nothing_is_lost(tmp_path: Path) -> None:
    url, folder = f"redis://127.0.0.1:{free_port()}/0", tmp_path / "redis"
    with embedded_redis(url, folder) as server:
        async with writing(url) as writer:
            writer.append([entry(1)])
            await asyncio.wait_for(writer.flush(), 20)
            kill(server, signal.SIGKILL)
            writer.append([entry(2), entry(3)])
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(writer.flush(), 0.5)
            assert writer.waiting == 2
            while True:  # the port is free once the killed server is gone
                try:
                    with embedded_redis(url, folder):
                        await asyncio.wait_for(writer.flush(), 20)
                        assert [e.at for e in stream(url)] == [1, 2, 3]
                    break
                except EmbeddedRedisError:
                    await asyncio.sleep(0.05)


async def test_a_blocking_client_waits_longer_than_commands_may(redis_url: str) -> None:
    redis = blocking_client(redis_url)
    assert await asyncio.wait_for(redis.blpop(["nothing"], timeout=6), 20) is None
    await redis.aclose()


def test_a_taken_port_is_named_with_what_to_do(redis_url: str, tmp_path: Path) -> None:
    port = redis_url.rpartition(":")[2].partition("/")[0]
    told = pytest.raises(EmbeddedRedisError, match=rf"port {port} .* CALLCENTER_REDIS_URL")
    with told, embedded_redis(redis_url, tmp_path):
        pass


def test_the_server_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    port = free_port()
    program = (
        "from pathlib import Path; from callcenter.embedded_redis import embedded_redis\n"
        f"with embedded_redis('redis://127.0.0.1:{port}/0', Path({str(tmp_path)!r})) as pid:\n"
        "    print(pid, flush=True); input()"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert parent.stdout
    server = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    for _ in range(200):
        status = Path(f"/proc/{server}/status")
        if not status.exists() or "\nState:\tZ" in status.read_text():
            return
        subprocess.run(["sleep", "0.05"], check=True)
    pytest.fail("the server still runs")
