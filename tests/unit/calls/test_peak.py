"""Peak-time agents come on line when they are needed and go when it is calm."""

from __future__ import annotations

from typing import Any

from callcenter.agents.presence import State
from callcenter.agents.wire import from_json, to_json
from callcenter.calls import events
from callcenter.calls.board import board
from callcenter.calls.commands import AgentChanged, Connect, Reply, StartTimer
from callcenter.calls.journal import Kind
from callcenter.calls.recovery import restore
from tests.unit.calls.script import Script

PEAK: dict[str, dict[str, Any]] = {
    "peak": {"longest_wait_s": 10, "queue_over": 5, "calm_s": 20, "box_min": 0},
    "1002": {"peak": True},
}
LOOK = StartTimer("peak", 5000)


def called_up(box_min: int = 0) -> tuple[Script, str]:
    """Somebody waits for longer than the limit."""
    script = Script(more={**PEAK, "peak": {**PEAK["peak"], "box_min": box_min}})
    channel = script.call()
    assert LOOK in script.said(StartTimer)
    script.passes(11)
    script.happens(events.TimerFired("peak"))
    return script, channel


def test_they_are_told_and_one_tap_brings_the_call() -> None:
    script, channel = called_up()
    assert AgentChanged("1002") in script.said(AgentChanged)
    assert [a["called_up"] for a in board(script.floor, True, script.now)["agents"]] == [False, True, False]
    assert board(script.floor, True, script.now)["called_up"]
    script.happens(events.PhoneReachable("1002", True))
    script.happens(events.AgentAsked("t", "1002", "login", None))
    assert [(c.channel, c.agent) for c in script.said(Connect)] == [(channel, "1002")]
    assert [e.data for e in script.wrote(Kind.PEAK_CALLED)] == [{"waiting": 1, "longest_ms": 11_000}]


def test_when_it_has_been_calm_who_came_goes_home_after_the_call_and_who_was_there_stays() -> None:
    script, channel = called_up()
    script.agent_ready("1001")
    leg = script.answers(channel, "1001")
    script.agent_ready("1002")
    for _ in range(5):
        script.passes(5)
        script.happens(events.TimerFired("peak"))
    assert len(script.wrote(Kind.PEAK_STOOD_DOWN)) == 1
    assert (script.state("1002"), script.state("1001")) == (State.OFFLINE, State.TALKING)
    assert not script.floor.peak.called_up
    script.hangs_up(channel, leg)
    assert script.state("1001") is State.WRAPUP


def test_nobody_is_called_up_without_the_setting_and_a_regular_agent_s_login_is_as_ever() -> None:
    script = Script(more={"1002": {"peak": True}})
    script.call()
    assert LOOK not in script.said(StartTimer)
    script, _ = called_up()
    script.happens(events.AgentAsked("t", "1003", "login", None))
    assert script.state("1003") is State.PAUSED


def test_the_look_ends_when_nobody_waits_and_nobody_came() -> None:
    script = Script(more=PEAK)
    channel = script.call()
    script.happens(events.ChannelGone(channel, 16))
    script.said(StartTimer)
    script.happens(events.TimerFired("peak"))
    assert LOOK not in script.said(StartTimer)


def test_an_engine_that_starts_again_stands_down_who_came_before() -> None:
    script, channel = called_up()
    script.happens(events.ChannelGone(channel, 16))
    script.agent_ready("1002")
    stored = from_json(to_json(script.floor.staff.agents["1002"]))
    after = Script(more=PEAK)
    restore(after.floor, [], [stored])
    after._came(after.floor.drain(after.now))
    assert LOOK in after.said(StartTimer)
    for _ in range(6):
        after.passes(5)
        after.happens(events.TimerFired("peak"))
    assert after.state("1002") is State.OFFLINE


def look_every_five_seconds(script: Script, seconds: int) -> None:
    for _ in range(seconds // 5):
        script.passes(5)
        script.happens(events.TimerFired("peak"))


def test_who_came_stays_for_the_time_box_though_it_is_calm_and_the_time_is_written_down() -> None:
    script, channel = called_up(box_min=10)
    script.agent_ready("1002")
    came = script.now
    leg = script.answers(channel, "1002")
    script.passes(60)
    script.hangs_up(channel, leg)
    script.happens(events.TimerFired("wrapup:1002"))
    look_every_five_seconds(script, 530)
    assert len(script.wrote(Kind.PEAK_STOOD_DOWN)) == 1
    assert script.state("1002") is State.READY
    look_every_five_seconds(script, 10)
    assert script.state("1002") is State.OFFLINE
    assert [(e.agent, e.at, e.data) for e in script.wrote(Kind.PEAK_CAME)] == [
        ("1002", came, {"until": came + 600_000})
    ]
    assert [(e.agent, e.at, e.data) for e in script.wrote(Kind.PEAK_LEFT)] == [("1002", came + 600_000, {"came": came})]
    script.said(StartTimer)
    script.happens(events.TimerFired("peak"))
    assert LOOK not in script.said(StartTimer), "nobody waits and nobody came: nothing to look at"


def test_the_time_box_grows_while_callers_still_wait_too_long() -> None:
    script, channel = called_up(box_min=5)
    script.happens(events.PhoneReachable("1002", True))
    script.happens(events.AgentAsked("t", "1002", "login", None))
    script.answers(channel, "1002")
    waiting = script.call("cc-1.2")
    look_every_five_seconds(script, 400)
    assert script.floor.staff.agents["1002"].next_state is None
    script.happens(events.ChannelGone(waiting, 16))
    look_every_five_seconds(script, 25)
    assert script.floor.staff.agents["1002"].next_state is State.OFFLINE
    assert script.state("1002") is State.TALKING


def test_wrap_up_is_finished_before_going_home() -> None:
    script, channel = called_up()
    script.agent_ready("1002")
    leg = script.answers(channel, "1002")
    look_every_five_seconds(script, 15)
    script.hangs_up(channel, leg)
    look_every_five_seconds(script, 10)
    assert script.floor.staff.agents["1002"].next_state is State.OFFLINE
    assert script.state("1002") is State.WRAPUP
    script.happens(events.TimerFired("wrapup:1002"))
    assert script.state("1002") is State.OFFLINE


def test_a_call_up_outlives_the_engine_and_nobody_is_asked_twice() -> None:
    script, _ = called_up()
    asked = script.floor.staff.agents["1002"].called_up_at
    after = Script(more=PEAK)
    restore(after.floor, [], [from_json(to_json(script.floor.staff.agents["1002"]))])
    after.call()
    look_every_five_seconds(after, 15)
    assert after.floor.staff.agents["1002"].called_up_at == asked
    assert after.wrote(Kind.PEAK_CALLED) == []
    assert after.floor.peak.called_up


def test_a_supervisor_calls_them_up_before_anybody_waits_and_the_rule_ends_it() -> None:
    script = Script(more={**PEAK, "peak": {**PEAK["peak"], "box_min": 60}})
    script.happens(events.PeakOrdered("t1", True, "sup"))
    assert script.said(Reply) == [Reply("t1", None)]
    assert LOOK in script.said(StartTimer)
    assert [e.data for e in script.wrote(Kind.PEAK_CALLED)] == [{"by": "sup"}]
    script.happens(events.PeakOrdered("t2", True, "sup"))
    assert len(script.wrote(Kind.PEAK_CALLED)) == 1
    script.happens(events.PhoneReachable("1002", True))
    script.happens(events.AgentAsked("t", "1002", "login", None))
    assert script.state("1002") is State.READY
    for _ in range(5):
        script.passes(5)
        script.happens(events.TimerFired("peak"))
    assert not script.floor.peak.called_up
    assert script.state("1002") is State.READY, "the time box is not over"


def test_a_supervisor_ends_a_call_up_until_there_is_need_again() -> None:
    script, _ = called_up()
    script.happens(events.PeakOrdered("t1", False, "sup"))
    assert [e.data for e in script.wrote(Kind.PEAK_STOOD_DOWN)] == [{"by": "sup"}]
    assert not script.floor.staff.agents["1002"].called_up
    script.happens(events.PeakOrdered("t2", False, "sup"))
    assert len(script.wrote(Kind.PEAK_STOOD_DOWN)) == 1
    script.passes(5)
    script.happens(events.TimerFired("peak"))
    assert len(script.wrote(Kind.PEAK_CALLED)) == 2


def test_where_nobody_is_called_up_an_order_says_so() -> None:
    script = Script()
    script.happens(events.PeakOrdered("t1", True, "sup"))
    assert script.said(Reply) == [Reply("t1", "no_peak")]
