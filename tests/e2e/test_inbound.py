"""A customer phones: real Asterisk, real softphones, real sound."""

from __future__ import annotations

import asyncio
import csv
import os
import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from callcenter.centre import load_centre
from callcenter.ledger.cdr import COLUMNS
from callcenter.web.records.audio import recording_paths
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, At, ready
from tests.e2e.harness.prompts import listening
from tests.e2e.tones import expect_no_tone, expect_tone, loudness

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HANBIT, BABY, HOTLINE = "07000000102", "07000000105", "16000000"


async def test_both_hear_each_other_both_voices_are_recorded_and_the_company_gets_its_bill(
    centre: Centre, at: At, now: int
) -> None:
    async with ready(centre, at) as agent:
        customer = await at("customer1")
        await customer.dial(HANBIT)
        assert await agent.rings(30) == "01000000001"
        # Whoever has no page open sees whose call it is.
        assert agent.shown == "한빛주방"
        await agent.answer()
        await centre.agent("1001", "talking")
        await asyncio.sleep(2)  # seconds of conversation: what is measured is how they sound
        await customer.hang_up()
        await agent.ended()
        await centre.agent("1001", "wrapup")
        expect_tone(agent.heard, CUSTOMER_HZ, 1.5)
        expect_tone(customer.heard, AGENT_HZ, 1.5)
        expect_no_tone(agent.heard, AGENT_HZ)
        assert loudness(customer.heard, 0.5, 3.0) > -45, "no greeting was heard"
        [record] = await centre.records(1, now)
        assert (record["outcome"], record["company"], record["group"]) == ("answered", "hanbit", "kitchen")
        assert (record["agent"], record["ended_by"]) == ("1001", "caller")
        assert 1500 < record["talk_ms"] < 4000
        assert '"mos"' in record["caller_audio"]
        caller_voice, agent_voice = recording_paths(centre.settings.recordings, record["recording"])
        expect_tone(caller_voice, CUSTOMER_HZ, 1.5)
        expect_tone(agent_voice, AGENT_HZ, 1.5)
        expect_no_tone(caller_voice, AGENT_HZ)
        await centre.agent("1001", "ready")
        month = f"{datetime.fromtimestamp(now / 1000, ZoneInfo('Asia/Seoul')):%Y-%m}"
        assert record["call"] in await says(centre, "bill", "statement", "--company", "hanbit", "--month", month)


#: A caller as networks tell it: number, presentation, and whom the records know.
CALLERS = [
    ("01000000001", "allowed", "01000000001"),
    ("+821000000001", "allowed", "01000000001"),
    ("8221230001", "allowed_passed_screen", "021230001"),
    ("+82 (0)10-0000-0001", "allowed", "01000000001"),
    ("+8215880001", "allowed", "15880001"),
    ("15880001", "allowed", "15880001"),
    ("+12025550100", "allowed", "+12025550100"),
    ("anonymous", "allowed", ""),
    ("01000000001", "prohib_passed_screen", ""),
    ("", "unavailable", ""),
]


async def test_a_number_is_known_as_it_is_dialled_here_and_who_withholds_it_is_nobody(centre: Centre, now: int) -> None:
    for number, presentation, _ in CALLERS:
        await phones_in(centre, HANBIT, number, presentation)
    records = await centre.records(len(CALLERS), now)
    assert sorted(record["caller"] for record in records) == sorted(known for _, _, known in CALLERS)
    cdrs = (centre.log.parent / "cdr-csv" / "Master.csv").read_text("utf-8").splitlines()
    for record in records:
        [cdr] = [line for line in cdrs if f'"{record["call"]}"' in line]
        assert cdr.split(",")[1] == f'"{record["caller"]}"'


async def test_the_agents_phone_tells_who_is_called_though_the_caller_withholds_the_number(
    centre: Centre, at: At, now: int
) -> None:
    async with ready(centre, at) as agent:
        await phones_in(centre, HANBIT, "anonymous", "allowed", stays=True)
        assert (await agent.rings(30), agent.shown) == ("anonymous", "한빛주방")
        await agent.answer()
        await agent.hang_up()
        [record] = await centre.records(1, now)
        assert (record["outcome"], record["caller"]) == ("answered", "")
        await centre.agent("1001", "wrapup", "ready")


async def phones_in(centre: Centre, called: str, number: str, presentation: str, *, stays: bool = False) -> None:
    """A call as the trunk brings it, from this number and with this word about showing it; it ends soon,
    unless it stays.
    """
    password = centre.settings.ari_password.get_secret_value()
    headers = {"Authorization": aiohttp.encode_basic_auth("callcenter", password)}
    address = f"http://127.0.0.1:{centre.settings.ari_port}/ari/channels"
    query = {
        "endpoint": f"Local/{called}@from-trunk", "callerId": number, "timeout": 1,
        "context": "from-agent", "extension": "*43" if stays else "00",
    }  # fmt: skip
    # Whom an originated channel shows as the other side is the caller behind it.
    variables = {"CONNECTEDLINE(num-pres,i)": presentation}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.post(address, params=query, json={"variables": variables}, raise_for_status=True),
    ):
        pass


async def test_a_companys_name_comes_to_the_agents_phone_whatever_it_is_made_of_and_into_no_record_as_the_caller(
    centre: Centre, at: At, now: int
) -> None:
    async with ready(centre, at, "2001") as agent:
        customer = await at("customer1")
        await customer.dial("07000000111")
        assert (await agent.answers_call(30), agent.shown) == ("01000000001", "(주)단체: 가, 나")
        await customer.hang_up()
        await agent.ended()
        [record] = await centre.records(1, now)
        assert (record["company"], record["caller"]) == ("crowd", "01000000001")
        cdrs = (centre.log.parent / "cdr-csv" / "Master.csv").read_text("utf-8").splitlines()
        [cdr] = [line for line in cdrs if f'"{record["call"]}"' in line]
        row = dict(zip(COLUMNS, next(csv.reader([cdr])), strict=False))
        assert (row["clid"], row["src"]) == ('"customer1" <01000000001>', "01000000001")
        # What Dial was told stands there as it is.
        assert [column for column, value in row.items() if "단체" in value] == ["lastdata"]
        # A colleague's call is no company's.
        await centre.agent("2001", "ready")
        colleague = await at("1001")
        await colleague.dial("2001")
        assert (await agent.answers_call(10), agent.shown) == ("1001", "Kim Seoyeon")
        await colleague.hang_up()
        await agent.ended()


async def test_after_some_seconds_a_similar_group_helps_and_the_call_can_be_explained(
    centre: Centre, at: At, now: int
) -> None:
    # Household goods help out baby goods as the first similar group.
    async with ready(centre, at, "1003") as agent:
        customer = await at("customer1")
        await customer.dial(BABY)
        await centre.board(lambda b: [w["ring"] for w in b["waiting"]] == [1], 30)
        await agent.answers_call(45)
        await asyncio.sleep(1)  # a second of conversation
        await customer.hang_up()
        await agent.ended()
        [record] = await centre.records(1, now)
        assert (record["outcome"], record["group"], record["agent"]) == ("answered", "baby", "1003")
        assert 4_900 < record["wait_ms"] < 12_000
        said = await says(centre, "call", "explain", record["call"], "--lang", "en")
        assert "up to group 2 of the similar ones · waited longer than the ladder's step" in said
        assert "an agent of a similar group was idle · up to group 2 of the similar ones" in said
        assert record["caller"] not in said


async def test_a_peak_time_agent_is_called_up_comes_by_code_and_is_stood_down_when_it_is_calm(
    centre: Centre, at: At, now: int
) -> None:
    agent, customer = await at("1010"), await at("customer1")
    # Callers of earlier tests may have called them up.
    await centre.board(lambda b: not b["called_up"], 30)
    await customer.dial(HANBIT)
    await centre.board(lambda b: b["called_up"], 45)
    await agent.dial("*451")
    await agent.ended()
    await agent.answers_call(20)
    await customer.hang_up()
    await agent.ended()
    await centre.agent("1010", "offline", within=45)
    await centre.board(lambda b: not b["called_up"])
    [record] = await centre.records(1, now)
    assert (record["outcome"], record["agent"]) == ("answered", "1010")


async def says(centre: Centre, *words: str) -> str:
    """What the `callcenter` command prints."""
    environment = {**os.environ, "CALLCENTER_DATA": str(centre.settings.data)}
    command = [sys.executable, "-m", "callcenter", *words]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


async def test_the_hotline_s_menu_leads_to_the_group(centre: Centre, at: At, now: int) -> None:
    described = load_centre(centre.settings.centre)
    async with ready(centre, at, "1004") as agent:
        customer = await at("customer1")
        async with listening(centre) as prompts:
            await customer.dial(HOTLINE)
            await prompts.begins(described.menu_prompt("menu-main"))
            await customer.press("4")
            await prompts.begins(described.menu_prompt("menu-family-4", described.menu[3].categories))
            await customer.press("2")
        await agent.answers_call(20)
        await customer.hang_up()
        await agent.ended()
        [record] = await centre.records(1, now)
        assert (record["company"], record["group"], record["outcome"]) == (None, "baby", "answered")
        await centre.agent("1004", "ready")


async def test_who_does_not_answer_is_paused_and_the_caller_goes_to_the_next(centre: Centre, at: At, now: int) -> None:
    async with ready(centre, at, "1001") as first:
        customer = await at("customer1")
        await customer.dial(HANBIT)
        await first.rings(30)
        paused = await centre.agent("1001", "paused")
        assert paused["reason"] == "no_answer"
        await centre.board(lambda b: [w["position"] for w in b["waiting"]] == [1])
        async with ready(centre, at, "1002") as second:
            await second.answers_call(20)
            await second.hang_up()
            await customer.ended()
            [record] = await centre.records(1, now)
            assert (record["agent"], record["outcome"], record["ended_by"]) == ("1002", "answered", "agent")
            assert [agent for kind, agent in centre.entries(record["call"]) if kind == "call.missed"] == ["1001"]
            await centre.agent("1002", "ready")


@pytest.mark.parametrize("stage", ["greeting", "queue", "ringing"])
async def test_who_gives_up_is_counted_where_it_was(centre: Centre, at: At, now: int, stage: str) -> None:
    customer = await at("customer1")
    if stage == "ringing":
        async with ready(centre, at, "1002") as agent:
            await customer.dial(HANBIT)
            await agent.rings(30)
            await customer.hang_up()
            await agent.ended()
            await centre.agent("1002", "ready")
    else:
        await customer.dial(HANBIT)
        await customer.talks()
        if stage == "queue":
            await centre.board(lambda b: len(b["waiting"]) == 1, 30)
        await customer.hang_up()
    [record] = await centre.records(1, now)
    assert (record["outcome"], record["ended_by"]) == (f"abandoned_{stage}", "caller")


async def test_a_paused_agent_is_left_in_peace_and_wrap_up_ends_by_itself(centre: Centre, at: At, now: int) -> None:
    async with ready(centre, at, "1001") as agent:
        await agent.dial("*461")
        await agent.talks()
        await agent.ended()
        assert (await centre.agent("1001", "paused"))["reason"] == "break"
        customer = await at("customer1")
        await customer.dial(HANBIT)
        await centre.board(lambda b: [w["stage"] for w in b["waiting"]] == ["queue"], 30)
        assert (await centre.wish("1001", "ready"))["ok"]
        await agent.answers_call(20)
        await customer.hang_up()
        await agent.ended()
        await centre.agent("1001", "wrapup")
        await centre.agent("1001", "ready")


async def test_a_phone_that_was_switched_off_pauses_its_agent(centre: Centre, at: At, now: int) -> None:
    async with ready(centre, at, "1001") as agent:
        await agent.vanish()
        customer = await at("customer1")
        await customer.dial(HANBIT)
        paused = await centre.agent("1001", "paused", within=40)
        assert paused["reason"] in ("phone_off", "no_answer")
        await customer.hang_up()
        assert [r["outcome"] for r in await centre.records(1, now)] == ["abandoned_queue"]


async def test_an_unknown_number_is_told_so(centre: Centre, at: At, now: int) -> None:
    customer = await at("customer1")
    await customer.dial("07099999999")
    await customer.talks()
    await customer.ended(20)
    assert loudness(customer.heard) > -45
    assert [r["outcome"] for r in await centre.records(1, now)] == ["unknown_number"]


async def test_whoever_presses_nothing_still_reaches_a_person(centre: Centre, at: At, now: int) -> None:
    async with ready(centre, at, "1003") as agent:
        customer = await at("customer1")
        await customer.dial(HOTLINE)
        await agent.answers_call(120)
        await customer.hang_up()
        await agent.ended()
        assert [(r["group"], r["outcome"]) for r in await centre.records(1, now)] == [("household", "answered")]
        await centre.agent("1003", "ready")


async def test_rubbish_from_outside_disturbs_nobody(centre: Centre, at: At, now: int) -> None:
    loop = asyncio.get_running_loop()
    host, _, port = centre.server.partition(":")
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(host, int(port)))
    for rubbish in (
        b"\x00" * 500,
        b"INVITE sip:1 SIP/2.0\r\n\r\n",
        b"INVITE sip:\xff\xff SIP/2.0\r\nVia: x\r\n",
        b"BYE",
    ):
        transport.sendto(rubbish)
    transport.close()
    customer = await at("customer1")
    await customer.dial("07099999999")
    await customer.talks()
    await customer.ended(20)
    assert len(await centre.records(1, now)) == 1
