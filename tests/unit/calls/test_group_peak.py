"""Peak-time agents of one group are called up by the health of that group alone."""

from __future__ import annotations

from typing import Any

from callcenter.agents.presence import State
from callcenter.agents.wire import from_json, to_json
from callcenter.calls import events
from callcenter.calls.journal import Kind
from callcenter.calls.reconfigure import reconfigure
from callcenter.calls.recovery import restore
from callcenter.web.explanation import reason
from tests.unit.calls.script import Script, centre

#: 1002 (kitchen and furniture) and 1003 (furniture) are peak-time agents; the whole line never needs them.
WHOLE: dict[str, Any] = {"peak": {"longest_wait_s": 3600, "queue_over": 1000, "calm_s": 20, "box_min": 0}}
AGENTS: dict[str, dict[str, Any]] = {"1002": {"peak": True}, "1003": {"peak": True}}


def more(**limits: Any) -> dict[str, dict[str, Any]]:
    return {**WHOLE, **AGENTS, "kitchen": {"peak": limits}}


def looks(script: Script, seconds: int) -> None:
    for _ in range(seconds // 5):
        script.passes(5)
        script.happens(events.TimerFired("peak"))


def called(script: Script) -> list[str]:
    return [agent.id for agent in script.floor.staff.agents.values() if agent.called_up]


def test_a_group_whose_callers_nobody_serves_calls_its_own_peak_agents_and_nobody_else_s() -> None:
    script = Script(more=more(forecast_s=60))
    script.call()
    looks(script, 5)
    assert called(script) == ["1002"]
    assert [e.data for e in script.wrote(Kind.PEAK_CALLED)] == [{"group": "kitchen", "why": "forecast"}]
    # The call that joins now is told so.
    script.call("cc-1.2")
    assert "called up (expected wait)" in reason(script.wrote(Kind.QUEUED)[-1], "en")


def test_another_group_s_callers_do_not_matter() -> None:
    script = Script(more=more(forecast_s=60))
    script.call("cc-1.1", "07000000104")
    script.prompt_ends()
    looks(script, 30)
    assert called(script) == []


def test_a_low_service_level_calls_and_a_lasting_recovery_stands_down() -> None:
    script = Script(more=more(level_below=0.5), wrapup_s=0, service_level_s=20)
    script.agent_ready("1001")
    lost = script.call("cc-0.1")
    leg = script.answers(lost, "1001")
    waiting = script.call("cc-0.2")
    script.passes(30)
    script.happens(events.ChannelGone(waiting, 16))
    looks(script, 5)
    assert called(script) == ["1002"]
    script.hangs_up(lost, leg)
    for n in range(4):
        leg = script.answers(script.call(f"cc-1.{n}"), "1001")
        script.hangs_up(f"cc-1.{n}", leg)
    looks(script, 15)
    assert called(script) == ["1002"], "not long enough calm"
    looks(script, 10)
    assert called(script) == []
    assert [e.data for e in script.wrote(Kind.PEAK_STOOD_DOWN)] == [{"group": "kitchen"}]


def test_occupancy_counts_over_minutes_and_of_the_group_s_agents_at_work() -> None:
    script = Script(more=more(occupancy_over=0.7))
    script.agent_ready("1001")
    script.answers(script.call(), "1001")
    looks(script, 120)
    assert called(script) == []
    looks(script, 300)
    assert called(script) == ["1002"]
    assert script.wrote(Kind.PEAK_CALLED)[0].data["why"] == "occupancy"


def test_an_agent_of_two_groups_stays_until_both_are_calm() -> None:
    rule = {"peak": {"forecast_s": 60}}
    script = Script(more={**WHOLE, **AGENTS, "kitchen": rule, "furniture": rule})
    first = script.call()
    script.call("cc-1.2", "07000000104")
    script.prompt_ends()
    looks(script, 5)
    assert called(script) == ["1002", "1003"]
    asked = script.floor.staff.agents["1002"].called_up_at
    script.happens(events.ChannelGone(first, 16))
    looks(script, 25)
    assert called(script) == ["1002", "1003"]
    assert script.floor.staff.agents["1002"].called_up_at == asked, "nobody is asked twice"
    script.happens(events.ChannelGone("cc-1.2", 16))
    looks(script, 25)
    assert called(script) == []


def test_a_group_s_ladder_calls_only_its_own_when_the_group_has_a_rule() -> None:
    kitchen = {"peak": {"forecast_s": 3600}, "then": [{"do": "call_up", "after_s": 5}]}
    script = Script(more={**WHOLE, **AGENTS, "kitchen": kitchen})
    script.agent_ready("1001")
    script.answers(script.call("cc-0.1"), "1001")
    script.call()
    script.passes(5)
    script.happens(events.TimerFired("ladder"))
    assert called(script) == ["1002"]
    assert script.wrote(Kind.PEAK_CALLED)[0].data == {"group": "kitchen", "why": "ladder"}


def test_the_call_up_of_a_group_outlives_the_engine_as_that_of_the_group() -> None:
    script = Script(more=more(forecast_s=60))
    script.call()
    looks(script, 5)
    after = Script(more=more(forecast_s=60))
    restore(after.floor, [], [from_json(to_json(agent)) for agent in script.floor.staff.agents.values()])
    after.happens(events.TimerFired("peak"))
    assert called(after) == ["1002"]
    assert after.wrote(Kind.PEAK_CALLED) == []
    looks(after, 30)
    assert called(after) == []


def test_without_the_group_s_rule_who_came_stays_until_the_whole_line_is_calm() -> None:
    script = Script(more=more(forecast_s=60))
    channel = script.call()
    looks(script, 5)
    script.agent_ready("1002")
    leg = script.answers(channel, "1002")
    script._came(reconfigure(script.floor, centre({**WHOLE, **AGENTS}), script.now, version=1, by="sup"))
    assert script.state("1002") is State.TALKING
    script.hangs_up(channel, leg)
    script.happens(events.TimerFired("wrapup:1002"))
    looks(script, 30)
    assert script.state("1002") is State.OFFLINE
    assert called(script) == []
