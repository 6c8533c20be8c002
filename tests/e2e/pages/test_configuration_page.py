"""The forms of the configuration page by the keyboard alone."""

from __future__ import annotations

import re

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
    await expect(page.locator("#hotline_0")).to_be_focused()
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


async def test_a_ladder_with_mistakes_stays_as_it_was_typed_and_is_corrected_where_the_focus_is(
    web: WebCentre, sign_in: SignIn
) -> None:
    page = await sign_in("sup")
    await page.goto(web.url + "/configuration/group/baby")
    await expect(page.locator("#strategy")).to_be_focused()
    await page.locator("#priority_s").fill("30")
    await page.locator("#after_s_2").fill("60")
    await page.locator("#after_s_3").fill("45")
    await page.locator("#after_s_3").press("Enter")
    wrong = page.locator("#after_s_3")
    await expect(wrong).to_be_focused()
    await expect(page.locator("#preview [role=alert]")).to_contain_text("group baby, widen #2, after_s")
    await expect(wrong).to_have_accessible_description(re.compile("가까운 단계보다 먼저 됩니다"))
    await expect(page.locator("[aria-invalid]")).to_have_count(1)
    await expect(page.locator("#priority_s")).to_have_value("30")
    await expect(page.locator("#after_s_2")).to_have_value("60")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("90")
    await page.keyboard.press("Enter")
    await expect(page.locator("#why")).to_be_focused()
    await expect(page.locator("[aria-invalid]")).to_have_count(0)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/configuration?done=2*")
    baby = next(group for group in load_centre(web.settings.centre).group if group.id == "baby")
    assert (baby.priority_s, [step.after_s for step in baby.widen]) == (30, [60, 90])


@pytest.mark.parametrize(("locale", "told"), [("ko-KR", "1개 이상 있어야 합니다"), ("en-US", "at least 1 of them")])
@pytest.mark.parametrize("width", [1440, 390])
async def test_an_agent_left_without_groups_and_languages_is_shown_so(
    web: WebCentre, sign_in: SignIn, width: int, locale: str, told: str
) -> None:
    page = await sign_in("sup", width=width, locale=locale)
    if locale == "en-US":
        await page.get_by_role("button", name="English").click()
    await page.goto(web.url + "/configuration/agent/1001")
    first = page.locator("#level_home-appliances")
    await expect(first).to_be_focused()
    for group in ("home-appliances", "kitchen", "lighting"):
        await page.locator(f"#level_{group}").select_option("")
    await page.locator("#speaks_ko").press("Space")
    await page.locator("#peak").press("Space")
    await page.keyboard.press("Enter")
    await expect(page.locator("#preview [role=alert]")).to_contain_text("agent 1001, groups")
    await expect(first).to_be_focused()
    await expect(first).to_have_accessible_description(re.compile(told))
    await expect(page.locator("#languages-wrong")).to_contain_text(told)
    await expect(page.locator("#peak")).to_be_checked()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    for field in await page.locator("[aria-invalid]:visible, .wrong").all():
        box = await field.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


async def test_a_closing_with_mistakes_stays_as_it_was_typed(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup", width=390)
    await page.goto(web.url + "/configuration")
    await page.keyboard.press("c")
    await expect(page.locator("#closing_of")).to_be_focused()
    await page.locator("#closing_of").select_option("group:baby")
    await page.locator("#closing_say").fill("회의 중입니다.")
    until = page.locator("#closing_until")
    # The page was opened long ago, so that its field still takes what has passed.
    await until.evaluate("field => field.removeAttribute('min')")
    await until.fill("2026-01-01T09:00")
    await page.locator("#closing_say").press("Enter")
    await expect(until).to_be_focused()
    await expect(until).to_have_value("2026-01-01T09:00")
    await expect(page.locator("#closing_until-wrong")).to_contain_text("보다 뒤여야 합니다")
    await expect(page.locator("#closing_of")).to_have_value("group:baby")
    await expect(page.locator("#closing_say")).to_have_value("회의 중입니다.")


async def test_a_new_hotline_speaks_english_from_the_start(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    await page.goto(web.url + "/configuration/menu")
    await page.locator("#hotline_1").fill("15")
    await page.locator("#hotline_language_1").select_option("en")
    await page.locator("#hotline_1").press("Enter")
    await expect(page.locator("#hotline_1")).to_be_focused()
    await expect(page.locator("#hotline_language_1")).to_have_value("en")
    await page.keyboard.press("Control+a")
    await page.keyboard.type("1588-0000")
    await page.keyboard.press("Enter")
    await expect(page.locator("#preview")).to_contain_text("번호별 언어 없음 → 15880000 영어")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/configuration?done=2*")
    assert load_centre(web.settings.centre).number_languages == {"15880000": "en"}


async def test_who_is_second_loses_nothing_and_neither_does_who_was_first(web: WebCentre, sign_in: SignIn) -> None:
    first, second = await sign_in("sup"), await sign_in("admin")
    for page, priority in ((first, "20"), (second, "40")):
        await page.goto(web.url + f"/configuration/group/{'baby' if page is first else 'pc'}")
        await page.locator("#priority_s").fill(priority)
        await page.keyboard.press("Enter")
        await expect(page.locator("#why")).to_be_focused()
    await first.keyboard.press("Enter")
    await first.wait_for_url("**/configuration?done=2*")
    await second.keyboard.type("컴퓨터 먼저")
    await second.keyboard.press("Enter")
    await expect(second.get_by_role("alert")).to_contain_text("다른 사람이 설정을 바꾸었습니다")
    await expect(second.locator("#preview")).to_contain_text("우선순위(초) 0 → 40")
    await expect(second.locator("#priority_s")).to_have_value("40")
    await expect(second.locator("#why")).to_have_value("컴퓨터 먼저")
    await second.locator("#why").press("Enter")
    await second.wait_for_url("**/configuration?done=3*")
    told = {group.id: group.priority_s for group in load_centre(web.settings.centre).group}
    assert (told["baby"], told["pc"]) == (20, 40)


async def test_the_language_is_switched_on_the_form_that_was_sent(web: WebCentre, sign_in: SignIn) -> None:
    page = await sign_in("sup")
    await page.goto(web.url + "/configuration/hours?group=baby")
    await page.locator("#day").press("Enter")
    await expect(page.locator("#why")).to_be_focused()
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Baby goods · Single day")).to_be_visible()
