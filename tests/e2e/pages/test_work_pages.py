"""Callbacks, messages and marked numbers in a browser."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest
from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, expect

from callcenter.store.work_models import MessageRow
from tests.e2e.pages.conftest import SignIn
from tests.integration.web.test_work import CALL, NUMBER, OTHERS, held, message, open_callback
from tests.web_centre import WebCentre, now_ms

pytestmark = pytest.mark.e2e


async def opens_the_oldest(page: Page) -> None:
    """By its key, again until the page listens: its live part may be exchanged at that very moment."""
    for _ in range(10):
        await page.keyboard.press("o")
        with suppress(PlaywrightError):
            await page.locator("#opened").wait_for(timeout=1000)
            return
    raise AssertionError("the message does not open")


async def test_counts_appear_in_the_header_without_a_reload(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_controller()
    await web.feed_agent("1001")
    page = await sign_in("a1001")
    count = page.locator('[data-shows="messages"]')
    await expect(count).to_be_hidden()
    await message(web)
    await expect(count).to_have_text("1")
    await expect(page.locator("#work")).to_contain_text("새 음성 메시지 1")
    await open_callback(web)
    await expect(page.locator('[data-shows="callbacks"]')).to_have_text("1")


async def test_a_message_is_taken_noted_and_done_by_the_keyboard_alone(web: WebCentre, sign_in: SignIn) -> None:
    await message(web)
    await web.feed_agent("1001", "paused")
    page = await sign_in("a1001")
    await page.goto(web.url + "/messages")
    await opens_the_oldest(page)
    await expect(page.locator("#opened audio")).to_have_js_property("readyState", 4)
    await expect(page.locator("#opened")).to_contain_text("010-****-5678")
    await page.keyboard.press("t")
    await expect(page.locator("#opened")).to_contain_text("010-1234-5678")
    await expect(page.locator("#note form")).to_be_visible()
    answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited two lines on
    await page.keyboard.press("c")
    (told,) = await answering
    assert (told["verb"], told["number"]) == ("callback.phone", NUMBER)
    await expect(page.locator("#opened .done")).to_contain_text("콜백을 만들었습니다")
    await page.keyboard.press("n")
    await page.keyboard.press("Space")
    await page.locator("#symptom").fill("부품 문의")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#saved")).to_contain_text("티켓 A-")
    await page.locator("h1").first.click()
    await page.keyboard.press("d")
    await expect(page.locator("#done-cc-1795429970-7")).to_contain_text("김서연")
    assert await held(web) == ("done", "1001")


async def test_opening_a_message_leaves_it_playing_while_others_come(web: WebCentre, sign_in: SignIn) -> None:
    await message(web)
    page = await sign_in("sup")
    await page.goto(web.url + "/messages")
    await opens_the_oldest(page)
    player = page.locator("#opened audio")
    await expect(player).to_have_js_property("readyState", 4)
    await player.evaluate("element => { element.loop = true; element.muted = true; return element.play(); }")
    await message(web, OTHERS)
    await expect(page.locator("#message-cc-1795429970-8")).to_be_visible()
    assert not await player.evaluate("element => element.paused")


async def test_what_another_took_first_is_said(web: WebCentre, sign_in: SignIn) -> None:
    await message(web)
    page = await sign_in("a1001")
    await page.goto(web.url + "/messages")
    await opens_the_oldest(page)
    await expect(page.locator("#opened")).to_be_visible()
    async with web.sessions.begin() as session:
        row = await session.get(MessageRow, CALL)
        assert row
        row.state, row.agent, row.at = "taken", "1002", now_ms()
    await page.keyboard.press("t")
    await expect(page.locator("#message")).to_contain_text("그사이 다른 사람이")
    assert await held(web) == ("taken", "1002")


async def test_a_callback_is_withdrawn_with_a_reason_and_goes_from_the_list(web: WebCentre, sign_in: SignIn) -> None:
    await open_callback(web)
    page = await sign_in("sup")
    await page.goto(web.url + "/callbacks")
    await page.get_by_role("button", name="취소", exact=True).click()
    await expect(page.locator("#cancel")).to_contain_text("010-****-5678")
    await page.keyboard.insert_text("고객이 방문함")
    answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited two lines on
    await page.keyboard.press("Enter")
    (told,) = await answering
    assert (told["verb"], told["call"], told["reason"]) == ("callback.cancel", CALL, "고객이 방문함")
    await expect(page.locator("#cancel")).to_be_hidden()
    await expect(page.locator("#reply")).to_contain_text("취소했습니다")
    await web.redis.delete("cc:callbacks")
    await expect(page.locator("#open-none")).to_be_visible()


async def test_a_marked_number_is_never_in_the_address(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    await page.goto(web.url + "/marked")
    await page.keyboard.press("n")
    await page.keyboard.insert_text("123")
    await page.locator("#reason").fill("장난 전화")
    await page.keyboard.press("Enter")
    await expect(page.locator("#number-wrong")).to_contain_text("너무 짧습니다")
    await expect(page.locator("#reason")).to_have_value("장난 전화")
    await page.locator("#number").fill("010-1234-5678")
    await page.locator("#mark").select_option("refused")
    await page.keyboard.press("Enter")
    await expect(page.locator(".done")).to_be_visible()
    await expect(page.locator("#mark-1")).to_contain_text("수신 거부")
    await page.get_by_role("button", name="해제").click()
    await expect(page.locator("#mark-1")).to_have_count(0)
    assert not [url for url in seen if "1234" in url]
