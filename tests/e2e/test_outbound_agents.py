"""Campaigns with agents: real softphones on both sides, answers entered at the desk, whatever dies meanwhile."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.interview import End
from callcenter.outbound.book import Asked, Book
from callcenter.store.engine import open_engine, sessions
from callcenter.store.epoch import to_ms
from callcenter.web.passwords import hash_password
from tests.e2e.harness.campaigns import COMPANY, SHOWN, attempts, rows, stop
from tests.e2e.harness.centre import Centre
from tests.e2e.harness.fixtures import AGENT_HZ, CUSTOMER_HZ, At, ready
from tests.e2e.harness.prompts import listening
from tests.e2e.test_outbound import FORM, NUMBERS, launch, results
from tests.e2e.tones import expect_tone
from tests.integration.web.conftest import Browser

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

AGENT = "2001"
TRANSFER = FORM.split("[[question]]")[0] + (
    '[[question]]\nid = "again"\nkind = "yes_no"\nko = "다시?"\nen = "Again? One for yes."\n'
    '[[question]]\nid = "person"\nkind = "transfer"\ngroup = "furniture"\nko = "연결합니다."\nen = "We connect you."\n'
)


@asynccontextmanager
async def at_the_desk(centre: Centre, agent: str = AGENT) -> AsyncIterator[Browser]:
    """The agent's page, signed in."""
    hashed = await hash_password("a long password of a test")
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", timeout=10)) as database:
        asked = (
            "INSERT OR REPLACE INTO user_account (login, name, role, agent, password_hash, language) "
            "VALUES (?, ?, 'agent', ?, ?, 'en')"
        )
        database.execute(asked, (f"agent-{agent}", "agent", agent, hashed))
        database.commit()
    web = SimpleNamespace(url=f"http://{centre.settings.web_host}:{centre.settings.web_port}")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        page = Browser(web, http)  # type: ignore[arg-type]
        status, _ = await page.sign_in(f"agent-{agent}", "a long password of a test")
        assert status == 303
        yield page


async def until(condition: Callable[[], Awaitable[object]], within: float = 20.0) -> None:
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 (other processes see to it)
            await asyncio.sleep(0.1)


async def kept_free(centre: Centre, campaign: int, agent: str = AGENT) -> None:
    await centre.board(lambda b: any(a["id"] == agent and a["reserved"] == campaign for a in b["agents"]))


async def test_progressive_connects_at_once_and_what_the_agent_enters_is_the_result(
    centre: Centre, at: At, now: int
) -> None:
    customer = await at("customer1")
    async with ready(centre, at, AGENT) as agent, at_the_desk(centre) as page:
        campaign = await launch(centre, "customer1", mode="progressive")
        assert await customer.rings(30) == SHOWN
        await kept_free(centre, campaign)
        await customer.answer()
        picked_up = time.monotonic()
        assert await agent.answers_call(2) == NUMBERS["customer1"]
        assert "단체" in agent.shown, "the customer is phoned for a company, and the agent's phone says for which"
        assert time.monotonic() - picked_up < 2
        await centre.agent(AGENT, "talking")
        [attempt] = rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign)
        call = f"survey-{attempt['id']}"
        status, sheet = await page.get(f"/agent/sheets/{call}")
        assert status == 200
        assert "Would you come again?" in sheet
        status, hidden = await page.post(f"/agent/sheets/{call}/draft", {"again": "2"})
        assert (status, json.loads(hidden)) == (200, {"hidden": ["reason"]})
        assert 'value="2" checked' in (await page.get(f"/agent/sheets/{call}"))[1]
        assert (await page.post(f"/agent/sheets/{call}/finished", {"again": "2"}))[0] == 422
        await asyncio.sleep(2)  # both speak
        status, _ = await page.post(f"/agent/sheets/{call}/finished", {"again": "2", "repair": "4"})
        assert status == 200
        spoken = time.monotonic() - picked_up
        [attempt] = await attempts(centre, campaign, lambda found: found == ["completed"])
        # The conversation goes on until somebody hangs up.
        assert (await centre.agent(AGENT, "talking"))["call"]["campaign"] == campaign
        await customer.hang_up()
        await agent.ended()
        await centre.agent(AGENT, "wrapup", "ready")
    expect_tone(customer.heard, AGENT_HZ, 1.5)
    expect_tone(agent.heard, CUSTOMER_HZ, 1.5)
    [record] = await centre.records(1, now)
    assert (record["call"], record["direction"], record["via"]) == (call, "outbound", "campaign")
    assert (record["agent"], record["outcome"], record["company"]) == (AGENT, "answered", COMPANY)
    assert record["recording"].endswith(call)
    assert (centre.settings.data / "media/recordings" / f"{record['recording']}-agent.wav").is_file()
    [response] = rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)
    assert json.loads(response["answers"]) == {"again": "2", "repair": "4"}
    assert (response["complete"], response["end"]) == (1, "finished")
    [used] = rows(centre, "SELECT * FROM usage_entry WHERE call = ?", call)
    assert (used["kind"], used["company"], used["outcome"], used["line"]) == ("happy", COMPANY, "completed", None)
    assert abs(used["talk_ms"] - 1000 * spoken) < 2000
    shown = await results(centre, campaign)
    assert shown["funnel"] == dict.fromkeys(("contacts", "permitted", "dialled", "answered", "complete"), 1)
    stop(centre, campaign)


async def test_predictive_tells_who_called_when_nobody_is_free(centre: Centre, at: At) -> None:
    customer = await at("customer1")
    async with ready(centre, at, AGENT), listening(centre) as prompts:
        campaign = await launch(centre, "customer1", mode="predictive")
        await customer.rings(30)
        await centre.wish(AGENT, "pause", "meal")
        await centre.agent(AGENT, "paused")
        await customer.answer()
        answered = time.monotonic()
        await prompts.begins(f"survey-nobody-{COMPANY}")
        assert 1.5 < time.monotonic() - answered < 4
        await customer.ended(20)
    await attempts(centre, campaign, lambda found: found == ["abandoned"])
    assert rows(centre, "SELECT * FROM usage_entry WHERE call LIKE ?", f"survey-{campaign}-%") == []
    stop(centre, campaign)


async def test_a_survey_hands_over_to_whoever_is_free_next(centre: Centre, at: At, now: int) -> None:
    customer = await at("customer3")
    async with listening(centre) as prompts:
        campaign = await launch(centre, "customer3", text=TRANSFER)
        await customer.answers_call(30)
        await prompts.begins("-q-again")
        await customer.press("1")
        await prompts.begins("-q-person")
        await prompts.begins("queue-wait")
    [attempt] = await attempts(centre, campaign, lambda found: found == ["completed"])
    async with ready(centre, at, AGENT) as agent:
        assert await agent.answers_call(5) == NUMBERS["customer3"]
        await centre.agent(AGENT, "talking")
        await asyncio.sleep(2.5)  # both speak
        await agent.hang_up()
        await customer.ended()
    expect_tone(customer.heard, AGENT_HZ, 1.5)
    expect_tone(agent.heard, CUSTOMER_HZ, 1.5)
    [record] = await centre.records(1, now)
    assert (record["call"], record["direction"], record["via"]) == (f"survey-{attempt['id']}", "outbound", "transfer")
    assert (record["outcome"], record["ended_by"], record["agent"]) == ("answered", "agent", AGENT)
    [response] = rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)
    assert (json.loads(response["answers"]), response["end"]) == ({"again": "1"}, "transferred")
    stop(centre, campaign)


async def test_no_answer_is_lost_when_the_dialler_dies_before_a_transfer_is_written_down(
    centre: Centre, at: At
) -> None:
    customer = await at("customer3")
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", isolation_level=None)) as database:
        async with listening(centre) as prompts:
            campaign = await launch(centre, "customer3", text=TRANSFER)
            await customer.answers_call(30)
            await prompts.begins("-q-again")
            await customer.press("1")
            await prompts.begins("-q-person")
            database.execute("BEGIN IMMEDIATE")
            # Nobody can write now, so the customer is in nobody else's hands yet.
            with pytest.raises(AssertionError, match="queue-wait"):
                await prompts.begins("queue-wait", within=4)
            centre.house.stop("dialler", signal.SIGKILL)
            database.execute("ROLLBACK")
            centre.house.start("dialler")
            await prompts.begins("-q-again")
            await customer.press("2")
            await prompts.begins("queue-wait")
    await attempts(centre, campaign, lambda found: found == ["completed"])
    [response] = rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)
    assert (json.loads(response["answers"]), response["end"]) == ({"again": "2"}, "transferred")
    stop(centre, campaign)
    await customer.hang_up()


async def test_whom_an_agent_was_promised_comes_to_one_though_the_dialler_died_after_writing_it_down(
    centre: Centre, at: At
) -> None:
    customer = await at("customer3")
    engine, now = open_engine(centre.settings.database_url), datetime.now(UTC)
    async with listening(centre) as prompts:
        campaign = await launch(centre, "customer3", text=TRANSFER)
        await customer.answers_call(30)
        await prompts.begins("-q-again")
        centre.house.stop("dialler", signal.SIGKILL)
        [attempt] = rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign)
        book = Book(sessions(engine), ZoneInfo("Asia/Seoul"))
        work = await book.work(campaign, frozenset(), now)
        assert work is not None
        said = Asked(answers={"again": "1"}, end=End.TRANSFERRED, since=to_ms(now), until=to_ms(now))
        await book.finish(work, attempt["id"], Outcome.COMPLETED, now, said)
        await engine.dispose()
        centre.house.start("dialler")
        await prompts.begins("queue-wait")
    stop(centre, campaign)
    await customer.hang_up()


async def test_a_conversation_survives_controller_and_dialler(centre: Centre, at: At, now: int) -> None:
    customer = await at("customer1")
    async with ready(centre, at, AGENT) as agent, at_the_desk(centre) as page:
        campaign = await launch(centre, "customer1", mode="progressive")
        await customer.answers_call(30)
        await agent.answers_call(2)
        await centre.agent(AGENT, "talking")
        [attempt] = rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign)
        call = f"survey-{attempt['id']}"
        assert (await page.post(f"/agent/sheets/{call}/draft", {"again": "1"}))[0] == 200
        for process in ("controller", "dialler"):
            centre.house.stop(process, signal.SIGKILL)
        await asyncio.sleep(2.5)  # both speak, with nobody to look after them
        for process in ("controller", "dialler"):
            centre.house.start(process)
        await centre.agent(AGENT, "talking", within=30)
        await agent.hang_up()
        await customer.ended()
        assert (await page.post(f"/agent/sheets/{call}/finished", {"again": "1", "repair": "5"}))[0] == 200
        await attempts(centre, campaign, lambda found: found == ["completed"])
    expect_tone(customer.heard, AGENT_HZ, 2.0)
    expect_tone(agent.heard, CUSTOMER_HZ, 2.0)
    [record] = await centre.records(1, now)
    assert (record["call"], record["via"], record["outcome"]) == (call, "campaign", "answered")
    assert [json.loads(r["answers"]) for r in rows(centre, "SELECT * FROM response WHERE campaign = ?", campaign)] == [
        {"again": "1", "repair": "5"}
    ]
    stop(centre, campaign)


async def test_in_preview_the_agent_looks_first_and_dials(centre: Centre, at: At) -> None:
    customer = await at("customer3")
    async with ready(centre, at, AGENT) as agent, at_the_desk(centre) as page:
        campaign = await launch(centre, "customer1", "customer3", mode="preview")

        def shown(number: str) -> Callable[[], Awaitable[object]]:
            async def there() -> bool:
                return number in (await page.get("/agent"))[1]

            return there

        await until(shown("010-0000-0001"))
        assert rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign) == []
        assert (await page.post("/agent/preview/unsuitable"))[0] == 204
        await until(shown("010-0000-0003"))
        assert (await page.post("/agent/preview/dial"))[0] == 204
        await customer.answers_call(10)
        await agent.answers_call(2)
        await centre.agent(AGENT, "talking")
        [attempt] = rows(centre, "SELECT * FROM attempt WHERE campaign = ?", campaign)
        status, _ = await page.post(f"/agent/sheets/survey-{attempt['id']}/refused")
        assert status == 200
        await attempts(centre, campaign, lambda found: found == ["refused"])
        await customer.hang_up()
        await agent.ended()
    refused = rows(centre, "SELECT by FROM do_not_call WHERE company = ? AND number = ?", COMPANY, NUMBERS["customer3"])
    assert refused == [{"by": "agent"}]
    aside = rows(centre, "SELECT why FROM contact WHERE campaign = ? AND number = ?", campaign, NUMBERS["customer1"])
    assert aside == [{"why": "unsuitable"}]
    stop(centre, campaign)
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", timeout=10)) as database:
        # Other tests phone this customer, too.
        database.execute("DELETE FROM do_not_call WHERE number = ?", (NUMBERS["customer3"],))
        database.commit()
