"""The live board as a supervisor sees it."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import SignIn
from tests.web_centre import PASSWORD, WebCentre, now_ms, record

pytestmark = pytest.mark.e2e

LOST = re.compile(r"\blost\b")


def waits(seconds: int) -> dict[str, object]:
    return {
        "call": "cc-1.5",
        "company": "nurim",
        "group": "kitchen",
        "since": now_ms() - seconds * 1000,
        "position": 1,
        "stage": "queue",
        "ring": 2,
    }


async def test_a_waiting_caller_appears_ticks_and_goes_without_a_reload(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in("sup")
    await page.evaluate("window.notReloaded = true")
    await expect(page.locator("#waiting")).to_have_text("0")
    await web.feed_board(waiting=[waits(58)])
    await expect(page.locator("#waiting")).to_have_text("1")
    row = page.locator("#waiting-cc-1-5")
    await expect(row).to_contain_text("누림전자")
    await expect(row.locator("time")).to_have_text(re.compile(r"1:0\d"))
    await web.feed_board(waiting=[])
    await expect(page.locator("#waiting")).to_have_text("0")
    assert await page.evaluate("window.notReloaded")


async def test_who_is_favoured_and_which_call_is_offered_further_is_shown_with_the_reason(
    web: WebCentre, sign_in: SignIn
) -> None:
    page = await sign_in("sup")
    await web.feed_board(waiting=[waits(40)], favoured={"nurim": {"level": 0.625, "floor": 0.8, "credit_s": 52}})
    await expect(page.locator("#waiting-cc-1-5 .tag")).to_have_text("+1")
    tag = page.locator("#company-nurim .first")
    await expect(tag).to_have_text("↑")
    await expect(tag).to_have_attribute("title", re.compile("62 %.*80 %.*52"))


LAGGING = {
    "kitchen": {"level": 0.713, "of_all": 0.845, "credit_s": 60},
    "av": {"level": 0.82, "of_all": 0.845, "credit_s": 30},
    "pc": {"level": 0.825, "of_all": 0.845, "credit_s": 24},
    "car": {"level": 0.83, "of_all": 0.845, "credit_s": 18},
}


async def test_which_groups_go_first_because_they_lag_is_shown_with_the_reason(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    await web.feed_board(favoured_groups=LAGGING, favoured={"nurim": {"level": 0.625, "floor": 0.8, "credit_s": 52}})
    tag = page.locator("#group-kitchen .first")
    await expect(tag).to_have_text("↑")
    await expect(tag).to_have_attribute("title", re.compile("71 %.*84 %.*60초"))
    await expect(page.locator("#group-beauty .first")).to_have_count(0)
    # In words as well, for whoever has no pointer: a telephone, the wall.
    await expect(page.locator("#behind")).to_contain_text("주방가전 71 % (전체 84 %, +60초) · AV기기")
    await expect(page.locator("#behind")).to_contain_text("외 1")
    await expect(page.locator("#below")).to_contain_text("누림전자 62 % (약속 80 %, +52초)")
    await page.set_viewport_size({"width": 1920, "height": 1080})
    await page.goto(web.url + "/board?wall=1")
    await expect(page.locator("#behind")).to_be_visible()
    hidden = (
        "document.querySelector('.groups').offsetWidth > document.querySelector('.groups').parentElement.offsetWidth"
    )
    assert not await page.evaluate(hidden)
    await web.feed_board()
    await expect(page.locator("#behind")).to_have_count(0)
    await expect(page.locator("#group-kitchen .first")).to_have_count(0)


async def test_rows_stay_the_same_elements_when_figures_change(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_agent("1001")
    await web.feed_board()
    page = await sign_in("sup")
    await page.evaluate("document.querySelector('#group-kitchen').marked = true")
    await web.feed_board(waiting=[waits(5)])
    await expect(page.locator("#group-kitchen td").first).to_have_text("1")
    assert await page.evaluate("document.querySelector('#group-kitchen').marked")


async def test_an_answered_call_is_counted(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in("sup")
    await expect(page.locator("#answered")).to_have_text("0")
    await web.add(record("cc-1795400000.1"))
    await expect(page.locator("#answered")).to_have_text("1")
    await expect(page.locator("#company-nurim")).to_contain_text("100 %")


async def test_an_engine_that_stops_is_told_in_big_letters(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in("sup")
    await expect(page.locator(".stale.shown")).to_have_count(0)
    await expect(page.locator(".stale.shown")).to_contain_text("엔진이 멈춰 있습니다", timeout=10_000)
    await web.feed_board()
    await expect(page.locator(".stale.shown")).to_have_count(0)


async def test_a_server_that_goes_away_is_told_by_the_page_itself(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in("sup")
    async with asyncio.TaskGroup() as tasks:
        await web.stop()
        await expect(page.locator("body")).to_have_class(LOST, timeout=15_000)
        await expect(page.locator(".stale.unheard")).to_be_visible()
        await web.start(tasks)
        try:
            await web.feed_board(waiting=[waits(5)])
            await expect(page.locator("body")).not_to_have_class(LOST, timeout=15_000)
            await expect(page.locator("#waiting")).to_have_text("1")
        finally:
            await web.stop()


async def test_a_first_connection_that_fails_is_tried_again(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in(None)
    cut = re.compile("/board/live$")
    await page.route(cut, lambda route: route.abort())
    await page.fill("#login", "sup")
    await page.fill("#password", PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("body")).to_have_class(LOST, timeout=15_000)
    await page.unroute(cut)
    await web.feed_board(waiting=[waits(5)])
    await expect(page.locator("body")).not_to_have_class(LOST, timeout=15_000)
    await expect(page.locator("#waiting")).to_have_text("1")


async def test_the_wallboard_is_read_from_across_the_room(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in("sup", width=1920, height=1080)
    await page.keyboard.press("w")
    await page.wait_for_url("**/board?wall=1")
    size = await page.evaluate("parseFloat(getComputedStyle(document.querySelector('#waiting')).fontSize)")
    assert size > 100
    await expect(page.locator("header.bar")).to_be_hidden()
    # At two metres from a screen of 50 inches nothing below this is read.
    sizes = await page.evaluate(
        """() => [...document.querySelectorAll("#board :is(dt, dd, td, th, span, a, caption)")]
        .filter((one) => one.offsetWidth && one.textContent.trim())
        .map((one) => parseFloat(getComputedStyle(one).fontSize))"""
    )
    assert min(sizes) >= 22
    await page.keyboard.press("f")
    await page.wait_for_function("document.fullscreenElement !== null")
    await page.keyboard.press("f")
    await page.wait_for_function("document.fullscreenElement === null")


async def test_no_state_on_the_wallboard_is_told_by_colour_alone_and_every_figure_stands_out(
    web: WebCentre, sign_in: SignIn
) -> None:
    await web.add(record("cc-1795400000.1"))
    await web.feed_agent("1001", "paused", reason="meal")
    await web.feed_board(waiting=[waits(58)])
    page = await sign_in("sup", width=1920, height=1080)
    await page.goto(web.url + "/board?wall=1")
    alarm = page.locator(".tile.alarm dt").first
    assert "▲" in await alarm.evaluate("dt => getComputedStyle(dt, '::before').content")
    faint = await page.evaluate(
        """() => {
        const rgb = (text) => text.match(/[0-9.]+/g).map(Number);
        const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
          .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
          .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
        const behind = (one) => {
          const colour = rgb(getComputedStyle(one).backgroundColor);
          return colour[3] === 0 ? behind(one.parentElement) : colour;
        };
        return [...document.querySelectorAll("#board :is(dt, dd, .state, .late, caption, thead th)")].flatMap((one) => {
          const [a, b] = [light(rgb(getComputedStyle(one).color)), light(behind(one))].sort((x, y) => y - x);
          const ratio = (a + 0.05) / (b + 0.05);
          return ratio < 4.5 ? [`${one.textContent.trim()} ${ratio.toFixed(1)}`] : [];
        });
        }"""
    )
    assert faint == []


async def test_keys_are_listed_and_lead_on(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in("sup")
    await page.keyboard.press("?")
    await expect(page.locator("#shortcuts")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#shortcuts")).to_be_hidden()
    await page.keyboard.press("g")
    await page.keyboard.press("r")
    await page.wait_for_url("**/records")


async def test_a_supervisor_chooses_whom_to_listen_to_by_the_keyboard(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    call = {"id": "cc-1.1", "company": "nurim", "group": "kitchen", "since": now_ms(), "stage": "talking"}
    await web.feed_agent("1001", "talking", call=call)
    await web.feed_board()
    await page.keyboard.press("h")
    await expect(page.locator("#chooser-list button")).to_be_focused()
    answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited two lines on
    await page.keyboard.press("1")
    (told,) = await answering
    assert (told["verb"], told["agent"], told["by"]) == ("listen", "1001", "sup")
    await expect(page.locator("#chooser")).to_be_hidden()
    await expect(page.locator("#reply")).to_contain_text("전화기가 울립니다")


async def test_an_agent_is_logged_out_from_the_board_by_the_keyboard(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    await web.feed_agent("1001", "ready")
    await web.feed_board()
    await page.locator("#agent-1001 button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#chooser")).to_contain_text("김서연")
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(web.answer_commands({"ok": True}))
        await page.keyboard.press("3")
    [told] = answering.result()
    assert (told["agent"], told["verb"], told["by"]) == ("1001", "logout", "sup")
    await expect(page.locator("#reply")).to_contain_text("김서연: 요청했습니다")
    await expect(page.locator("#chooser")).to_be_hidden()
