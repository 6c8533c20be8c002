"""What else a group's ladder does for who still waits: call-up, offer of a callback, voicemail, another number."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.calls import events
from callcenter.calls.commands import Connect, Play, PutThrough, StartTimer, TakeMessage
from callcenter.calls.journal import Kind
from callcenter.calls.recovery import restore
from tests.unit.calls.script import Script

PARTS: dict[str, Any] = {"callback": {"attempts": 1}, "voicemail": {"most_s": 60}, "peak": {"longest_wait_s": 3600}}


def script(*steps: dict[str, Any], **waiting: Any) -> Script:
    return Script(more={"kitchen": {"then": list(steps)}, "1001": {"peak": True}, **PARTS}, **waiting)


def climb(script: Script, seconds: float) -> None:
    script.passes(seconds)
    script.happens(events.TimerFired("ladder"))


def test_each_step_is_taken_once_in_its_order_and_the_call_keeps_its_place() -> None:
    centre = script(
        {"do": "call_up", "after_s": 10}, {"do": "callback", "after_s": 20}, {"do": "voicemail", "after_s": 30}
    )
    channel = centre.call()
    assert StartTimer("ladder", 10_000) in centre.said(StartTimer)
    climb(centre, 10)
    assert len(centre.wrote(Kind.PEAK_CALLED)) == 1
    assert centre.floor.staff.agents["1001"].called_up
    centre.said(Play)
    climb(centre, 10)
    assert centre.said(Play)[-1].prompts == ("queue-sorry", "queue-callback", "queue-voicemail")
    assert centre.floor.acd.position(channel) == 1
    climb(centre, 10)
    assert [t.channel for t in centre.said(TakeMessage)] == [channel]
    assert [(e.data["do"], e.data["why"]) for e in centre.wrote(Kind.STEPPED)] == [
        ("call_up", "after"), ("callback", "after"), ("voicemail", "after"),
    ]  # fmt: skip


def test_put_through_to_another_number_and_back_in_line_when_nobody_answers_there() -> None:
    centre = script({"do": "number", "number": "0212345678", "after_s": 10})
    channel = centre.call()
    climb(centre, 10)
    assert centre.said(PutThrough) == [PutThrough(channel, "0212345678", "kitchen", "quiet")]
    centre.agent_ready("1002")
    assert not centre.said(Connect)
    centre.happens(events.CallReturned(channel, "NOANSWER"))
    assert [c.channel for c in centre.said(Connect)] == [channel]


def test_a_call_that_ended_at_the_other_number_says_so() -> None:
    centre = script({"do": "number", "number": "0212345678", "after_s": 10})
    channel = centre.call()
    climb(centre, 10)
    centre.happens(events.ChannelGone(channel, 16))
    assert centre.wrote(Kind.ENDED)[0].data["why"] == "transferred"


def test_a_low_service_level_of_the_group_is_a_condition() -> None:
    centre = script({"do": "call_up", "level_below": 0.5}, service_level_s=20)
    centre.happens(events.ChannelGone(centre.call("cc-1.0"), 16))
    centre.call("cc-1.1")
    climb(centre, 0)
    assert [e.data["why"] for e in centre.wrote(Kind.STEPPED)] == ["level"]


def test_in_time_the_level_is_no_reason() -> None:
    centre = script({"do": "call_up", "level_below": 0.5}, service_level_s=20)
    centre.agent_ready("1002")
    centre.hangs_up("cc-1.0", centre.answers(centre.call("cc-1.0"), "1002"))
    centre.call("cc-1.1")
    climb(centre, 5)
    assert not centre.wrote(Kind.STEPPED)


@pytest.mark.parametrize("missed", [False, True])
def test_a_step_is_not_taken_again_after_an_unanswered_ring_or_a_restart(missed: bool) -> None:
    steps = ({"do": "callback", "after_s": 10}, {"do": "voicemail", "after_s": 60})
    centre = script(*steps)
    channel = centre.call()
    climb(centre, 10)
    if missed:
        centre.agent_ready("1002")
        centre.happens(events.CallReturned(channel, "NOANSWER"))
        later = centre
    else:
        later = script(*steps)
        later.now = centre.now
        restore(later.floor, centre.journal, [])
        later.floor.rejoin(later.floor.calls[channel], later.now)
    climb(later, 20)
    assert len(later.wrote(Kind.STEPPED)) == missed
    climb(later, 30)
    assert [t.channel for t in later.said(TakeMessage)] == [channel]


def test_a_full_line_sends_on_who_comes_too_many_and_nobody_who_waits_already() -> None:
    centre = script({"do": "callback", "queue_over": 1}, {"do": "voicemail", "queue_over": 2})
    for n in range(2):
        centre.call(f"cc-1.{n}")
        climb(centre, 0)
    assert [e.data["do"] for e in centre.wrote(Kind.STEPPED)] == ["callback"] * 2
    full = centre.call("cc-1.9")
    climb(centre, 0)
    assert [t.channel for t in centre.said(TakeMessage)] == [full]
    assert [(e.call, e.data["do"]) for e in centre.wrote(Kind.STEPPED)[2:]] == [(full, "voicemail")]
    assert [*centre.floor.acd.in_line("kitchen")] == ["cc-1.0", "cc-1.1"]


def test_whose_last_agent_leaves_moves_on_by_the_forecast() -> None:
    centre = Script(
        more={
            "kitchen": {
                "similar": ["av"],
                "widen": [{"ring": 2, "forecast_s": 600}],
                "then": [{"do": "voicemail", "forecast_s": 900}],
            },
            "1001": {"groups": ["kitchen"]}, "1002": {"groups": ["av"]}, **PARTS,
        }
    )  # fmt: skip
    centre.agent_ready("1001")
    centre.agent_ready("1002")
    served, waits = centre.call("cc-1.1"), centre.call("cc-1.2")
    leg = centre.answers(served, "1001")
    climb(centre, 300)
    assert not centre.wrote(Kind.WIDENED)
    centre.happens(events.AgentAsked("t", "1001", "logout", None))
    centre.hangs_up(served, leg)
    centre.happens(events.TimerFired("wrapup:1001"))
    centre.said(Connect)
    for _ in range(4):
        climb(centre, 5)
    assert [(e.call, e.data["why"]) for e in centre.wrote(Kind.WIDENED)] == [(waits, "forecast")]
    assert [(c.channel, c.agent) for c in centre.said(Connect)] == [(waits, "1002")]
    assert not centre.said(TakeMessage), "who has just got an agent is not sent to the voicemail"


def test_an_agent_who_pauses_for_a_moment_sends_nobody_away() -> None:
    centre = script({"do": "voicemail", "forecast_s": 900})
    centre.agent_ready("1002")
    served, waits = centre.call("cc-1.1"), centre.call("cc-1.2")
    centre.hangs_up(served, centre.answers(served, "1002"))
    centre.happens(events.AgentAsked("t", "1002", "pause", "break"))
    for _ in range(3):
        climb(centre, 4)
    # Back, and the call rings in vain: that is a new absence, not the old one.
    centre.happens(events.AgentAsked("t", "1002", "ready", None))
    assert [c.channel for c in centre.said(Connect)] == [served, waits]
    climb(centre, 20)
    centre.happens(events.CallReturned(waits, "NOANSWER"))
    for _ in range(3):
        climb(centre, 4)
    assert not centre.said(TakeMessage)
    for _ in range(2):
        climb(centre, 4)
    assert [t.channel for t in centre.said(TakeMessage)] == [waits]


def test_steps_that_are_due_together_are_all_taken() -> None:
    centre = script({"do": "call_up", "after_s": 10}, {"do": "callback", "after_s": 10})
    centre.call()
    climb(centre, 10)
    assert [e.data["do"] for e in centre.wrote(Kind.STEPPED)] == ["call_up", "callback"]
    assert centre.floor.peak.called_up
    assert centre.said(Play)[-1].prompts[0] == "queue-sorry"
