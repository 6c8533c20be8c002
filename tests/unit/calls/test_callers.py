"""What is known of a caller decides before anybody speaks: the own agent, a repeat call, a mark."""

from __future__ import annotations

import pytest

from callcenter.agents.presence import State
from callcenter.calls import events
from callcenter.calls.callers import Known, Mark
from callcenter.calls.commands import Connect, HangUp, Play, StartTimer, TakeMessage
from callcenter.calls.journal import Kind
from callcenter.web.explanation import reason
from tests.unit.calls.script import Script

CALLER = "0200000000"
OWN = Known(cases={"quiet": "1002"})


def talks_already(script: Script) -> str:
    """Another caller talks with the agent who handles the case; the agent's channel."""
    channel = script.call("cc-1.0", "07000000104")
    script.prompt_ends()
    return script.answers(channel, "1002")


def test_the_agent_who_handles_the_case_is_waited_for_while_others_are_free() -> None:
    script = Script(sticky_s=15)
    script.known[CALLER] = OWN
    script.agent_ready("1002")
    leg = talks_already(script)
    script.agent_ready("1001")
    channel = script.call()
    assert script.wrote(Kind.QUEUED)[-1].data["sticky"] == "1002"
    assert StartTimer(f"sticky:{channel}", 15_000) in script.said(StartTimer)
    assert [c.agent for c in script.said(Connect)] == ["1002"]
    script.hangs_up("cc-1.0", leg)
    script.happens(events.TimerFired("wrapup:1002"))
    assert [(c.channel, c.agent) for c in script.said(Connect)] == [(channel, "1002")]
    assert script.wrote(Kind.OFFERED)[-1].data["rule"] == "sticky"


def test_after_a_while_anybody_answers_and_the_place_is_kept() -> None:
    script = Script(sticky_s=15)
    script.known[CALLER] = OWN
    script.agent_ready("1002")
    talks_already(script)
    channel = script.call()
    script.passes(15)
    script.happens(events.TimerFired(f"sticky:{channel}"))
    assert script.wrote(Kind.WIDENED)[-1].data["why"] == "sticky"
    script.said(Connect)
    script.agent_ready("1001")
    assert [c.channel for c in script.said(Connect)] == [channel]


@pytest.mark.parametrize("absent", ["offline", "off", "other company"])
def test_nobody_is_waited_for_who_is_not_there(absent: str) -> None:
    script = Script(sticky_s=15)
    script.known[CALLER] = Known(cases={"nurim": "1002"}) if absent == "other company" else OWN
    if absent == "off":
        script.agent_ready("1002")
        script.happens(events.PhoneReachable("1002", False))
    script.agent_ready("1001")
    script.call()
    assert [c.agent for c in script.said(Connect)] == ["1001"]


def test_who_phones_again_within_a_day_goes_before_a_little_longer_wait_and_not_before_a_much_longer_one() -> None:
    script = Script(repeat_priority_s=30)
    again = Known(last={"quiet": script.now - 23 * 3600_000})
    script.known["again"] = again
    for caller, channel, pause in (("long", "cc-1.1", 40), ("short", "cc-1.2", 20), ("again", "cc-1.3", 0)):
        script.happens(events.CallEntered(channel, "07000000109", caller))
        script.passes(pause)
    order = []
    script.agent_ready("1001")
    for _ in range(3):
        [connect] = script.said(Connect)
        order.append(connect.channel)
        script.hangs_up(connect.channel, script.answers(connect.channel, "1001"))
        script.happens(events.TimerFired("wrapup:1001"))
    assert order == ["cc-1.1", "cc-1.3", "cc-1.2"]
    assert script.wrote(Kind.QUEUED)[-1].data["repeat"] == 30_000


def test_a_number_from_which_no_calls_are_taken_is_told_so_at_any_stage_before_an_agent() -> None:
    script = Script()
    script.known[CALLER] = Known(mark=Mark.REFUSED)
    script.agent_ready("1001")
    channel = script.call(dnis="16000000")
    assert script.prompt_ends() == ("caller-refused",)
    assert script.said(HangUp) == [HangUp(channel)]
    assert script.wrote(Kind.ENDED)[0].data["why"] == "refused"
    assert script.state("1001") is State.READY
    [recognised] = script.wrote(Kind.RECOGNISED)
    assert recognised.data["mark"] == "refused"
    assert reason(recognised, "en") == "Refused · Told that no calls are taken, and hung up."


def test_a_number_that_may_only_leave_a_message_does_or_is_refused_where_there_is_no_voicemail() -> None:
    script = Script(more={"voicemail": {"most_s": 30}})
    script.known[CALLER] = Known(mark=Mark.MESSAGE_ONLY)
    channel = script.call()
    assert [(t.channel, t.company, t.group) for t in script.said(TakeMessage)] == [(channel, "quiet", "kitchen")]
    greeted = script.call("cc-1.2", "07000000102")
    assert [(t.channel, t.company, t.group) for t in script.said(TakeMessage)] == [(greeted, "hanbit", "kitchen")]
    assert [e.data["company"] for e in script.wrote(Kind.IDENTIFIED)] == ["quiet", "hanbit"]
    without = Script()
    without.known[CALLER] = Known(mark=Mark.MESSAGE_ONLY)
    without.call()
    assert without.said(Play)[-1].prompts == ("caller-refused",)


def test_a_call_goes_on_when_nothing_is_heard_of_the_caller() -> None:
    script = Script()
    script.agent_ready("1001")
    script.floor.handle(events.CallEntered("cc-1.1", "07000000109", CALLER), script.now)
    script.happens(events.TimerFired("known:cc-1.1"))
    assert [c.channel for c in script.said(Connect)] == ["cc-1.1"]


def test_the_agent_is_told_of_a_caution() -> None:
    script = Script()
    script.known[CALLER] = Known(mark=Mark.CAUTION)
    script.agent_ready("1001")
    script.call()
    serving = script.floor.staff.agents["1001"].serving
    assert serving
    assert serving.mark == "caution"
