"""Forms change what they are about and nothing else in the file."""

from __future__ import annotations

import tomllib
from datetime import date, datetime
from difflib import ndiff
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.centre import Centre, read_centre
from callcenter.config.edit import (
    switched_off,
    with_at_closing,
    with_closing,
    with_company,
    with_day,
    with_distribution,
    with_hotline,
    with_ladder,
    with_menu,
    with_number_languages,
    with_settings,
    with_skills,
    with_waiting,
    with_week,
    without_closing,
)
from callcenter.hours import Closing
from tests.unit.config.test_mistakes import EXAMPLE


def lines(text: str, changed: str) -> list[str]:
    """What went and came, as a patch shows it."""
    return [line for line in ndiff(text.splitlines(), changed.splitlines()) if line[0] in "+-"]


def centre(text: str) -> Centre:
    found, mistakes = read_centre(text)
    assert found, mistakes
    return found


def test_a_ladder_is_changed_in_its_line() -> None:
    text = with_ladder(EXAMPLE, "baby", ["sports"], {2: {"after_s": 20, "queue_over": 3}})
    assert lines(EXAMPLE, text) == [
        '- similar = ["household", "sports"]',
        '+ similar = ["sports"]',
        "- widen = [{ ring = 2, after_s = 5, queue_over = 1 }, { ring = 3, after_s = 10, queue_over = 2 }]",
        "+ widen = [{ring = 2, after_s = 20, queue_over = 3}]",
    ]
    baby = next(group for group in centre(text).group if group.id == "baby")
    assert [(step.ring, step.after_s, step.queue_over) for step in baby.widen] == [(2, 20, 3)]


def test_a_ladder_may_be_taken_away() -> None:
    gone = lines(EXAMPLE, with_ladder(EXAMPLE, "baby", [], {}))
    assert [line[:9] for line in gone] == ["- similar", "- widen ="]


def test_what_else_a_group_s_ladder_does_and_which_agent_it_asks_first() -> None:
    then = [{"do": "call_up", "level_below": 0.7}, {"do": "number", "number": "0212345678", "queue_over": 9}]
    text = with_ladder(EXAMPLE, "baby", ["household"], {2: {"level_below": 0.8}}, then)
    text = with_distribution(text, "baby", "best_skill", 30)
    assert [line for line in lines(EXAMPLE, text) if line[0] == "+"] == [
        '+ similar = ["household"]',
        "+ widen = [{ring = 2, level_below = 0.8}]",
        '+ then = [{do = "call_up", level_below = 0.7}, {do = "number", number = "0212345678", queue_over = 9}]',
        '+ strategy = "best_skill"',
        "+ priority_s = 30",
    ]
    baby = next(group for group in centre(text).group if group.id == "baby")
    assert [step.do for step in baby.then] == ["call_up", "number"]
    assert lines(text, with_distribution(text, "baby", "longest_idle", 0)) == [
        '- strategy = "best_skill"',
        "- priority_s = 30",
    ]


def test_a_company_s_contract_says_only_what_is_not_usual() -> None:
    heard: dict[str, Any] = {"language": "", "announcement": {}, "music": False}
    text = with_company(EXAMPLE, "hanbit", **heard, contract={"service_level": 0.9, "weight": 1.0, "most_calls": 5})
    assert lines(EXAMPLE, text) == [
        "- contract = { service_level = 0.8 }",
        "+ contract = {service_level = 0.9, most_calls = 5}",
    ]
    assert lines(EXAMPLE, with_company(EXAMPLE, "hanbit", **heard, contract={})) == [
        "- contract = { service_level = 0.8 }"
    ]


def test_an_agent_s_groups_and_levels() -> None:
    text = with_skills(EXAMPLE, "1003", {"furniture": 1, "pc": 3}, {"saebyeok": 2}, languages=["ko", "en"], peak=True)
    assert lines(EXAMPLE, text) == [
        '- groups = ["furniture", "interior", "household"]',
        '+ groups = ["furniture", "pc"]',
        "+ levels = {pc = 3}",
        "+ companies = {saebyeok = 2}",
        '+ languages = ["ko", "en"]',
        "+ peak = true",
    ]
    own = {"furniture": 1, "interior": 1, "household": 1}
    assert lines(EXAMPLE, with_skills(text, "1003", own, {}, languages=["ko"], peak=False)) == []
    # In whatever order the form has them, groups stay where they stood.
    own = {"household": 1, "interior": 1, "furniture": 1}
    assert lines(EXAMPLE, with_skills(EXAMPLE, "1003", own, {}, languages=["ko"], peak=False)) == []


def test_an_agent_without_groups_or_languages_is_written_as_such_so_that_it_is_refused() -> None:
    text = with_skills(EXAMPLE, "1003", {}, {}, languages=[], peak=False)
    assert [line for line in lines(EXAMPLE, text) if line[0] == "+"] == ["+ groups = []", "+ languages = []"]


def test_languages_of_numbers_are_said_number_by_number() -> None:
    text = with_number_languages(EXAMPLE, {"16000000": "en", "07000000102": ""})
    assert lines(EXAMPLE, text) == ['+ number_languages = {16000000 = "en"}']
    assert centre(text).number_languages == {"16000000": "en"}
    both = with_number_languages(text, {"07000000102": "ko"})
    assert centre(both).number_languages == {"16000000": "en", "07000000102": "ko"}
    assert with_number_languages(both, {"07000000102": "", "16000000": ""}) == EXAMPLE
    # A table of its own keeps its comments, even when it says nothing any more.
    table = f'{EXAMPLE}\n[number_languages]\n# of foreigners\n16000000 = "en" # all\n'
    assert lines(table, with_number_languages(table, {"16000000": "ko"})) == [
        '- 16000000 = "en" # all',
        '+ 16000000 = "ko" # all',
    ]
    assert lines(table, with_number_languages(table, {"16000000": ""})) == ['- 16000000 = "en" # all']


def test_a_closing_of_the_centre_and_its_end() -> None:
    closed = with_day(EXAMPLE, None, date(2026, 11, 24), "")
    assert lines(EXAMPLE, closed) == ['+ days = {2026-11-24 = ""}']
    assert centre(closed).hours.days == {date(2026, 11, 24): ""}
    assert lines(EXAMPLE, with_day(closed, None, date(2026, 11, 24), None)) == []


def test_a_new_key_stands_before_the_comment_of_the_next_table() -> None:
    text = with_day(EXAMPLE, None, date(2026, 11, 24), "09:00-12:00")
    place = text.splitlines().index('days = {2026-11-24 = "09:00-12:00"}')
    assert text.splitlines()[place - 1] == "closed_on_holidays = false"


def test_a_company_without_hours_of_its_own_closes_alone_and_keeps_the_centre_s_week() -> None:
    text = with_day(EXAMPLE, ("company", "hanbit"), date(2026, 11, 24), "")
    described = centre(text)
    hanbit = next(company for company in described.company if company.id == "hanbit")
    assert hanbit.hours is not None
    assert hanbit.hours.model_copy(update={"days": {}}) == described.hours
    assert hanbit.hours.days == {date(2026, 11, 24): ""}


def test_a_company_with_hours_of_its_own_in_a_table() -> None:
    text = with_week(EXAMPLE, ("company", "saebyeok"), {"mon": "10:00-17:00", "sat": ""})
    assert lines(EXAMPLE, text) == [
        '- mon = "09:00-18:00"',
        '+ mon = "10:00-17:00"',
        '- sat = "09:00-13:00"',
        '+ sat = ""',
    ]


def test_a_group_gets_hours_of_its_own_and_a_rule_for_who_still_waits() -> None:
    text = with_at_closing(
        with_week(EXAMPLE, ("group", "baby"), {"sat": "", "mon": "09:00-12:00,13:00-18:00"}), "baby", "announce"
    )
    baby = next(group for group in centre(text).group if group.id == "baby")
    assert baby.hours is not None
    assert (baby.hours.mon, baby.hours.tue, baby.hours.sat) == ("09:00-12:00,13:00-18:00", "00:00-24:00", "")
    assert baby.at_closing == "announce"
    assert all(line[0] == "+" for line in lines(EXAMPLE, text))
    assert with_at_closing(text, "baby", "") != text
    assert lines(EXAMPLE, with_at_closing(EXAMPLE, "", "callback")) == ['+ at_closing = "callback"']


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{clock}")


def test_a_closing_out_of_turn_begins_ends_and_is_forgotten_when_the_next_one_comes() -> None:
    first = Closing(group="baby", since=at("13:00"), until=at("14:00"), say="쉽니다")
    text = with_closing(EXAMPLE, dict(first))
    assert centre(text).closing == (first,)
    assert lines(EXAMPLE, text) == [
        "+ ",
        "+ [[closing]]",
        '+ group = "baby"',
        "+ since = 2026-11-24T13:00:00",
        "+ until = 2026-11-24T14:00:00",
        '+ say = "쉽니다"',
    ]
    both = Closing(since=at("13:30"), until=at("15:00"), at_closing="announce")
    assert centre(with_closing(text, dict(both))).closing == (first, both)
    later = Closing(company="hanbit", since=at("14:00"), until=at("15:00"))
    assert centre(with_closing(text, dict(later))).closing == (later,)
    assert centre(without_closing(with_closing(text, dict(both)), 0)).closing == (both,)
    assert lines(EXAMPLE, without_closing(text, 0)) in ([], ["+ "])
    with pytest.raises(KeyError):
        without_closing(text, 1)


def test_how_callers_wait_and_agents_are_rung_says_only_what_is_not_usual() -> None:
    values = {"ring_s": 25, "wrapup_s": 20, "key_s": 6, "rest_s": 900, "listening_shown": False, "no_answer": "ready"}
    assert lines(EXAMPLE, with_waiting(EXAMPLE, values, [])) == [
        "- ring_s = 20",
        "+ ring_s = 25",
        '- no_answer = "pause"',
        '+ no_answer = "ready"',
        "+ rest_s = 900",
    ]
    bare = 'hotlines = ["16000000"]\n\n[hours]\nmon = "09:00-18:00"\n\n# Companies\n\n[[company]]\nid = "a1"\n'
    assert with_waiting(bare, {"ring_s": 20, "wrapup_s": 20}, []) == bare
    assert lines(bare, with_waiting(bare, {"ring_s": 30, "wrapup_s": 20}, [])) == ["+ [waiting]", "+ ring_s = 30", "+ "]
    assert '"09:00-18:00"\n\n[waiting]\nring_s = 30\n\n# Companies\n' in with_waiting(bare, {"ring_s": 30}, [])


def test_peak_time_callbacks_and_voicemail_are_switched_off_and_leave_every_comment() -> None:
    text = EXAMPLE
    for table in ("peak", "callback", "voicemail"):
        text = switched_off(text, table)
    described = centre(text)
    assert (described.peak, described.callback, described.voicemail) == (None, None, None)
    assert text.count("#") == EXAMPLE.count("#")
    assert not [line for line in lines(EXAMPLE, text) if line[0] == "+"]
    assert switched_off(text, "peak") == text
    assert switched_off("a = 1\npeak = { queue_over = 5 } # calm\n", "peak") == "a = 1\n"


def test_one_that_is_switched_on_stands_with_the_others_and_says_only_what_is_not_usual() -> None:
    without = switched_off(switched_off(EXAMPLE, "callback"), "voicemail")
    text = with_settings(without, "voicemail", {"most_s": 120})
    assert lines(without, text) == ["+ [voicemail]", "+ "]
    assert text.index("[peak]") < text.index("[voicemail]") < text.index("# When its own agents cannot keep up")
    assert centre(text).voicemail == centre(EXAMPLE).voicemail
    usual = {"attempts": 3, "spacing_s": 600, "expires_h": None, "between": "10:00-20:00", "ring_s": 30}
    text = with_settings(text, "callback", usual)
    assert [line for line in lines(without, text) if "=" in line] == ['+ between = "10:00-20:00"']
    assert lines(EXAMPLE, with_settings(EXAMPLE, "callback", {"attempts": None, "expires_h": 24})) == [
        "- attempts = 3",
        "- expires_h = 72",
        "+ expires_h = 24",
    ]
    assert with_settings("a = 1\n", "peak", {"queue_over": 3}) == "a = 1\n\n[peak]\nqueue_over = 3\n"


def test_a_table_that_is_switched_on_takes_no_comment_from_another() -> None:
    text = '[waiting]\nring_s = 20 # two rings\n# of the phone\n\n# people\n[[agent]]\nid = "1001"\n'
    assert with_settings(text, "peak", {}) == text.replace("# of the phone\n", "# of the phone\n\n[peak]\n")
    close = "[waiting]\nring_s = 20\n# companies\n[[company]]\n"
    assert with_settings(close, "peak", {}) == close.replace("= 20\n", "= 20\n\n[peak]\n")


def menu_of(text: str) -> dict[str, dict[str, Any]]:
    return {
        key.key: {"name": key.name, "name_en": key.name_en, "categories": list(key.categories)}
        for key in centre(text).menu
    }


def test_a_key_of_the_menu_is_renamed_and_its_categories_are_put_in_another_order_in_their_lines() -> None:
    menu = menu_of(EXAMPLE)
    assert with_menu(EXAMPLE, menu) == EXAMPLE
    menu["2"]["name"] = "PC"
    menu["5"]["categories"].reverse()
    assert lines(EXAMPLE, with_menu(EXAMPLE, menu)) == [
        '- name = "컴퓨터와 소프트웨어"',
        '+ name = "PC"',
        '- categories = ["car", "industrial"]',
        '+ categories = ["industrial", "car"]',
    ]


def test_keys_of_the_menu_come_and_go_and_comments_stay_with_what_they_are_about() -> None:
    text = EXAMPLE.replace('[[menu]]\nkey = "3"', '# For the home\n[[menu]]\nkey = "3" # often')
    menu = menu_of(text)
    del menu["1"], menu["5"]
    menu["7"] = {"name": "기타", "name_en": "others", "categories": ["industrial", "car"]}
    menu["6"] = {"name": "조명", "name_en": "lighting", "categories": ["lighting"]}
    changed = with_menu(text, menu)
    assert [key.key for key in centre(changed).menu] == ["2", "3", "4", "6", "7"]
    assert menu_of(changed) == menu
    assert '# For the home\n[[menu]]\nkey = "3" # often\n' in changed
    assert '["lighting"]\n\n[[menu]]\nkey = "7"\nname = "기타"\nname_en = "others"\n' in changed
    # Key 2 comes back where it was, and before the comment of the third.
    second = menu.pop("2")
    back = with_menu(with_menu(changed, menu), menu | {"2": second})
    assert back == changed


SMALL = """name = "센터"
name_en = "Centre"
hotlines = ["16000000"]

# What callers press

[[menu]]
key = "3"
name = "차와 PC"
name_en = "cars and PCs"
# The order of callers' keys
categories = ["car", "pc"] # both

# Groups
[[group]]
id = "car"
name = "차량용품"
name_en = "Car goods"

[[group]]
id = "pc"
name = "컴퓨터"
name_en = "PCs"

[[group]]
id = "baby"
name = "유아용품"
name_en = "Baby goods"

[[company]]
id = "nurim"
code = "101"
name = "누림"
name_en = "Nurim"
categories = ["car"]

[[agent]]
id = "1001"
name = "김서연"
name_en = "Kim"
groups = ["car", "pc", "baby"]
"""


@given(
    st.dictionaries(
        st.sampled_from("1234567"),
        st.fixed_dictionaries(
            {
                "name": st.text("가나 #[]=\"'", min_size=1),
                "name_en": st.text("ab #[]=\"'", min_size=1),
                "categories": st.lists(
                    st.sampled_from(["car", "pc", "baby"]),
                    min_size=1,
                    unique=True,
                ),
            }
        ),
        min_size=1,
    )
)
def test_any_menu_is_written_so_that_it_is_read_again_and_nothing_else_changes(menu: dict[str, dict[str, Any]]) -> None:
    text = with_menu(SMALL, menu)
    assert menu_of(text) == menu
    assert [key.key for key in centre(text).menu] == sorted(menu)
    before, after = (centre(one).model_dump(exclude={"menu"}) for one in (SMALL, text))
    assert before == after
    comments = ["# What callers press", *(["# The order of callers' keys"] if "3" in menu else []), "# Groups"]
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
    assert with_menu(text, menu) == text
    assert menu_of(with_menu(text, menu_of(SMALL))) == menu_of(SMALL)


def test_a_menu_in_one_line_is_changed_too() -> None:
    text = 'menu = [{ key = "2", name = "a" }] # short\n[hours]\n'
    menu = {"1": {"name": "b"}, "2": {"name": "a"}}
    assert tomllib.loads(with_menu(text, menu))["menu"] == [{"key": "1", "name": "b"}, {"key": "2", "name": "a"}]
    assert tomllib.loads(with_menu(text, {"1": {"name": "b"}}))["menu"] == [{"key": "1", "name": "b"}]


def test_the_numbers_of_the_hotline_and_the_group_of_the_undecided() -> None:
    text = with_hotline(EXAMPLE, ["16000000", "15880000"], "")
    assert lines(EXAMPLE, text) == [
        '- hotlines = ["16000000"]',
        '+ hotlines = ["16000000", "15880000"]',
        '- undecided = "household"',
    ]
    again = with_hotline(text, ["16000000"], "car")
    assert centre(again).undecided == "car"
    assert again.index("undecided") < again.index("[hours]")


def test_what_says_the_same_already_stays_as_it_is_written() -> None:
    spread = 'hotlines = [\n  "16000000", # since 2024\n]\n'
    text = EXAMPLE.replace('hotlines = ["16000000"]\n', spread)
    assert with_hotline(text, ["16000000"], "household") == text
