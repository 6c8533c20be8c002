"""A caller who speaks English goes first to agents who speak it, and after a time to anybody."""

from __future__ import annotations

from typing import Any

import pytest

from callcenter.agents.presence import State
from callcenter.calls import events
from callcenter.calls.commands import Connect, Dial, Play, StartTimer
from callcenter.calls.journal import Entry, Kind
from callcenter.calls.languages import LANGUAGE
from callcenter.calls.recovery import restore
from callcenter.web.explanation import reason
from tests.unit.calls.script import Script

#: 1002 and 1003 speak English; 1003 stands around the kitchen as an agent of a similar group.
MORE: dict[str, dict[str, Any]] = {
    "1002": {"languages": ["ko", "en"]},
    "1003": {"languages": ["en"]},
    "quiet": {"language": "en"},
    "kitchen": {"similar": ["furniture"]},
    "callback": {"attempts": 2, "spacing_s": 300},
}
QUIET, HANBIT = "07000000109", "07000000102"


@pytest.fixture
def script() -> Script:
    return Script(MORE, language_s=40)


def frees(script: Script, channel: str, agent: str) -> None:
    script.hangs_up(channel, script.answers(channel, agent))
    script.happens(events.TimerFired(f"wrapup:{agent}"))


def in_korean(script: Script, channel: str) -> str:
    """A caller of a Korean company, past the greeting."""
    script.call(channel, HANBIT)
    script.prompt_ends()
    return channel


def offers(script: Script) -> list[tuple[str, str]]:
    return [(connect.channel, connect.agent) for connect in script.said(Connect)]


def said(entry: Entry) -> str:
    return reason(entry, "en")


def test_of_two_who_are_idle_the_one_who_speaks_it_is_rung(script: Script) -> None:
    script.agent_ready("1001")
    script.passes(10)
    script.agent_ready("1002")
    channel = script.call()
    assert offers(script) == [(channel, "1002")]
    assert "speaks English" in said(script.wrote(Kind.OFFERED)[0])
    assert (serving := script.floor.staff.agents["1002"].serving)
    assert serving.language == "en"


def test_who_speaks_it_is_waited_for_while_another_is_idle_and_then_anybody_takes_the_call(script: Script) -> None:
    script.agent_ready("1002")
    in_korean(script, "cc-1.0")
    leg = script.answers("cc-1.0", "1002")
    script.agent_ready("1001")
    script.said(Connect)
    channel = script.call()
    assert offers(script) == []
    assert StartTimer(f"{LANGUAGE}:{channel}", 40_000) in script.said(StartTimer)
    assert "agents who speak it go first" in said(script.wrote(Kind.QUEUED)[-1])
    script.passes(40)
    script.happens(events.TimerFired(f"{LANGUAGE}:{channel}"))
    assert offers(script) == [(channel, "1001")]
    assert "waited long enough for an agent who speaks" in said(script.wrote(Kind.WIDENED)[-1])
    assert "language" not in script.wrote(Kind.OFFERED)[-1].data
    script.hangs_up("cc-1.0", leg)


def test_a_korean_caller_takes_nobody_away_from_the_order_of_waiting(script: Script) -> None:
    korean = in_korean(script, "cc-1.1")
    script.passes(5)
    english = script.call("cc-1.2")
    script.agent_ready("1002")
    assert offers(script) == [(korean, "1002")]
    frees(script, korean, "1002")
    assert offers(script) == [(english, "1002")]


def test_nobody_waits_for_a_language_that_nobody_on_line_speaks_within_the_ladder_s_reach(script: Script) -> None:
    # 1003 speaks it, but no ladder ever leads from the kitchen to the furniture.
    script.agent_ready("1003")
    channel = script.call()
    script.agent_ready("1001")
    assert offers(script) == [(channel, "1001")]


def test_the_ladder_leads_to_those_of_similar_groups_who_speak_it() -> None:
    script = Script(MORE | {"kitchen": {"similar": ["furniture"], "widen": [{"ring": 2, "after_s": 5}]}}, language_s=40)
    script.agent_ready("1001")
    script.agent_ready("1003")
    channel = script.call()
    assert offers(script) == []
    script.passes(5)
    script.happens(events.TimerFired("ladder"))
    assert offers(script) == [(channel, "1003")]


def test_without_the_time_nobody_asks_for_a_language() -> None:
    script = Script(MORE, language_s=0)
    script.agent_ready("1001")
    script.passes(10)
    script.agent_ready("1002")
    assert script.call()
    assert [agent for _, agent in offers(script)] == ["1001"]


def test_a_language_that_all_speak_is_asked_of_nobody() -> None:
    script = Script({agent: {"languages": ["ko", "en"]} for agent in ("1001", "1002", "1003")})
    script.agent_ready("1001")
    script.happens(events.CallEntered("cc-1.1", "16000000", ""))
    for keys in ("", "0", "1", "1"):
        script.prompt_ends() if not keys else script.happens(events.KeyPressed("cc-1.1", keys))
    [queued] = script.wrote(Kind.QUEUED)
    assert (queued.data["language"], "speakers" in queued.data) == ("en", False)


def test_who_chose_english_in_the_menu_is_an_english_caller_whatever_the_company_s_language() -> None:
    script = Script(MORE | {"nurim": {"language": "ko"}})
    script.agent_ready("1002")
    script.happens(events.CallEntered("cc-1.1", "16000000", ""))
    script.prompt_ends()
    for key in "09101":
        script.happens(events.KeyPressed("cc-1.1", key))
    script.prompt_ends()
    script.happens(events.KeyPressed("cc-1.1", "1"))
    assert script.wrote(Kind.IDENTIFIED)[-1].data["company"] == "nurim"
    assert script.wrote(Kind.QUEUED)[-1].data["language"] == "en"


@pytest.mark.parametrize(("number", "language"), [("07000000102", "en"), ("07000000109", "ko")])
def test_a_number_has_a_language_of_its_own(number: str, language: str) -> None:
    script = Script(MORE | {"number_languages": {"07000000102": "en", "07000000109": "ko"}})
    script.call("cc-1.1", number)
    assert script.said(Play)[0].language == language


def test_an_agent_who_does_not_answer_costs_the_caller_no_time_of_the_wait_for_the_language(script: Script) -> None:
    script.agent_ready("1002")
    script.agent_ready("1001")
    channel = script.call()
    script.rings(channel, "1002")
    script.passes(20)
    script.said(StartTimer)
    script.happens(events.CallReturned(channel, "NOANSWER"))
    assert script.state("1002") is State.PAUSED
    assert [t.after_ms for t in script.said(StartTimer) if t.name == f"{LANGUAGE}:{channel}"] == [20_000]


def test_after_a_restart_the_caller_still_speaks_english_and_waits_only_the_rest_of_the_time(script: Script) -> None:
    script.agent_ready("1002")
    in_korean(script, "cc-1.0")
    script.answers("cc-1.0", "1002")
    channel = script.call()
    script.passes(30)
    again = Script(MORE, language_s=40)
    again.now = script.now
    restore(again.floor, script.journal, script.floor.staff.agents.values())
    for presence in again.floor.staff.agents.values():
        presence.registered = True
    again.floor.rejoin(again.floor.calls[channel], again.now)
    again.out += again.floor.drain(again.now)
    assert StartTimer(f"{LANGUAGE}:{channel}", 10_000) in again.said(StartTimer)
    assert again.floor.calls[channel].dialogue.language == "en"


def test_a_callback_asks_for_the_customer_s_language_too(script: Script) -> None:
    script.agent_ready("1002")
    in_korean(script, "cc-1.0")
    leg = script.answers("cc-1.0", "1002")
    script.happens(events.CallEntered("cc-1.1", QUIET, "01000000077"))
    script.passes(4)
    for key in "11":
        script.happens(events.KeyPressed("cc-1.1", key))
    script.prompt_ends()
    script.happens(events.ChannelGone("cc-1.1", 16))
    script.agent_ready("1001")
    assert script.said(Dial) == []
    assert script.state("1001") is State.READY
    script.passes(40)
    assert StartTimer(f"{LANGUAGE}:callback:cc-1.1", 40_000) in script.said(StartTimer)
    script.happens(events.TimerFired(f"{LANGUAGE}:callback:cc-1.1"))
    assert script.state("1001") is State.RINGING
    [asked] = [e for e in script.wrote(Kind.QUEUED) if e.data.get("since") and e.call != "cc-1.1"]
    assert asked.data["language"] == "en"
    script.hangs_up("cc-1.0", leg)
