"""The centre is described otherwise while it is at work: real Asterisk, real calls that go on."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from callcenter.centre import Centre as Described
from callcenter.centre import load_centre
from callcenter.config.edit import with_menu
from callcenter.house import settings_of
from tests.e2e.harness.asterisk_log import expect_clean
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.configuring import config
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, OTHER_HZ, At, SwitchOn
from tests.e2e.harness.prompts import listening
from tests.e2e.phones import Phone
from tests.e2e.tones import expect_tone

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

HANBIT, AREUM, SOLBIT = "07000000102", "07000000108", "07000000150"
NEW = """
[[agent]]
id = "1050"
name = "한새롬"
name_en = "Han Saerom"
groups = ["kitchen"]

[[company]]
id = "solbit"
code = "150"
name = "솔빛주방"
name_en = "Solbit Kitchen"
numbers = ["07000000150"]
categories = ["kitchen"]
"""


def without(text: str, agent: str) -> str:
    """The file without this agent."""
    before, _, after = text.partition(f'[[agent]]\nid = "{agent}"')
    return before + after[after.index("[[agent]]") :]


async def log_in(centre: Centre, phone: Phone, agent: str) -> None:
    await centre.board(lambda b: any(a["id"] == agent and a["registered"] for a in b["agents"]))
    await phone.dial("*451")
    await phone.talks()
    await phone.ended()


async def test_a_change_under_load_drops_nothing_and_counts_at_once(
    centre: Centre, switch_on: SwitchOn, now: int, tmp_path: Path
) -> None:
    async def on(account: str, hz: int) -> Phone:
        password = settings_of(centre.settings.data).sip_passwords[account].get_secret_value()
        return await switch_on(centre.server, account, password=password, hz=hz)

    since = centre.log.stat().st_size
    leaver = await on("1001", AGENT_HZ)
    await log_in(centre, leaver, "1001")
    customers = [await on(f"customer{n}", CUSTOMER_HZ) for n in (1, 2, 3)]
    await customers[0].dial(HANBIT)
    await leaver.answers_call(30)
    for waiting, customer in enumerate(customers[1:], 1):
        await customer.dial(HANBIT)
        board = await centre.board(lambda b, n=waiting: len(b["waiting"]) == n, 30)
    line = [call["call"] for call in board["waiting"]]

    before = centre.settings.centre.read_text("utf-8")
    described = tmp_path / "centre.toml"
    described.write_text(without(before, "1001") + NEW, "utf-8")
    said = await config(centre, "apply", str(described), "--yes")
    assert said.splitlines()[:3] == [
        "Company Solbit Kitchen (solbit): added",
        "Agent Han Saerom (1050): added",
        "Agent Kim Seoyeon (1001): removed",
    ]
    assert said.splitlines()[-1].endswith("is in effect; calls in progress go on.")
    board = await centre.board(lambda b: any(a["id"] == "1050" for a in b["agents"]))
    assert [call["call"] for call in board["waiting"]] == line
    assert board["talking"] == 1

    newcomer = await on("1050", OTHER_HZ)
    await log_in(centre, newcomer, "1050")
    assert await newcomer.answers_call(15) == "01000000002"
    await asyncio.sleep(1.5)  # seconds of conversation, of both
    await customers[1].hang_up()
    await newcomer.ended()
    assert await newcomer.answers_call(15) == "01000000003"
    await asyncio.sleep(1)
    await customers[2].hang_up()
    await newcomer.ended()
    expect_tone(customers[1].heard, OTHER_HZ, 1)

    # The leaver's phone is no longer an account of Asterisk, and the conversation neither ends nor falls silent.
    await asyncio.sleep(1)
    await leaver.hang_up()
    await customers[0].ended()
    expect_tone(customers[0].heard, AGENT_HZ, 6)
    expect_tone(leaver.heard, CUSTOMER_HZ, 6)
    await centre.board(lambda b: all(a["id"] != "1001" for a in b["agents"]))

    await customers[0].dial(SOLBIT)
    await newcomer.answers_call(30)
    await customers[0].hang_up()
    await newcomer.ended()
    records = await centre.records(4, now)
    assert [record["company"] for record in records] == ["hanbit", "hanbit", "hanbit", "solbit"]
    assert [record["agent"] for record in records] == ["1001", "1050", "1050", "1050"]
    assert {record["outcome"] for record in records} == {"answered"}

    # Back again: the newcomer is gone, and the phone of the one who left registers and is known as before.
    history = await config(centre, "history")
    former = history.splitlines()[1].split()[0]
    assert "is in effect" in await config(centre, "back", former, "--yes")
    await centre.board(lambda b: all(a["id"] != "1050" for a in b["agents"]))
    assert centre.settings.centre.read_text("utf-8") == before
    await log_in(centre, await on("1001", AGENT_HZ), "1001")
    await centre.agent("1001", "ready")
    await centre.wish("1001", "logout")
    await centre.agent("1001", "offline")
    expect_clean(centre.log, since=since)


async def test_a_caller_whose_group_is_removed_is_answered_by_a_similar_one(
    centre: Centre, switch_on: SwitchOn, now: int, tmp_path: Path
) -> None:
    customer = await switch_on(centre.server, "customer1", password=centre.password("customer1"))
    there = load_centre(centre.settings.centre)
    areum = next(company for company in there.company if AREUM in company.numbers)
    async with listening(centre) as prompts:
        await customer.dial(AREUM)
        await prompts.begins(there.menu_prompt("menu-company-areum", areum.categories))
        await customer.press("1")
    await centre.board(lambda b: b["waiting"])
    before = centre.settings.centre.read_text("utf-8")
    text = before.replace('similar = ["beauty", "baby"]', 'similar = ["household", "baby"]')
    text = re.sub(', "beauty"|"beauty", ', "", text)
    head, _, rest = text.partition('[[group]]\nid = "beauty"')
    described = tmp_path / "centre.toml"
    described.write_text(head + rest[rest.index("[[") :], "utf-8")
    await config(centre, "apply", str(described), "--yes")
    try:
        board = await centre.board(lambda b: b["waiting"])
        assert [call["group"] for call in board["waiting"]] == ["fashion"]
        number = next(a.id for a in load_centre(described).agent if "fashion" in a.groups and not a.peak)
        agent = await switch_on(centre.server, number, password=centre.password(number), hz=AGENT_HZ)
        await log_in(centre, agent, number)
        await agent.answers_call(15)
        await customer.hang_up()
        await agent.ended()
        [record] = await centre.records(1, now)
        assert (record["outcome"], record["group"], record["agent"]) == ("answered", "fashion", number)
        await centre.wish(number, "logout")
    finally:
        described.write_text(before, "utf-8")
        await config(centre, "apply", str(described), "--yes")


async def test_callers_hear_another_menu_at_once_and_who_is_in_the_former_one_is_led_by_it(
    centre: Centre, at: At, now: int, tmp_path: Path
) -> None:
    since = centre.log.stat().st_size
    before = centre.settings.centre.read_text("utf-8")
    former = load_centre(centre.settings.centre)
    menu = {key.key: {"name": key.name, "name_en": key.name_en, "categories": key.categories} for key in former.menu}
    menu["1"] |= {"name": "집에서 쓰는 가전", "categories": former.menu[0].categories[::-1]}
    described = tmp_path / "centre.toml"
    described.write_text(with_menu(before, menu), "utf-8")
    turned = load_centre(described)

    def prompts_of(heard: Described) -> tuple[str, str]:
        return heard.menu_prompt("menu-main"), heard.menu_prompt("menu-family-1", heard.menu[0].categories)

    early, late = await at("customer1"), await at("customer2")
    async with listening(centre) as prompts:
        await early.dial(former.hotlines[0])
        await prompts.begins(prompts_of(former)[0])
        try:
            assert "is in effect" in await config(centre, "apply", str(described), "--yes")
            await early.press("1")
            await prompts.begins(prompts_of(former)[1])
            await early.press("1")
            await centre.board(lambda b: [w["group"] for w in b["waiting"]] == [former.menu[0].categories[0]])
            await early.hang_up()
            await late.dial(former.hotlines[0])
            await prompts.begins(prompts_of(turned)[0])
            await late.press("1")
            await prompts.begins(prompts_of(turned)[1])
            await late.press("1")
            await centre.board(lambda b: [w["group"] for w in b["waiting"]] == [former.menu[0].categories[-1]])
            await late.hang_up()
        finally:
            described.write_text(before, "utf-8")
            await config(centre, "apply", str(described), "--yes")
    records = await centre.records(2, now)
    assert [record["group"] for record in records] == [former.menu[0].categories[0], former.menu[0].categories[-1]]
    assert set(prompts_of(former)) & set(prompts_of(turned)) == set()
    # Who hangs up between two prompts leaves the second one unplayed.
    expect_clean(centre.log, ("Playback failed for sound:cc/queue",), since)


async def test_what_is_applied_without_a_controller_takes_effect_when_it_starts(
    centre: Centre, switch_on: SwitchOn, tmp_path: Path
) -> None:
    before = centre.settings.centre.read_text("utf-8")
    described = tmp_path / "centre.toml"
    described.write_text(before + NEW, "utf-8")
    centre.house.stop("controller")
    try:
        # The controller's state outlives it for five seconds.
        await asyncio.sleep(5)
        said = await config(centre, "apply", str(described), "--yes", "--why", "new people")
        assert "it takes effect when the controller starts" in said
    finally:
        centre.house.start("controller")
    await centre.board(lambda b: any(a["id"] == "1050" for a in b["agents"]), 30)
    password = settings_of(centre.settings.data).sip_passwords["1050"].get_secret_value()
    await switch_on(centre.server, "1050", password=password)
    await centre.board(lambda b: any(a["id"] == "1050" and a["registered"] for a in b["agents"]))
    described.write_text(before, "utf-8")
    assert "is in effect" in await config(centre, "apply", str(described), "--yes")
    await centre.board(lambda b: all(a["id"] != "1050" for a in b["agents"]))
