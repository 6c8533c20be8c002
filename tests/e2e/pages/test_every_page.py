"""Every page of every role, in both languages, on a desk and on a phone: whole, and without a script's complaint."""

from __future__ import annotations

import re
from pathlib import Path

import orjson
import pytest
from playwright.async_api import Page, expect

from tests.e2e.pages.conftest import SignIn
from tests.e2e.pages.furnished import CALL, furnish, live, speaks
from tests.web_centre import WebCentre

pytestmark = pytest.mark.e2e

#: A desk's and a phone's.
WIDTHS = (1440, 390)

#: What is reached from the pages of the header.
BEYOND = {
    "sup": (
        "/board?wall=1", "/report?by=group", "/report?by=agent", "/staff/paid", f"/records/{CALL}", "/tickets/1",
        "/campaigns/1", "/campaigns/1/spoken", "/campaigns/1/responses/1-1-1", "/campaigns/new", "/campaigns/forms",
        "/campaigns/forms/1", "/campaigns/notices", "/contracts/1", "/configuration/hours", "/configuration/waiting",
        "/configuration/relief", "/configuration/menu",
        "/configuration/group/kitchen", "/configuration/agent/1001", "/configuration/company/hanbit",
    ),
    "bill": ("/billing?month=2026-10", "/billing/2026-10/payers", "/billing/2026-10/hanbit", "/billing/tariff"),
    "op": ("/campaigns/2", "/campaigns/imports/1", "/campaigns/forms/new", "/campaigns/forms", "/campaigns/notices"),
    "hanbit": ("/campaigns/1", "/tickets/1", "/statement?month=2026-10"),
    "admin": (),
    "a1001": (),
    None: ("/login", "/compare", "/apply", "/apply/resume"),
}  # fmt: skip


#: What opens over a page, by who presses which key where.
OVER = (
    ("sup", "/board", "h", "#chooser"),
    ("sup", "/board", "?", "#shortcuts"),
    ("a1001", "/agent", "t", "#chooser"),
    ("a1001", "/agent", "?", "#shortcuts"),
)


async def _too_wide(page: Page) -> list[str]:
    """What stands out of the screen, or of its own box without a way to scroll to it."""
    found: list[str] = await page.evaluate(
        """() => {
        const out = [];
        if (document.documentElement.scrollWidth > innerWidth) out.push("page");
        const parts = "main :is(button, .button, h1, h2, .tile dt, .figure, label, input, select)";
        for (const one of document.querySelectorAll(parts)) {
          const box = one.getBoundingClientRect();
          if (!box.width || one.closest(".scroll, .links, .sections, dialog")) continue;
          const out_of_sight = box.right > innerWidth + 1 || box.left < -1;
          if (out_of_sight) out.push(`${one.tagName} ${one.textContent.trim().slice(0, 30)}`);
        }
        return out;
        }"""
    )
    return found


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("login", ["sup", "admin", "a1001", "bill", "op", "hanbit", None])
async def test_it_fits_its_screen(
    web: WebCentre, sign_in: SignIn, tmp_path: Path, login: str | None, language: str
) -> None:
    await furnish(web)
    if login:
        await speaks(web, login, language)
    page = await sign_in(login, locale={"ko": "ko-KR", "en": "en-US"}[language])
    own = await page.eval_on_selector_all("#menu a", "links => links.map(link => new URL(link.href).pathname)")
    wrong: dict[str, object] = {}
    for address in (*own, *BEYOND[login]):
        await live(web)
        answer = await page.goto(web.url + address)
        assert answer is not None
        await page.wait_for_load_state()
        if answer.status != 200:
            wrong[address] = answer.status
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            if too_wide := await _too_wide(page):
                picture = tmp_path / f"{login}-{language}-{width}-{re.sub(r'[^a-z0-9]+', '-', address)}.png"
                await page.screenshot(path=picture, full_page=True)
                wrong[f"{address} {width}"] = [*too_wide, picture]
    assert wrong == {}


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_what_opens_over_a_page_fits_too(web: WebCentre, sign_in: SignIn, language: str) -> None:
    call = await furnish(web)
    campaign, contact, _ = call.removeprefix("survey-").split("-")
    for login, address, key, opened in OVER:
        await speaks(web, login, language)
        await live(web)
        page = await sign_in(login, locale={"ko": "ko-KR", "en": "en-US"}[language])
        await page.goto(web.url + address)
        await page.keyboard.press(key)
        dialog = page.locator(opened)
        await expect(dialog).to_be_visible(timeout=15_000)
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            box = await dialog.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
    await web.redis.set("cc:preview:1001", orjson.dumps({"campaign": int(campaign), "contact": int(contact)}))
    await web.feed_agent("1001", "ready")
    await page.reload()
    await expect(page.locator("#preview")).to_be_visible()
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        assert await _too_wide(page) == []
