"""A waiting customer would rather be phoned, or leaves a message: real Asterisk, real softphones, real sound."""

from __future__ import annotations

import asyncio
import signal

import pytest

from callcenter.ledger.reconcile import read_cdrs
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, At, ready
from tests.e2e.harness.prompts import listening
from tests.e2e.tones import expect_tone, loudness

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

#: A company that says nothing before the line.
CROWD = "07000000111"


async def _asks_to_be_phoned(centre: Centre, at: At) -> None:
    customer = await at("customer1")
    async with listening(centre) as prompts:
        await customer.dial(CROWD)
        await prompts.begins("queue-callback")
        await customer.press("1")
        await prompts.begins("callback-number")
        await customer.press("1")
        await customer.ended(20)
    await centre.board(lambda b: [c["state"] for c in b["callbacks"]] == ["due"])


async def test_a_customer_is_phoned_when_the_turn_comes_and_again_after_being_busy(
    centre: Centre, at: At, now: int
) -> None:
    await _asks_to_be_phoned(centre, at)
    customer = await at("customer1")
    async with ready(centre, at, "2001") as agent:
        assert await customer.rings(20) == CROWD
        await centre.agent("2001", "ringing")
        await customer.hang_up()
        await centre.agent("2001", "ready")
        await centre.board(lambda b: [(c["state"], c["attempts"]) for c in b["callbacks"]] == [("retry", 1)])
        await customer.answers_call(20)
        assert await agent.answers_call(20) == "01000000001"
        await asyncio.sleep(2)  # seconds of conversation
        await customer.hang_up()
        await agent.ended()
        expect_tone(agent.heard, CUSTOMER_HZ, 1.5)
        expect_tone(customer.heard, AGENT_HZ, 1.5)
        assert loudness(customer.heard, 0.5, 3.0) > -45, "no greeting was heard"
        asked, missed, spoken = await centre.records(3, now)
    assert (asked["outcome"], asked["via"], asked["group"]) == ("callback", "inbound", "furniture")
    assert (missed["outcome"], missed["via"], missed["caller"]) == ("not_reached", "callback", "01000000001")
    assert (spoken["outcome"], spoken["direction"], spoken["agent"]) == ("answered", "outbound", "2001")
    assert 1500 < spoken["talk_ms"] < 4000
    assert spoken["recording"]
    assert (await centre.board(lambda b: True))["callbacks"] == []
    # Asterisk wrote down the attempt that nobody answered as well.
    cdrs = (centre.settings.data / "asterisk/log/cdr-csv/Master.csv").read_text("utf-8").splitlines()
    written = read_cdrs(cdrs, None)
    assert [written[one["call"]].answered for one in (asked, missed, spoken)] == [False, False, True]


async def test_the_controller_dies_while_the_customer_s_phone_rings_and_nobody_is_phoned_twice(
    centre: Centre, at: At, now: int
) -> None:
    await _asks_to_be_phoned(centre, at)
    customer = await at("customer1")
    async with ready(centre, at, "2001") as agent:
        await customer.rings(20)
        centre.house.stop("controller", signal.SIGKILL)
        centre.house.start("controller")
        await centre.board(lambda b: b["ari"])
        await customer.answer()
        await agent.answers_call(30)
        await customer.hang_up()
        await agent.ended()
        asked, spoken = await centre.records(2, now)
    assert (asked["outcome"], spoken["outcome"], spoken["via"]) == ("callback", "answered", "callback")


async def test_a_message_is_kept_with_the_call(centre: Centre, at: At, now: int) -> None:
    customer = await at("customer1")
    async with listening(centre) as prompts:
        await customer.dial(CROWD)
        await prompts.begins("queue-voicemail")
        await customer.press("2")
    await centre.board(lambda b: not b["waiting"])
    await asyncio.sleep(14)  # the announcement, the tone, and seconds of speaking
    await customer.hang_up()
    [record] = await centre.records(1, now)
    assert (record["outcome"], record["company"], record["group"]) == ("voicemail", "crowd", "furniture")
    message = centre.settings.media / f"{record['recording']}.wav"
    expect_tone(message, CUSTOMER_HZ, 1.5)
