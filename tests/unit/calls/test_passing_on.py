"""An agent passes the caller on: to another group, to a colleague; nobody is lost on the way."""

from __future__ import annotations

import pytest

from callcenter.agents.presence import State
from callcenter.calls import commands, events
from callcenter.calls.board import board
from callcenter.calls.call import Stage
from callcenter.calls.journal import Kind
from callcenter.calls.recovery import compare, restore
from tests.unit.calls.script import Script

CALL, LEG = "cc-1.1", "cc-1.1-1001"


@pytest.fixture
def script() -> Script:
    """1001 talks with a customer of a kitchen company; 1003 of the furniture group is not there yet."""
    script = Script()
    script.agent_ready("1001")
    script.answers(script.call(), "1001")
    script.said(commands.Connect)
    script.passes(60)
    return script


def asks(script: Script, target: str, agent: str = "1001") -> str | None:
    """The agent's page asks; why it is refused at once, None as long as it is under way."""
    script.happens(events.AgentAsked("ticket", agent, "pass", target))
    replies = script.said(commands.Reply)
    return replies[-1].error if replies else None


def passed(script: Script, target: str = "group:furniture", leg_first: bool = True) -> None:
    """Asterisk takes the caller out, the agent's leg ends, the caller hears that the call is passed on."""
    assert asks(script, target) is None
    [redirect] = script.said(commands.Redirect)
    assert (redirect.channel, redirect.context) == (CALL, "cc-passed")
    goes, comes = events.ChannelGone(LEG, 16), events.CallPassed(CALL)
    for event in (goes, comes) if leg_first else (comes, goes):
        script.happens(event)
    assert script.said(commands.Reply) == [commands.Reply("ticket", None)]


@pytest.mark.parametrize("leg_first", [True, False])
def test_the_caller_hears_it_and_waits_for_the_other_group_while_the_agent_writes_the_note(
    script: Script, leg_first: bool
) -> None:
    passed(script, leg_first=leg_first)
    assert script.state("1001") is State.WRAPUP
    assert script.floor.staff.agents["1001"].serving
    assert script.prompt_ends() == ("queue-passed",)
    assert [held.channel for held in script.said(commands.HoldInQueue)] == [CALL]
    assert script.floor.calls[CALL].stage is Stage.QUEUE
    [entry] = script.wrote(Kind.PASSED)
    assert entry.data == {"agent": "1001", "group": "furniture", "talk_ms": 60_000, "how": "page"}
    script.agent_ready("1003")
    [connect] = script.said(commands.Connect)
    assert (connect.channel, connect.agent, connect.group) == (CALL, "1003", "furniture")
    serving = script.floor.staff.agents["1003"].serving
    assert serving
    assert (serving.passed_by, serving.group) == ("1001", "furniture")
    leg = script.answers(CALL, "1003")
    script.hangs_up(CALL, leg)
    assert len(script.wrote(Kind.ENDED)) == 1
    assert [e.agent for e in script.wrote(Kind.ANSWERED)] == ["1001", "1003"]


def test_who_arrived_first_goes_first_in_the_other_group_too(script: Script) -> None:
    script.happens(events.CallEntered("cc-1.2", "07000000104", "0200000000"))
    script.prompt_ends()
    script.prompt_ends()
    passed(script)
    script.prompt_ends()
    assert script.floor.acd.waiting("furniture") == [CALL, "cc-1.2"]
    script.agent_ready("1003")
    assert script.said(commands.Connect)[-1].channel == CALL


def test_the_overflow_ladder_begins_anew() -> None:
    script = Script({"furniture": {"then": [{"do": "voicemail", "after_s": 50}]}, "voicemail": {"most_s": 60}})
    script.agent_ready("1001")
    script.answers(script.call(), "1001")
    script.passes(600)
    passed(script)
    script.prompt_ends()
    script.passes(49)
    script.happens(events.TimerFired("ladder"))
    assert not script.said(commands.TakeMessage)
    script.passes(1)
    script.happens(events.TimerFired("ladder"))
    assert script.said(commands.TakeMessage)


def test_the_board_shows_how_long_it_waits_this_time(script: Script) -> None:
    passed(script)
    script.prompt_ends()
    [waiting] = board(script.floor, True, script.now)["waiting"]
    assert (waiting["since"], waiting["group"], waiting["passed"]) == (script.now, "furniture", True)


def test_a_promised_service_level_is_measured_by_the_first_answer_alone() -> None:
    script = Script({"quiet": {"contract": {"service_level": 0.8}}})
    script.agent_ready("1001")
    script.answers(script.call(), "1001")
    passed(script)
    script.prompt_ends()
    script.passes(300)
    before = script.floor.contracts.standing()["levels"]
    script.hangs_up(CALL)
    assert script.floor.contracts.standing()["levels"] == before


def test_a_company_at_its_cap_lets_its_next_call_through_and_then_the_one_passed_on() -> None:
    script = Script({"quiet": {"contract": {"most_calls": 1}}}, wrapup_s=0)
    script.agent_ready("1001")
    script.agent_ready("1003")
    script.answers(script.call(), "1001")
    passed(script)
    script.prompt_ends()
    assert [c.agent for c in script.said(commands.Connect)] == ["1001", "1003"]


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("group:nowhere", "unknown_target"),
        ("agent:1001", "unknown_target"),
        ("agent:1003", "colleague_busy"),
        ("", "unknown_target"),
    ],
)
def test_where_nobody_is_it_is_not_passed_on_to(script: Script, target: str, why: str) -> None:
    assert asks(script, target) == why
    assert not script.said(commands.Redirect)


def test_only_who_talks_can_pass_on_and_only_once(script: Script) -> None:
    script.agent_ready("1003")
    assert asks(script, "group:av", "1003") == "no_call"
    assert asks(script, "group:av", "nobody") == "no_call"
    assert asks(script, "group:furniture") is None
    assert asks(script, "group:av") == "already_passed"


def test_asterisk_could_not_take_the_caller_out_and_the_conversation_goes_on(script: Script) -> None:
    assert asks(script, "group:furniture") is None
    script.happens(events.NotPassed(CALL))
    assert script.said(commands.Reply) == [commands.Reply("ticket", "not_passed")]
    assert script.state("1001") is State.TALKING
    assert asks(script, "group:furniture") is None


def test_the_caller_hangs_up_in_the_very_moment(script: Script) -> None:
    assert asks(script, "group:furniture") is None
    script.hangs_up(CALL, LEG)
    assert script.said(commands.Reply) == [commands.Reply("ticket", "not_passed")]
    script.happens(events.CallPassed(CALL))
    assert not script.wrote(Kind.PASSED)
    assert len(script.wrote(Kind.ENDED)) == 1


def test_a_colleague_who_is_ready_is_asked_first_and_then_the_group(script: Script) -> None:
    script.agent_ready("1003")
    script.agent_ready("1002")
    passed(script, "agent:1003")
    script.prompt_ends()
    [connect] = script.said(commands.Connect)
    assert connect.agent == "1003"
    assert script.wrote(Kind.OFFERED)[-1].data["rule"] == "sticky"
    script.happens(events.ChannelGone(script.rings(CALL, "1003"), 19))
    script.happens(events.CallReturned(CALL, "NOANSWER"))
    [connect] = script.said(commands.Connect)
    assert (connect.agent, connect.group) == ("1002", "furniture")


def test_a_colleague_who_became_busy_meanwhile_is_not_waited_for(script: Script) -> None:
    script.agent_ready("1003")
    passed(script, "agent:1003")
    script.happens(events.AgentAsked("t", "1003", "pause", "meal"))
    script.agent_ready("1002")
    script.prompt_ends()
    [connect] = script.said(commands.Connect)
    assert connect.agent == "1002"


def test_a_colleague_of_the_same_group_takes_it_in_that_group(script: Script) -> None:
    script.agent_ready("1002")
    passed(script, "agent:1002")
    assert script.wrote(Kind.PASSED)[0].data["group"] == "kitchen"


def test_a_call_may_be_passed_on_again(script: Script) -> None:
    script.agent_ready("1003")
    passed(script)
    script.prompt_ends()
    leg = script.answers(CALL, "1003")
    script.passes(5)
    assert asks(script, "group:kitchen", "1003") is None
    script.happens(events.ChannelGone(leg, 16))
    script.happens(events.CallPassed(CALL))
    script.prompt_ends()
    script.happens(events.TimerFired("wrapup:1001"))
    assert script.said(commands.Connect)[-1].agent == "1001"
    assert [e.data["talk_ms"] for e in script.wrote(Kind.PASSED)] == [60_000, 5000]


def test_the_engine_dies_while_the_caller_waits_again_and_the_place_is_kept(script: Script) -> None:
    passed(script)
    later = Script()
    later.now = script.now
    restore(later.floor, script.journal, [script.floor.staff.agents["1001"]])
    seen = events.SeenCall(channel=CALL, dnis="07000000109", caller="0200000000", where="held")
    fresh = events.AsteriskSeen(calls=(seen,), channels=frozenset({CALL}), fresh=True)
    later._came(compare(later.floor, fresh, later.now))
    assert later.floor.acd.waiting("furniture") == [CALL]
    call = later.floor.calls[CALL]
    assert (call.passed_by, call.queued_at) == ("1001", script.floor.calls[CALL].queued_at)
    later.agent_ready("1003")
    later.hangs_up(CALL, later.answers(CALL, "1003"))
    assert len(later.wrote(Kind.ENDED)) == 1


def test_the_engine_dies_in_the_very_moment_and_the_caller_waits_where_it_was(script: Script) -> None:
    asks(script, "group:furniture")
    later = Script()
    later.now = script.now
    restore(later.floor, script.journal, [script.floor.staff.agents["1001"]])
    later.happens(events.CallPassed(CALL))
    assert later.floor.acd.waiting("kitchen") == [CALL]


REPAIR = {"id": "repair", "name": "수리점", "name_en": "Repair shop", "number": "0212345678"}


@pytest.fixture
def outside() -> Script:
    """The company lets its calls be passed on to a repair shop."""
    script = Script({"quiet": {"outside": [REPAIR]}})
    script.agent_ready("1001")
    script.answers(script.call(), "1001")
    script.said(commands.Connect)
    return script


def test_a_number_outside_that_the_company_lists_is_phoned_after_the_sentence(outside: Script) -> None:
    passed(outside, "outside:repair")
    assert outside.prompt_ends() == ("queue-passed",)
    [put] = outside.said(commands.PutThrough)
    assert (put.channel, put.number) == (CALL, "0212345678")
    assert outside.floor.calls[CALL].stage is Stage.ELSEWHERE
    assert outside.wrote(Kind.PASSED)[0].data["outside"] == "repair"
    outside.hangs_up(CALL)
    assert outside.wrote(Kind.ENDED)[0].data["why"] == "transferred"


def test_nobody_answers_outside_and_the_caller_waits_for_the_group(outside: Script) -> None:
    passed(outside, "outside:repair")
    outside.prompt_ends()
    outside.happens(events.CallReturned(CALL, "NOANSWER"))
    assert outside.floor.acd.waiting("kitchen") == [CALL]
    outside.hangs_up(CALL)
    assert "why" not in outside.wrote(Kind.ENDED)[0].data


def test_the_caller_hangs_up_during_the_sentence_and_the_number_is_forgotten(outside: Script) -> None:
    passed(outside, "outside:repair")
    outside.hangs_up(CALL)
    assert not outside.said(commands.PutThrough)
    outside.agent_ready("1001")
    outside.call(CALL)
    assert [c.agent for c in outside.said(commands.Connect)] == ["1001"]


def test_another_number_outside_is_not_phoned(script: Script) -> None:
    assert asks(script, "outside:repair") == "unknown_target"
    assert asks(script, "outside:0212345678") == "unknown_target"


@pytest.mark.parametrize(
    ("code", "target"), [("*4703", "group:furniture"), ("*471003", "agent:1003"), ("*4701", "group:kitchen")]
)
def test_the_phone_s_own_code_passes_on_too(script: Script, code: str, target: str) -> None:
    script.agent_ready("1003")
    script.happens(events.FeatureDialled("feature", "1001", code))
    assert script.said(commands.Redirect)
    assert script.said(commands.Play)[-1].prompts == ("agent-passed",)
    script.happens(events.ChannelGone(LEG, 16))
    script.happens(events.CallPassed(CALL))
    entry = script.wrote(Kind.PASSED)[0].data
    assert entry["how"] == "phone"
    assert target in (f"group:{entry['group']}", f"agent:{entry.get('to')}")


@pytest.mark.parametrize("code", ["*4704", "*4700", "*47", "*479999", "*471001"])
def test_a_code_that_leads_nowhere_is_refused(script: Script, code: str) -> None:
    script.happens(events.FeatureDialled("feature", "1001", code))
    assert not script.said(commands.Redirect)
    assert script.said(commands.Play)[-1].prompts == ("agent-refused",)
