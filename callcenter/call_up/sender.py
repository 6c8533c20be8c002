"""Watches whom the controller asks to come on line, and tells those who are off line, each once a call-up.

It reads what the controller writes for the pages and owes the controller nothing: a gateway that hangs delays no call.
Any number of processes may run it. Whoever claims an agent's call-up in Redis tells that agent; a claim of a process
that died is free again after a minute, so that a message may rarely come twice but is never forgotten.
"""

from __future__ import annotations

import asyncio

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.exc import SQLAlchemyError

from callcenter.call_up.delivery import Delivery
from callcenter.call_up.push import GONE, Push
from callcenter.call_up.report import Report, add
from callcenter.call_up.sms import Sms
from callcenter.centre import Agent, Centre
from callcenter.store.engine import Sessions
from callcenter.store.subscriptions import Subscriptions
from callcenter.web.engine import read_json
from callcenter.web.words import LANGUAGES, phrase

_LOOK_EVERY_S = 1.0
_CLAIM_S = 60
#: No call-up lasts longer.
_TOLD_S = 24 * 3600
_AT_ONCE = 20

log = structlog.get_logger(__name__)


class CallUpSender:
    """Runs beside the pages."""

    def __init__(self, redis: Redis, sessions: Sessions, centre: Centre, push: Push, sms: Sms) -> None:
        self._redis = redis
        self._sessions = sessions
        #: By its present description.
        self.centre = centre
        self._push = push
        self._sms = sms

    async def run(self) -> None:
        """Look once a second until cancelled; while a store is away, try again."""
        while True:
            try:
                await self.look()
            except (RedisError, SQLAlchemyError, OSError) as error:
                log.warning("call_up.waiting", error=type(error).__name__)
            await asyncio.sleep(_LOOK_EVERY_S)

    async def look(self) -> None:
        """Tell everybody who is asked to come, is off line and was not told yet; returns when all were tried."""
        agents = {agent.id: agent for agent in self.centre.agent if agent.peak} if self.centre.peak else {}
        if not agents:
            return
        keys = [f"cc:agent:{agent}" for agent in agents]
        controller, *states = await read_json(self._redis, "cc:controller", *keys)
        if controller is None:
            # What was written last may be long out of date.
            return
        asked = [
            (state["id"], at)
            for state in states
            if state and state["state"] == "offline" and (at := state.get("called_up_at")) is not None
        ]
        turns = asyncio.Semaphore(_AT_ONCE)

        async def tell(agent: str, at: int) -> None:
            async with turns:
                # Claimed when its turn comes, so that no claim runs out before the message is sent.
                if await self._redis.set(_claim(agent, at), "", nx=True, ex=_CLAIM_S):
                    await self._tell(agents[agent], at)

        await asyncio.gather(*(tell(agent, at) for agent, at in asked))

    async def _tell(self, agent: Agent, at: int) -> None:
        pushed, texted = await asyncio.gather(self._by_push(agent), self._by_text(agent, at))
        failures = [found.told for found in pushed if not found.accepted and found.status not in GONE]
        report = Report(
            at=at,
            asked=1,
            pushed=int(any(found.accepted for found in pushed)),
            texted=int(texted is not None and texted.accepted),
            reached=int(any(found.accepted for found in [*pushed, *([texted] if texted else [])])),
            push_error=failures[0] if failures else "",
            text_error=texted.told if texted else "",
        )
        for channel, error in (("push", report.push_error), ("sms", report.text_error)):
            if error:
                log.warning("call_up.not_sent", channel=channel, agent=agent.id, error=error)
        await add(self._redis, report)
        await self._redis.set(_claim(agent.id, at), "", ex=_TOLD_S)

    async def _by_push(self, agent: Agent) -> list[Delivery]:
        async with self._sessions() as session:
            browsers = await Subscriptions(session).of(agent.id)
        found = await asyncio.gather(
            *(
                self._push.send(
                    browser, phrase(browser.language, "call_up.title"), phrase(browser.language, "call_up.body")
                )
                for browser in browsers
            )
        )
        gone = [browser for browser, became in zip(browsers, found, strict=True) if became.status in GONE]
        if gone:
            async with self._sessions.begin() as session:
                for browser in gone:
                    await Subscriptions(session).forget(browser.endpoint)
        return list(found)

    async def _by_text(self, agent: Agent, at: int) -> Delivery | None:
        if agent.mobile is None or not self._sms.configured:
            return None
        text = phrase(LANGUAGES[0], "call_up.text", centre=self.centre.name)
        return await self._sms.send(agent.mobile, text, ident=f"call-up-{at}-{agent.id}")


def _claim(agent: str, at: int) -> str:
    return f"cc:call-up:{at}:{agent}"
