"""Every form of the configuration page: with mistakes it stands there as it was sent, each mistake at its field."""

from __future__ import annotations

import asyncio
import tomllib
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from callcenter.centre import load_centre
from tests.integration.web.conftest import browser
from tests.integration.web.test_configuration import AS_USUAL, as_sent, hidden, in_file, known_languages, upload
from tests.web_centre import WebCentre

pytestmark = pytest.mark.integration


class _Fields(HTMLParser):
    """The forms of a page by their addresses, with what each would send, and what is wrong with their fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        #: The id of a field → what is said of it.
        self.wrong: dict[str, str] = {}
        self.focus: list[str] = []
        self._told: dict[str, str] = {}
        self._describes: dict[str, str] = {}
        self._form, self._select, self._reads = "", "", ""
        self.feed(page)
        self.wrong = {name: self._told[by] for name, by in self._describes.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if "autofocus" in said:
            self.focus.append(said.get("id", ""))
        if said.get("aria-invalid") == "true":
            self._describes[said.get("id") or said["name"]] = said["aria-describedby"]
        if tag == "form":
            self._form = said["action"]
        elif tag == "select":
            self._select = said["name"]
            self._sends(self._select, "")
        elif tag == "option" and "selected" in said:
            self._sends(self._select, said["value"])
        elif tag == "input" and (said.get("type") not in ("checkbox", "radio") or "checked" in said):
            self._sends(said.get("name", ""), said.get("value", "on"))
        elif "wrong" in said.get("class", "").split():
            self._reads = said["id"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "span":
            self._reads = ""

    def handle_data(self, data: str) -> None:
        if self._reads:
            self._told[self._reads] = self._told.get(self._reads, "") + data

    def _sends(self, name: str, value: str) -> None:
        self.forms.setdefault(self._form, {})[name] = value


#: A form's address, what is typed in it, and what is said at which of its fields; the first has the focus.
MISTAKES: list[tuple[str, Mapping[str, str], Mapping[str, str]]] = [
    (
        "/configuration/group/baby",
        {
            "strategy": "best_skill", "priority_s": "bald", "similar_2": "", "after_s_2": "5",
            "similar_3": "sports", "after_s_3": "60", "similar_4": "sports", "after_s_4": "30", "level_below_4": "80",
            "do_0": "number", "after_s_then_0": "90", "do_2": "callback", "number_2": "", "after_s_then_2": "20",
            "peak_occupancy_over": "much",
        },
        {
            "priority_s": "정수를 쓰십시오",
            "similar_4": "'sports'이(가) 두 번 있습니다",
            "after_s_4": "가까운 단계보다 먼저 됩니다",
            "do_0": "마지막 단계로 두십시오",
            "number_0": "number는 do = 'number'일 때",
            "after_s_then_2": "앞 단계보다 먼저 되어",
            "peak_occupancy_over": "숫자를 쓰십시오",
        },
    ),
    (
        "/configuration/group/car",
        {"strategy": "longest_idle", "do_1": "voicemail", "do_3": "call_up", "after_s_then_3": "9"},
        {"do_1": "마지막 단계로 두십시오", "after_s_then_1": "조건이 없습니다"},
    ),
    # A level for a company alone is none for a group.
    (
        "/configuration/agent/1004",
        {"company_dasom": "1", "peak": "on"},
        {
            **{f"level_{group}": "1개 이상 있어야 합니다" for group in ("home-appliances", "baby", "interior")},
            "speaks_ko": "1개 이상 있어야 합니다", "speaks_en": "1개 이상 있어야 합니다",
        },
    ),
    (
        "/configuration/company/hanbit",
        {
            "language": "en", "say": "리콜 \"안내\"입니다.", "say_en": "", "number_language_07000000102": "ko",
            "music": "on", "service_level": "95", "weight": "much", "most_calls": "0",
        },
        {
            "say_en": "비어 있습니다",
            "weight": "숫자를 쓰십시오",
            "most_calls": "1 이상이어야 합니다",
        },
    ),
    (
        "/configuration/hours?group=baby",
        {"mon": "9-18", "tue": "09:00-12:00, 11:00-18:00", "sat": "", "at_closing": "voicemail"},
        {"mon": "'9-18'은(는) 쓸 수 없습니다", "tue": "겹칩니다"},
    ),
    ("/configuration/hours", {"at_closing": "announce"}, {"mon": "여는 날이 하루도 없습니다"}),
    (
        "/configuration/day?company=hanbit",
        {"day": "2026-12-24", "how": "times", "spans": "18:00-09:00"},
        {"spans": "거꾸로이거나 겹칩니다"},
    ),
    ("/configuration/day", {"day": "24.12.", "how": "usual", "spans": "09:00"}, {"day": "2026-12-31처럼 쓰십시오"}),
    (
        "/configuration/closing",
        {"of": "group:baby", "until": "soon", "at_closing": "announce", "say": "회의 중입니다.", "say_en": "Meeting."},
        {"closing_until": "2026-12-31T14:00:00처럼 쓰십시오"},
    ),
    (
        "/configuration/waiting",
        AS_USUAL | {"ring_s": "", "wrapup_s": "1.5", "say_1": "감사합니다.", "say_en_4": "Thanks."},
        {
            "ring_s": "정수를 쓰십시오", "wrapup_s": "정수를 쓰십시오",
            "say_en_1": "비어 있습니다", "say_4": "비어 있습니다",
        },
    ),
    (
        "/configuration/relief",
        {"peak": "on", "peak_queue_over": "many", "voicemail": "on", "callback_attempts": "3"},
        {"peak_queue_over": "정수를 쓰십시오"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("address", "sent", "wrong"), MISTAKES)
async def test_a_form_with_mistakes_stands_as_it_was_sent_with_each_at_its_field(
    web: WebCentre, address: str, sent: Mapping[str, str], wrong: Mapping[str, str]
) -> None:
    before = in_file(web)
    async with browser(web, "sup") as sup:
        status, page = await sup.post(address, dict(sent))
    assert status == 422
    fields = _Fields(page)
    stands = fields.forms[address]
    assert {name: stands.get(name, "") for name in sent} == dict(sent)
    assert {name for name, value in stands.items() if value and name != "form_token"} == {n for n in sent if sent[n]}
    assert {name: words for name, words in wrong.items() if words not in fields.wrong.get(name, "")} == {}
    marked = fields.wrong.keys()
    assert marked >= wrong.keys() if "speaks_ko" in wrong else marked == wrong.keys()
    assert fields.focus == [next(iter(marked))]
    assert in_file(web) == before


async def test_what_is_wrong_is_said_in_english_too_and_names_entries_as_people_know_them(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        await sup.post("/language/en", {})
        sent = {"similar_2": "sports", "after_s_2": "60", "similar_3": "sports", "after_s_3": "30"}
        page = (await sup.post("/configuration/group/baby", sent))[1]
    assert "<code>group baby, similar #2</code> similar group &#39;sports&#39; stands more than once" in page
    assert "<code>group baby, widen #2, after_s</code> a wider ring is reached before a nearer one" in page
    assert "similar group 'sports' stands more than once" in _Fields(page).wrong["similar_3"]


async def test_mistakes_elsewhere_and_forms_without_any_have_the_focus_above_the_form(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        wrong = in_file(web).replace("ring_s = 20", "ring_s = 1")
        assert _Fields((await sup.post("/configuration/check", {"text": wrong}))[1]).focus == ["preview-title"]
        right = (await sup.post("/configuration/group/baby", {"priority_s": "30"}))[1]
        assert _Fields(right).focus == ["why"]
        assert _Fields(right).forms["/configuration/group/baby"]["priority_s"] == "30"
        assert _Fields((await sup.get("/configuration/group/baby"))[1]).focus == ["strategy"]


async def test_who_comes_second_sees_the_form_again_and_what_it_changes_now(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        first = hidden((await sup.post("/configuration/group/baby", {"priority_s": "30"}))[1])
        closed = {"day": "2026-12-24", "how": "times", "spans": "09:00 - 12:00"}
        page = (await sup.post("/configuration/day?company=hanbit", closed))[1]
        await sup.post("/configuration/apply", first)
        kept = in_file(web)
        sent = hidden(page) | {n: v for n, v in _Fields(page).forms["/configuration/apply"].items() if n != "why"}
        status, again = await sup.post("/configuration/apply", sent)
        assert (status, again) == (307, "/configuration/day?company=hanbit&overtaken=true")
        page = (await sup.post(again, sent))[1]
        assert "다른 사람이 설정을 바꾸었습니다" in page
        assert _Fields(page).forms["/configuration/day?company=hanbit"].items() >= closed.items()
        assert 'value="점검"' in page
        assert in_file(web) == kept
        assert (await sup.post("/configuration/apply", hidden(page)))[0] == 303
    described = load_centre(web.settings.centre)
    assert next(group.priority_s for group in described.group if group.id == "baby") == 30
    assert next(company.hours for company in described.company if company.id == "hanbit") is not None


async def test_switching_off_what_is_needed_is_marked_where_it_is_switched(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        ladder = {"do_0": "callback", "after_s_then_0": "60", "peak_forecast_s": "120"}
        page = (await sup.post("/configuration/group/home-appliances", ladder))[1]
        await sup.post("/configuration/apply", hidden(page))
        page = (await sup.post("/configuration/relief", {"voicemail": "on"}))[1]
    assert _Fields(page).wrong.keys() == {"peak", "callback"}


async def test_a_group_that_its_last_agent_leaves_is_marked_in_the_agent_s_form(web: WebCentre) -> None:
    garden = '[[group]]\nid = "garden"\nname = "원예용품"\nname_en = "Garden"\n\n[[company]]'
    served = in_file(web).replace("[[company]]", garden, 1)
    served = served.replace('["beauty", "fashion", "household"]', '["beauty", "fashion", "garden"]')
    async with browser(web, "sup") as sup:
        await sup.post("/configuration/apply", hidden((await sup.post("/configuration/check", {"text": served}))[1]))
        async with asyncio.timeout(5):
            while web.app.state.services.centre.group[-1].id != "garden":  # noqa: ASYNC110 - asked from outside
                await asyncio.sleep(0.02)
        page = (await sup.post("/configuration/agent/1006", {"level_beauty": "2", "speaks_ko": "on"}))[1]
        assert _Fields(page).wrong.keys() == {"level_garden"}
        assert "'garden' 그룹을 맡는 상담사가 없습니다" in _Fields(page).wrong["level_garden"]
        page = (await sup.post("/configuration/group/garden", {"peak_forecast_s": "60"}))[1]
        assert _Fields(page).wrong == {"peak_forecast_s": "이 그룹을 맡는 피크타임 상담사(peak = true)가 없습니다."}


async def test_a_file_that_is_no_text_leaves_what_was_typed(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        status, page = await upload(sup, "이름".encode("cp949"), typed="# typed before\n")
    assert status == 422
    assert "\n# typed before\n</textarea>" in page
    assert _Fields(page).wrong == {"file": "파일이 UTF-8이 아닙니다. UTF-8로 저장해서 다시 올리세요."}


async def test_a_number_s_language_is_chosen_with_the_hotline_s_numbers_and_with_the_company_s(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        sent = as_sent(web) | {"hotline_1": "1588-0000", "hotline_language_1": "en"}
        page = (await sup.post("/configuration/menu", sent))[1]
        assert "센터: 번호별 언어 없음 → 15880000 영어" in page
        await sup.post("/configuration/apply", hidden(page))
        await known_languages(web, 1)
        page = (await sup.post("/configuration/company/hanbit", {"number_language_07000000102": "ko"}))[1]
        assert "센터: 번호별 언어 15880000 영어 → 15880000 영어, 07000000102 한국어" in page
        await sup.post("/configuration/apply", hidden(page))
        await known_languages(web, 2)
        form = _Fields((await sup.get("/configuration/menu"))[1]).forms["/configuration/menu"]
        assert (form["hotline_1"], form["hotline_language_1"]) == ("15880000", "en")
        form = _Fields((await sup.get("/configuration/company/hanbit"))[1]).forms["/configuration/company/hanbit"]
        assert form["number_language_07000000102"] == "ko"
        # A number that is gone takes its language with it; those of companies stay.
        page = (await sup.post("/configuration/menu", sent | {"hotline_1": ""}))[1]
        assert tomllib.loads(hidden(page)["text"])["number_languages"] == {"07000000102": "ko"}
    assert load_centre(web.settings.centre).number_languages == {"15880000": "en", "07000000102": "ko"}


async def test_a_hotline_that_is_a_company_s_number_or_none_is_marked_in_its_line(web: WebCentre) -> None:
    async with browser(web, "sup") as sup:
        sent = as_sent(web) | {"hotline_1": "070-0000-0102", "hotline_3": "16", "hotline_language_3": "en"}
        page = (await sup.post("/configuration/menu", sent))[1]
    fields = _Fields(page)
    assert fields.wrong.keys() == {"hotline_1", "hotline_3", "hotline_language_3"}
    assert "3~15자리 숫자를 쓰십시오." in fields.wrong["hotline_language_3"]
    assert fields.forms["/configuration/menu"]["hotline_1"] == "070-0000-0102"
