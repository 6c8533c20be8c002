"""One connection to Redis on which many ask at once: what is asked in one turn of the event loop leaves in one write,
and answers come back in its order.

redis-py lends each pipeline a connection, and runs a dozen coroutines and two timers for it: a quarter of what a call
cost the controller (docs/guide-bench.md). Parsing and packing are hiredis', as there.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any, cast

import hiredis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

#: Redis answers in well under a millisecond; one that is silent this long is gone.
_ANSWER_S = 2.0

Command = tuple[str | bytes | int, ...]


class RedisPipe:
    """Commands that answer at once; connects when first asked, and again after a loss."""

    def __init__(self, url: str) -> None:
        """`url`: as redis-py reads it, `redis://`, `rediss://` (checked by the system's authorities) or `unix://`."""
        self._where: dict[str, Any] = dict(parse_url(url))
        self._link: _Link | None = None
        self._connecting = asyncio.Lock()

    async def ask(self, *commands: Command) -> list[Any]:
        """The answer to each; bytes are not decoded, and a hash is a list of its fields and values in turn.

        Raises `redis.exceptions.RedisError`: Redis is away, silent, or refused one of them. What it carried out before
        stays carried out.
        """
        if not commands:
            return []
        try:
            async with asyncio.timeout(_ANSWER_S):
                link = self._link
                if link is None or link.lost:
                    link = await self._connected()
                return await link.ask(commands)
        except TimeoutError as error:
            self.close()
            raise RedisTimeoutError("no answer") from error

    def close(self) -> None:
        """Let the connection go; whoever waits for an answer is told that there is none."""
        if self._link is not None:
            self._link.abort()

    async def _connected(self) -> _Link:
        async with self._connecting:
            if self._link is None or self._link.lost:
                self._link = await self._connect()
            return self._link

    async def _connect(self) -> _Link:
        loop, where = asyncio.get_running_loop(), self._where
        try:
            if path := where.get("path"):
                _, link = await loop.create_unix_connection(_Link, path)
            else:
                tls = True if where.get("connection_class") is SSLConnection else None
                host, port = where.get("host", "localhost"), where.get("port", 6379)
                _, link = await loop.create_connection(_Link, host, port, ssl=tls)
        except OSError as error:
            raise RedisConnectionError(type(error).__name__) from error
        greeting: list[Command] = []
        if password := where.get("password"):
            greeting.append(("AUTH", *filter(None, [where.get("username")]), password))
        if database := where.get("db"):
            greeting.append(("SELECT", database))
        try:
            if greeting:
                await link.ask(greeting)
        except BaseException:
            link.abort()
            raise
        return link


class _Link(asyncio.Protocol):
    """One connection, from its opening to its loss."""

    def __init__(self) -> None:
        self.lost = False
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=ResponseError)
        self._out: list[bytes] = []
        #: Who waits: the future, how many answers it is owed, those that came.
        self._waiting: deque[tuple[asyncio.Future[list[Any]], int, list[Any]]] = deque()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are none of asyncio's by class.
        self._transport = cast(asyncio.Transport, transport)

    def ask(self, commands: Sequence[Command]) -> asyncio.Future[list[Any]]:
        answer: asyncio.Future[list[Any]] = self._loop.create_future()
        self._waiting.append((answer, len(commands), []))
        if not self._out:
            self._loop.call_soon(self._write)
        # Its stub says a tuple of one.
        self._out += (hiredis.pack_command(command) for command in commands)  # type: ignore[arg-type]
        return answer

    def _write(self) -> None:
        if not self.lost:
            self._transport.write(b"".join(self._out))
        self._out.clear()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            answer, owed, came = self._waiting[0]
            came.append(reply)
            if len(came) == owed:
                self._waiting.popleft()
                if not answer.done():
                    refused = next((reply for reply in came if isinstance(reply, ResponseError)), None)
                    if refused is None:
                        answer.set_result(came)
                    else:
                        answer.set_exception(refused)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        for answer, _, _ in self._waiting:
            if not answer.done():
                answer.set_exception(RedisConnectionError("connection lost"))
        self._waiting.clear()

    def abort(self) -> None:
        self.lost = True
        self._transport.abort()
