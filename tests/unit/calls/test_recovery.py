"""Starting again, and correcting beliefs by what Asterisk shows."""

from __future__ import annotations

from callcenter.agents.presence import State
from callcenter.agents.wire import from_json, to_json
from callcenter.calls import commands, events
from callcenter.calls.call import Stage
from callcenter.calls.events import AsteriskSeen, SeenCall
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Kind
from callcenter.calls.recovery import compare, restore
from tests.unit.calls.script import Script


def seen(*calls: SeenCall, channels: tuple[str, ...] = (), fresh: bool = True) -> AsteriskSeen:
    return AsteriskSeen(calls=calls, channels=frozenset((*channels, *(c.channel for c in calls))), fresh=fresh)


def at(channel: str, where: str, agent: str | None = None, leg: str | None = None) -> SeenCall:
    return SeenCall(channel=channel, dnis="07000000109", caller="", where=where, agent=agent, agent_channel=leg)


def again(former: Script) -> Script:
    """A new controller after the former one was killed."""
    script = Script()
    script.now = former.now
    restore(script.floor, former.journal, [from_json(to_json(p)) for p in former.floor.staff.agents.values()])
    return script


def looks(script: Script, what: AsteriskSeen) -> None:
    script._came(compare(script.floor, what, script.now))


def test_waiting_callers_keep_their_order_over_a_restart() -> None:
    before = Script()
    for n in (1, 2, 3):
        before.call(f"cc-1.{n}")
        before.passes(1)
    after = again(before)
    looks(after, seen(at("cc-1.3", "waiting"), at("cc-1.1", "waiting"), at("cc-1.2", "waiting")))
    assert [after.floor.acd.position(f"cc-1.{n}") for n in (1, 2, 3)] == [1, 2, 3]
    assert after.floor.healed == 0
    assert not after.wrote(Kind.QUEUED)
    after.agent_ready()
    assert after.said(commands.Connect)[0].channel == "cc-1.1"


def test_a_caller_of_a_group_that_the_centre_no_longer_has_still_waits() -> None:
    before = Script()
    before.call("cc-1.1")
    [identified] = before.wrote(Kind.IDENTIFIED)
    identified.data["group"] = "gone"
    after = again(before)
    looks(after, seen(at("cc-1.1", "waiting")))
    after.happens(events.TimerFired("position:cc-1.1"))
    assert after.floor.acd.position("cc-1.1") == 1


def test_a_conversation_goes_on_and_its_end_is_seen() -> None:
    before = Script()
    before.agent_ready()
    call = before.call()
    leg = before.answers(call, "1001")
    after = again(before)
    looks(after, seen(at(call, "talking", "1001", leg), channels=(leg,)))
    assert after.state("1001") is State.TALKING
    after.hangs_up(call, leg)
    assert after.state("1001") is State.WRAPUP
    assert len(after.wrote(Kind.ENDED)) == 1


def test_an_answer_that_came_while_away_is_written_down_with_its_time() -> None:
    before = Script()
    before.agent_ready()
    call = before.call()
    leg = before.rings(call, "1001")
    after = again(before)
    after.passes(5)
    answered = SeenCall(channel=call, dnis="", caller="", where="talking", agent="1001", agent_channel=leg,
                        answered_at=before.now + 900)  # fmt: skip
    looks(after, seen(answered, channels=(leg,)))
    assert [entry.at for entry in after.wrote(Kind.ANSWERED)] == [before.now + 900]


def test_a_call_that_ended_while_away_is_closed_as_lost_and_its_agent_freed() -> None:
    before = Script()
    before.agent_ready()
    call = before.call()
    before.answers(call, "1001")
    after = again(before)
    looks(after, seen())
    assert after.wrote(Kind.ENDED)[0].data["why"] == "lost"
    assert after.state("1001") in (State.WRAPUP, State.READY)
    assert not after.floor.calls


def test_wrap_up_goes_on_for_its_remaining_time() -> None:
    before = Script()
    before.agent_ready()
    call = before.call()
    before.hangs_up(call, before.answers(call, "1001"))
    after = again(before)
    after.passes(15)
    looks(after, seen())
    assert after.said(commands.StartTimer) == [commands.StartTimer("wrapup:1001", 5000)]


def test_a_caller_in_the_menu_hears_the_menu_again() -> None:
    before = Script()
    before.call("cc-1.1", "16000000")
    after = again(before)
    looks(after, seen(at("cc-1.1", "held")))
    assert after.said(commands.Play)[0].prompts == (after.floor.centre.menu_prompt("menu-main"),)


def test_a_caller_that_nobody_knows_is_adopted() -> None:
    script = Script()
    looks(script, seen(at("cc-1.7", "held")))
    assert len(script.wrote(Kind.ENTERED)) == 1
    assert script.floor.healed == 1


def test_between_two_looks_events_may_be_on_their_way_so_once_is_not_enough() -> None:
    script = Script()
    call = script.call()
    looks(script, seen(fresh=False))
    assert call in script.floor.calls
    looks(script, seen(fresh=False))
    assert call not in script.floor.calls
    assert script.floor.healed == 1


def test_a_waiting_caller_who_lost_the_music_is_held_again() -> None:
    script = Script()
    call = script.call()
    script.said(commands.HoldInQueue)
    for _ in range(2):
        looks(script, seen(at(call, "held"), fresh=False))
    assert script.said(commands.HoldInQueue) == [commands.HoldInQueue(call)]


def test_agreement_changes_nothing() -> None:
    script = Script()
    script.agent_ready("1001")
    talking, waiting = script.call("cc-1.1"), script.call("cc-1.2")
    leg = script.answers(talking, "1001")
    script.out.clear()
    looks(script, seen(at(talking, "talking", "1001", leg), at(waiting, "waiting"), channels=(leg,), fresh=False))
    assert script.out == []
    script.happens(events.ChannelGone(leg, 16))
    assert script.floor.healed == 0


def test_a_conversation_with_an_agent_who_left_the_centre_goes_on_over_a_restart() -> None:
    before = Script()
    before.agent_ready()
    leg = before.answers(before.call("cc-1.1"), "1001")
    after = again(before)
    without = after.floor.centre.model_copy(update={"agent": after.floor.centre.agent[1:]})
    after.floor = Floor(without)
    restore(after.floor, before.journal, [from_json(to_json(before.floor.staff.agents["1001"]))])
    looks(after, seen(at("cc-1.1", "talking", "1001", leg), channels=(leg,)))
    assert after.floor.calls["cc-1.1"].stage is Stage.TALKING
    assert after.said(commands.HoldInQueue) == []
    after.hangs_up("cc-1.1", leg)
    after.happens(events.TimerFired("wrapup:1001"))
    assert "1001" not in after.floor.staff.agents
