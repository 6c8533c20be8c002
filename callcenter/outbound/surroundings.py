"""What campaigns depend on and do not decide: the line of callers, the engine, spoken prompts, the calendar."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import date
from typing import Any

import orjson
from redis.asyncio import Redis
from redis.exceptions import RedisError

from callcenter.asterisk.telephony import now_ms
from callcenter.calls.skills import skills
from callcenter.campaigns.pacing import Mode
from callcenter.centre import Centre
from callcenter.config.announcement import Announcement, follow
from callcenter.jobs.survey_prompts import enqueue_prompts
from callcenter.outbound.agents import FORGET_S
from callcenter.outbound.book import Work
from callcenter.outbound.inbound import Inbound, inbound_of
from callcenter.outbound.prompts import missing
from callcenter.public_holidays import free_days
from callcenter.settings import Settings
from callcenter.store.epoch import from_ms


class Surroundings:
    """Looked at once a second; without Redis nothing is known of the line, and the engine is taken to be away."""

    def __init__(self, centre: Centre, known: str, settings: Settings, redis: Redis) -> None:
        """`known`: the stamp of the centre's file."""
        self._centre, self._known, self._settings, self._redis = centre, known, settings, redis

    async def keep_up(self, patient: Redis) -> None:
        """Work by every further version of the centre's file, until cancelled. `patient`: a blocking client."""

        async def use(_: Announcement, described: Centre) -> None:
            self._centre = described

        await follow(patient, self._settings.centre, self._known, use)

    def holidays(self) -> frozenset[date]:
        """Of this year and the next."""
        year = from_ms(now_ms()).astimezone(self._centre.zone).year
        return free_days(self._centre, (year, year + 1))

    async def inbound(self) -> Inbound:
        """How the line stands."""
        with contextlib.suppress(RedisError):
            if raw := await self._redis.get("cc:board"):
                return inbound_of(raw, now_ms())
        return Inbound()

    def lines_of(self, work: Work) -> set[str]:
        """The groups whose callers the campaign's agents could serve; of the recorded voice's campaign all (none)."""
        if work.mode is Mode.AGENTLESS:
            return set()
        agents = [agent for agent in self._centre.agent if set(agent.groups) & set(work.groups)]
        return {skill.group for agent in agents for skill in skills(self._centre)[agent.id]}

    async def engine_lives(self) -> bool:
        """Whether there is somebody to whom customers can be handed over."""
        with contextlib.suppress(RedisError):
            if raw := await self._redis.get("cc:controller"):
                return bool(orjson.loads(raw)["ari"])
        return False

    async def hindrance(self, work: Work, *, engine_lives: bool) -> str | None:
        """Why a running campaign is not at work: unproven, prompts (which are asked for then) or engine_away."""
        if not work.proven:
            return "unproven"
        if work.mode is Mode.AGENTLESS:
            return None if await self._speakable(work) else "prompts"
        return None if engine_lives else "engine_away"

    async def _speakable(self, work: Work) -> bool:
        if not missing(self._settings.sounds, work.text, work.form):
            return True
        with contextlib.suppress(RedisError):
            await asyncio.to_thread(enqueue_prompts, self._settings.redis_url, work.form_id)
        return False

    async def publish(self, told: dict[str, Any]) -> None:
        """Tell the pages how campaigns and carrier stand (docs/architecture.md)."""
        with contextlib.suppress(RedisError):
            await self._redis.set("cc:outbound", orjson.dumps(told), ex=FORGET_S)
