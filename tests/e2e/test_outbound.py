"""Surveys by the recorded voice: a running campaign phones real softphones, keys become answers, nobody twice."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.hours import Hours
from callcenter.store.engine import open_engine, sessions
from callcenter.store.permissions import Permissions
from callcenter.web.passwords import hash_password
from callcenter.web.tokens import make_token
from tests.e2e.harness.campaigns import (
    ALWAYS,
    CENTRE,
    COMPANY,
    NEVER,
    SHOWN,
    WEEK,
    Person,
    attempts,
    begin,
    rows,
    stop,
)
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import CUSTOMER_HZ, At
from tests.e2e.harness.prompts import listening
from tests.e2e.tones import expect_tone, loudness
from tests.web_centre import PASSWORD

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

NUMBERS = {"customer1": "01000000001", "customer2": "01000000002", "customer3": "01000000003"}
FORM = """
[title]
ko = "해피콜"
en = "Happy call"
[opening]
ko = "안녕하세요. 만족도를 여쭙는 전화입니다."
en = "Hello, this is about your repair."
[thanks]
ko = "고맙습니다."
en = "Thank you."
[[question]]
id = "again"
kind = "yes_no"
ko = "다시 이용하시겠습니까? 예는 일 번, 아니오는 이 번입니다."
en = "Would you come again? One for yes, two for no."
[[question]]
id = "repair"
kind = "scale"
measure = "csat"
ko = "수리에 얼마나 만족하셨습니까? 일 번부터 오 번까지 눌러 주세요."
en = "How satisfied are you with the repair? Press one to five."
branch = [{ at_most = 2, go = "reason" }]
next = "thanks"
[[question]]
id = "reason"
kind = "open"
most_s = 20
ko = "말씀해 주세요."
en = "Tell us why."
"""


async def launch(
    centre: Centre,
    *accounts: str,
    kind: str = "happy_call",
    mode: str = "agentless",
    text: str = FORM,
    hours: Hours = ALWAYS,
    machines: bool = False,
) -> int:
    """A running campaign with these phones as its contacts; its number."""
    # Tests run at any hour, and so does the law.
    people = [Person(NUMBERS[account], (Matter.NIGHT, Matter.MARKETING)) for account in accounts]
    return await begin(
        centre, people, datetime.now(UTC), kind=kind, mode=mode, text=text, hours=hours, machines=machines
    )


async def operator(centre: Centre) -> str:
    """The log-in of a campaign operator."""
    hashed = await hash_password(PASSWORD)
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", timeout=10)) as database:
        database.execute(
            "INSERT OR REPLACE INTO user_account (login, name, role, password_hash, language)"
            " VALUES ('outbound-op', 'op', 'campaigns', ?, 'ko')",
            (hashed,),
        )
        database.commit()
    return hashed


async def as_operator(centre: Centre, path: str) -> bytes:
    """What a page sends to a campaign operator who is signed in."""
    await operator(centre)
    address = f"http://{centre.settings.web_host}:{centre.settings.web_port}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        async with http.post(f"{address}/login", data={"login": "outbound-op", "password": PASSWORD}) as answer:
            assert answer.status == 200
        async with http.get(address + path) as answer:
            assert answer.status == 200
            return await answer.read()


async def results(centre: Centre, campaign: int) -> dict[str, Any]:
    """What the API tells a campaign operator."""
    hashed = await operator(centre)
    token = make_token(centre.settings.secret_key.get_secret_value(), "outbound-op", hashed, days=1)
    address = f"http://{centre.settings.web_host}:{centre.settings.web_port}/api/v1/campaigns/{campaign}/results"
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as http, http.get(address) as answer:
        assert answer.status == 200
        told: dict[str, Any] = await answer.json()
        return told


async def kill_and_restart(centre: Centre) -> None:
    """The dialler dies; return when the next one has looked at what there is."""
    diary = centre.settings.data / "log" / "dialler.log"

    def starts() -> int:
        return diary.read_text(errors="replace").count("dialler.at_work")

    before = starts()
    centre.house.stop("dialler", signal.SIGKILL)
    centre.house.start("dialler")
    async with asyncio.timeout(30):
        while starts() == before:  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.1)


async def test_a_happy_call_is_answered_by_keys_and_kept_exactly(centre: Centre, at: At) -> None:
    customer = await at("customer1")
    async with listening(centre) as prompts:
        campaign = await launch(centre, "customer1")
        assert await customer.answers_call(30) == SHOWN
        answered = time.monotonic()
        await prompts.begins("-q-again")
        await customer.press("2")
        await prompts.begins("-q-repair")
        await customer.press("4")
        pressed = time.monotonic()
        await customer.ended(20)
    [attempt] = await attempts(centre, campaign, lambda found: found == ["completed"])
    assert loudness(customer.heard, 0.5, 3.0) > -45, "no opening was heard"
    [response] = rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)
    assert json.loads(response["answers"]) == {"again": "2", "repair": "4"}
    assert (response["complete"], response["end"]) == (1, "finished")
    assert json.loads(response["invalid"]) == json.loads(response["silent"]) == {}
    [used] = rows(centre, "SELECT * FROM usage_entry WHERE call = ?", f"survey-{attempt['id']}")
    assert (used["kind"], used["company"], used["outcome"], used["line"]) == ("happy", COMPANY, "completed", None)
    # From the answer to the last key, without the thanks.
    assert abs(used["talk_ms"] - 1000 * (pressed - answered)) < 1500
    [contact] = rows(centre, "SELECT * FROM contact WHERE campaign = ?", campaign)
    assert (contact["outcome"], contact["due_at"], contact["held"]) == ("completed", None, 0)
    shown = await results(centre, campaign)
    assert shown["funnel"] == dict.fromkeys(("contacts", "permitted", "dialled", "answered", "complete"), 1)
    counts = {one["question"]: {key: n for key, n in one["counts"].items() if n} for one in shown["questions"]}
    assert (counts["again"], counts["repair"]) == ({"2": 1}, {"4": 1})
    stop(centre, campaign)


async def test_who_is_busy_is_phoned_again(centre: Centre, at: At, tmp_path: Path) -> None:
    customer = await at("customer3")
    campaign = await launch(centre, "customer3")
    await customer.rings(30)
    await customer.hang_up()
    [attempt] = await attempts(centre, campaign, lambda found: found == ["busy"])
    [contact] = rows(centre, "SELECT * FROM contact WHERE campaign = ?", campaign)
    assert contact["due_at"] - attempt["at"] == 15 * 60_000
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", timeout=10)) as database:
        database.execute("UPDATE contact SET due_at = 1 WHERE campaign = ?", (campaign,))
        database.commit()
    async with listening(centre) as prompts:
        await customer.answers_call(20)
        await prompts.begins("-opening")
        await customer.press("9")  # where it means nothing
        await prompts.begins("-q-again")
        await customer.press("1")
        await prompts.begins("-q-repair")
        await customer.press("2")
        await prompts.begins("-q-reason")
        await asyncio.sleep(6)  # the question, the tone, and seconds of speaking
        await customer.press("#")
        await customer.ended(20)
    [_, second] = await attempts(centre, campaign, lambda found: found == ["busy", "completed"])
    assert second["try"] == 2
    [response] = rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)
    answers = json.loads(response["answers"])
    assert (answers["again"], answers["repair"]) == ("1", "2")
    address = f"/campaigns/{campaign}/responses/{second['id']}/reason/audio"
    heard = tmp_path / "heard.wav"
    heard.write_bytes(await as_operator(centre, address))
    expect_tone(heard, CUSTOMER_HZ, 1.5)
    stop(centre, campaign)


async def test_nobody_is_phoned_twice_when_the_dialler_dies(centre: Centre, at: At) -> None:
    one, other = await at("customer1"), await at("customer3")
    campaign = await launch(centre, "customer1", "customer2", "customer3")
    await one.rings(30)
    await other.rings(30)
    # The second customer's phone is off.
    await attempts(centre, campaign, lambda found: sorted(map(str, found)) == ["None", "None", "no_answer"])
    async with listening(centre) as prompts:
        await kill_and_restart(centre)
        await one.answer()
        await other.hang_up()
        await prompts.begins("-q-again")
        await one.press("1")
        await prompts.begins("-q-repair")
        await one.press("5")
        await one.ended(20)
    ended = ["busy", "completed", "no_answer"]
    found = await attempts(centre, campaign, lambda outcomes: sorted(map(str, outcomes)) == ended)
    assert sorted(attempt["try"] for attempt in found) == [1, 1, 1]
    assert [json.loads(r["answers"]) for r in rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)] == [
        {"again": "1", "repair": "5"}
    ]
    stop(centre, campaign)


async def test_who_refuses_by_key_is_never_phoned_again(centre: Centre, at: At) -> None:
    customer = await at("customer2")
    async with listening(centre) as prompts:
        campaign = await launch(centre, "customer2")
        await customer.answers_call(30)
        await prompts.begins("-opening")
        await customer.press("*")
        await customer.ended(20)
    await attempts(centre, campaign, lambda found: found == ["refused"])
    refused = rows(
        centre, "SELECT extent, by FROM do_not_call WHERE company = ? AND number = ?", COMPANY, "01000000002"
    )
    assert refused == [{"extent": "all", "by": "key"}]
    assert rows(centre, "SELECT * FROM usage_entry WHERE call LIKE ?", f"survey-{campaign}-%") == []
    again = await launch(centre, "customer2")
    set_aside = "SELECT * FROM contact WHERE campaign = ? AND why = 'do_not_call'"
    async with asyncio.timeout(20):
        while not rows(centre, set_aside, again):  # noqa: ASYNC110 (another process writes it)
            await asyncio.sleep(0.1)
    assert rows(centre, "SELECT * FROM attempt WHERE campaign = ?", again) == []
    stop(centre, campaign)
    stop(centre, again)


async def test_the_dialler_dies_in_an_interview_and_asks_from_the_beginning(centre: Centre, at: At) -> None:
    customer = await at("customer1")
    async with listening(centre) as prompts:
        campaign = await launch(centre, "customer1")
        await customer.answers_call(30)
        await prompts.begins("-q-again")
        await customer.press("1")
        await prompts.begins("-q-repair")
        await kill_and_restart(centre)
        await prompts.begins("-q-again")
        await customer.press("2")
        await prompts.begins("-q-repair")
        await customer.press("5")
        await customer.ended(20)
    await attempts(centre, campaign, lambda found: found == ["completed"])
    [response] = rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)
    assert json.loads(response["answers"]) == {"again": "2", "repair": "5"}
    stop(centre, campaign)


def set_hours(centre: Centre, campaign: int, span: str) -> None:
    """Let the campaign's window be this, each day."""
    [found] = rows(centre, "SELECT plan FROM campaign WHERE number = ?", campaign)
    plan = json.loads(found["plan"]) | {"hours": Hours(**dict.fromkeys(WEEK, span)).model_dump(mode="json")}
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", timeout=10)) as database:
        database.execute("UPDATE campaign SET plan = ? WHERE number = ?", (json.dumps(plan), campaign))
        database.commit()


async def withdraw(centre: Centre, account: str) -> None:
    """The customer takes the consent to marketing use back."""
    engine, now = open_engine(centre.settings.database_url), datetime.now(UTC)
    line = Entry(matter=Matter.MARKETING, act=Act.WITHDRAWN, at=now, proof="")
    try:
        async with sessions(engine).begin() as session:
            Permissions(session, CENTRE).add_consents(COMPANY, NUMBERS[account], [line], "test", now)
    finally:
        await engine.dispose()


async def test_the_window_opens_and_closes_by_the_second_and_consent_is_looked_at_when_it_does(
    centre: Centre, at: At
) -> None:
    """The night's own edges are decided by the same clock (tests/unit/campaigns/test_dialler.py)."""
    customer = await at("customer1")
    campaign = await launch(centre, "customer1", "customer3", kind="usefulness", hours=NEVER)
    zone = ZoneInfo("Asia/Seoul")
    opens = (datetime.now(zone) + timedelta(seconds=70)).replace(second=0, microsecond=0)
    closes = opens + timedelta(minutes=1)
    set_hours(centre, campaign, f"{opens:%H:%M}-{'24:00' if closes.date() > opens.date() else f'{closes:%H:%M}'}")
    await withdraw(centre, "customer3")
    await customer.rings(90)
    # The first moment of the window, and not one before.
    [first] = rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign)
    assert 0 <= first["at"] - opens.timestamp() * 1000 < 20_000
    await customer.hang_up()
    await attempts(centre, campaign, lambda found: found == ["busy"])
    [aside] = rows(centre, "SELECT * FROM contact WHERE campaign = ? AND why IS NOT NULL", campaign)
    assert (aside["number"], aside["why"], aside["tries"]) == (NUMBERS["customer3"], "consent_withdrawn", 0)
    async with asyncio.timeout(90):
        while datetime.now(zone) < closes:  # noqa: ASYNC110 (the clock on the wall is what is tested)
            await asyncio.sleep(0.2)
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", timeout=10)) as database:
        database.execute("UPDATE contact SET due_at = 1 WHERE campaign = ? AND why IS NULL", (campaign,))
        database.commit()
    # Several looks of the dialler later still nobody is rung; with a window again, at once.
    await asyncio.sleep(6)
    assert len(rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign)) == 1
    set_hours(centre, campaign, "00:00-24:00")
    await customer.rings(30)
    stop(centre, campaign)
    await customer.hang_up()
    await attempts(centre, campaign, lambda found: found == ["busy", "busy"])
