from __future__ import annotations

import re
from pathlib import Path

import pytest

import callcenter
from callcenter.centre import Centre, load_centre, read_centre
from dialplan.catalogue import POSITIONS, catalogue
from dialplan.voice import Language, spoken

_REPOSITORY = Path(callcenter.__file__).parent.parent


@pytest.fixture(scope="module")
def centre() -> Centre:
    return load_centre(_REPOSITORY / "callcenter/example/centre.toml")


def test_every_prompt_of_the_contract_is_there(centre: Centre) -> None:
    page = (
        (_REPOSITORY / "docs/architecture.md").read_text(encoding="utf-8").split("## Prompts", 1)[1].split("\n## ")[0]
    )
    promised = {name for name in re.findall(r"`([a-z]+(?:-[a-z]+)*)`", page) if name not in ("selftest", "undecided")}
    assert len(promised) > 15
    prompts = catalogue(centre)
    assert promised <= prompts.keys()
    assert {f"queue-position-{n}" for n in range(1, POSITIONS + 1)} <= prompts.keys()
    families = {centre.menu_prompt(f"menu-family-{key.key}", key.categories) for key in centre.menu}
    assert families | {centre.menu_prompt("menu-main")} <= prompts.keys()
    assert {f"greeting-{company.id}" for company in centre.company} <= prompts.keys()


def test_whatever_the_dialplan_plays_by_itself_is_there(centre: Centre) -> None:
    template = (_REPOSITORY / "dialplan/templates/extensions.conf.j2").read_text(encoding="utf-8")
    played = set(re.findall(r"Playback\(cc/([a-z-]+)\)", template)) - {"selftest"}
    assert len(played) > 5
    assert played <= catalogue(centre).keys()


def test_a_company_has_a_menu_only_with_several_categories_and_hours_only_of_its_own(centre: Centre) -> None:
    prompts = catalogue(centre)
    for company in centre.company:
        menu = centre.menu_prompt(f"menu-company-{company.id}", company.categories)
        assert (menu in prompts) == (len(company.categories) > 1)
        assert (f"closed-{company.id}" in prompts) == (company.hours is not None)


def test_the_menus_read_their_keys_in_order(centre: Centre) -> None:
    prompts = catalogue(centre)
    nurim = next(company for company in centre.company if company.id == "nurim")
    assert prompts[centre.menu_prompt("menu-main")].ko.startswith(
        "문의하실 제품을 선택해 주세요. 가전과 조명은 1번, 컴퓨터와 소프트웨어는 2번,"
    )
    assert prompts[centre.menu_prompt("menu-family-2", centre.menu[1].categories)].en.startswith(
        "For PCs, press 1. For software, press 2."
    )
    assert (
        "생활가전은 1번, 주방가전은 2번을 눌러"
        in prompts[centre.menu_prompt("menu-company-nurim", nurim.categories)].ko
    )


def test_the_words_that_matter_are_said(centre: Centre) -> None:
    prompts = catalogue(centre)
    assert "누림전자" in prompts["greeting-nurim"].ko
    assert "Nurim Electronics" in prompts["greeting-nurim"].en
    assert prompts["queue-position-3"].ko == "고객님의 대기 순서는 세 번째입니다."
    assert "녹음" in prompts["notice-recording"].ko
    assert "산업안전보건법" in prompts["notice-abuse"].ko
    assert "오전 아홉 시부터 오후 여섯 시까지" in prompts["closed-saebyeok"].ko
    assert "1600-0000" in prompts["number-unknown"].ko


def test_nothing_is_left_that_a_voice_would_misread(centre: Centre) -> None:
    for name, text in catalogue(centre).items():
        for written in (text.ko, text.en):
            assert not re.search(r"[{}#*|]", written), name
        for language, words in spoken(text.ko, Language.KO):
            if language is Language.KO:
                assert re.fullmatch(r"[가-힣 .,?!]+", words), name


def test_a_sentence_in_the_other_script_has_the_other_voice() -> None:
    assert spoken("별표를 누르세요. For English, press zero.", Language.KO) == [
        (Language.KO, "별표를 누르세요."),
        (Language.EN, "For English, press zero."),
    ]
    assert [part for part, _ in spoken("Press one. 한국어는 별표. Thank you.", Language.EN)] == ["en", "ko", "en"]


def test_english_reads_telephone_numbers_by_digits() -> None:
    assert spoken("Call 1600-0000, the A/S Centre.", Language.EN) == [
        (Language.EN, "Call 1 6 0 0, 0 0 0 0, the after-sales Centre.")
    ]


def test_a_group_with_hours_of_its_own_and_a_closing_have_prompts() -> None:
    text = (_REPOSITORY / "callcenter/example/centre.toml").read_text("utf-8")
    text = text.replace('id = "pc"\n', 'id = "pc"\nhours = { sat = "" }\n')
    span = "since = 2026-11-24T13:00:00\nuntil = 2026-11-24T14:00:00\n"
    text += f'[[closing]]\n{span}[[closing]]\ngroup = "pc"\n{span}say = "회의 중입니다."\n'
    centre, mistakes = read_centre(text)
    assert centre, mistakes
    prompts = catalogue(centre)
    assert prompts["closed-group-pc"].ko.startswith("컴퓨터 담당 그룹은 지금 상담 시간이 아닙니다. 상담 시간은 평일")
    usual, own = (prompts[closing.prompt] for closing in centre.closing)
    assert "오후 두 시에 다시 시작합니다" in usual.ko
    assert (own.ko, own.en) == ("회의 중입니다.", usual.en)
    assert "open again at 2 PM" in usual.en
