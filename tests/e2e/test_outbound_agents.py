"""Campaigns with agents: real softphones on both sides, answers entered on the agent's sheet, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
from contextlib import closing
from typing import Any

import aiohttp
import pytest

from callcenter.web.tokens import make_token  # noqa: F401
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, At, ready
from tests.e2e.test_outbound import SHOWN, attempts, launch, results, rows, stop
from tests.e2e.tones import expect_tone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

NUMBER = "01000000001"


async def test_progressive_connects_who_answers_to_the_agent_who_was_kept_free(
    centre: Centre, at: At, now: int
) -> None:
    customer = await at("customer1")
    async with ready(centre, at, "2001") as agent:
        campaign = await launch(centre, "customer1", mode="progressive")
        assert await customer.rings(30) == SHOWN
        await centre.board(lambda b: any(a["id"] == "2001" and a["reserved"] == campaign for a in b["agents"]))
        await customer.answer()
        assert await agent.answers_call(2) == NUMBER
        await centre.agent("2001", "talking")
        await asyncio.sleep(2.5)  # both speak
        await customer.hang_up()
        await agent.ended()
    expect_tone(customer.heard, AGENT_HZ, 1.5)
    expect_tone(agent.heard, CUSTOMER_HZ, 1.5)
    [attempt] = await attempts(centre, campaign, lambda found: found == ["break_off"])
    [record] = await centre.records(1, now)
    assert (record["call"], record["direction"], record["via"]) == (f"survey-{attempt['id']}", "outbound", "campaign")
    assert (record["agent"], record["outcome"], record["company"]) == ("2001", "answered", "crowd")
    stop(centre, campaign)
