"""What became of the last call-up's messages, in Redis for the supervisor to see."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any, cast

from redis.asyncio import Redis

_LAST = "cc:call-up:last"
_KEPT_S = 7 * 24 * 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """Sums over the agents who were told so far."""

    #: When the controller called them up, epoch ms.
    at: int
    #: Off line and asked to come; of these told by Web Push, by text message, by either.
    asked: int = 0
    pushed: int = 0
    texted: int = 0
    reached: int = 0
    #: The last failure of each, as a slug of `delivery.Delivery.told`; empty for none.
    push_error: str = ""
    text_error: str = ""


async def add(redis: Redis, report: Report) -> None:
    """Count one more agent."""
    key = f"cc:call-up:{report.at}"
    pipeline = redis.pipeline(transaction=True)
    for name, value in asdict(report).items():
        if isinstance(value, str):
            if value:
                pipeline.hset(key, name, value)
        elif name != "at":
            pipeline.hincrby(key, name, value)
    pipeline.expire(key, _KEPT_S)
    pipeline.set(_LAST, report.at, ex=_KEPT_S)
    await pipeline.execute()


async def last(redis: Redis) -> Report | None:
    """The latest call-up's; None when there was none for a week."""
    at = await redis.get(_LAST)
    if at is None:
        return None
    found = cast(dict[bytes, bytes], await cast(Any, redis.hgetall(f"cc:call-up:{int(at)}")))
    told = {name.decode(): value.decode() for name, value in found.items()}
    values: dict[str, Any] = {
        field.name: told[field.name] if field.name.endswith("_error") else int(told[field.name])
        for field in fields(Report)
        if field.name in told
    }
    return Report(at=int(at), **values)
