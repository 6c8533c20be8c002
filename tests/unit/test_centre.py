"""Mistakes in the centre's file are told all at once, each with file, key and what is expected."""

from __future__ import annotations

from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from callcenter.centre import CentreError, load_centre
from callcenter.hours import Hours

EXAMPLE = (files("callcenter") / "example/centre.toml").read_text("utf-8")


def load(tmp_path: Path, text: str) -> str:
    path = tmp_path / "centre.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(CentreError) as error:
        load_centre(path)
    return str(error.value).replace(str(path), "FILE")


def test_the_example_has_what_is_promised(tmp_path: Path) -> None:
    path = tmp_path / "centre.toml"
    path.write_text(EXAMPLE, "utf-8")
    centre = load_centre(path)
    assert len(centre.group) == 17
    assert len([c for c in centre.company if c.numbers]) >= 8
    assert len(centre.agent) == 12
    assert len([a for a in centre.agent if a.peak]) == 3
    assert {c for key in centre.menu for c in key.categories} == {g.id for g in centre.group}
    assert {g for a in centre.agent if not a.peak for g in a.groups} == {g.id for g in centre.group}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('code = "101"', 'code = "10"'), "FILE: company nurim, code: "),
        (('code = "102"', 'code = "101"'), "FILE: company hanbit, code: company code '101' stands more than once"),
        (
            ('categories = ["kitchen"]', 'categories = ["kitchn"]'),
            "FILE: company hanbit, categories #1: 'kitchn' is no [[group]] id",
        ),
        (("ring_s = 20", "ring_s = 1"), "FILE: waiting.ring_s: "),
        (("ring_s = 20", "rings = 20"), "FILE: waiting.rings: unknown key; check the spelling or remove it"),
        (('timezone = "Asia/Seoul"', 'timezone = "Asia/Soul"'), "is no time zone; expected a name such as Asia/Seoul"),
        (('mon = "09:00-18:00"', 'mon = "9-18"'), "FILE: company saebyeok, hours.mon: "),
        (('undecided = "household"', 'undecided = "nobody"'), "FILE: undecided: 'nobody' is no [[group]] id"),
        (
            ('similar = ["kitchen",', 'similar = ["kitchn",'),
            "FILE: group home-appliances, similar #1: 'kitchn' is no [[group]] id",
        ),
        (
            ('similar = ["kitchen",', 'similar = ["home-appliances",'),
            "FILE: group home-appliances, similar #1: 'home-appliances' is the group",
        ),
        (
            ("ring = 3,", "ring = 4,"),
            "FILE: group home-appliances, widen #2, ring: ring 4 needs 3 groups in 'similar'; there are 2",
        ),
        (
            ("ring = 2, after_s = 5, queue_over = 1", "ring = 2"),
            "FILE: group home-appliances, widen #1: says no condition; expected after_s",
        ),
        (
            (
                'similar = ["kitchen", "household"]',
                'similar = ["kitchen", "household"]\n'
                'then = [{ do = "callback", after_s = 120 }, { do = "voicemail", after_s = 60 }]',
            ),
            "FILE: group home-appliances, then #2, after_s: comes before the earlier step in line 62",
        ),
        (
            (
                "{ ring = 2, after_s = 5, queue_over = 1 }",
                "{ ring = 2, level_below = 0.6 }, { ring = 3, level_below = 0.7 }",
            ),
            "FILE: group home-appliances, widen #2, level_below: a wider ring is reached before",
        ),
        (
            ("after_s = 5,", "after_s = 90,"),
            "FILE: group home-appliances, widen #2, after_s: a wider ring is reached before",
        ),
        (
            (
                "[voicemail]\nmost_s = 120\n",
                '[[closing]]\nsince = 2026-11-24T13:05:00\nuntil = 2026-11-24T14:00:00\nat_closing = "voicemail"',
            ),
            "FILE: closing #1, at_closing: 'voicemail' needs the part [voicemail]",
        ),
        (("service_level = 0.8", "service_level = 80"), "FILE: company hanbit, contract.service_level: "),
        (
            ('mon = "09:00-18:00"', 'mon = "09:00-13:00,12:00-18:00"'),
            "FILE: company saebyeok, hours.mon: '09:00-13:00,12:00-18:00' runs backwards or overlaps",
        ),
        (
            ('id = "1001"', 'id = "1001"\nlevels = { pc = 2 }'),
            "FILE: agent 1001, levels.pc: 'pc' is none of the agent's groups",
        ),
        (
            ('id = "1001"', 'id = "1001"\ncompanies = { nobody = 2 }'),
            "FILE: agent 1001, companies.nobody: 'nobody' is no [[company]] id",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    line = EXAMPLE[: EXAMPLE.index(change[0])].count("\n") + 1 + change[1].count("\n")
    assert said.replace("FILE:", f"FILE:{line}:") in load(tmp_path, EXAMPLE.replace(*change, 1))


def test_hours_that_never_open_and_a_group_that_nobody_serves_are_refused(tmp_path: Path) -> None:
    days = "".join(f'{day} = ""\n' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    never = EXAMPLE.replace("# Promised:", f"hours = {{ {', '.join(days.split(chr(10))[:7])} }}\n# Promised:", 1)
    line = EXAMPLE[: EXAMPLE.index("# Promised:")].count("\n") + 1
    assert f"FILE:{line}: company hanbit, hours: never open; expected opening times" in load(tmp_path, never)
    alone = '[[group]]\nid = "alone"\nname = "혼자"\nname_en = "Alone"\n\n[[company]]'
    assert "'alone': nobody serves it; expected an agent" in load(tmp_path, EXAMPLE.replace("[[company]]", alone, 1))


def test_several_mistakes_are_told_together(tmp_path: Path) -> None:
    text = EXAMPLE.replace("ring_s = 20", "ring_s = 1").replace("wrapup_s = 20", "wrapup_s = -1")
    assert len(load(tmp_path, text).splitlines()) == 2


def test_no_file_and_no_toml_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(CentreError, match="no such file; copy the example"):
        load_centre(tmp_path / "absent.toml")
    assert "not valid TOML" in load(tmp_path, "name = ")


@pytest.mark.parametrize(
    ("local", "open_"),
    [
        ("2026-11-23 08:59:59", False),
        ("2026-11-23 09:00:00", True),
        ("2026-11-23 17:59:59", True),
        ("2026-11-23 18:00:00", False),
        ("2026-11-28 12:59:59", True),
        ("2026-11-28 13:00:00", False),
        ("2026-11-29 10:00:00", False),
        ("2026-12-25 10:00:00", False),
    ],
)
def test_hours_open_on_the_minute_and_close_on_the_minute(local: str, open_: bool) -> None:
    holidays = frozenset({date(2026, 12, 25)})
    assert Hours().open_at(datetime.fromisoformat(local), holidays) is open_
