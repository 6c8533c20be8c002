"""A supervisor listens to a conversation, whispers, joins in: who hears whom, with real phones."""

from __future__ import annotations

import asyncio

import pytest

from callcenter.redis import blocking_client, command_client
from callcenter.web.engine import Reply, listen
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, At, SwitchOn, ready
from tests.e2e.tones import expect_no_tone, expect_tone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180, func_only=True)]

CROWD = "07000000111"


async def asks(centre: Centre, by: str) -> Reply:
    """What the board does."""
    url = centre.settings.redis_url
    async with command_client(url) as redis, blocking_client(url) as blocking:
        return await listen(redis, blocking, agent="2001", by=by)


async def test_the_supervisor_hears_both_then_speaks_with_the_agent_alone_then_with_both(
    centre: Centre, at: At, switch_on: SwitchOn, now: int
) -> None:
    supervisor = await switch_on(centre.server, "1901", password=centre.password("1901"), hz=OTHER_HZ)
    customer = await at("customer1")
    async with ready(centre, at, "2001") as agent:
        assert (await asks(centre, "supervisor")).error == "nobody_talks"
        await customer.dial(CROWD)
        await agent.answers_call(20)
        await centre.agent("2001", "talking")
        assert (await asks(centre, "billing")).error == "no_phone"
        assert (await asks(centre, "supervisor")).ok
        await supervisor.answers_call(20)
        await asyncio.sleep(3)  # seconds of listening
        expect_tone(supervisor.heard, CUSTOMER_HZ, 1.5)
        expect_tone(supervisor.heard, AGENT_HZ, 1.5)
        expect_no_tone(agent.heard, OTHER_HZ)
        await supervisor.press("5")
        await asyncio.sleep(3)  # seconds of whispering
        expect_tone(agent.heard, OTHER_HZ, 1.5)
        expect_no_tone(customer.heard, OTHER_HZ)
        await supervisor.press("6")
        await asyncio.sleep(3)  # seconds of all three
        expect_tone(customer.heard, OTHER_HZ, 1.5)
        await customer.hang_up()
        await agent.ended()
        await supervisor.ended(20)
        [record] = await centre.records(1, now)
    assert (record["outcome"], record["agent"]) == ("answered", "2001")
    for voice in ("caller", "agent"):
        expect_no_tone(centre.settings.recordings / f"{record['recording']}-{voice}.wav", OTHER_HZ)
    kinds = [kind for kind, _ in centre.entries(record["call"])]
    assert kinds.count("call.listened") >= 3
