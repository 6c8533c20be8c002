"""The forms of the configuration page by the keyboard alone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from callcenter.centre import load_centre
from tests.e2e.pages.conftest import SignIn
from tests.web_centre import WebCentre

pytestmark = pytest.mark.e2e


async def test_a_category_is_added_to_the_hotline_s_menu(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    await page.goto(web.url + "/configuration")
    await page.keyboard.press("m")
    await expect(page.locator("#hotlines")).to_be_focused()
    fifth, sixth = page.locator("#category_1_5"), page.locator("#category_1_6")
    await expect(fifth).to_be_visible()
    await expect(sixth).to_be_hidden()
    await fifth.focus()
    await page.keyboard.press("ArrowDown")
    await expect(fifth).to_have_value("home-appliances")
    await expect(sixth).to_be_visible()
    # The same group twice is a mistake; the form shows it as it was chosen.
    await page.locator("#name_1").press("Enter")
    await expect(page.locator("#preview [role=alert]")).to_contain_text("두 번 있습니다")
    await fifth.focus()
    for _ in range(5):
        await page.keyboard.press("ArrowDown")
    await expect(fifth).to_have_value("car")
    await page.locator("#name_1").press("Enter")
    await expect(page.locator("#preview")).to_contain_text("조명기기, 차량용품")
    await expect(page.locator("#why")).to_be_focused()
    await page.keyboard.insert_text("차량용품도 1번에서")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/configuration?done=2*")
    assert load_centre(web.settings.centre).menu[0].categories[-1] == "car"


async def test_voicemail_is_switched_off_and_the_wrap_up_is_made_longer(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    await page.goto(web.url + "/configuration")
    await page.keyboard.press("p")
    await expect(page.locator("[name=peak]")).to_be_focused()
    longest = page.locator("#voicemail_most_s")
    await page.locator("[name=voicemail]").press("Space")
    await expect(page.locator("fieldset", has=longest).locator(".row")).to_have_css("opacity", "0.55")
    await page.keyboard.press("Enter")
    await expect(page.locator("#preview")).to_contain_text("음성 메시지 최대 길이(초) 120 → 없음")
    await page.keyboard.press("Escape")
    await page.keyboard.press("w")
    await expect(page.locator("#ring_s")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("35")
    await page.keyboard.press("Enter")
    await expect(page.locator("#preview")).to_contain_text("후처리(초) 20 → 35")
