"""Brings the town to life: customers phone in at a rate, simulated agents stay on duty."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from random import Random

import structlog

from callcenter.centre import Centre
from callcenter.settings import Settings
from callcenter.town.customers import any_visit, gaps
from callcenter.town.exchange import Exchange, TownError

#: Each simulated agent says so often that it is ready, which ends a pause after an unanswered call.
_DUTY_EVERY_S = 60.0
#: Customers on the line at once, for each agent; who would phone beyond that stays away.
_CUSTOMERS_PER_AGENT = 4
_log = structlog.get_logger(__name__)


async def run_town(
    exchange: Exchange, settings: Settings, centre: Centre, *, agents: Sequence[str], per_minute: float, random: Random
) -> None:
    """Run until cancelled; then the simulated agents log out and the town's Asterisk ends.

    Raises `TownError`: the town cannot start, or its Asterisk ended by itself.
    """
    async with exchange.running(settings, agents) as process:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_watch(process))
                group.create_task(_duty(exchange, agents))
                group.create_task(
                    _arrivals(exchange, centre, per_minute, max(4, _CUSTOMERS_PER_AGENT * len(agents)), random)
                )
        except* TownError as errors:
            raise errors.exceptions[0] from None
        finally:
            if process.poll() is None:
                await exchange.send_home(agents)


async def _watch(process: subprocess.Popen[bytes]) -> None:
    while (code := process.poll()) is None:  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.5)
    raise TownError(f"The town's Asterisk ended with {code}.")


async def _duty(exchange: Exchange, agents: Sequence[str]) -> None:
    while True:
        for agent in agents:
            exchange.report_for_duty(agent)
        await asyncio.sleep(_DUTY_EVERY_S)


async def _arrivals(exchange: Exchange, centre: Centre, per_minute: float, most: int, random: Random) -> None:
    for gap in gaps(random, per_minute, at_once=most // 8):
        await asyncio.sleep(gap)
        if exchange.customers_on_the_line < most:
            exchange.phone_in(any_visit(random, centre))
        else:
            _log.info("town.full", customers=most)
