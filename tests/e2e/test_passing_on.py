"""An agent passes the caller on: real Asterisk, real softphones, real sound, and one record of it all."""

from __future__ import annotations

import asyncio
import json

import pytest

from callcenter.ledger.reconcile import compare, read_cdrs
from callcenter.ledger.record import CallRecord, Offer
from callcenter.store.span import Span
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, At, SwitchOn, ready
from tests.e2e.harness.prompts import listening
from tests.e2e.tones import expect_no_tone, expect_tone, spans

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180, func_only=True)]

CROWD = "07000000111"


async def test_the_customer_speaks_with_one_agent_then_with_another_and_it_is_one_call(
    centre: Centre, at: At, switch_on: SwitchOn, now: int
) -> None:
    customer = await at("customer1")
    async with ready(centre, at, "2001") as first:
        await customer.dial(CROWD)
        await first.answers_call(20)
        await centre.agent("2001", "talking")
        await asyncio.sleep(3)  # seconds of conversation
        async with listening(centre) as prompts:
            assert (await centre.wish("2001", "pass", "group:kitchen"))["ok"]
            await first.ended()
            await prompts.begins("queue-passed")
        # Nobody serves the other group yet: the first agent writes the note, the customer hears music.
        wrapping = await centre.agent("2001", "wrapup")
        board = await centre.board(lambda b: [w["stage"] for w in b["waiting"]] == ["queue"])
        assert (board["waiting"][0]["group"], board["waiting"][0]["passed"]) == ("kitchen", True)
        second = await switch_on(centre.server, "1001", password=centre.password("1001"), hz=OTHER_HZ)
        await centre.board(lambda b: any(a["id"] == "1001" and a["registered"] for a in b["agents"]))
        assert (await centre.wish("1001", "login"))["ok"]
        assert (await centre.wish("1001", "ready"))["ok"]
        await second.answers_call(20)
        serving = (await centre.agent("1001", "talking"))["call"]
        assert (serving["passed_by"], serving["id"]) == ("2001", wrapping["call"]["id"])
        await asyncio.sleep(3)  # seconds of conversation
        await second.hang_up()
        await customer.ended()
        [record] = await centre.records(1, now)
        await centre.wish("1001", "logout")
    assert (record["outcome"], record["agent"], record["group"]) == ("answered", "1001", "kitchen")
    assert record["ended_by"] == "agent"
    assert 5500 < record["talk_ms"] < 9000
    kinds = [kind for kind, _ in centre.entries(record["call"])]
    assert (kinds.count("call.answered"), kinds.count("call.passed")) == (2, 1)
    # Who heard whom, on the phones and in the one recording, where both agents are one after the other.
    expect_tone(customer.heard, AGENT_HZ, 2.0)
    expect_tone(customer.heard, OTHER_HZ, 2.0)
    expect_tone(first.heard, CUSTOMER_HZ, 2.0)
    expect_tone(second.heard, CUSTOMER_HZ, 2.0)
    expect_no_tone(first.heard, OTHER_HZ)
    expect_no_tone(second.heard, AGENT_HZ)
    recording = centre.settings.recordings / f"{record['recording']}-agent.wav"
    expect_tone(recording, AGENT_HZ, 2.0)
    expect_tone(recording, OTHER_HZ, 2.0)
    assert spans(recording, AGENT_HZ)[-1][1] < spans(recording, OTHER_HZ)[0][0] + 0.5
    expect_tone(centre.settings.recordings / f"{record['recording']}-caller.wav", CUSTOMER_HZ, 4.0)
    # Asterisk's own record agrees.
    cdrs = (centre.settings.data / "asterisk/log/cdr-csv/Master.csv").read_text("utf-8").splitlines()
    call = read_cdrs(cdrs, None)[record["call"]]
    assert (call.answered, len(call.talks)) == (True, 2)


async def test_a_customer_who_hangs_up_while_waiting_again_is_no_ordinary_abandon(
    centre: Centre, at: At, now: int
) -> None:
    customer = await at("customer1")
    async with ready(centre, at, "2001") as agent:
        await customer.dial(CROWD)
        await agent.answers_call(20)
        await centre.agent("2001", "talking")
        await asyncio.sleep(2)  # seconds of conversation
        assert (await centre.wish("2001", "pass", "group:kitchen"))["ok"]
        await agent.ended()
        await centre.board(lambda b: [w["stage"] for w in b["waiting"]] == ["queue"])
        await customer.hang_up()
        [record] = await centre.records(1, now)
        await centre.agent("2001", "ready")
    assert (record["outcome"], record["ended_by"], record["agent"]) == ("abandoned_passed", "caller", "2001")
    assert 1500 < record["talk_ms"] < 4000
    # The engine's word for it agrees with Asterisk's: the time of waiting is no talk.
    cdrs = (centre.settings.data / "asterisk/log/cdr-csv/Master.csv").read_text("utf-8").splitlines()
    span, settled = Span(now - 60_000, 2**53), 2**53
    offers = tuple(Offer(**offer) for offer in json.loads(record["offers"]))
    ours = CallRecord(**record | {"offers": offers, "caller_audio": None, "agent_audio": None})
    assert compare([ours], {record["call"]: read_cdrs(cdrs, None)[record["call"]]}, span=span, settled=settled) == []


async def test_the_phone_s_own_code_passes_the_call_on_while_it_is_on_hold(centre: Centre, at: At, now: int) -> None:
    customer = await at("customer1")
    async with ready(centre, at, "2001") as first, ready(centre, at, "2002") as second:
        await customer.dial(CROWD)
        await first.answers_call(20)
        await centre.agent("2001", "talking")
        await first.hold()
        await first.dial("*472002")
        await second.answers_call(30)
        serving = (await centre.agent("2002", "talking"))["call"]
        assert serving["passed_by"] == "2001"
        await asyncio.sleep(2)  # seconds of conversation
        await customer.hang_up()
        await second.ended()
        [record] = await centre.records(1, now)
        await centre.agent("2001", "ready")
    assert (record["outcome"], record["agent"], record["group"]) == ("answered", "2002", "furniture")
    expect_tone(second.heard, CUSTOMER_HZ, 1.5)


async def test_a_number_outside_that_the_company_lists_is_phoned_and_the_agent_s_part_is_over(
    centre: Centre, at: At, now: int
) -> None:
    customer, repairer = await at("customer1"), await at("customer2")
    async with ready(centre, at, "2001") as agent:
        await customer.dial(CROWD)
        await agent.answers_call(20)
        await centre.agent("2001", "talking")
        await asyncio.sleep(2)  # seconds of conversation
        assert (await centre.wish("2001", "pass", "outside:repair"))["ok"]
        await agent.ended()
        await repairer.answers_call(30)
        await centre.agent("2001", "ready")
        await asyncio.sleep(2)  # seconds of conversation
        await customer.hang_up()
        await repairer.ended()
        [record] = await centre.records(1, now)
    assert (record["outcome"], record["agent"]) == ("answered", "2001")
    assert 1500 < record["talk_ms"] < 4000
    expect_tone(repairer.heard, CUSTOMER_HZ, 1.5)
