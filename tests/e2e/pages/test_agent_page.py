"""An agent's desk, by the keyboard alone."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, expect
from sqlalchemy import select

from callcenter.store.models import TicketRow
from tests.e2e.pages.conftest import SignIn
from tests.web_centre import WebCentre, now_ms, record

pytestmark = pytest.mark.e2e


async def rings(web: WebCentre, call: str = "cc-1795429970.7", stage: str = "ringing") -> None:
    await web.feed_agent(
        "1001",
        stage,
        call={
            "id": call,
            "company": "nurim",
            "group": "kitchen",
            "caller": "01012345678",
            "since": now_ms(),
            "stage": stage,
        },
    )


async def tickets(web: WebCentre) -> list[TicketRow]:
    async with web.sessions() as session:
        return list(await session.scalars(select(TicketRow)))


async def desk(web: WebCentre, sign_in: SignIn, state: str = "ready") -> Page:
    await web.feed_controller()
    await web.feed_agent("1001", state)
    return await sign_in("a1001")


async def test_log_in_ready_and_pause_by_keys(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in, "offline")
    for key, verb, reason, state in (
        ("l", "login", "", "paused"),
        ("r", "ready", "", "ready"),
        ("2", "pause", "meal", "paused"),
    ):
        answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited three lines on
        await page.keyboard.press(key)
        (told,) = await answering
        assert (told["verb"], told["reason"]) == (verb, reason)
        await web.redis.delete("cc:commands")
        await web.feed_agent("1001", state, reason=reason or None)
        await expect(page.locator("#state")).to_have_class(f"state {state}")
    await expect(page.locator("#live")).to_contain_text("식사")


async def test_an_engine_that_does_not_answer_is_told(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in, "paused")
    await page.keyboard.press("r")
    await expect(page.locator("#reply")).to_contain_text("엔진이 응답하지 않습니다", timeout=8_000)


async def test_a_call_is_noted_by_the_keyboard_alone(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web)
    await expect(page.locator("#call-card .company")).to_have_text("누림전자")
    await expect(page.locator("#call-card .caller")).to_have_text("010-1234-5678")
    await expect(page).to_have_title("☎ 상담 · 공동 A/S센터")
    await expect(page.locator("#note form")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.press("Space")
    for text in ("", "", "홍길동", "전기밥솥", "전원이 켜지지 않음", "방문 수리 접수"):
        await page.keyboard.press("Tab")
        await page.keyboard.insert_text(text)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#saved")).to_contain_text("티켓 A-")
    (ticket,) = await tickets(web)
    assert (ticket.company, ticket.customer_name, ticket.product) == ("nurim", "홍길동", "전기밥솥")
    assert ticket.symptom == "전원이 켜지지 않음"


async def test_what_is_typed_survives_pushes_the_calls_end_and_a_reload(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web)
    await page.locator("#symptom").fill("소음이 큼")
    await page.locator("#symptom").focus()
    await rings(web, stage="talking")
    await expect(page.locator("#call-card")).to_have_class("card call talking")
    await rings(web, stage="wrapup")
    await expect(page.locator("#state")).to_have_text("후처리")
    await expect(page.locator("#symptom")).to_be_focused()
    await web.feed_agent("1001", "ready")
    await expect(page.locator("#call-card")).to_have_count(0)
    await expect(page.locator("#symptom")).to_have_value("소음이 큼")
    await rings(web)
    await page.reload()
    await expect(page.locator("#symptom")).to_have_value("소음이 큼")


async def test_the_next_call_leaves_the_unsaved_note_to_come_back_to(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web, "cc-1795429970.7")
    await page.locator("#symptom").fill("첫 고객의 증상")
    await page.keyboard.press("Escape")
    await rings(web, "cc-1795429999.8")
    await expect(page.locator("#symptom")).to_have_value("")
    await expect(page.locator("#drafts")).to_be_visible()


async def test_a_saved_note_leaves_no_draft(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web)
    await page.get_by_text("고장", exact=True).click()
    await page.locator("#symptom").fill("저장한 증상")
    assert await page.evaluate("Object.keys(localStorage).length") == 1
    await page.locator("#save").click()
    await expect(page.locator("#saved")).to_contain_text("저장했습니다")
    assert await page.evaluate("Object.keys(localStorage).length") == 0


async def test_a_note_that_cannot_be_kept_stays_and_says_so(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web)
    await page.get_by_text("고장", exact=True).click()
    await page.locator("#symptom").fill("잃으면 안 되는 내용")
    await page.route("**/note", lambda route: route.abort())
    await page.locator("#save").click()
    await expect(page.locator("#saved")).to_contain_text("연결이 끊겼습니다")
    await expect(page.locator("#symptom")).to_have_value("잃으면 안 되는 내용")
    assert await page.evaluate("Object.keys(localStorage).length") == 1


async def test_the_phone_and_the_engine_are_watched(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await expect(page.locator("#live")).to_contain_text("전화기 연결됨")
    await web.feed_agent("1001", "ready", registered=False)
    await expect(page.locator("#live")).to_contain_text("전화기가 등록되지 않음")
    await web.redis.delete("cc:controller")
    await expect(page.locator("#live .alert")).to_contain_text("엔진이 응답하지 않습니다")


async def test_a_call_of_the_day_without_a_note_gets_it_afterwards(web: WebCentre, sign_in: SignIn) -> None:
    await web.add(record("cc-1795429970.1"))
    page = await desk(web, sign_in)
    await expect(page.locator("#day-figures")).to_contain_text("메모 없음 1")
    await page.locator("#day tbody button").click()
    await expect(page.locator("#note form")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.press("Space")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#saved")).to_contain_text("티켓 A-")


async def test_the_agent_sees_who_waits_for_the_own_groups(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await expect(page.locator("#my-line")).to_have_text("내 그룹에 기다리는 고객이 없습니다.")
    for_whom = [{"group": group, "since": now_ms() - 20_000} for group in ("kitchen", "furniture")]
    await web.feed_board(waiting=for_whom)
    await expect(page.locator("#my-line")).to_contain_text("내 그룹 대기 1")


async def test_a_call_is_passed_on_by_the_keyboard_with_what_was_typed(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web, stage="talking")
    await web.feed_board()
    await page.locator("#symptom").fill("조명이 깜박임")
    await page.locator("h1").first.click()
    await page.keyboard.press("t")
    await expect(page.locator("#chooser")).to_be_visible()
    first = page.locator("#chooser-list button").first
    await expect(first).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await expect(first).not_to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("#chooser")).to_be_hidden()
    await page.keyboard.press("t")
    await expect(page.locator("#chooser")).to_be_visible()
    answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited two lines on
    await page.keyboard.press("3")
    (told,) = await answering
    assert told["verb"] == "pass"
    assert told["reason"] == await page.locator("#chooser-list button").nth(2).evaluate(
        "button => JSON.parse(button.getAttribute('hx-vals')).target"
    )
    await expect(page.locator("#chooser")).to_be_hidden()
    assert await web.redis.xlen("cc:journal") == 1


async def test_the_next_agent_sees_who_passed_the_call_on(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    call = {
        "id": "cc-1795429970.7", "company": "nurim", "group": "kitchen", "caller": "01012345678", "since": now_ms(),
        "stage": "ringing", "passed_by": "1003",
    }  # fmt: skip
    await web.feed_agent("1001", "ringing", call=call)
    await expect(page.locator("#passed-by")).to_have_text("박지민 상담사가 전달")


async def test_a_new_call_takes_no_field_from_whoever_is_writing(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web, "cc-1795429970.7")
    await page.locator("#symptom").focus()
    await page.keyboard.insert_text("첫 고객의 ")
    await rings(web, "cc-1795429999.8")
    await expect(page.locator("#next-note")).to_be_visible()
    await expect(page.locator("#symptom")).to_be_focused()
    await page.keyboard.type("sal ")
    await page.keyboard.insert_text("증상")
    await expect(page.locator("#symptom")).to_have_value("첫 고객의 sal 증상")
    assert await web.redis.xlen("cc:commands") == 0
    await page.keyboard.press("Escape")
    await expect(page.locator("#note form")).to_have_attribute("data-call", "cc-1795429999.8")
    await expect(page.locator("#next-note")).to_be_hidden()
    await web.add(record("cc-1795429970.7"))
    await page.keyboard.press("w")
    await expect(page.locator("#symptom")).to_have_value("첫 고객의 sal 증상")


async def test_what_is_saved_makes_room_for_the_next_call_at_once(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web, "cc-1795429970.7")
    await page.get_by_text("고장", exact=True).click()
    await page.locator("#symptom").fill("저장한 증상")
    await web.add(record("cc-1795429970.7"))
    await rings(web, "cc-1795429999.8")
    await expect(page.locator("#next-note")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#note form")).to_have_attribute("data-call", "cc-1795429999.8")
    assert len(await tickets(web)) == 1


async def test_a_note_that_was_not_saved_in_wrap_up_is_still_there_after_a_reload(
    web: WebCentre, sign_in: SignIn
) -> None:
    page = await desk(web, sign_in)
    await rings(web)
    await expect(page.locator("#note form")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.press("2")
    await page.locator("#symptom").fill("아직 다 쓰지 못함")
    await rings(web, stage="wrapup")
    await web.add(record("cc-1795429970.7"))
    await web.feed_agent("1001", "ready")
    await expect(page.locator("#call-card")).to_have_count(0)
    await expect(page.locator("#symptom")).to_have_value("아직 다 쓰지 못함")
    await page.reload()
    await expect(page.locator("#drafts")).to_be_visible()
    await page.keyboard.press("w")
    await expect(page.locator("#symptom")).to_have_value("아직 다 쓰지 못함")
    await expect(page.locator('[name="reason"]').nth(1)).to_be_checked()


async def test_a_whole_call_needs_no_mouse(web: WebCentre, sign_in: SignIn) -> None:
    page = await desk(web, sign_in)
    await rings(web, stage="talking")
    await expect(page.locator("#note form")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.press("3")
    await expect(page.locator('[name="reason"]').nth(2)).to_be_checked()
    for text in ("", "", "홍길동", "전기밥솥", "전원이 켜지지 않음", "방문 수리 접수"):
        await page.keyboard.press("Tab")
        await page.keyboard.insert_text(text)
    await rings(web, stage="wrapup")
    await expect(page.locator("#state")).to_have_text("후처리")
    await expect(page.locator("#result")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator('[name="ticket"]').first).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(page.locator('[name="settled"]')).to_be_checked()
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#saved")).to_contain_text("티켓 A-")
    await page.keyboard.press("Escape")
    answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited two lines on
    await page.keyboard.press("2")
    (told,) = await answering
    assert (told["verb"], told["reason"]) == ("pause", "meal")
    (ticket,) = await tickets(web)
    assert (ticket.product, ticket.status) == ("전기밥솥", "closed")
