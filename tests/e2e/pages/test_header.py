"""The header: everything in one glance on a desk, in one tap on a phone, and by two keys anywhere."""

from __future__ import annotations

import orjson
import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import SignIn
from tests.integration.web.test_sheets import talking
from tests.integration.web.test_work import message
from tests.web_centre import WebCentre

pytestmark = pytest.mark.e2e


async def pages_of(page: Page) -> list[list[str]]:
    found: list[list[str]] = await page.eval_on_selector_all(
        "#menu a", "links => links.map(link => [link.dataset.go, link.pathname])"
    )
    return found


@pytest.mark.parametrize("login", ["sup", "admin"])
async def test_a_supervisor_sees_every_page_in_one_glance(web: WebCentre, sign_in: SignIn, login: str) -> None:
    page = await sign_in(login)
    for link in await page.locator("#menu a").all():
        await expect(link).to_be_in_viewport(ratio=1)
    assert await page.locator("header.bar").evaluate("bar => bar.getBoundingClientRect().height") < 100


async def test_every_page_is_reached_by_its_letter_which_the_overlay_shows(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_board()
    page = await sign_in("sup")
    for letter, path in await pages_of(page):
        await page.keyboard.press("?")
        await expect(page.locator("#shortcuts dt", has=page.locator(f"kbd:text-is('{letter}')")).first).to_be_visible()
        await page.keyboard.press("Escape")
        await page.keyboard.press("g")
        await page.keyboard.press(letter)
        await page.wait_for_url(f"**{path}")
        await expect(page.locator("#menu [aria-current]")).to_have_attribute("href", path)


async def test_keys_work_while_the_keyboard_writes_hangul(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    for key, code in (("ㅎ", "KeyG"), ("ㄱ", "KeyR")):
        await page.evaluate(
            "([key, code]) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, code, bubbles: true }))",
            [key, code],
        )
    await page.wait_for_url("**/records")


async def test_on_a_phone_one_tap_opens_all_pages(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup", width=390, height=800)
    link = page.locator('#menu a[href="/marked"]')
    await expect(link).to_be_hidden()
    await page.locator("button.menu").click()
    for one in await page.locator("#menu a").all():
        await expect(one).to_be_in_viewport(ratio=1)
    await link.click()
    await page.wait_for_url("**/marked")
    assert await page.locator("header.bar").evaluate("bar => bar.getBoundingClientRect().height") < 60


async def test_what_waits_stands_in_the_header_of_every_page_of_the_centre(web: WebCentre, sign_in: SignIn) -> None:
    await message(web)
    stuck = {"why": "unproven", "lines": 0, "agents": 0}
    await web.redis.set(
        "cc:outbound", orjson.dumps({"at": 1, "campaigns": {"1": stuck, "2": {**stuck, "why": "closed"}}})
    )
    page = await sign_in("sup")
    await page.goto(web.url + "/tickets")
    await expect(page.locator('[data-shows="messages"]')).to_have_text("1")
    await expect(page.locator('[data-shows="campaigns"]')).to_have_text("1")
    await expect(page.locator('[data-shows="callbacks"]')).to_be_hidden()
    company = await sign_in("nurim")
    await company.goto(web.url + "/records")
    await expect(company.locator("[data-shows]")).to_have_count(0)


async def test_what_cannot_be_taken_back_is_asked_about(web: WebCentre, sign_in: SignIn) -> None:
    await talking(web)
    page = await sign_in("sup")
    await page.goto(web.url + "/campaigns/1")
    stop = page.locator('form[action="/campaigns/1/stop"] button')
    page.once("dialog", lambda dialog: dialog.dismiss())
    await stop.click()
    await page.reload()
    page.once("dialog", lambda dialog: dialog.accept())
    await stop.click()
    await expect(page.locator("h1")).to_contain_text("종료")
