"""The overflow ladder, priorities, and what contracts mean for the line."""

from __future__ import annotations

from typing import Any

from callcenter.agents.presence import State
from callcenter.calls import events
from callcenter.calls.board import board
from callcenter.calls.commands import Connect, StartTimer
from callcenter.calls.journal import Entry, Kind
from callcenter.calls.reconfigure import reconfigure
from callcenter.calls.recovery import restore
from callcenter.web.explanation import bystanders, reason
from tests.unit.calls.script import Script

FURNITURE = "07000000104"
QUIET, HANBIT = "07000000109", "07000000102"
SKILLED: dict[str, dict[str, Any]] = {"kitchen": {"strategy": "best_skill"}, "1001": {"levels": {"kitchen": 2}}}
LADDER: dict[str, dict[str, Any]] = {
    "kitchen": {"similar": ["furniture"], "widen": [{"ring": 2, "after_s": 30}]},
}


def without_feed(entry: Entry) -> dict[str, Any]:
    return {name: told for name, told in entry.data.items() if name not in ("feed", "fed")}


def test_a_similar_group_helps_only_after_the_step_and_the_place_is_kept() -> None:
    script = Script(more=LADDER)
    script.agent_ready("1003")
    first, second = script.call("cc-1.1"), script.call("cc-1.2")
    assert StartTimer("ladder", 30_000) in script.said(StartTimer)
    script.passes(29)
    script.happens(events.TimerFired("ladder"))
    assert not script.said(Connect)
    script.passes(1)
    script.happens(events.TimerFired("ladder"))
    [connect] = script.said(Connect)
    assert (connect.channel, connect.agent, connect.group) == (first, "1003", "kitchen")
    assert [without_feed(e) for e in script.wrote(Kind.WIDENED)] == [
        {"group": "kitchen", "ring": 2, "why": "after", "who": {"1003": state}} for state in ("ready", "ringing")
    ]
    assert script.wrote(Kind.OFFERED)[0].data["rule"] == "widened"
    leg = script.answers(first, "1003")
    script.hangs_up(first, leg)
    script.happens(events.TimerFired("wrapup:1003"))
    assert script.said(Connect)[0].channel == second
    assert without_feed(script.wrote(Kind.OFFERED)[1]) == {
        "group": "kitchen",
        "agent": "1003",
        "rule": "longest_waiting",
        "ring": 2,
    }


def test_the_ladder_is_not_looked_at_when_nobody_is_left_to_climb() -> None:
    script = Script(more=LADDER)
    script.call()
    script.passes(30)
    script.said(StartTimer)
    script.happens(events.TimerFired("ladder"))
    assert not [timer for timer in script.said(StartTimer) if timer.name == "ladder"]
    script.passes(5)
    script.call("cc-1.2")
    assert StartTimer("ladder", 30_000) in script.said(StartTimer)


def test_a_long_queue_widens_before_the_time() -> None:
    script = Script(more={"kitchen": {"similar": ["furniture"], "widen": [{"ring": 2, "queue_over": 1}]}})
    script.call("cc-1.1")
    script.happens(events.TimerFired("ladder"))
    assert not script.wrote(Kind.WIDENED)
    script.call("cc-1.2")
    script.happens(events.TimerFired("ladder"))
    assert [e.data["why"] for e in script.wrote(Kind.WIDENED)] == ["queue", "queue"]


def test_a_long_expected_wait_widens_before_the_time() -> None:
    script = Script(more={"kitchen": {"similar": ["furniture"], "widen": [{"ring": 2, "forecast_s": 100}]}}, wrapup_s=0)
    script.agent_ready("1001")
    for n in range(14):
        channel = script.call(f"cc-0.{n}")
        leg = script.answers(channel, "1001")
        script.passes(120)
        script.hangs_up(channel, leg)
    busy = script.call("cc-1.1")
    script.answers(busy, "1001")
    script.call("cc-1.2")
    script.happens(events.TimerFired("ladder"))
    assert [e.data["why"] for e in script.wrote(Kind.WIDENED)] == ["forecast"]


def lost(script: Script, channel: str, number: str) -> None:
    """A caller who hangs up too late for being answered in time."""
    script.call(channel, number)
    script.prompt_ends()
    script.passes(25)
    script.hangs_up(channel)


def answered(script: Script, channel: str, number: str, agent: str) -> None:
    """A caller who is answered at once, by an agent who then wraps up."""
    script.agent_ready(agent)
    script.call(channel, number)
    script.prompt_ends()
    script.hangs_up(channel, script.answers(channel, agent))


def test_a_group_that_lags_asks_the_similar_one_at_once_and_the_timeline_says_why() -> None:
    script = Script(more=LADDER, even_groups=True)
    lost(script, "cc-0.1", HANBIT)
    answered(script, "cc-0.2", FURNITURE, "1002")
    script.said(StartTimer)
    script.call("cc-1.1")
    assert StartTimer("ladder", 0) in script.said(StartTimer)
    script.happens(events.TimerFired("ladder"))
    [widened] = script.wrote(Kind.WIDENED)
    queued = script.wrote(Kind.QUEUED)[-1]
    assert (queued.data["stretch"], widened.data["why"]) == (0, "behind")
    assert "similar groups are asked at once" in reason(queued, "en")
    assert "바로 찾음" in reason(queued, "ko")
    assert "sooner than the ladder says" in reason(widened, "en")


def test_who_is_answered_at_once_is_told_nothing_of_the_ladder() -> None:
    script = Script(more=LADDER, even_groups=True)
    lost(script, "cc-0.1", HANBIT)
    answered(script, "cc-0.2", FURNITURE, "1002")
    script.agent_ready("1001")
    script.call("cc-1.1")
    assert [c.agent for c in script.said(Connect)][-1] == "1001"
    assert "stretch" not in script.wrote(Kind.QUEUED)[-1].data


def test_a_group_that_is_ahead_asks_the_similar_one_later() -> None:
    script = Script(more=LADDER, even_groups=True)
    answered(script, "cc-0.1", HANBIT, "1001")
    lost(script, "cc-0.2", FURNITURE)
    script.said(StartTimer)
    script.call("cc-1.1")
    assert StartTimer("ladder", 90_000) in script.said(StartTimer)
    queued = script.wrote(Kind.QUEUED)[-1]
    assert queued.data["stretch"] == 3
    assert "3 times the ladder's time" in reason(queued, "en")
    assert "더 늦게" in reason(queued, "ko")


def test_ladders_are_kept_to_the_letter_where_groups_are_not_evened_out() -> None:
    script = Script(more=LADDER)
    lost(script, "cc-0.1", HANBIT)
    answered(script, "cc-0.2", FURNITURE, "1002")
    script.call("cc-1.1")
    script.passes(29)
    script.happens(events.TimerFired("ladder"))
    assert not script.wrote(Kind.WIDENED)
    assert "stretch" not in script.wrote(Kind.QUEUED)[-1].data


def test_an_unanswered_call_keeps_its_ring_and_a_new_engine_knows_it() -> None:
    script = Script(more=LADDER, no_answer="ready")
    channel = script.call()
    script.passes(30)
    script.happens(events.TimerFired("ladder"))
    script.agent_ready("1003")
    script.happens(events.CallReturned(channel, "NOANSWER"))
    assert script.wrote(Kind.OFFERED)[1].data["agent"] == "1003"
    after = Script(more=LADDER)
    restore(after.floor, script.journal, [])
    assert after.floor.calls[channel].ring == 2


def test_a_group_with_priority_goes_first_until_the_other_has_waited_long_enough() -> None:
    script = Script(more={"furniture": {"priority_s": 60}})
    old = script.call("cc-1.1", QUIET)
    script.passes(50)
    urgent = script.call("cc-1.2", FURNITURE)
    script.prompt_ends()
    script.passes(1)
    script.agent_ready("1002")
    assert script.said(Connect)[0].channel == urgent
    offered = script.wrote(Kind.OFFERED)[0].data
    assert (offered["rule"], offered["passed_over"]) == ("priority", old)


def test_a_company_has_no_more_conversations_than_its_contract_allows() -> None:
    script = Script(more={"quiet": {"contract": {"most_calls": 1}}}, wrapup_s=0)
    for agent in ("1001", "1002"):
        script.agent_ready(agent)
    first, second = script.call("cc-1.1"), script.call("cc-1.2")
    assert [c.channel for c in script.said(Connect)] == [first]
    assert script.state("1002") is State.READY
    leg = script.answers(first, "1001")
    script.hangs_up(first, leg)
    [connect] = script.said(Connect)
    assert connect.channel == second
    assert script.wrote(Kind.OFFERED)[1].data["rule"] == "below_cap"


def test_an_unanswered_call_at_the_cap_goes_on_and_nobody_of_its_company_takes_its_place() -> None:
    script = Script(more={"quiet": {"contract": {"most_calls": 1}}})
    script.agent_ready("1001")
    first, second = script.call("cc-1.1"), script.call("cc-1.2")
    script.happens(events.CallReturned(first, "NOANSWER"))
    script.said(Connect)
    script.agent_ready("1002")
    assert [c.channel for c in script.said(Connect)] == [first]
    assert script.floor.acd.position(second) == 1


def test_an_unanswered_call_that_rings_the_next_agent_at_once_still_counts() -> None:
    script = Script(more={"quiet": {"contract": {"most_calls": 2}}, "1003": {"groups": ["kitchen"]}})
    for agent in ("1001", "1002", "1003"):
        script.agent_ready(agent)
    first = script.call("cc-1.1")
    script.happens(events.CallReturned(first, "NOANSWER"))
    script.passes(1)
    script.happens(events.AgentAsked("t", "1001", "ready", None))
    second, third = script.call("cc-1.2"), script.call("cc-1.3")
    assert [(c.channel, c.agent) for c in script.said(Connect)] == [
        (first, "1001"),
        (first, "1002"),
        (second, "1003"),
    ]
    assert script.state("1001") is State.READY
    assert script.floor.acd.position(third) == 1


def test_a_company_that_fell_below_its_floor_is_favoured_and_the_record_says_so() -> None:
    script = Script(more={"quiet": {"contract": {"service_level": 0.8}}})
    for n in range(3):
        lost = script.call(f"cc-0.{n}")
        script.passes(60)
        script.happens(events.ChannelGone(lost, 16))
    assert script.floor.contracts.favours(script.now) == {"quiet": {"level": 0.0, "floor": 0.8, "credit_s": 600}}
    other = script.call("cc-1.1", HANBIT)
    script.prompt_ends()
    script.passes(20)
    favoured = script.call("cc-1.2", QUIET)
    script.agent_ready("1001")
    assert script.said(Connect)[0].channel == favoured
    offered = script.wrote(Kind.OFFERED)[0].data
    assert (offered["rule"], offered["passed_over"]) == ("favoured", other)


def test_the_board_shows_which_group_lags_behind_all_and_by_how_much_it_goes_first() -> None:
    script = Script()
    script.agent_ready("1003")
    served = script.call("cc-0.1", FURNITURE)
    script.prompt_ends()
    script.answers(served, "1003")
    assert board(script.floor, True, script.now)["favoured_groups"] == {}
    script.hangs_up(script.call("cc-0.2"))
    assert board(script.floor, True, script.now)["favoured_groups"] == {
        "kitchen": {"level": 0.0, "of_all": 0.5, "credit_s": 60}
    }


def test_joining_the_line_tells_what_the_agents_of_the_group_are_doing() -> None:
    script = Script()
    script.happens(events.AgentAsked("t", "1001", "login", None))
    script.happens(events.AgentAsked("t", "1001", "ready", None))
    script.call()
    assert script.wrote(Kind.QUEUED)[0].data["agents"] == {"unreachable": 1, "offline": 1}


def test_who_is_ready_but_has_the_phone_in_use_counts_as_unreachable() -> None:
    script = Script()
    for agent in ("1001", "1002"):
        script.agent_ready(agent)
    script.happens(events.ColleagueDialled("own-1.1", "1001", "1009"))
    script.call()
    assert script.wrote(Kind.QUEUED)[0].data["agents"] == {"ready": 1, "unreachable": 1}


def test_the_least_occupied_agent_is_asked_first_where_the_group_says_so() -> None:
    script = Script(more={"kitchen": {"strategy": "least_occupied"}}, wrapup_s=0)
    for agent in ("1001", "1002"):
        script.agent_ready(agent)
    first = script.call("cc-1.1")
    assert script.said(Connect)[0].agent == "1001"
    leg = script.answers(first, "1001")
    script.passes(100)
    script.hangs_up(first, leg)
    # 1001 has been with calls all the time since the log-in, and is now idle for longer than 1002.
    script.passes(10)
    script.happens(events.AgentAsked("t", "1002", "pause", "meal"))
    script.happens(events.AgentAsked("t", "1002", "ready", None))
    script.call("cc-1.2")
    assert script.said(Connect)[0].agent == "1002"


def test_who_knows_the_company_best_is_asked_first_where_the_group_asks_the_best_skilled() -> None:
    script = Script(more={**SKILLED, "1002": {"companies": {"quiet": 1}, "levels": {"kitchen": 3}}})
    for agent in ("1001", "1002"):
        script.agent_ready(agent)
    script.call("cc-1.1")
    assert script.said(Connect)[0].agent == "1002"
    other = Script(more={**SKILLED, "1002": {"levels": {"kitchen": 3}}})
    for agent in ("1001", "1002"):
        other.agent_ready(agent)
    reconfigure(other.floor, script.floor.centre, other.now, version=2, by="sup")
    other.call("cc-1.1")
    assert other.said(Connect)[0].agent == "1002"


def test_who_of_the_group_stood_how_is_told_when_a_call_joins_and_when_it_is_offered_further() -> None:
    script = Script(more=LADDER)
    script.agent_ready("1001")
    script.call("cc-1.1")
    for agent in ("1002", "1003"):
        script.happens(events.AgentAsked("t", agent, "login", None))
    script.happens(events.AgentAsked("t", "1003", "ready", None))
    script.happens(events.AgentAsked("t", "1002", "pause", "meal"))
    script.call("cc-1.2")
    script.passes(30)
    script.happens(events.TimerFired("ladder"))
    first, second = script.wrote(Kind.QUEUED)
    assert first.data["who"] == {"1001": "ready"}
    assert second.data["who"] == {"1001": "ringing", "1002": "paused:meal"}
    assert script.wrote(Kind.WIDENED)[0].data["who"] == {"1003": "unreachable"}
    told = bystanders(second, "ko", {"1001": "김서연", "1002": "이준호"}.__getitem__)
    assert told == "그때 상담사: 김서연 벨 울림, 이준호 휴식 · 식사"
    assert bystanders(script.wrote(Kind.OFFERED)[0], "ko", str) == ""


def test_around_a_large_group_nobody_is_named() -> None:
    script = Script()
    script.agent_ready("1001")
    script.floor.staff._around["kitchen"] *= 31
    script.call("cc-1.1")
    assert "who" not in script.wrote(Kind.QUEUED)[0].data


def test_the_strategy_that_chose_among_idle_agents_is_told() -> None:
    usual, skilled = Script(), Script(more={"kitchen": {"strategy": "best_skill"}})
    for script in (usual, skilled):
        script.agent_ready("1001")
        script.call("cc-1.1")
    assert reason(usual.wrote(Kind.OFFERED)[0], "en") == "an agent was idle · the one idle longest"
    assert reason(skilled.wrote(Kind.OFFERED)[0], "en") == "an agent was idle · the best skilled"
