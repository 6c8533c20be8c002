"""Changes are told by name in words of the trade."""

from __future__ import annotations

from typing import get_args

from pydantic import BaseModel

from callcenter.centre import Centre, read_centre
from callcenter.config.diff import differences
from callcenter.config.words import label
from tests.unit.config.test_mistakes import EXAMPLE, changed


def centre(text: str) -> Centre:
    found, mistakes = read_centre(text)
    assert found, mistakes
    return found


def told(text: str, language: str = "en") -> list[str]:
    return [change.sentence(language) for change in differences(centre(EXAMPLE), centre(text))]


#: Whose English word is the key itself.
ALIKE = {"attempts", "callback", "categories", "code", "contract", "greeting", "groups", "hotlines", "hours", "levels"}
ALIKE |= {"mobile", "name", "numbers", "recording", "ring", "strategy", "voicemail", "waiting", "weight"}
NEW = '\n[[agent]]\nid = "1020"\nname = "새벽"\nname_en = "Saebyeok"\ngroups = ["pc"]\n'


def test_the_same_centre_does_not_differ() -> None:
    assert told(EXAMPLE + "\n# a comment\n") == []


def test_parts_come_and_go_by_name() -> None:
    assert told(EXAMPLE + NEW, "ko") == ["상담사 새벽 (1020): 추가"]
    back = differences(centre(EXAMPLE + NEW), centre(EXAMPLE))
    assert [change.sentence("en") for change in back] == ["Agent Saebyeok (1020): removed"]


def test_keys_are_told_before_and_after() -> None:
    text = changed(
        ("ring_s = 20", "ring_s = 15"),
        ('sun = "00:00-24:00"', 'sun = ""'),
        (
            "{ ring = 2, after_s = 5, queue_over = 1 }, { ring = 3, after_s = 10, queue_over = 2 }",
            "{ ring = 2, after_s = 20 }",
        ),
        ("contract = { service_level = 0.8 }", "recording = false"),
    )
    assert told(text) == [
        "Centre: hours · Sun 00:00-24:00 → closed",
        "Centre: waiting · ringing (s) 20 → 15",
        "Company Hanbit Kitchen (hanbit): recording yes → no",
        "Company Hanbit Kitchen (hanbit): contract · service level 0.8 → 0.0",
        "Group Home appliances (home-appliances): overflow ladder ring 2 after (s) 5 more waiting than 1, "
        "ring 3 after (s) 10 more waiting than 2 → ring 2 after (s) 20",
    ]
    assert told(text, "ko")[0] == "센터: 운영 시간 · 일 00:00-24:00 → 휴무"


def named(model: type[BaseModel]) -> set[str]:
    """Every key that a part of the centre may have, but for those that tell parts apart."""
    keys: set[str] = set()
    for key, field in model.model_fields.items():
        inner = [field.annotation]
        while inner:
            kind = inner.pop()
            inner += get_args(kind)
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                keys |= named(kind)
        keys.add(key)
    return keys - {"id", "key", "company", "group", "agent", "menu"}


def test_every_key_has_words_in_both_languages() -> None:
    for language in ("ko", "en"):
        assert [key for key in sorted(named(Centre)) if label(language, "key", key) == key and key not in ALIKE] == []


def test_groups_stand_by_their_names() -> None:
    text = changed(('similar = ["kitchen", "household"]', 'similar = ["kitchen", "pc"]'))
    assert told(text, "ko") == ["그룹 생활가전 (home-appliances): 유사 그룹 주방가전, 생활용품 → 주방가전, 컴퓨터"]
