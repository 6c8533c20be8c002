"""A caller abuses the agent: warned at the first key, ended at the second, and the agent rests."""

from __future__ import annotations

import pytest

from callcenter.agents.presence import State
from callcenter.calls import events
from callcenter.calls.commands import Announce, HangUp, Reply
from callcenter.calls.journal import Kind
from callcenter.calls.recovery import restore
from tests.unit.calls.script import Script


@pytest.fixture
def script() -> Script:
    script = Script(rest_s=600)
    script.agent_ready("1001")
    script.answers(script.call(), "1001")
    return script


def cries(script: Script, verb: str = "abuse") -> str | None:
    script.happens(events.AgentAsked("t", "1001", verb, None))
    return script.said(Reply)[-1].error


def test_the_first_key_warns_and_the_second_ends_the_call_after_the_last_words(script: Script) -> None:
    assert cries(script) is None
    [warning] = script.said(Announce)
    assert (warning.channel, warning.prompts) == ("cc-1.1", ("abuse-warning",))
    script.happens(events.PlaybackFinished(warning.playback))
    assert not script.said(HangUp)
    assert cries(script) is None
    [last] = script.said(Announce)
    assert last.prompts == ("abuse-end",)
    assert cries(script) is None
    assert not script.said(Announce)
    script.happens(events.PlaybackFinished(last.playback))
    assert script.said(HangUp) == [HangUp("cc-1.1")]
    assert [e.agent for e in (*script.wrote(Kind.ABUSE_WARNED), *script.wrote(Kind.ABUSE_ENDED))] == ["1001", "1001"]


def test_the_agent_rests_after_it_and_may_only_go_home_before_the_time_is_over(script: Script) -> None:
    cries(script)
    cries(script)
    assert cries(script, "ready") == "resting"
    script.hangs_up("cc-1.1", "cc-1.1-1001")
    script.happens(events.TimerFired("wrapup:1001"))
    presence = script.floor.staff.agents["1001"]
    assert (presence.state, presence.reason) == (State.PAUSED, "rest")
    script.passes(599)
    assert cries(script, "ready") == "resting"
    script.call("cc-1.2")
    assert script.state("1001") is State.PAUSED
    script.passes(1)
    assert cries(script, "ready") is None
    assert script.state("1001") is State.RINGING


def test_going_home_is_granted_at_any_time(script: Script) -> None:
    cries(script)
    cries(script)
    script.hangs_up("cc-1.1", "cc-1.1-1001")
    script.happens(events.TimerFired("wrapup:1001"))
    assert cries(script, "logout") is None
    assert script.state("1001") is State.OFFLINE


def test_the_phone_s_own_keys_do_the_same_and_a_caller_s_do_not(script: Script) -> None:
    for key in "9*":
        script.happens(events.KeyPressed("cc-1.1-1001", key))
    for key in "*9":
        script.happens(events.KeyPressed("cc-1.1", key))
    assert not script.said(Announce)
    script.happens(events.KeyPressed("cc-1.1-1001", "9"))
    assert len(script.said(Announce)) == 1


def test_without_a_conversation_there_is_nothing_to_warn_of() -> None:
    script = Script()
    script.agent_ready("1001")
    assert cries(script) == "no_call"


def test_last_words_that_are_never_heard_to_their_end_end_the_call_all_the_same(script: Script) -> None:
    cries(script)
    cries(script)
    script.happens(events.TimerFired("abuse:cc-1.1"))
    assert script.said(HangUp) == [HangUp("cc-1.1")]


def test_a_warning_is_remembered_over_an_interruption(script: Script) -> None:
    cries(script)
    later = Script()
    later.now = script.now
    restore(later.floor, script.journal, [script.floor.staff.agents["1001"]])
    assert cries(later) is None
    assert later.said(Announce)[0].prompts == ("abuse-end",)
