"""A day at the centre, in scenes."""

from __future__ import annotations

from callcenter.agents.presence import State
from callcenter.calls import commands, events
from callcenter.calls.journal import Kind
from tests.unit.calls.script import Script


def test_a_call_goes_to_the_agent_who_has_been_idle_longest() -> None:
    script = Script()
    script.agent_ready("1002")
    script.passes(1)
    script.agent_ready("1001")
    script.call()
    [connect] = script.said(commands.Connect)
    assert (connect.agent, connect.group, connect.company, connect.record) == ("1002", "kitchen", "quiet", "")
    assert script.state("1002") is State.RINGING
    assert script.state("1001") is State.READY


def test_without_a_free_agent_the_caller_waits_with_music_and_position() -> None:
    script = Script()
    first, second = script.call("cc-1.1"), script.call("cc-1.2")
    assert [c.channel for c in script.said(commands.HoldInQueue)] == [first, second]
    assert [p.prompts for p in script.said(commands.Play)] == [
        ("queue-wait", "queue-position-1"),
        ("queue-wait", "queue-position-2"),
    ]
    script.happens(events.PlaybackFinished(f"{second}:position:1"))
    script.passes(30)
    script.happens(events.TimerFired(f"position:{second}"))
    [told] = script.said(commands.Play)
    assert told.prompts == ("queue-position-2",)


def test_a_freed_agent_takes_the_longest_waiting_call_of_all_its_groups() -> None:
    script = Script()
    script.call("cc-1.1", "07000000109")
    script.passes(5)
    script.happens(events.CallEntered("cc-1.2", "07000000104", "0200000000"))
    script.prompt_ends()
    script.agent_ready("1002")
    assert script.said(commands.Connect)[-1].channel == "cc-1.1"


def test_talk_is_followed_by_wrap_up_and_the_next_call() -> None:
    script = Script()
    script.agent_ready()
    call = script.call()
    leg = script.answers(call, "1001")
    assert script.state("1001") is State.TALKING
    [answered] = script.wrote(Kind.ANSWERED)
    assert answered.data == {"agent": "1001", "agent_channel": leg, "recording": None}
    waiting = script.call("cc-1.2")
    script.passes(60)
    script.hangs_up(call, leg)
    assert script.state("1001") is State.WRAPUP
    assert script.floor.staff.agents["1001"].until == script.now + 20_000
    script.said(commands.Connect)
    script.passes(20)
    script.happens(events.TimerFired("wrapup:1001"))
    [connect] = script.said(commands.Connect)
    assert connect.channel == waiting


def test_ready_ends_wrap_up_early() -> None:
    script = Script()
    script.agent_ready()
    call = script.call()
    script.hangs_up(call, script.answers(call, "1001"))
    script.happens(events.AgentAsked("t", "1001", "ready", None))
    assert script.state("1001") is State.READY
    assert commands.StopTimer("wrapup:1001") in script.out


def test_an_agent_who_does_not_answer_is_paused_and_the_caller_keeps_the_place() -> None:
    script = Script()
    script.agent_ready("1001")
    first = script.call("cc-1.1")
    script.rings(first, "1001")
    script.passes(5)
    second = script.call("cc-1.2")
    script.passes(15)
    script.happens(events.CallReturned(first, "NOANSWER"))
    agent = script.floor.staff.agents["1001"]
    assert (agent.state, agent.reason) == (State.PAUSED, "no_answer")
    assert script.wrote(Kind.MISSED)[0].data == {"agent": "1001", "status": "NOANSWER", "ring_ms": 20_000}
    assert [script.floor.acd.position(c) for c in (first, second)] == [1, 2]
    script.said(commands.Connect)
    script.agent_ready("1002")
    assert script.said(commands.Connect)[0].channel == first


def test_where_the_centre_says_so_an_agent_who_does_not_answer_stays_ready_behind_the_others() -> None:
    script = Script(no_answer="ready")
    script.agent_ready("1001")
    script.passes(1)
    call = script.call()
    script.rings(call, "1001")
    script.passes(1)
    script.agent_ready("1002")
    script.said(commands.Connect)
    script.passes(19)
    script.happens(events.CallReturned(call, "NOANSWER"))
    assert script.said(commands.Connect)[0].agent == "1002"
    assert script.state("1001") is State.READY


def test_a_phone_that_is_off_pauses_its_agent_whatever_the_setting() -> None:
    script = Script(no_answer="ready")
    script.agent_ready()
    call = script.call()
    script.happens(events.CallReturned(call, "CHANUNAVAIL"))
    assert script.floor.staff.agents["1001"].reason == "phone_off"


def test_who_gives_up_while_ringing_frees_the_agent_when_its_phone_has_stopped() -> None:
    script = Script()
    script.agent_ready()
    call = script.call()
    leg = script.rings(call, "1001")
    script.happens(events.ChannelGone(call, 0))
    assert script.state("1001") is State.RINGING
    script.happens(events.ChannelGone(leg, 0))
    assert script.state("1001") is State.READY
    assert script.wrote(Kind.ENDED)[0].data == {"by": "caller", "cause": 0, "stage": "ringing"}


def test_who_gives_up_in_the_queue_leaves_it() -> None:
    script = Script()
    call = script.call()
    script.happens(events.ChannelGone(call, 16))
    script.agent_ready()
    assert not script.said(commands.Connect)
    assert script.wrote(Kind.ENDED)[0].data["stage"] == "queue"


def test_a_pause_asked_for_while_talking_follows_the_wrap_up() -> None:
    script = Script()
    script.agent_ready()
    call = script.call()
    leg = script.answers(call, "1001")
    script.happens(events.AgentAsked("t", "1001", "pause", "meal"))
    assert script.state("1001") is State.TALKING
    script.hangs_up(call, leg)
    script.happens(events.TimerFired("wrapup:1001"))
    agent = script.floor.staff.agents["1001"]
    assert (agent.state, agent.reason) == (State.PAUSED, "meal")


def test_an_agent_whose_phone_is_not_registered_gets_no_calls_until_it_is() -> None:
    script = Script()
    script.happens(events.AgentAsked("t", "1001", "login", None))
    script.happens(events.AgentAsked("t", "1001", "ready", None))
    script.call()
    assert not script.said(commands.Connect)
    script.happens(events.PhoneReachable("1001", True))
    assert script.said(commands.Connect)[0].agent == "1001"


def test_wishes_that_cannot_be_granted_say_why() -> None:
    script = Script()
    wishes = [("9999", "login", None), ("1001", "ready", None), ("1001", "login", None), ("1001", "pause", "no_answer"),
              ("1001", "dance", None)]  # fmt: skip
    for agent, verb, reason in wishes:
        script.happens(events.AgentAsked("t", agent, verb, reason))
    errors = [reply.error for reply in script.said(commands.Reply)]
    assert errors == ["unknown_agent", "not_logged_in", None, "unknown_reason", "unknown_verb"]


def test_feature_codes_log_in_pause_and_log_out_and_are_confirmed_by_a_voice() -> None:
    script = Script()
    script.happens(events.PhoneReachable("1001", True))
    for code, prompt, state in (
        ("*451", "agent-logged-in", State.READY),
        ("*462", "agent-paused", State.PAUSED),
        ("*46", "agent-ready", State.READY),
        ("*46", "agent-paused", State.PAUSED),
        ("*450", "agent-logged-out", State.OFFLINE),
        ("*460", "agent-refused", State.OFFLINE),
        ("*499", "agent-refused", State.OFFLINE),
    ):
        script.happens(events.FeatureDialled("f", "1001", code))
        assert (script.prompt_ends(), script.state("1001")) == ((prompt,), state)
        assert script.said(commands.HangUp) == [commands.HangUp("f")]
        script.happens(events.ChannelGone("f", 16))


def test_a_phone_in_use_for_a_feature_code_is_not_rung() -> None:
    script = Script()
    script.happens(events.PhoneReachable("1001", True))
    script.happens(events.FeatureDialled("f", "1001", "*451"))
    call = script.call()
    assert not script.said(commands.Connect)
    script.happens(events.ChannelGone("f", 16))
    assert [c.channel for c in script.said(commands.Connect)] == [call]


def test_a_colleague_who_is_called_is_not_rung_by_customers_meanwhile() -> None:
    script = Script()
    script.agent_ready("1001")
    script.agent_ready("1002")
    script.happens(events.ColleagueDialled("c", "1001", "1002"))
    assert script.said(commands.ConnectColleague) == [commands.ConnectColleague("c", "1002")]
    script.happens(events.PhoneRings("c", "1002", "leg"))
    script.call()
    assert not script.said(commands.Connect)
    script.happens(events.ChannelGone("c", 16))
    assert script.said(commands.Connect)[0].agent == "1001"


def test_a_caller_back_from_the_fallback_keeps_the_place() -> None:
    script = Script()
    first = script.call("cc-1.1")
    script.passes(1)
    script.call("cc-1.2")
    script.happens(events.CallEntered(first, "07000000109", "0200000000", True))
    assert script.floor.acd.position(first) == 1
    assert len(script.wrote(Kind.ENTERED)) == 2


def test_a_supervisor_s_wish_for_an_agent_is_granted_and_written_down_with_the_log_in() -> None:
    script = Script()
    script.agent_ready("1001")
    script.happens(events.AgentAsked("t1", "1001", "pause", "other", "sup"))
    assert script.state("1001") is State.PAUSED
    [moved] = script.wrote(Kind.MOVED)
    assert (moved.agent, moved.data) == ("1001", {"by": "sup", "verb": "pause", "reason": "other"})
    script.happens(events.AgentAsked("t2", "1001", "logout", None, "sup"))
    assert script.state("1001") is State.OFFLINE
    script.happens(events.AgentAsked("t3", "1001", "ready", None, "sup"))
    assert script.state("1001") is State.OFFLINE
    assert len(script.wrote(Kind.MOVED)) == 2, "what is not granted is not written"
    script.agent_ready("1002")
    assert len(script.wrote(Kind.MOVED)) == 2, "the agent's own wish needs nobody's name"


def test_who_talks_is_logged_out_for_the_supervisor_when_the_call_is_over() -> None:
    script = Script(wrapup_s=0)
    script.agent_ready("1001")
    call = script.call()
    leg = script.answers(call, "1001")
    script.happens(events.AgentAsked("t1", "1001", "logout", None, "sup"))
    assert script.state("1001") is State.TALKING
    script.hangs_up(call, leg)
    assert script.state("1001") is State.OFFLINE
