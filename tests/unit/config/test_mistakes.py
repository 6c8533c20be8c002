"""Everything wrong in a centre's file is told at once, with the line, in the reader's language."""

from __future__ import annotations

from importlib.resources import files

import pytest

from callcenter.centre import read_centre
from callcenter.config.locate import blocks, line_of, lines

EXAMPLE = (files("callcenter") / "example/centre.toml").read_text("utf-8")

LAYOUT = '''# first line
name = "센터 # no comment" # a comment
"quoted.key" = 'x'
long = """
[not.a.table]
a = 1"""
days = { 2026-12-31 = "", "2027-01-01" = "" }
at = 2026-12-31 09:00:00
steps = [
  { ring = 2 }, # near
  [1,
   2],
]
a.b = true
[table.inner]
x = 1
[[group]]
id = "a"
  [group.more]
  y = 2
[[group]]
id = "b"
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("quoted.key",), 3),
        (("long",), 4),
        (("days", "2027-01-01"), 7),
        (("at",), 8),
        (("steps", 0, "ring"), 10),
        (("steps", 1, 1), 12),
        (("a", "b"), 14),
        (("table", "inner"), 15),
        (("group", 0, "more", "y"), 20),
        (("group", 1, "id"), 22),
        (("group", 1, "absent", 3), 21),
        (("nowhere",), 1),
    ],
)
def test_each_value_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert line_of(lines(LAYOUT), path) == line


def test_a_table_reaches_from_its_header_to_its_last_value() -> None:
    assert blocks(LAYOUT) == {
        ("table", "inner"): (15, 16),
        ("group", 0): (17, 20),
        ("group", 0, "more"): (19, 20),
        ("group", 1): (21, 22),
    }
    # A header alone, a value over several lines, and comments, which belong to what follows.
    assert blocks("[a]\n# of b\n\n[b]\nx = [\n 1, # one\n] # two\n# end\n") == {("a",): (1, 1), ("b",): (4, 7)}


def told(text: str, language: str = "en") -> list[str]:
    centre, mistakes = read_centre(text)
    assert centre is None
    return [mistake.told("F", language) for mistake in mistakes]


def changed(*changes: tuple[str, str]) -> str:
    text = EXAMPLE
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def number_of(text: str) -> str:
    """The line in which this stands in the example."""
    return str(EXAMPLE[: EXAMPLE.index(text)].count("\n") + 1)


def test_wrong_values_and_contradictions_are_told_together_in_order_of_lines() -> None:
    text = changed(
        ("ring_s = 20", "ring_s = 1"), ('code = "102"', 'code = "101"'), ('undecided = "hou', 'undecided = "hu')
    )
    said = told(text)
    assert [line.split(":")[1] for line in said] == [
        number_of(wrong) for wrong in ("undecided =", "ring_s = 20", 'code = "102"')
    ]
    assert (
        told(text, "ko")[1]
        == f"F:{number_of('ring_s = 20')}: waiting.ring_s: 1은(는) 너무 작습니다. 3 이상이어야 합니다."
    )


def test_an_agent_without_skills_is_refused() -> None:
    said = told(changed(('groups = ["home-appliances", "kitchen"', 'groups = [] # "home-appliances", "kitchen"')))
    assert said[0] == f"F:{number_of('groups = [')}: agent 1001, groups: expected at least 1 of them"


GROUPS = """
[[group]]
id = "one"
name = "하나"
name_en = "One"
similar = ["two"]
widen = [{ ring = 2, after_s = 5 }]
[[group]]
id = "two"
name = "둘"
name_en = "Two"
similar = ["one"]
[[group]]
id = "three"
name = "셋"
name_en = "Three"
similar = ["kitchen"]
"""


def test_overflow_in_a_circle_and_a_ladder_that_reaches_nobody_are_refused() -> None:
    said = told(EXAMPLE + GROUPS)
    first = EXAMPLE.count("\n") + 2
    circle = "the overflow goes in a circle"
    assert said == [
        f"F:{first}: group one: {circle}, one → two → one, and none of these groups has agents",
        f"F:{first + 6}: group two: {circle}, two → one → two, and none of these groups has agents",
        f"F:{first + 11}: group three: 'three' has no agents, and 'widen' never reaches a similar group that has some",
    ]


def test_a_number_that_stands_twice_names_the_other_place() -> None:
    said = told(changed(('numbers = ["07000000102"]', 'numbers = ["16000000"]')))
    line = number_of('numbers = ["07000000102"]')
    assert said == [f"F:{line}: company hanbit, numbers #1: number '16000000' stands more than once, first in line 6"]


def test_languages_of_a_number_nobody_has_one_that_is_not_known_and_one_that_stands_twice_are_refused() -> None:
    agent = 'languages = ["ko", "en"]'
    said = told(
        changed(
            ('undecided = "household"', 'number_languages = { 0212345678 = "en" }'),
            ('code = "102"', 'code = "102"\nlanguage = "fr"'),
            (agent, 'languages = ["en", "en"]'),
        )
    )
    assert [line.split(": ", 1)[1] for line in said] == [
        "number_languages.0212345678: '0212345678' is neither a hotline nor a company's number",
        "company hanbit, language: 'fr' cannot be used; expected 'ko' or 'en'",
        f"agent 1002, languages #2: language 'en' stands more than once, first in line {int(number_of(agent)) + 1}",
    ]


def test_an_entry_goes_by_what_people_know_it_by_and_one_without_a_name_by_its_place_from_1() -> None:
    said = told(
        changed(
            ('hotlines = ["16000000"]', 'hotlines = ["16000000", "16"]\nnumber_languages = { 16 = "en" }'),
            ('id = "1002"\n', ""),
            ('phone = "1901"', 'phone = "19"'),
            ('key = "2"\nname = ', 'key = "2"\nnome = '),
            ('code = "102"', 'code = "102"\noutside = [{ id = "repair", number = "1", name = "수리", name_en = "R" }]'),
        )
    )
    assert [line.split(": ")[1] for line in said] == [
        "hotlines #2",
        "number_languages.16",
        "menu 2, name",
        "menu 2, nome",
        "company hanbit, outside repair, number",
        "agent #2, id",
        "supervisor supervisor, phone",
    ]
    assert said[1].endswith("expected 3 to 15 digits")


def test_closings_of_nobody_or_that_end_before_they_begin_and_an_offer_of_callbacks_without_them_are_refused() -> None:
    shut = """
[[closing]]
group = "kitchens"
company = "hanbot"
since = 2026-11-24T14:00:00
until = 2026-11-24T13:00:00+09:00
at_closing = "callback"
"""
    said = told(
        changed(("[callback]", "[x]"), ("[waiting]", '[waiting]\nat_closing = "callback"')) + shut.replace("[x]", "")
    )
    assert [line.split(": ", 1)[1] for line in said if "closing" in line] == [
        "waiting.at_closing: 'callback' needs the part [callback]",
        "closing #1, group: 'kitchens' is no [[group]] id",
        "closing #1, company: 'hanbot' is no [[company]] id",
        "closing #1, until: expected a local time such as 2026-12-31T14:00:00",
        "closing #1, until: ends before it begins (2026-11-24 14:00)",
        "closing #1, at_closing: 'callback' needs the part [callback]",
    ]


def test_a_text_that_is_no_toml_is_told_with_its_line() -> None:
    assert told('name = "x"\nname_en = \n')[0].startswith("F:2: not valid TOML: ")
    assert told("name = [")[0].startswith("F:1: ")


def test_values_of_a_wrong_kind_hide_nothing_else() -> None:
    said = told(
        changed(("similar = [", "similar = 3 # ["), ('code = "102"', "code = 102"), ("[hours]", "hours = 1\n[x]"))
    )
    places = {line.split(": ")[1] for line in said}
    assert places >= {"group home-appliances, similar", "company hanbit, code", "hours", "x"}


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ('{ do = "number", after_s = 5 }', "'number' belongs to do = 'number', and only to it"),
        ('{ do = "voicemail", after_s = 5 }, { do = "call_up", after_s = 9 }', "nobody waits after 'voicemail'"),
        ('{ do = "call_up" }', "says no condition; expected after_s, forecast_s, queue_over or level_below"),
    ],
)
def test_further_steps_that_cannot_be_are_refused(then: str, expected: str) -> None:
    before = "\npriority_s = 30\n"
    said = told(changed((before, f"{before}then = [{then}]\n")))
    assert expected in said[0]


def test_a_further_step_needs_its_part() -> None:
    before = "\npriority_s = 30\n"
    said = told(
        changed((before, before + 'then = [{ do = "voicemail", after_s = 5 }]\n'), ("[voicemail]\nmost_s = 120\n", ""))
    )
    assert "do = 'voicemail' needs the part [voicemail]" in said[0]


def test_a_group_s_call_up_needs_a_limit_the_part_of_peak_time_and_somebody_who_comes() -> None:
    peak = "[peak]\nlongest_wait_s = 60\nqueue_over = 5\ncalm_s = 300\nbox_min = 60\n"
    text = changed((peak, ""), ('id = "pc"\n', 'id = "pc"\npeak = {}\n')).replace("peak = true", "peak = false")
    said = told(text)
    assert [line.split(": ", 2)[2] for line in said if ", peak" in line] == [
        "says no condition; expected forecast_s, level_below or occupancy_over",
        "a group's 'peak' needs the part [peak]",
        "no agent of this group has peak = true",
    ]
