"""The configuration page: a change is seen before it counts, counts without a restart, and can be taken back."""

from __future__ import annotations

import asyncio
import html
import re
import tomllib
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest

from callcenter.centre import Waiting, load_centre
from callcenter.config.versions import Versions, stamp
from callcenter.web.configuration.centre_forms import WAITING
from tests.integration.web.conftest import Browser, browser
from tests.web_centre import WebCentre

pytestmark = pytest.mark.integration


def hidden(page: str) -> dict[str, Any]:
    """What the preview's form would send."""
    [base] = re.findall(r'name="base" value="(\w+)"', page)
    [text] = re.findall(r'<textarea name="text" hidden>\n(.*?)</textarea>', page, re.DOTALL)
    return {"base": base, "text": html.unescape(text), "why": "점검"}


#: What the form of waiting sends when nothing in it is unusual.
AS_USUAL = {
    key: str(usual) for key, usual in Waiting().model_dump().items()
    if key not in ("comfort", "at_closing") and not isinstance(usual, bool)
}  # fmt: skip


def in_file(web: WebCentre) -> str:
    return web.settings.centre.read_text("utf-8")


async def test_supervisors_and_administrators_open_it_and_nobody_else(web: WebCentre) -> None:
    for login, status in (("sup", 200), ("admin", 200), ("bill", 403), ("nurim", 403), ("a1001", 403)):
        async with browser(web, login) as person:
            assert (await person.get("/configuration"))[0] == status
            assert (await person.post("/configuration/check", {"text": ""}))[0] in (
                {200, 422} if status == 200 else {403}
            )


async def test_mistakes_are_shown_with_their_lines_and_cannot_be_applied(web: WebCentre) -> None:
    before = in_file(web)
    wrong = before.replace("ring_s = 20", "ring_s = 1")
    async with browser(web, "sup") as sup:
        status, page = await sup.post("/configuration/check", {"text": wrong})
        assert status == 422
        assert '<strong class="nowrap">22행</strong> <code>waiting.ring_s</code> 1은(는) 너무 작습니다.' in page
        assert 'name="base"' not in page
        status, _ = await sup.post("/configuration/apply", {"text": wrong, "base": stamp(before)})
        assert status == 422
    assert in_file(web) == before


async def test_a_ladder_is_changed_by_its_form_and_the_file_keeps_its_comments(web: WebCentre) -> None:
    before = in_file(web)
    async with browser(web, "sup") as sup:
        fields = {"similar_2": "sports", "after_s_2": "15", "queue_over_2": "3"}
        called = {"peak_forecast_s": "120", "peak_level_below": "60", "peak_occupancy_over": ""}
        page = (await sup.post("/configuration/group/home-appliances", called))[1]
        assert "피크타임 없음 → 남은 예상 대기(초) 120 서비스 수준 미만 0.6" in page
        status, page = await sup.post("/configuration/group/baby", fields)
        assert status == 200
        assert "유사 그룹 생활용품, 스포츠용품 → 스포츠용품" in page
        assert in_file(web) == before
        status, place = await sup.post("/configuration/apply", hidden(page))
        assert (status, place) == (303, "/configuration?done=2&late=true")
    changed = in_file(web)
    assert "widen = [{ring = 2, after_s = 15, queue_over = 3}]" in changed
    assert changed.count("#") == before.count("#")
    version = Versions(web.settings.centre).newest()
    assert version is not None
    assert (version.by, version.why, version.text) == ("sup", "점검", changed)


async def test_what_else_a_ladder_does_the_strategy_and_the_priority_are_changed_by_the_group_s_form(
    web: WebCentre,
) -> None:
    fields = {
        "similar_2": "sports", "after_s_2": "15", "level_below_2": "80", "strategy": "best_skill", "priority_s": "30",
        "do_0": "callback", "after_s_then_0": "120", "do_1": "", "after_s_then_1": "9", "do_2": "number",
        "number_2": "0212345678", "queue_over_then_2": "20",
    }  # fmt: skip
    async with browser(web, "sup") as sup:
        page = (await sup.post("/configuration/group/baby", fields))[1]
        assert "배분 방식 가장 오래 쉰 상담사 → 숙련도 높은 상담사" in page
        assert "우선순위(초) 0 → 30" in page
        assert "할 일 다른 번호로 연결 번호 0212345678 대기 건수 초과 20" in page
        assert (await sup.post("/configuration/apply", hidden(page)))[0] == 303
        changed = in_file(web)
        assert "widen = [{ring = 2, after_s = 15, level_below = 0.8}]" in changed
        assert (
            'then = [{do = "callback", after_s = 120}, {do = "number", number = "0212345678", queue_over = 20}]'
            in changed
        )
        async with asyncio.timeout(5):
            while not next(g for g in web.app.state.services.centre.group if g.id == "baby").then:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        form = (await sup.get("/configuration/group/baby"))[1]
        assert '<option value="number" selected>' in form
        assert 'name="number_1" inputmode="numeric" pattern="[0-9]{3,15}" autocomplete="off" value="0212345678"' in form
        page = (await sup.post("/configuration/group/baby", {**fields, "number_2": ""}))[1]
        assert 'name="base"' not in page, "a step without its number is refused in the preview"


async def test_a_contract_and_an_agent_s_levels_for_companies_are_changed_by_their_forms(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        contract = {"service_level": "90", "weight": "1.5", "most_calls": "4"}
        page = (await sup.post("/configuration/company/hanbit", contract))[1]
        assert "계약 · 약속 서비스 수준 0.8 → 0.9" in page
        assert "계약 · 가중치 1.0 → 1.5" in page
        assert "계약 · 최대 동시 통화 없음 → 4" in page
        assert (await sup.post("/configuration/company/hanbit", {"weight": "much"}))[0] == 422
        form = (await sup.get("/configuration/agent/1004"))[1]
        assert 'name="company_dasom"' in form
        assert 'name="company_gilson"' not in form, "none of this agent's groups is theirs"
        skilled = {"level_baby": "2", "company_dasom": "1", "speaks_ko": "on"}
        page = (await sup.post("/configuration/agent/1004", skilled))[1]
        assert "기업별 숙련도 없음 → 다솜유아 1" in page


async def test_the_pages_work_by_the_new_version_without_a_restart(web: WebCentre) -> None:
    text = in_file(web).replace('name = "한빛주방"', 'name = "한빛부엌"')
    assert text != in_file(web)
    async with browser(web, "sup") as sup:
        page = (await sup.post("/configuration/check", {"text": text}))[1]
        assert "기업 한빛부엌 (hanbit): 이름 한빛주방 → 한빛부엌" in page
        await web.feed_controller(config=stamp(text))
        assert (await sup.post("/configuration/apply", hidden(page)))[1] == "/configuration?done=2"
        async with asyncio.timeout(5):
            while web.app.state.services.centre.company[1].name != "한빛부엌":  # noqa: ASYNC110 - asked from outside
                await asyncio.sleep(0.02)
        assert "한빛부엌" in (await sup.get("/compare"))[1] + (await sup.get("/configuration/hours?company=hanbit"))[1]


async def test_an_uploaded_file_is_compared_and_one_that_is_no_text_refused(web: WebCentre) -> None:
    async with browser(web, "admin") as admin:
        status, page = await upload(admin, in_file(web).replace("wrapup_s = 20", "wrapup_s = 40").encode())
        assert status == 200
        assert "후처리(초) 20 → 40" in page
        assert (await upload(admin, "이름".encode("cp949")))[0] == 422


async def upload(person: Browser, content: bytes, typed: str = "") -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("text", typed)
    form.add_field("file", content, filename="centre.toml")
    headers = {"X-Form-Token": person.form_token, "Origin": person.web.url}
    async with person.http.post(person.web.url + "/configuration/check", data=form, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_whoever_comes_second_is_told_so(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        first = hidden((await sup.post("/configuration/group/baby", {}))[1])
        second = hidden((await sup.post("/configuration/agent/1003", {"level_furniture": "2", "speaks_ko": "on"}))[1])
        assert (await sup.post("/configuration/apply", first))[0] == 303
        kept = in_file(web)
        # Sent once more as a whole text, it shows that it would undo the other's change.
        status, again = await sup.post("/configuration/apply", second)
        assert (status, again) == (307, "/configuration/check?overtaken=true")
        page = (await sup.post(again, second))[1]
        assert "다른 사람이 설정을 바꾸었습니다" in page
        assert "그룹 유아용품 (baby): 유사 그룹 없음 → 생활용품, 스포츠용품" in page
        assert 'value="점검"' in page
        assert in_file(web) == kept


async def test_nothing_is_sent_anywhere_else_than_to_a_form(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        stale = {"text": "", "base": "0", "again": "//elsewhere.example/configuration/group/baby"}
        assert (await sup.post("/configuration/apply", stale))[0] == 422


async def test_a_closing_today_is_taken_back_through_the_history(web: WebCentre) -> None:
    before = in_file(web)
    async with browser(web, "sup") as sup:
        fields = {"day": "2026-11-24", "how": "closed"}
        page = (await sup.post("/configuration/day?company=", fields))[1]
        assert "센터: 운영 시간 · 특정일 없음 → 2026-11-24 휴무" in page
        await sup.post("/configuration/apply", hidden(page))
        assert in_file(web) != before
        page = (await sup.post("/configuration/version/1", {}))[1]
        await sup.post("/configuration/apply", hidden(page))
        assert in_file(web) == before
        page = (await sup.get("/configuration"))[1]
        assert [n for n in (1, 2, 3) if f"버전 {n}" in page] == [1, 2, 3]
        assert (await sup.get("/configuration/version/1"))[1] == before
        assert (await sup.get("/configuration/version/9"))[0] == 404


async def known_to_the_pages(web: WebCentre, closings: int) -> None:
    async with asyncio.timeout(5):
        while len(web.app.state.services.centre.closing) != closings:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.02)


async def known_languages(web: WebCentre, numbers: int) -> None:
    async with asyncio.timeout(5):
        while len(web.app.state.services.centre.number_languages) != numbers:  # noqa: ASYNC110 - asked from outside
            await asyncio.sleep(0.02)


async def test_a_group_is_closed_for_a_while_in_one_step_and_opened_again_in_another(web: WebCentre) -> None:
    before = in_file(web)
    until = datetime.now(web.app.state.services.centre.zone) + timedelta(hours=2)
    fields = {
        "of": "group:baby",
        "until": f"{until:%Y-%m-%dT%H:%M}",
        "say": "회의 중입니다.",
        "say_en": "",
        "at_closing": "announce",
    }
    async with browser(web, "sup") as sup:
        status, where = await sup.post("/configuration/closing", fields)
        assert (status, where) == (303, "/configuration?done=2&late=true")
        [closing] = load_centre(web.settings.centre).closing
        assert (closing.group, closing.company, closing.say, closing.at_closing) == (
            "baby",
            None,
            "회의 중입니다.",
            "announce",
        )
        assert closing.until == until.replace(second=0, microsecond=0, tzinfo=None)
        await known_to_the_pages(web, 1)
        page = (await sup.get("/configuration"))[1]
        assert f"까지 · {closing.say}" in re.sub(r"\s+", " ", page)
        [base] = re.findall(r'/closing/0/end">.*?name="base" value="(\w+)"', page, re.DOTALL)
        assert (await sup.post("/configuration/closing/0/end", {"base": stamp("older")}))[0] == 409
        assert (await sup.post("/configuration/closing/1/end", {"base": base}))[0] == 404
        assert (await sup.post("/configuration/closing/0/end", {"base": base}))[0] == 303
        assert in_file(web).strip() == before.strip()
        [*_, newest] = Versions(web.settings.centre).all()
        assert newest.why == "다시 열기"
    async with browser(web, "a1001") as agent:
        assert (await agent.post("/configuration/closing", fields))[0] == 403


async def test_a_closing_that_ends_in_the_past_changes_nothing_and_says_why(web: WebCentre) -> None:
    before = in_file(web)
    async with browser(web, "sup") as sup:
        status, page = await sup.post("/configuration/closing", {"of": "", "until": "2026-01-01T09:00"})
        assert status == 422
        assert "보다 뒤여야 합니다" in page
        assert (await sup.post("/configuration/closing", {"of": "", "until": "soon"}))[0] == 422
    assert in_file(web) == before


async def test_a_group_s_week_and_what_becomes_of_who_waits_are_changed_by_its_form(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        assert (await sup.get("/configuration/hours?group=nothing"))[0] == 404
        page = (await sup.get("/configuration/hours?group=baby"))[1]
        assert "/configuration/hours?group=baby" in page
        week = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-12:00, 13:00-18:00") | {"sat": "", "sun": ""}
        page = (await sup.post("/configuration/hours?group=baby", {**week, "at_closing": "callback"}))[1]
        assert "그룹 유아용품 (baby): 마감 때 대기 고객 없음 → 콜백 제안" in page
        page = (await sup.post("/configuration/day?group=baby", {"day": "2026-12-24", "how": "closed"}))[1]
        assert "2026-12-24 휴무" in page


async def test_what_callers_hear_while_they_wait_is_changed_by_forms(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        said = {"say": "리콜 안내입니다.", "say_en": "About a recall."}
        page = (await sup.post("/configuration/company/hanbit", {**said, "language": "en", "music": "on"}))[1]
        assert "기업 한빛주방 (hanbit): 고객 언어 없음 → 영어" in page
        assert "기업 안내 없음 → 안내 문구 리콜 안내입니다. 영어 안내 문구 About a recall." in page
        assert "기업 대기 음악 아니요 → 예" in page
        assert (await sup.post("/configuration/company/hanbit", {"say": "리콜"}))[0] == 422
        assert (await sup.get("/configuration/company/nobody"))[0] == 404
        seconds = {**AS_USUAL, "position_every_s": "40", "comfort_every_s": "60", "language_s": "30", "sticky_s": "0"}
        seconds["repeat_priority_s"] = "60"
        page = (await sup.post("/configuration/waiting", {**seconds, "say_1": "감사합니다.", "say_en_1": "Thanks."}))[1]
        assert "대기 · 대기 중 안내 문구 없음 → 안내 문구 감사합니다. 영어 안내 문구 Thanks." in page
        assert "순번 안내 간격(초) 30 → 40" in page
        assert "지난 상담사 우선(초) 20 → 0" in page
        await sup.post("/configuration/apply", hidden(page))
        await known_to_the_pages(web, 0)
        async with asyncio.timeout(5):
            while not web.app.state.services.centre.waiting.comfort:  # noqa: ASYNC110 - asked from outside
                await asyncio.sleep(0.02)
        page = (await sup.get("/configuration/waiting"))[1]
        assert 'value="감사합니다."' in page
        page = (await sup.post("/configuration/waiting", seconds))[1]
        assert "대기 중 안내 문구 안내 문구 감사합니다. 영어 안내 문구 Thanks. → 없음" in page


async def test_no_comfort_message_is_lost_in_the_form(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        said = {f"{key}_{n}": f"{key} {n}" for n in range(9) for key in ("say", "say_en")}
        page = (await sup.post("/configuration/waiting", AS_USUAL | said))[1]
        assert 'value="say 8"' in page
        assert 'name="say_9"' not in page
        assert len(tomllib.loads(hidden(page)["text"])["waiting"]["comfort"]) == 9
        del said["say_8"], said["say_en_8"]
        assert (
            'name="say_en_8" maxlength="300" autocomplete="off" value=""'
            in (await sup.post("/configuration/waiting", AS_USUAL | said))[1]
        )


async def test_ring_time_wrap_up_and_the_keys_of_menus_are_changed_by_the_form_of_waiting(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        form = (await sup.get("/configuration/waiting"))[1]
        assert 'name="comfort_every_s" type="number" min="20" max="600" value="90"' in form
        sent = {**AS_USUAL, "ring_s": "25", "wrapup_s": "45", "no_answer": "ready", "key_s": "8", "key_tries": "2"}
        sent |= {"listening_shown": "on", "rest_s": "900", "service_level_s": "15"}
        page = (await sup.post("/configuration/waiting", sent))[1]
        for change in (
            "벨 울림(초) 20 → 25", "후처리(초) 20 → 45", "받지 않으면 이석 → 대기", "번호 입력 대기(초) 6 → 8",
            "번호 재시도 3 → 2", "청취 중임을 상담사에게 표시 아니요 → 예", "보호 휴식(초) 600 → 900",
            "그룹 간 서비스 레벨 맞추기 예 → 아니요",
            "서비스 수준 기준(초) 20 → 15",
        ):  # fmt: skip
            assert change in page
        text = hidden(page)["text"]
        assert "language_s" not in text, "as usual, and unsaid before"
        assert text.count("#") == in_file(web).count("#")
        # What was typed is shown again below the preview.
        status, page = await sup.post("/configuration/waiting", {**sent, "ring_s": "1"})
        assert status == 422
        assert "1은(는) 너무 작습니다. 3 이상이어야 합니다." in page
        assert 'name="ring_s" type="number" min="3" max="120" value="1"' in page
        assert 'name="wrapup_s" type="number" min="0" max="600" value="45"' in page
        assert re.findall(r'id="(\w+)" aria-invalid="true"', page) == ["ring_s"]


PEAK = {"peak": "on", "peak_longest_wait_s": "60", "peak_queue_over": "5", "peak_calm_s": "300", "peak_box_min": "60"}
CALLBACK = {
    "callback": "on", "callback_attempts": "3", "callback_spacing_s": "600", "callback_expires_h": "72",
    "callback_between": "09:00-21:00", "callback_ring_s": "",
}  # fmt: skip
VOICEMAIL = {"voicemail": "on", "voicemail_most_s": "120"}


async def test_peak_time_callbacks_and_voicemail_are_changed_by_one_form(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        form = (await sup.get("/configuration/relief"))[1]
        assert 'name="peak" value="on" checked' in form
        assert 'name="peak_queue_over" type="number" min="1" max="10000" placeholder="10" value="5"' in form
        assert "달라지는 것이 없습니다." in (await sup.post("/configuration/relief", PEAK | CALLBACK | VOICEMAIL))[1]
        sent = PEAK | CALLBACK | {"peak_box_min": "0", "callback_between": "10:00 - 20:00", "callback_attempts": ""}
        page = (await sup.post("/configuration/relief", sent))[1]
        assert "센터: 피크타임 · 피크 근무 시간(분) 60 → 0" in page
        assert "센터: 콜백 · 전화할 수 있는 시간 09:00-21:00 → 10:00-20:00" in page
        assert "센터: 음성 메시지 최대 길이(초) 120 → 없음" in page
        assert 'name="peak_box_min" type="number" min="0" max="720" placeholder="60" value="0"' in page
        before = in_file(web)
        assert (await sup.post("/configuration/apply", hidden(page)))[0] == 303
        text = in_file(web)
        assert "[voicemail]" not in text
        assert "attempts" not in text
        assert text.count("#") == before.count("#")
        async with asyncio.timeout(5):
            while web.app.state.services.centre.voicemail:  # noqa: ASYNC110 - asked from outside
                await asyncio.sleep(0.02)
        form = (await sup.get("/configuration/relief"))[1]
        assert 'name="voicemail" value="on">' in form
        assert 'name="callback_attempts" type="number" min="1" max="10" placeholder="3" value="3"' in form
        page = (await sup.post("/configuration/relief", sent | VOICEMAIL))[1]
        assert "센터: 음성 메시지 없음 → 최대 길이(초) 120" in page
        assert "[voicemail]\n\n" in hidden(page)["text"], "usual values need not be said"
        assert (await sup.post("/configuration/relief", PEAK | {"peak_calm_s": "long"}))[0] == 422
        page = (await sup.post("/configuration/relief", CALLBACK | {"callback_between": "21:00-09:00"}))[1]
        assert re.findall(r'id="(\w+)" aria-invalid="true"', page) == ["callback_between"]


async def test_what_somebody_needs_is_not_switched_off(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        ladder = {"do_0": "callback", "after_s_then_0": "60", "peak_forecast_s": "120", "strategy": "longest_idle"}
        page = (await sup.post("/configuration/group/home-appliances", ladder))[1]
        await sup.post("/configuration/apply", hidden(page))
        status, page = await sup.post("/configuration/relief", {})
        assert status == 422
        assert "do = &#39;callback&#39;에는 [callback]가 있어야 합니다." in page
        assert "그룹의 peak에는 [peak]가 있어야 합니다." in page
        assert 'name="base"' not in page
        assert 'name="callback" value="on">' in page, "the form is as it was sent"
        await sup.post("/language/en", {})
        page = (await sup.post("/configuration/relief", PEAK | VOICEMAIL))[1]
        assert "do = &#39;callback&#39; needs the part [callback]" in page
    assert "[voicemail]" in in_file(web)


def as_sent(web: WebCentre) -> dict[str, str]:
    """What the form of the menu sends when nothing was changed in it."""
    centre = load_centre(web.settings.centre)
    sent = {f"hotline_{n}": number for n, number in enumerate(centre.hotlines)} | {"undecided": centre.undecided or ""}
    for key in "1234567":
        one = next((one for one in centre.menu if one.key == key), None)
        sent |= {f"name_{key}": one.name if one else "", f"name_en_{key}": one.name_en if one else ""}
        chosen = one.categories if one else ()
        sent |= {f"category_{key}_{n}": chosen[n - 1] if n <= len(chosen) else "" for n in range(1, 10)}
    return sent


async def test_the_hotline_s_menu_is_changed_by_its_form(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        form = (await sup.get("/configuration/menu"))[1]
        assert '<option value="kitchen" selected>' in form
        assert "쓰지 않는 메뉴 번호: 6, 7" in form
        same = as_sent(web)
        assert "달라지는 것이 없습니다." in (await sup.post("/configuration/menu", same))[1]
        changed = same | {"name_1": "가전제품", "category_1_1": "kitchen", "category_1_2": "home-appliances"}
        changed |= {f"category_5_{n}": "" for n in range(1, 10)} | {"name_5": "", "name_en_5": ""}
        # Whoever leaves a choice empty means none, and numbers are written as on paper.
        changed |= {
            "name_7": "차와 기계",
            "name_en_7": "cars and machines",
            "category_7_2": "car",
            "category_7_4": "industrial",
        }
        changed |= {"hotline_0": "1600-0000", "hotline_2": "1588 0000", "undecided": ""}
        before = in_file(web)
        page = (await sup.post("/configuration/menu", changed))[1]
        for change in (
            "센터: 대표번호 16000000 → 16000000, 15880000", "센터: 미선택 고객 그룹 생활용품 → 없음",
            "메뉴 가전제품 (1): 이름 가전과 조명 → 가전제품",
            "품목 생활가전, 주방가전, AV기기, 조명기기 → 주방가전, 생활가전, AV기기, 조명기기",
            "메뉴 차와 기계 (7): 추가", "메뉴 차량용품과 산업용장비 (5): 삭제",
        ):  # fmt: skip
            assert change in page
        assert 'name="name_7" autocomplete="off" value="차와 기계"' in page
        assert (await sup.post("/configuration/apply", hidden(page)))[0] == 303
    centre = load_centre(web.settings.centre)
    assert [(key.key, key.name) for key in centre.menu][-1] == ("7", "차와 기계")
    assert centre.menu[-1].categories == ("car", "industrial")
    assert in_file(web).count("#") == before.count("#")


async def test_a_menu_with_mistakes_is_shown_with_them_and_nothing_typed_is_lost(web: WebCentre) -> None:
    before = in_file(web)
    async with browser(web, "sup") as sup:
        wrong = as_sent(web) | {"name_2": "", "category_3_2": "household", "hotline_1": "16", "name_6": "그 밖에"}
        status, page = await sup.post("/configuration/menu", wrong)
        assert status == 422
        assert "그룹 &#39;household&#39;이(가) 두 번 있습니다." in page
        assert "비어 있습니다. 글자를 적으십시오." in page
        assert "3~15자리 숫자를 쓰십시오." in page
        assert 'name="name_6" autocomplete="off" value="그 밖에"' in page
        marked = re.findall(r'id="(\w+)" aria-invalid="true"', page)
        assert marked == ["hotline_1", "name_2", "category_3_2", "name_en_6", "category_6_1"]
        empty = dict.fromkeys(as_sent(web), "")
        page = (await sup.post("/configuration/menu", empty))[1]
        assert "꼭 있어야 하는데 없습니다." in page
        assert 'name="base"' not in page
    assert in_file(web) == before


def test_the_form_of_waiting_has_all_settings_but_for_closing_which_stands_with_the_hours() -> None:
    shown = {key for keys in WAITING.values() for key in keys}
    assert shown | {"comfort", "at_closing"} == Waiting.model_fields.keys()
