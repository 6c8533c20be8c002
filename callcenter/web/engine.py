"""What pages ask of the controller and read from it, by the keys of docs/architecture.md."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from callcenter.wishes import LISTEN, PEAK

#: How long a page waits for the controller's answer to a command.
PATIENCE_S = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The controller's answer to a command. `error` is a slug; `no_reply` means that the controller said nothing."""

    ok: bool
    error: str | None = None


def now_ms() -> int:
    """The server's clock, epoch ms."""
    return time.time_ns() // 1_000_000


async def read_json(redis: Redis, *keys: str) -> list[dict[str, Any] | None]:
    """The JSON objects under these keys, None where there is none."""
    return [orjson.loads(raw) if raw is not None else None for raw in await redis.mget(keys)]


async def command(redis: Redis, blocking: Redis, *, agent: str, verb: str, reason: str = "") -> Reply:
    """Ask the controller to log an agent in or out, make ready or pause; waits for its answer."""
    return await _ask(redis, blocking, {"agent": agent, "verb": verb, "reason": reason})


async def move(redis: Redis, blocking: Redis, *, agent: str, verb: str, reason: str, by: str) -> Reply:
    """Ask the controller to log the agent out, make ready or pause, as this supervisor wishes; waits for its answer."""
    return await _ask(redis, blocking, {"agent": agent, "verb": verb, "reason": reason, "by": by})


async def order(redis: Redis, blocking: Redis, *, call: str, verb: str, by: str, **more: str | int) -> Reply:
    """Ask the controller for something about a callback, by a `callcenter.wishes` verb; waits for its answer."""
    return await _ask(redis, blocking, {"agent": "", "verb": verb, "call": call, "by": by, **more})


async def listen(redis: Redis, blocking: Redis, *, agent: str, by: str) -> Reply:
    """Ask the controller to ring the phone of this log-in, to listen to the agent."""
    return await _ask(redis, blocking, {"agent": agent, "verb": LISTEN, "by": by})


async def call_up(redis: Redis, blocking: Redis, *, call: bool, by: str) -> Reply:
    """Ask the controller to call up peak-time agents, or to ask nobody any more."""
    verb = next(verb for verb, calls in PEAK.items() if calls is call)
    return await _ask(redis, blocking, {"agent": "", "verb": verb, "by": by})


async def _ask(redis: Redis, blocking: Redis, fields: Mapping[str, str | int]) -> Reply:
    asked = uuid.uuid4().hex
    await redis.xadd(
        "cc:commands", dict[Any, Any]({"id": asked, **fields, "at": now_ms()}), maxlen=1000, approximate=True
    )
    answered = await blocking.blpop([f"cc:reply:{asked}"], timeout=PATIENCE_S)
    if answered is None:
        return Reply(ok=False, error="no_reply")
    said = orjson.loads(answered[1])
    return Reply(ok=said["ok"], error=said.get("error"))
