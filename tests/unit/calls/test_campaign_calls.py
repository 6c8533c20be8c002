"""Agents kept free for campaigns, and the customers whom the dialler hands over, in scenes."""

from __future__ import annotations

from callcenter.agents.presence import State
from callcenter.agents.wire import from_json, to_json
from callcenter.calls import commands, events
from callcenter.calls.board import board
from callcenter.calls.events import AsteriskSeen, SeenCall
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Kind
from callcenter.calls.recovery import compare, restore
from tests.unit.calls.script import Script, centre

CHANNEL = "survey-7-31-1"


def wants(most: int = 1, *named: str, campaign: int = 7, groups: tuple[str, ...] = ("kitchen",)) -> events.AgentsWanted:
    return events.AgentsWanted(campaign, groups, most, named)


def customer(channel: str = CHANNEL, agent: str = "1001", group: str = "kitchen") -> events.CustomerHanded:
    return events.CustomerHanded(channel, agent, group, "nurim", "01000000001", "07000000101", "ko")


def reserved(script: Script) -> dict[str, int]:
    agents = script.floor.staff.agents.values()
    return {agent.id: agent.reserved for agent in agents if agent.reserved is not None}


def test_a_free_agent_of_the_group_is_kept_free_and_gets_no_caller() -> None:
    script = Script()
    script.agent_ready("1003")
    script.agent_ready("1001")
    script.happens(wants())
    assert reserved(script) == {"1001": 7}
    script.call()
    assert script.said(commands.Connect) == []
    assert script.state("1001") is State.READY
    [queued] = script.wrote(Kind.QUEUED)
    assert queued.data["agents"] == {"offline": 1, "reserved": 1}


def test_callers_go_first() -> None:
    script = Script()
    script.agent_ready("1001")
    script.call("cc-1.1")
    script.call("cc-1.2")
    script.happens(wants())
    script.happens(events.PhoneRings("cc-1.1", "1001", "a-1"))
    script.happens(events.PhoneAnswered("cc-1.1", "a-1"))
    script.happens(events.ChannelGone("cc-1.1", 16))
    script.happens(events.ChannelGone("a-1", 16))
    script.said(commands.Connect)
    script.happens(events.TimerFired("wrapup:1001"))
    assert [one.channel for one in script.said(commands.Connect)] == ["cc-1.2"]
    assert reserved(script) == {}


def test_an_agent_who_becomes_free_is_kept_at_once_while_the_campaign_asks() -> None:
    script = Script()
    script.happens(wants(2))
    script.agent_ready("1001")
    assert reserved(script) == {"1001": 7}
    script.happens(wants(0))
    assert reserved(script) == {}
    script.call()
    assert [one.agent for one in script.said(commands.Connect)] == ["1001"]


def test_agents_are_shared_between_campaigns_and_called_up_ones_spared() -> None:
    script = Script({"1002": {"peak": True}})
    for agent in ("1001", "1002", "1003"):
        script.agent_ready(agent)
        script.passes(1)
    both = ("kitchen", "furniture")
    script.happens(wants(5, campaign=7, groups=("furniture",)))
    script.happens(wants(5, campaign=8, groups=both))
    assert reserved(script) == {"1003": 7, "1001": 8}


def test_a_dialler_that_falls_silent_keeps_nobody() -> None:
    script = Script()
    script.agent_ready("1001")
    script.agent_ready("1003")
    script.happens(wants())
    script.happens(wants(campaign=8, groups=("furniture",)))
    assert [one.name for one in script.said(commands.StartTimer) if one.after_ms == 5000] == [
        "reserved:7",
        "reserved:8",
    ]
    script.happens(events.TimerFired("reserved:7"))
    assert reserved(script) == {"1003": 8}
    script.call()
    assert [one.agent for one in script.said(commands.Connect)] == ["1001"]


def test_in_preview_the_agent_who_asked_is_kept_and_no_other() -> None:
    script = Script()
    script.agent_ready("1001")
    script.passes(1)
    script.agent_ready("1002")
    script.happens(wants(1, "1002"))
    assert reserved(script) == {"1002": 7}


def test_an_agent_whose_phone_vanishes_is_replaced() -> None:
    script = Script()
    script.agent_ready("1001")
    script.passes(1)
    script.agent_ready("1002")
    script.happens(wants())
    script.happens(events.PhoneReachable("1001", False))
    script.happens(wants())
    assert reserved(script) == {"1002": 7}


def test_an_agent_who_pauses_is_no_longer_kept() -> None:
    script = Script()
    script.agent_ready("1001")
    script.happens(wants())
    script.happens(events.AgentAsked("t", "1001", "pause", "break"))
    assert reserved(script) == {}


def test_the_customer_comes_to_the_agent_who_was_kept_free_and_then_wrap_up() -> None:
    script = Script()
    script.agent_ready("1001")
    script.happens(wants())
    script.happens(customer())
    [connect] = script.said(commands.Connect)
    assert (connect.channel, connect.agent, connect.group, connect.company) == (CHANNEL, "1001", "kitchen", "nurim")
    assert connect.record == "20261123"
    script.happens(events.PhoneRings(CHANNEL, "1001", "a-1"))
    script.happens(events.PhoneAnswered(CHANNEL, "a-1"))
    assert script.state("1001") is State.TALKING
    shown = to_json(script.floor.staff.agents["1001"])["call"]
    assert (shown["campaign"], shown["sheet"], shown["caller"]) == (7, True, "01000000001")
    script.happens(events.ChannelGone("a-1", 16))
    script.happens(events.ChannelGone(CHANNEL, 16))
    assert script.state("1001") is State.WRAPUP
    [entered] = script.wrote(Kind.ENTERED)
    assert (entered.data["via"], entered.data["campaign"]) == ("campaign", 7)
    [answered] = script.wrote(Kind.ANSWERED)
    assert answered.data["recording"] == f"20261123/{CHANNEL}"
    script.happens(wants(1))
    script.happens(events.TimerFired("wrapup:1001"))
    assert reserved(script) == {"1001": 7}


def test_whoever_was_to_take_the_customer_and_is_gone_is_replaced_by_the_line() -> None:
    script = Script()
    script.agent_ready("1001")
    script.happens(wants())
    script.happens(events.AgentAsked("t", "1001", "pause", "break"))
    script.happens(customer())
    assert [one.channel for one in script.said(commands.HoldInQueue)] == [CHANNEL]
    script.agent_ready("1002")
    assert [one.agent for one in script.said(commands.Connect)] == ["1002"]


def test_an_agent_who_does_not_answer_costs_the_customer_nothing() -> None:
    script = Script()
    script.agent_ready("1001")
    script.happens(wants())
    script.happens(customer())
    script.happens(events.CallReturned(CHANNEL, "NOANSWER"))
    assert [one.channel for one in script.said(commands.HoldInQueue)] == [CHANNEL]


def test_a_transferred_customer_waits_in_line_like_a_caller() -> None:
    script = Script()
    first = script.call()
    script.passes(1)
    script.happens(customer(agent=""))
    assert [(one["call"], one["position"]) for one in board(script.floor, True, script.now)["waiting"]] == [
        (first, 1),
        (CHANNEL, 2),
    ]
    script.agent_ready("1001")
    script.agent_ready("1002")
    assert [one.channel for one in script.said(commands.Connect)] == [first, CHANNEL]
    assert script.wrote(Kind.ENTERED)[-1].data["via"] == "transfer"
    assert not script.floor.calls[CHANNEL].sheet


def test_figures_of_the_line_know_nothing_of_campaigns() -> None:
    script = Script()
    script.happens(customer(agent=""))
    script.passes(30)
    script.happens(events.ChannelGone(CHANNEL, 16))
    assert script.floor.health.level("kitchen", script.now) is None


def test_the_board_tells_what_the_last_in_line_has_to_expect() -> None:
    script = Script()
    script.call("cc-1.1")
    script.passes(40)
    script.call("cc-1.2")
    assert board(script.floor, True, script.now)["forecast_s"] == {"kitchen": 40}


def test_a_new_engine_keeps_agents_and_conversations_of_campaigns() -> None:
    script = Script()
    script.agent_ready("1001")
    script.agent_ready("1002")
    script.happens(wants(2))
    script.happens(customer())
    script.happens(events.PhoneRings(CHANNEL, "1001", "a-1"))
    script.happens(events.PhoneAnswered(CHANNEL, "a-1"))
    known = [from_json(to_json(one)) for one in script.floor.staff.agents.values()]
    floor = Floor(centre())
    restore(floor, [entry for entry in script.journal if entry.call], known)
    seen = SeenCall(CHANNEL, "", "01000000001", "talking", "1001", "a-1", script.now, "kitchen", "nurim")
    after = compare(floor, AsteriskSeen((seen,), frozenset({CHANNEL, "a-1"}), fresh=True), script.now)
    assert floor.staff.agents["1001"].state is State.TALKING
    assert floor.calls[CHANNEL].sheet
    assert floor.staff.agents["1002"].reserved == 7
    assert "reserved:7" in [command.name for command in after if isinstance(command, commands.StartTimer)]


def test_a_customer_whom_the_journal_does_not_know_is_a_campaigns_by_the_channel() -> None:
    floor = Floor(centre())
    seen = SeenCall(CHANNEL, "07000000101", "01000000001", "held", None, None, None, "kitchen", "nurim")
    after = compare(floor, AsteriskSeen((seen,), frozenset({CHANNEL}), fresh=True), 1_795_395_600_000)
    [entered] = [c.entry for c in after if isinstance(c, commands.Write) and c.entry.kind is Kind.ENTERED]
    assert entered.data["campaign"] == 7
    assert [one.channel for one in after if isinstance(one, commands.HoldInQueue)] == [CHANNEL]
