"""Forms change what they are about and nothing else in the file."""

from __future__ import annotations

from datetime import date, datetime
from difflib import ndiff
from typing import Any

import pytest

from callcenter.centre import Centre, read_centre
from callcenter.config.edit import (
    with_at_closing,
    with_closing,
    with_company,
    with_day,
    with_distribution,
    with_ladder,
    with_skills,
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
