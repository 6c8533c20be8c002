"""What callers in line hear, and how they leave it for another number: real Asterisk, real softphones, real sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from callcenter.centre import load_centre
from tests.e2e.harness.asterisk_log import expect_clean
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.configuring import config
from tests.e2e.harness.fixtures import CUSTOMER_HZ, OTHER_HZ, At, SwitchOn
from tests.e2e.harness.prompts import listening
from tests.e2e.tones import expect_tone, loudness

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

#: A company of the furniture group that says nothing before the line; its music is not the shared one.
CROWD = "07000000111"
OWN = """music = true
announcement = { say = "제품 회수 안내입니다.", say_en = "About a recall." }
"""
COMFORT = """comfort_every_s = 20
comfort = [{ say = "기다려 주셔서 감사합니다.", say_en = "Thank you for waiting." }]
"""


@asynccontextmanager
async def described(centre: Centre, folder: Path, *changes: tuple[str, str]) -> AsyncIterator[Path]:
    """The centre with these changes of its file in force, and afterwards as it was."""
    file = folder / "centre.toml"
    before = text = centre.settings.centre.read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    file.write_text(text, "utf-8")
    assert "is in effect" in await config(centre, "apply", str(file), "--yes")
    try:
        yield file
    finally:
        file.write_text(before, "utf-8")
        await config(centre, "apply", str(file), "--yes")


async def rooms(centre: Centre) -> dict[str, int]:
    """Bridges in which callers wait, and how many wait in each."""
    password = centre.settings.ari_password.get_secret_value()
    address, key = f"http://127.0.0.1:{centre.settings.ari_port}/ari/bridges", f"callcenter:{password}"
    async with aiohttp.ClientSession() as http, http.get(address, params={"api_key": key}) as answer:
        return {one["id"]: len(one["channels"]) for one in await answer.json() if one["id"].startswith("cc-waiting")}


async def test_the_announcement_the_own_music_and_a_comfort_message_are_heard_in_turn(
    centre: Centre, at: At, now: int, tmp_path: Path
) -> None:
    since = centre.log.stat().st_size
    customer = await at("customer1")
    changes = (('id = "crowd"\n', f'id = "crowd"\n{OWN}'), ("[waiting]\n", f"[waiting]\n{COMFORT}"))
    async with described(centre, tmp_path, *changes) as file, listening(centre) as prompts:
        comfort = load_centre(file).waiting.comfort[0].prompt
        await customer.dial(CROWD)
        await prompts.begins("queue-wait")
        await prompts.begins("announcement-crowd")
        await prompts.begins("queue-position-1")
        assert {room: waiting for room, waiting in (await rooms(centre)).items() if waiting} == {"cc-waiting-crowd": 1}
        await prompts.begins(comfort, 60)
        await asyncio.sleep(4)  # the message, and music after it
        await customer.hang_up()
    # Music was heard between what was said, not silence.
    assert loudness(customer.heard, 14, 17) > -45
    [record] = await centre.records(1, now)
    assert record["outcome"] == "abandoned_queue"
    expect_clean(centre.log, since=since)


async def test_who_has_waited_long_is_put_through_to_another_number(
    centre: Centre, at: At, switch_on: SwitchOn, now: int, tmp_path: Path
) -> None:
    customer = await at("customer1")
    elsewhere = await switch_on(centre.server, "customer2", password=centre.password("customer2"), hz=OTHER_HZ)
    step = 'then = [{ do = "number", number = "01000000002", after_s = 4 }]\n'
    async with described(centre, tmp_path, ('id = "furniture"\n', f'id = "furniture"\n{step}')):
        await customer.dial(CROWD)
        await elsewhere.answers_call(30)
        assert (await centre.board(lambda b: True))["waiting"] == []
        await asyncio.sleep(2)  # seconds of conversation
        await customer.hang_up()
        await elsewhere.ended()
        [record] = await centre.records(1, now)
    expect_tone(elsewhere.heard, CUSTOMER_HZ, 1.0)
    expect_tone(customer.heard, OTHER_HZ, 1.0)
    assert (record["outcome"], record["group"], record["agent"]) == ("transferred", "furniture", None)
    assert record["wait_ms"] >= 4000
    assert "call.stepped" in [kind for kind, _ in centre.entries(record["call"])]


async def test_a_full_line_takes_the_next_caller_to_the_voicemail_and_leaves_who_waits_already(
    centre: Centre, at: At, now: int, tmp_path: Path
) -> None:
    first, second = await at("customer1"), await at("customer2")
    step = 'then = [{ do = "voicemail", queue_over = 1 }]\n'
    async with described(centre, tmp_path, ('id = "furniture"\n', f'id = "furniture"\n{step}')):
        await first.dial(CROWD)
        await centre.board(lambda b: [w["stage"] for w in b["waiting"]] == ["queue"], 30)
        await second.dial(CROWD)
        await asyncio.sleep(14)  # the announcement, the tone, and seconds of speaking
        [waits] = (await centre.board(lambda b: True))["waiting"]
        await second.hang_up()
        await first.hang_up()
        records = {record["caller"]: record for record in await centre.records(2, now)}
    assert waits["call"] == records["01000000001"]["call"]
    outcomes = [records[f"0100000000{n}"]["outcome"] for n in (1, 2)]
    assert outcomes == ["abandoned_queue", "voicemail"]
