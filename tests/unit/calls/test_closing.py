"""The hours end while callers wait."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from callcenter.calls import events
from callcenter.calls.commands import Connect, HangUp, Play, StartTimer, StopTimer, TakeMessage
from callcenter.calls.journal import Kind
from callcenter.calls.reconfigure import reconfigure
from callcenter.hours import Hours
from tests.unit.calls.script import Script, centre

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


def test_who_still_waits_is_told_and_leaves_a_message() -> None:
    script = Script(more=HOURS | {"voicemail": {"most_s": 60}}, at_closing="voicemail")
    channel = script.call()
    script.passes(30 * 60)
    script.happens(events.TimerFired(f"closing:{channel}"))
    assert script.prompt_ends() == ("closing", "closed-quiet")
    assert [(t.channel, t.group) for t in script.said(TakeMessage)] == [(channel, "kitchen")]
    script.happens(events.ChannelGone(channel, 16))
    [ended] = script.wrote(Kind.ENDED)
    assert ended.data["why"] == "voicemail"


def test_without_the_setting_they_are_served() -> None:
    script = Script(more=HOURS)
    channel = script.call()
    assert not [timer for timer in script.said(StartTimer) if timer.name == f"closing:{channel}"]


# -- of a group, and out of turn

GROUP: dict[str, dict[str, Any]] = {"kitchen": {"hours": {"mon": "09:00-10:30"}, "at_closing": "announce"}}
#: The company whose calls are of two groups, so that one is chosen by a key.
NURIM = "07000000101"


def closing(since: str, until: str, **more: Any) -> dict[str, Any]:
    return {"closing": [{"since": f"2026-11-23T{since}", "until": f"2026-11-23T{until}", **more}]}


def with_closing(script: Script, *parts: dict[str, Any], **waiting: Any) -> None:
    """The supervisor changes the centre so, at this moment."""
    more: dict[str, Any] = {}
    for part in parts:
        more |= part
    script._came(reconfigure(script.floor, centre(more, **waiting), script.now, version=1, by="sup"))


def chooses(script: Script, key: str) -> str:
    """A caller of 누림 hears the greeting and presses the key of a group."""
    channel = script.call("cc-1.7", NURIM)
    script.prompt_ends()
    script.happens(events.KeyPressed(channel, key))
    return channel


def test_a_group_closes_before_its_centre_and_only_its_callers_are_told() -> None:
    script = Script(more=GROUP)
    waiting, other = script.call("cc-1.1"), chooses(script, "2")
    timers = {timer.name: timer.after_ms for timer in script.said(StartTimer)}
    assert timers[f"closing:{waiting}"] == 30 * 60_000
    assert f"closing:{other}" not in timers
    script.passes(30 * 60)
    script.happens(events.TimerFired(f"closing:{waiting}"))
    assert script.said(Play)[-1].prompts == ("closing", "closed-group-kitchen")


def test_a_group_that_serves_its_callers_to_the_end_does_so_though_the_centre_does_not() -> None:
    script = Script(more={"kitchen": {"hours": {"mon": "09:00-10:30"}, "at_closing": "serve"}}, at_closing="announce")
    assert f"closing:{script.call()}" not in {timer.name for timer in script.said(StartTimer)}


def test_a_caller_who_chooses_a_closed_group_hears_its_hours_and_the_record_names_the_group() -> None:
    script = Script(more={"kitchen": {"hours": {"mon": "13:00-14:00"}}})
    channel = chooses(script, "1")
    assert script.prompt_ends() == ("closed-group-kitchen",)
    [identified], [ended] = script.wrote(Kind.IDENTIFIED), script.wrote(Kind.ENDED)
    assert (identified.data["group"], identified.data["company"], ended.data["why"]) == ("kitchen", "nurim", "closed")
    assert script.said(HangUp) == [HangUp(channel)]
    # The company's other group is open.
    script.happens(events.CallEntered("cc-1.8", NURIM, ""))
    script.prompt_ends()
    script.happens(events.KeyPressed("cc-1.8", "2"))
    assert script.floor.acd.waiting("av") == ["cc-1.8"]


def test_a_company_with_one_group_is_not_greeted_while_that_group_is_closed() -> None:
    script = Script(more={"kitchen": {"hours": {"mon": "13:00-14:00"}}})
    script.call("cc-1.1", "07000000102")
    assert script.said(Play)[0].prompts == ("closed-group-kitchen",)


def test_a_hotline_caller_of_a_closed_group_may_ask_to_be_phoned_when_it_opens_again() -> None:
    script = Script(more={"kitchen": {"hours": {"mon": "13:00-14:00"}}, "callback": {"attempts": 2}})
    script.happens(events.CallEntered("cc-1.1", "16000000", "01000000077"))
    script.prompt_ends()
    for key in "11":
        script.happens(events.KeyPressed("cc-1.1", key))
    assert script.said(Play)[-1].prompts == ("closed-group-kitchen", "queue-callback")
    for key in "11":
        script.happens(events.KeyPressed("cc-1.1", key))
    [asked] = script.wrote(Kind.CALLBACK_ASKED)
    assert (asked.data["group"], asked.data["state"]) == ("kitchen", "requested")
    [wake] = [timer for timer in script.said(StartTimer) if timer.name.startswith("callback:")]
    assert wake.after_ms == 3 * 3600_000


def test_a_closing_out_of_turn_tells_who_waits_at_once_and_opens_again_by_itself() -> None:
    script = Script()
    waiting = script.call()
    shut = closing("10:00", "10:20", group="kitchen", at_closing="announce")
    with_closing(script, shut)
    assert StartTimer(f"closing:{waiting}", 0) in script.said(StartTimer)
    script.happens(events.TimerFired(f"closing:{waiting}"))
    prompt = centre(shut).closing[0].prompt
    assert script.said(Play)[-1].prompts == ("closing-early", prompt)
    script.call("cc-1.2")
    assert script.said(Play)[-1].prompts == (prompt,)
    script.passes(20 * 60)
    script.call("cc-1.3")
    assert script.floor.acd.waiting("kitchen") == ["cc-1.3"]


def test_a_closing_that_serves_who_waits_only_keeps_new_callers_away() -> None:
    script = Script(more=HOURS, at_closing="announce")
    waiting = script.call()
    with_closing(script, HOURS, closing("10:00", "10:20", at_closing="serve"), at_closing="announce")
    script.call("cc-1.2")
    assert script.floor.acd.waiting("kitchen") == [waiting]
    # The company's own end of the day still counts for who waits.
    [timer] = [timer for timer in script.said(StartTimer) if timer.name == f"closing:{waiting}"][-1:]
    assert timer.after_ms == 30 * 60_000


def test_a_closing_of_a_company_is_nobody_else_s() -> None:
    script = Script(more=closing("09:00", "11:00", company="quiet"))
    script.call("cc-1.1")
    assert script.said(Play)[-1].prompts[0].startswith("closed-until-")
    script.call("cc-1.2", "07000000102")
    assert script.said(Play)[-1].prompts[0] == "greeting-hanbit"


def test_a_closing_taken_back_lets_everybody_go_on_waiting() -> None:
    shut = closing("10:10", "10:20", at_closing="announce")
    script = Script(more=shut)
    waiting = script.call()
    assert StartTimer(f"closing:{waiting}", 600_000) in script.said(StartTimer)
    with_closing(script)
    assert StopTimer(f"closing:{waiting}") in script.said(StopTimer)
    # The timer had run out just before.
    script.happens(events.TimerFired(f"closing:{waiting}"))
    assert script.floor.acd.waiting("kitchen") == [waiting]


def test_callbacks_wait_for_the_end_of_a_closing_and_keep_their_place() -> None:
    more: dict[str, Any] = {"callback": {"attempts": 2}}
    script = Script(more=more)
    script.happens(events.CallEntered("cc-1.1", "07000000109", "01000000077"))
    script.passes(5)
    for key in "11":
        script.happens(events.KeyPressed("cc-1.1", key))
    assert script.floor.acd.waiting("kitchen") == ["callback:cc-1.1"]
    with_closing(script, more, closing("10:00", "10:20", group="kitchen"))
    assert script.floor.acd.waiting("kitchen") == []
    moved = script.wrote(Kind.CALLBACK_MOVED)[-1].data
    assert (moved["state"], moved["since"]) == ("requested", script.now - 5000)
    [wake] = [timer for timer in script.said(StartTimer) if timer.name == "callback:cc-1.1"][-1:]
    assert wake.after_ms == 20 * 60_000 - 5000


def test_the_spans_of_a_day_are_what_all_hours_leave_less_the_closings() -> None:
    described = centre({"kitchen": {"hours": {"mon": "08:00-12:00,13:00-20:00"}}} | closing("11:30", "13:30"))
    office = described.company[-1]
    opening = described.opening(office, "kitchen", frozenset())
    spans = [(f"{a:%H:%M}", f"{b:%H:%M}") for a, b in opening.spans(date(2026, 11, 23))]
    assert spans == [("09:00", "11:30"), ("13:30", "18:00")]
    assert opening.closed(at("2026-11-23T12:30")) == described.closing[0].prompt
    assert opening.closed(at("2026-11-23T08:30")) == "closed-office"
    assert opening.closed(at("2026-11-23T13:30")) is None
