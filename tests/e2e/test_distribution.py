"""Who is answered by whom: the customer's own agent, priority, closing time, abuse. Real Asterisk and softphones."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from redis.asyncio import Redis

from callcenter.callers import remember_case
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, At, ready
from tests.e2e.test_inbound import says
from tests.e2e.tones import expect_tone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CROWD, CUSTOMER = "07000000111", "01000000001"
#: Companies of baby goods and of medical devices, whose callers count as having waited so many seconds longer.
BABY, MEDICAL, PRIORITY_S = "07000000105", "07000000106", 30


async def _knows_the_case(centre: Centre, agent: str | None) -> None:
    async with Redis.from_url(centre.settings.redis_url) as redis:
        await remember_case(redis, CUSTOMER, "crowd", agent)


async def test_a_customer_with_an_open_case_waits_for_the_agent_who_handles_it_and_then_for_anybody(
    centre: Centre, at: At, now: int
) -> None:
    await _knows_the_case(centre, "2001")
    async with ready(centre, at, "2001") as own, ready(centre, at, "2002") as other:
        other_customer, customer = await at("customer2"), await at("customer1")
        # The longest idle agent, the customer's own, talks with somebody else; the other one is free.
        await other_customer.dial(CROWD)
        await own.answers_call(20)
        await customer.dial(CROWD)
        await centre.board(lambda b: [w["stage"] for w in b["waiting"]] == ["queue"])
        await other_customer.hang_up()
        await own.ended()
        # Wrap-up of two seconds is over before the customer has waited five.
        assert await own.answers_call(10) == CUSTOMER
        await customer.hang_up()
        await own.ended()
        await centre.agent("2001", "ready")
        # Now the own agent goes on talking: after five seconds somebody else answers.
        await customer.dial(CROWD)
        await own.answers_call(10)
        await other_customer.dial(CROWD)
        await other.answers_call(10)
        await customer.hang_up()
        await other_customer.hang_up()
        await own.ended()
        await other.ended()
        first, second, *_ = await centre.records(4, now)
        assert (first["agent"], second["agent"], second["caller"]) == ("2001", "2001", CUSTOMER)
        assert second["wait_ms"] > 0
    await _knows_the_case(centre, None)


async def test_priority_overtakes_but_who_has_waited_longer_than_it_is_worth_goes_first(
    centre: Centre, at: At, now: int
) -> None:
    usual, urgent, later = await at("customer1"), await at("customer2"), await at("customer3")

    def in_line(*groups: str) -> Callable[[dict[str, Any]], bool]:
        return lambda b: sorted(w["group"] for w in b["waiting"] if w["stage"] == "queue") == sorted(groups)

    await usual.dial(BABY)
    await centre.board(in_line("baby"), 45)
    since = asyncio.get_running_loop().time()
    await urgent.dial(MEDICAL)
    await centre.board(in_line("baby", "medical"), 45)
    async with ready(centre, at, "1004") as agent:
        await agent.answers_call(20)
        await centre.board(in_line("baby"))
        # The one who is left waits so long that no caller with priority who comes now is before it.
        await asyncio.sleep(max(since + PRIORITY_S + 2 - asyncio.get_running_loop().time(), 0))
        await later.dial(MEDICAL)
        await centre.board(in_line("baby", "medical"), 45)
        for customer in (urgent, usual, later):
            await customer.hang_up()
            await agent.ended()
            if customer is not later:
                await agent.answers_call(20)
        records = {record["caller"]: record for record in await centre.records(3, now)}
        calls = [records[f"0100000000{n}"]["call"] for n in (2, 1, 3)]
        assert centre.offered_in_order(calls) == calls
    told = await says(centre, "call", "explain", calls[0], "--lang", "en")
    assert "its group has priority over one who had waited longer" in told


async def test_a_caller_who_abuses_the_agent_is_warned_then_the_call_ends_and_the_agent_rests(
    centre: Centre, at: At, now: int
) -> None:
    async with ready(centre, at, "2001") as agent:
        customer = await at("customer1")
        await customer.dial(CROWD)
        await agent.answers_call(20)
        await centre.agent("2001", "talking")
        await asyncio.sleep(1)  # a second of conversation
        assert (await centre.wish("2001", "abuse"))["ok"]
        await asyncio.sleep(8)  # the warning is heard by both, and the conversation goes on
        # The same from the agent's own phone.
        await agent.press("*9")
        await customer.ended(30)
        await agent.ended()
        resting = await centre.agent("2001", "paused")
        assert resting["reason"] == "rest"
        assert not (await centre.wish("2001", "ready"))["ok"]
        [record] = await centre.records(1, now)
    kinds = [kind for kind, _ in centre.entries(record["call"])]
    assert ("abuse.warned" in kinds, "abuse.ended" in kinds, record["ended_by"]) == (True, True, "system")
    expect_tone(customer.heard, AGENT_HZ, 1.0)
    expect_tone(agent.heard, CUSTOMER_HZ, 1.0)
    assert record["talk_ms"] > 8_000
