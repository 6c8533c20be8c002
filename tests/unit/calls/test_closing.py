"""The hours end while callers wait."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callcenter.calls import events
from callcenter.calls.commands import Connect, HangUp, Play, StartTimer
from callcenter.calls.journal import Kind
from callcenter.centre import Hours
from tests.unit.calls.script import Script

SEOUL = ZoneInfo("Asia/Seoul")
#: The script's Monday, whose clock shows 10:00, is such a day: the company closes at 10:30.
HOURS: dict[str, dict[str, Any]] = {"quiet": {"hours": {"mon": "09:00-09:45,09:50-10:30"}}}
HOLIDAYS = frozenset({date(2026, 12, 25)})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("moment", "open_then", "closes"),
    [
        ("2026-11-23T08:59:59", False, "2026-11-23T18:00"),
        ("2026-11-23T09:00:00", True, "2026-11-23T18:00"),
        ("2026-11-23T11:59:59", True, "2026-11-23T18:00"),
        ("2026-11-23T12:30:00", False, "2026-11-23T18:00"),
        ("2026-11-23T18:00:00", False, "2026-11-23T18:00"),
        # A temporary closing, a short day, a holiday that is worked, one that is not.
        ("2026-11-24T10:00:00", False, "2026-11-24T10:00"),
        ("2026-11-25T10:00:00", False, "2026-11-25T10:00"),
        ("2026-11-25T09:59:59", True, "2026-11-25T10:00"),
        ("2026-12-25T10:00:00", False, "2026-12-25T10:00"),
        # Until midnight, and through it.
        ("2026-11-28T23:59:59", True, "2026-11-29T00:00"),
        ("2026-11-27T23:59:59", True, None),
    ],
)
def test_hours_with_a_break_and_days_that_are_otherwise(moment: str, open_then: bool, closes: str | None) -> None:
    hours = Hours(
        **dict.fromkeys(("mon", "tue", "wed", "thu"), "09:00-12:00,13:00-18:00"),
        fri="00:00-24:00",
        sat="00:00-24:00",
        days={date(2026, 11, 24): "", date(2026, 11, 25): "09:00-10:00"},
    )
    assert hours.open_at(at(moment), HOLIDAYS) is open_then
    assert hours.closing(at(moment), HOLIDAYS) == (at(closes) if closes else None)


def test_a_holiday_that_is_worked_is_open() -> None:
    hours = Hours(days={date(2026, 12, 25): "10:00-12:00"})
    assert hours.open_at(at("2026-12-25T10:00"), HOLIDAYS)
    assert not hours.open_at(at("2026-12-25T09:59"), HOLIDAYS)


def test_who_still_waits_at_closing_is_told_so_and_the_record_says_closed() -> None:
    script = Script(more=HOURS, at_closing="announce")
    channel = script.call()
    assert StartTimer(f"closing:{channel}", 30 * 60 * 1000) in script.said(StartTimer)
    script.passes(30 * 60)
    script.happens(events.TimerFired(f"closing:{channel}"))
    assert script.said(Play)[-1].prompts == ("closing", "closed-quiet")
    script.agent_ready("1001")
    assert not script.said(Connect)
    [call] = script.floor.calls.values()
    script.happens(events.PlaybackFinished(f"{channel}:{call.dialogue._played}"))
    assert script.said(HangUp) == [HangUp(channel)]
    assert script.wrote(Kind.ENDED)[0].data["why"] == "closed"


def test_whose_phone_rings_at_closing_is_served_and_else_told_after_it_rang_in_vain() -> None:
    script = Script(more=HOURS, at_closing="announce", no_answer="pause")
    script.agent_ready("1001")
    channel = script.call()
    script.passes(30 * 60)
    script.happens(events.TimerFired(f"closing:{channel}"))
    assert not script.said(Play)
    script.happens(events.CallReturned(channel, "NOANSWER"))
    assert StartTimer(f"closing:{channel}", 0) in script.said(StartTimer)


def test_without_the_setting_they_are_served() -> None:
    script = Script(more=HOURS)
    channel = script.call()
    assert not [timer for timer in script.said(StartTimer) if timer.name == f"closing:{channel}"]
