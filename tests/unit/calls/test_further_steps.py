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
