"""Forms change what they are about and nothing else in the file."""

from __future__ import annotations

from datetime import date
from difflib import ndiff

from callcenter.centre import Centre, read_centre
from callcenter.config.edit import with_day, with_ladder, with_skills, with_week
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


def test_an_agent_s_groups_and_levels() -> None:
    text = with_skills(EXAMPLE, "1003", {"furniture": 1, "pc": 3}, languages=["ko", "en"], peak=True)
    assert lines(EXAMPLE, text) == [
        '- groups = ["furniture", "interior", "household"]',
        '+ groups = ["furniture", "pc"]',
        "+ levels = {pc = 3}",
        '+ languages = ["ko", "en"]',
        "+ peak = true",
    ]
    own = {"furniture": 1, "interior": 1, "household": 1}
    assert lines(EXAMPLE, with_skills(text, "1003", own, languages=["ko"], peak=False)) == []


def test_a_closing_of_the_centre_and_its_end() -> None:
    closed = with_day(EXAMPLE, "", date(2026, 11, 24), "")
    assert lines(EXAMPLE, closed) == ['+ days = {2026-11-24 = ""}']
    assert centre(closed).hours.days == {date(2026, 11, 24): ""}
    assert lines(EXAMPLE, with_day(closed, "", date(2026, 11, 24), None)) == []


def test_a_new_key_stands_before_the_comment_of_the_next_table() -> None:
    text = with_day(EXAMPLE, "", date(2026, 11, 24), "09:00-12:00")
    place = text.splitlines().index('days = {2026-11-24 = "09:00-12:00"}')
    assert text.splitlines()[place - 1] == "closed_on_holidays = false"


def test_a_company_without_hours_of_its_own_closes_alone_and_keeps_the_centre_s_week() -> None:
    text = with_day(EXAMPLE, "hanbit", date(2026, 11, 24), "")
    described = centre(text)
    hanbit = next(company for company in described.company if company.id == "hanbit")
    assert hanbit.hours is not None
    assert hanbit.hours.model_copy(update={"days": {}}) == described.hours
    assert hanbit.hours.days == {date(2026, 11, 24): ""}


def test_a_company_with_hours_of_its_own_in_a_table() -> None:
    text = with_week(EXAMPLE, "saebyeok", {"mon": "10:00-17:00", "sat": ""})
    assert lines(EXAMPLE, text) == [
        '- mon = "09:00-18:00"',
        '+ mon = "10:00-17:00"',
        '- sat = "09:00-13:00"',
        '+ sat = ""',
    ]
