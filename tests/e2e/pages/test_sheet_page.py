"""A campaign's call at the desk in a real browser: the form by keyboard, kept through a reload."""

from __future__ import annotations

import orjson
import pytest
from playwright.async_api import expect
from sqlalchemy import select

from callcenter.store.campaign_models import SheetRow
from tests.e2e.pages.conftest import SignIn
from tests.integration.web.test_sheets import talking
from tests.web_centre import WebCentre

pytestmark = pytest.mark.e2e


async def sheet(web: WebCentre) -> SheetRow:
    async with web.sessions() as session:
        return (await session.scalars(select(SheetRow))).one()


async def test_the_sheet_opens_by_itself_and_is_kept_through_a_reload(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_controller()
    await web.feed_agent("1001")
    page = await sign_in("a1001")
    await talking(web)
    await expect(page.locator("#sheet h1")).to_have_text("해피콜")
    await expect(page.locator('[data-question="why"]')).to_be_hidden()
    await page.keyboard.press("n")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator('[data-question="why"]')).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.insert_text("소음이 큼")
    await expect(page.locator("#sheet-state")).to_have_text("입력한 내용이 저장됩니다.")
    await page.reload()
    await expect(page.locator("#q-why")).to_have_value("소음이 큼")
    await expect(page.locator('[name="again"][value="2"]')).to_be_checked()
    await page.locator("#q-why").fill("")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#sheet-said")).to_contain_text("아직 답이 없습니다: 왜?")
    await page.locator("#q-why").fill("느려서")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#sheet-over")).to_contain_text("마침")
    await expect(page.locator("#q-why")).to_be_disabled()
    kept = await sheet(web)
    assert (kept.answers, kept.verdict) == ({"again": "2", "why": "느려서"}, "finished")


async def test_a_server_that_does_not_keep_it_is_told(web: WebCentre, sign_in: SignIn) -> None:
    await web.feed_controller()
    await talking(web)
    page = await sign_in("a1001")
    await page.route("**/draft", lambda route: route.abort())
    await page.locator('[name="again"][value="1"]').check()
    await expect(page.locator("#sheet-state")).to_contain_text("저장되지 않았습니다")


async def test_the_next_contact_is_dialled_by_key(web: WebCentre, sign_in: SignIn) -> None:
    campaign, contact, _ = (await talking(web, "1002")).removeprefix("survey-").split("-")
    await web.feed_controller()
    await web.feed_agent("1001")
    await web.redis.set("cc:preview:1001", orjson.dumps({"campaign": int(campaign), "contact": int(contact)}))
    page = await sign_in("a1001")
    await expect(page.locator("#preview")).to_contain_text("홍길동")
    async with page.expect_response("**/agent/preview/dial"):
        await page.keyboard.press("d")
    [(_, fields)] = await web.redis.xrange("cc:preview")
    assert fields[b"verb"] == b"dial"
    await web.redis.delete("cc:preview", "cc:preview:1001")
