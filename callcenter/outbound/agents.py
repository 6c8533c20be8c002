"""The agents as the controller tells of them, and what the dialler asks of the controller (docs/architecture.md)."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callcenter.agents.presence import State
from callcenter.calls.call import campaign_of
from callcenter.redis import new_entries
from callcenter.wishes import AGENTS

#: What an agent is shown before dialling; the page reads it.
PREVIEW = "cc:preview:"
#: What agents press about it.
WISHES = "cc:preview"
#: Whatever is shown or told is repeated every second, and forgotten so soon when it is not.
FORGET_S = 5

log = structlog.get_logger()


class Standing(StrEnum):
    """What an agent is for a campaign."""

    #: Kept free for it.
    FREE = "free"
    #: Rung for one of its customers, speaking, or writing up.
    OURS = "ours"
    #: Ready, and there for callers: has time to look at a contact.
    READY = "ready"
    AWAY = "away"


def standing(agent: Mapping[str, Any], campaign: int, groups: Iterable[str]) -> Standing:
    """What this agent (JSON of docs/architecture.md) is for a campaign that works with these groups."""
    call = agent["call"]
    if call is not None and campaign_of(call["id"]) == campaign:
        return Standing.OURS
    if agent["state"] != State.READY or not agent["registered"]:
        return Standing.AWAY
    if (reserved := agent.get("reserved")) is not None:
        return Standing.FREE if reserved == campaign else Standing.AWAY
    return Standing.READY if set(agent["groups"]) & set(groups) and not agent["peak"] else Standing.AWAY


class Agents:
    """Follows every agent; `changed` hears of each change, `pressed` of what agents press about contacts shown."""

    def __init__(
        self, redis: Redis, patient: Redis, changed: Callable[[str], None], pressed: Callable[[str, str], None]
    ) -> None:
        """`redis`: a command client, `patient`: a blocking one; `pressed` gets the agent and dial or skip."""
        self._redis, self._patient = redis, patient
        self._changed = changed
        self._pressed = pressed
        self.states: dict[str, Mapping[str, Any]] = {}

    async def run(self, known: Iterable[str]) -> None:
        """Follow them until cancelled; `known`: the agents of the centre."""
        keys = [f"cc:agent:{agent}" for agent in known]
        while True:
            try:
                async with self._patient.pubsub(ignore_subscribe_messages=True) as news:
                    await news.subscribe("cc:agents")
                    for raw in await self._redis.mget(keys) if keys else ():
                        if raw:
                            self._heard(raw)
                    async for message in news.listen():
                        self._heard(message["data"])
            except (RedisError, OSError) as error:
                log.warning("agents.channel_lost", error=type(error).__name__)
                await asyncio.sleep(1)

    async def listen(self) -> None:
        """Hear what agents press, until cancelled; what was pressed while nobody listened is forgotten."""
        async for pressed in new_entries(self._patient, WISHES):
            self._pressed(pressed["agent"], pressed["verb"])

    def _heard(self, raw: bytes | str) -> None:
        state = orjson.loads(raw)
        self.states[state["id"]] = state
        self._changed(state["id"])

    async def want(self, campaign: int, groups: Iterable[str], most: int, named: Iterable[str]) -> None:
        """Tell the controller how many agents the campaign can use now."""
        words: dict[Any, Any] = {
            "id": uuid.uuid4().hex, "agent": "", "verb": AGENTS, "campaign": campaign, "groups": " ".join(groups),
            "most": most, "named": " ".join(named),
        }  # fmt: skip
        with contextlib.suppress(RedisError):
            seconds, micros = await self._redis.time()
            words["at"] = seconds * 1000 + micros // 1000
            await self._redis.xadd("cc:commands", words, maxlen=1000, approximate=True)

    async def show(self, agent: str, campaign: int, contact: int | None) -> None:
        """Let the agent's page show this contact; None: none any more."""
        with contextlib.suppress(RedisError):
            if contact is None:
                await self._redis.delete(PREVIEW + agent)
            else:
                shown = orjson.dumps({"campaign": campaign, "contact": contact})
                await self._redis.set(PREVIEW + agent, shown, ex=FORGET_S)
