"""The public application in a browser: it saves itself, and says what is wrong where it is wrong."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.pages.conftest import SignIn
from tests.web_centre import WebCentre

pytestmark = pytest.mark.e2e


async def test_what_is_typed_saves_itself_and_the_code_appears(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in(None)
    await page.goto(web.url + "/apply")
    await page.fill("#company_name", "한빛주방산업")
    await expect(page.locator("#code .code")).to_have_text(re.compile(r"^[A-Z0-9]{4}(-[A-Z0-9]{4}){2}$"))
    await expect(page.locator("#saved")).to_have_text(re.compile(r"\d\d:\d\d:\d\d 저장됨"))
    await page.goto(web.url + "/apply")
    await expect(page.locator("#company_name")).to_have_value("한빛주방산업")


@pytest.mark.parametrize("width", [1440, 390])
async def test_a_mistake_is_told_at_its_field_and_nothing_typed_is_lost(
    web: WebCentre, sign_in: SignIn, width: int
) -> None:
    page = await sign_in(None, width=width)
    await page.goto(web.url + "/apply")
    await page.fill("#registration", "124-81-00999")
    await page.check('input[name="goods"][value="finished"]', force=True)
    await page.click("button.primary")
    await expect(page.locator("#registration-wrong")).to_contain_text("있을 수 없는 번호")
    await expect(page.locator("#registration")).to_have_attribute("aria-describedby", "registration-wrong")
    await expect(page.locator("#registration")).to_have_value("124-81-00999")
    await expect(page.locator('input[name="goods"][value="finished"]')).to_be_checked()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
