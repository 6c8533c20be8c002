"""A new campaign in a browser."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import Page, expect

from callcenter.store.campaigns import Campaigns
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre
from tests.e2e.pages.conftest import SignIn
from tests.unit.campaigns.forms import SURVEY
from tests.web_centre import WebCentre

pytestmark = pytest.mark.e2e

NOW = datetime(2026, 11, 1, tzinfo=UTC)


async def furnish(web: WebCentre) -> None:
    """Two companies with a form and two numbers, a third with neither."""
    async with web.sessions.begin() as session:
        for company, number in (("nurim", "15880000"), ("hanbit", "15990000")):
            await Campaigns(session, WholeCentre()).save_form(company, f"form of {company}", SURVEY, "sup", 1)
            for one in (number, number[:-1] + "1"):
                Permissions(session, WholeCentre()).add_caller_number(company, one, "proof.pdf", NOW, None)


async def offered(page: Page, field: str) -> tuple[list[str], str]:
    """What may be chosen, and what is."""
    options = f"[...document.querySelector('#{field}').options]"
    names = await page.evaluate(f"{options}.filter(one => !one.disabled && !one.hidden).map(one => one.text)")
    return names, await page.locator(f"#{field} option:checked").inner_text() if names else ""


async def test_the_wizard_offers_the_chosen_companys_forms_and_numbers_alone(web: WebCentre, sign_in: SignIn) -> None:
    await furnish(web)
    page = await sign_in("sup")
    await page.goto(web.url + "/campaigns/new")
    for company, shown in (("nurim", "1588"), ("hanbit", "1599"), ("nurim", "1588")):
        await page.locator("#company").select_option(company)
        forms, form = await offered(page, "form")
        assert forms == [form]
        assert f"form of {company}" in form
        numbers, number = await offered(page, "caller")
        assert len(numbers) == 2
        assert all(shown in one for one in numbers)
        assert number == numbers[0]
    for field in ("form", "caller"):
        await expect(page.locator(f'[data-none="{field}"]')).to_be_hidden()

    # The second number is chosen, and comes with the company that it belongs to.
    await page.locator("#caller").select_option("15880001")
    await page.locator("#company").select_option("hanbit")
    assert "1599" in (await offered(page, "caller"))[1]

    # A company without any is told where to make them, and nothing of another's is sent.
    await page.locator("#company").select_option("soridam")
    assert (await offered(page, "form"), await offered(page, "caller")) == (([], ""), ([], ""))
    for field, leads in (("form", "/campaigns/forms/new"), ("caller", "/campaigns/consents")):
        none = page.locator(f'[data-none="{field}"]')
        await expect(none).to_be_visible()
        await expect(none.locator("a")).to_have_attribute("href", leads)
        assert await page.locator(f"#{field}").input_value() == ""


async def test_a_form_sent_back_keeps_the_company_and_what_was_chosen(web: WebCentre, sign_in: SignIn) -> None:
    await furnish(web)
    page = await sign_in("sup")
    await page.goto(web.url + "/campaigns/new")
    await page.locator("#company").select_option("nurim")
    await page.locator("#caller").select_option("15880001")
    await page.locator("#mode").select_option("agentless")
    await page.locator("#name").fill("가을 조사")
    await page.locator("#weekdays").fill("20:00-10:00")
    await page.keyboard.press("Enter")
    await expect(page.locator('[role="alert"]')).to_contain_text("시간대는")
    assert await page.locator("#company").input_value() == "nurim"
    assert (await offered(page, "caller"))[1].endswith("1588-0001")
    await page.locator("#weekdays").fill("10:00-20:00")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_contain_text("가을 조사")
    await expect(page.locator("dl.facts")).to_contain_text("1588-0001")
