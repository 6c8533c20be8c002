"""Another description of the centre takes effect: nobody is lost, nobody loses the place, nobody talking notices."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from callcenter.agents.presence import State
from callcenter.calls import commands, events
from callcenter.calls.call import Stage
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Kind
from callcenter.calls.reconfigure import reconfigure
from callcenter.centre import Centre
from tests.unit.calls.script import GROUPS, Script, centre


def takes_effect(script: Script, described: Centre) -> None:
    script._came(reconfigure(script.floor, described, script.now, version=2, by="sup"))


def described(**changes: Any) -> dict[str, Any]:
    return centre().model_dump(mode="json") | changes


def without_agent(agent: str, **waiting: Any) -> Centre:
    there = centre(**waiting)
    return there.model_copy(update={"agent": tuple(a for a in there.agent if a.id != agent)})


def test_a_new_agent_takes_the_longest_waiting_call_and_the_journal_tells_of_the_change() -> None:
    script = Script()
    first = script.call("cc-1.1")
    script.passes(5)
    second = script.call("cc-1.2")
    takes_effect(script, Centre.model_validate(described(agent=[*described()["agent"], agent("1009", ["kitchen"])])))
    assert script.floor.acd.waiting("kitchen") == [first, second]
    script.agent_ready("1009")
    assert script.floor.calls[first].agent == "1009"
    assert [entry.data for entry in script.wrote(Kind.CONFIGURED)] == [{"version": 2, "by": "sup"}]


def agent(number: str, groups: list[str]) -> dict[str, Any]:
    return {"id": number, "name": number, "name_en": number, "groups": groups}


def test_an_idle_agent_who_is_given_another_group_takes_its_waiting_call_at_once() -> None:
    script = Script()
    script.agent_ready("1003")
    waiting = script.call()
    assert script.floor.calls[waiting].stage is Stage.QUEUE
    takes_effect(script, centre({"1003": {"groups": ["furniture", "kitchen"]}}))
    assert script.floor.calls[waiting].agent == "1003"
    assert script.said(commands.Connect)[-1].agent == "1003"


def test_an_agent_who_is_removed_while_talking_ends_the_call_and_wraps_up() -> None:
    script = Script()
    script.agent_ready()
    call = script.call()
    leg = script.answers(call, "1001")
    takes_effect(script, without_agent("1001"))
    assert script.state("1001") is State.TALKING
    assert script.happens(events.AgentAsked("t", "1001", "ready", None)) == [commands.Reply("t", "unknown_agent")]
    script.hangs_up(call, leg)
    assert script.state("1001") is State.WRAPUP
    script.happens(events.TimerFired("wrapup:1001"))
    assert "1001" not in script.floor.staff.agents
    assert script.wrote(Kind.LOGGED_OUT)


def test_an_agent_who_is_removed_without_wrap_up_leaves_before_the_caller_does() -> None:
    script = Script(wrapup_s=0)
    script.agent_ready()
    call = script.call()
    leg = script.answers(call, "1001")
    takes_effect(script, without_agent("1001", wrapup_s=0))
    script.hangs_up(call, leg)
    assert "1001" not in script.floor.staff.agents
    assert not script.floor.calls


def test_an_agent_who_is_removed_while_the_phone_rings_may_miss_the_call_which_keeps_its_place() -> None:
    script = Script()
    script.agent_ready()
    first = script.call("cc-1.1")
    second = script.call("cc-1.2")
    script.rings(first, "1001")
    takes_effect(script, without_agent("1001"))
    script.happens(events.CallReturned(first, "NOANSWER"))
    assert "1001" not in script.floor.staff.agents
    assert script.floor.acd.waiting("kitchen") == [first, second]


def test_a_ready_agent_who_is_removed_is_logged_out_and_one_who_returns_is_new() -> None:
    script = Script()
    script.agent_ready()
    takes_effect(script, without_agent("1001"))
    assert "1001" not in script.floor.staff.agents
    assert script.floor.calls[script.call()].stage is Stage.QUEUE
    takes_effect(script, centre())
    assert script.state("1001") is State.OFFLINE


def test_callers_of_a_removed_group_wait_in_the_similar_one_at_their_time() -> None:
    script = Script({"av": {"similar": ["kitchen"]}})
    late = script.call("cc-1.1")
    script.floor.calls[late].group = "av"
    script.floor.acd.withdraw(late)
    script.floor.line.join(script.floor.calls[late], script.now)
    script.passes(3)
    kitchen = script.call("cc-1.2")
    before = described()
    groups = [g for g in before["group"] if g["id"] != "av"]
    companies = [c | {"categories": [s for s in c["categories"] if s != "av"]} for c in before["company"]]
    agents = [a | {"groups": [s for s in a["groups"] if s != "av"]} for a in before["agent"]]
    menu = [{"key": "1", "name": "가전", "name_en": "appliances", "categories": ["kitchen"]}]
    takes_effect(
        script, Centre.model_validate(before | {"group": groups, "company": companies, "agent": agents, "menu": menu})
    )
    assert script.floor.acd.waiting("kitchen") == [late, kitchen]
    assert script.wrote(Kind.IDENTIFIED)[-1].data["how"] == "moved"
    script.agent_ready()
    assert script.floor.calls[late].agent == "1001"


def test_who_is_in_a_menu_goes_on_in_the_menu_that_was_heard() -> None:
    script = Script()
    call = script.call(dnis="16000000")
    script.prompt_ends()
    takes_effect(script, centre({"hanbit": {"categories": ["furniture"]}}))
    script.happens(events.KeyPressed(call, "1"))
    script.happens(events.KeyPressed(call, "2"))
    assert script.floor.calls[call].group == "av"
    assert script.floor.calls[call].dialogue.centre is script.floor.centre


def test_each_caller_hears_the_menu_whose_keys_count_for_that_caller() -> None:
    script = Script()
    former = script.floor.centre
    early = script.call("cc-1.1", "16000000")
    family = {"key": "1", "name": "가전", "name_en": "appliances", "categories": ["av", "kitchen"]}
    takes_effect(script, Centre.model_validate(described(menu=[family])))
    turned = script.floor.centre

    def choose_first(call: str) -> list[tuple[str, ...]]:
        heard = []
        script.prompt_ends()
        for _ in range(2):
            heard.append(script.said(commands.Play)[-1].prompts)
            script.happens(events.KeyPressed(call, "1"))
        return heard

    menus = [
        [(c.menu_prompt("menu-main"),), (c.menu_prompt("menu-family-1", c.menu[0].categories),)]
        for c in (former, turned)
    ]
    assert choose_first(early) == menus[0]
    late = script.call("cc-1.2", "16000000")
    assert choose_first(late) == menus[1]
    assert menus[0][1] != menus[1][1]
    assert [script.floor.calls[call].group for call in (early, late)] == ["kitchen", "av"]


def test_a_cap_that_comes_into_force_counts_who_talks_already() -> None:
    script = Script()
    script.agent_ready("1001")
    script.agent_ready("1002")
    script.answers(script.call("cc-1.1"), "1001")
    takes_effect(script, centre({"quiet": {"contract": {"most_calls": 1}}}))
    waiting = script.call("cc-1.2")
    assert script.floor.calls[waiting].stage is Stage.QUEUE
    takes_effect(script, centre())
    assert script.floor.calls[waiting].agent == "1002"


def test_a_ladder_that_is_added_is_climbed_by_who_waits_already() -> None:
    script = Script()
    script.agent_ready("1003")
    waiting = script.call()
    script.passes(20)
    takes_effect(script, centre({"kitchen": {"similar": ["furniture"], "widen": [{"ring": 2, "after_s": 10}]}}))
    assert [timer.name for timer in script.said(commands.StartTimer)].count("ladder") == 1
    script.happens(events.TimerFired("ladder"))
    assert script.floor.calls[waiting].agent == "1003"


def test_a_temporary_closing_reaches_who_waits_if_the_centre_wants_it_so() -> None:
    script = Script(at_closing="announce")
    waiting = script.call()
    days = {"hours": {"mon": "00:00-24:00", "closed_on_holidays": False, "days": {"2026-11-23": ""}}}
    takes_effect(script, centre({"quiet": days}, at_closing="announce"))
    closing = [timer for timer in script.said(commands.StartTimer) if timer.name == f"closing:{waiting}"]
    assert closing[-1].after_ms == 0


def test_positions_that_are_no_longer_told_stop() -> None:
    script = Script()
    waiting = script.call()
    takes_effect(script, centre(position_every_s=0))
    assert f"position:{waiting}" in [timer.name for timer in script.said(commands.StopTimer)]


def test_without_a_rule_peak_agents_are_stood_down_and_a_late_timer_means_nothing() -> None:
    script = Script({"peak": {"longest_wait_s": 5, "queue_over": 50, "calm_s": 60}, "1001": {"peak": True}})
    script.call()
    script.passes(10)
    script.happens(events.TimerFired("peak"))
    assert script.floor.staff.agents["1001"].called_up
    takes_effect(script, centre({"1001": {"peak": True}}))
    assert not script.floor.staff.agents["1001"].called_up
    assert script.happens(events.TimerFired("peak")) == []


GROUP = st.sampled_from(GROUPS)
PART = st.fixed_dictionaries(
    {},
    optional={
        "groups": st.lists(GROUP, min_size=1, max_size=3, unique=True),
        "peak": st.booleans(),
    },
)
CHANGE = st.fixed_dictionaries(
    {
        "1001": PART,
        "1002": PART,
        "1003": PART,
        "kitchen": st.fixed_dictionaries({}, optional={"priority_s": st.sampled_from([0, 60])}),
        "quiet": st.fixed_dictionaries(
            {}, optional={"contract": st.sampled_from([{"most_calls": 1}, {"service_level": 0.9}, {}])}
        ),
    }
)
STEP = st.one_of(
    st.tuples(st.just("call"), st.sampled_from(["07000000109", "07000000104"])),
    st.tuples(st.just("ready"), st.sampled_from(["1001", "1002", "1003"])),
    st.tuples(st.just("answer"), st.just("")),
    st.tuples(st.just("hangup"), st.integers(0, 5)),
    st.tuples(st.just("configure"), st.tuples(CHANGE, st.sampled_from(["", "1001", "1002", "1003"]))),
)


@given(st.lists(STEP, max_size=25))
def test_no_reconfiguration_loses_or_reorders_a_call(steps: list[tuple[str, Any]]) -> None:
    script = Script()
    calls = 0
    for kind, what in steps:
        script.passes(1)
        living = list(script.floor.calls.values())
        if kind == "call":
            calls += 1
            script.call(f"cc-1.{calls}", what)
            for playback in [c.playback for c in script.said(commands.Play)]:
                script.happens(events.PlaybackFinished(playback))
        elif kind == "ready":
            script.agent_ready(what)
        elif kind == "answer":
            for call in [c for c in living if c.stage is Stage.RINGING]:
                assert call.agent
                script.answers(call.id, call.agent)
        elif kind == "hangup" and living:
            call = living[what % len(living)]
            script.hangs_up(call.id, *([call.agent_channel] if call.agent_channel else []))
        elif kind == "configure":
            changes, gone = what
            new = centre(changes)
            if gone:
                new = new.model_copy(update={"agent": tuple(a for a in new.agent if a.id != gone)})
            stays = {c.id: (c.stage, c.agent) for c in living}
            lines = {group: script.floor.acd.waiting(group) for group in GROUPS}
            takes_effect(script, new)
            check_the_change(script.floor, stays, lines)
    assert_consistent(script.floor)


def check_the_change(floor: Floor, stays: dict[str, tuple[Stage, str | None]], lines: dict[str, list[str]]) -> None:
    assert floor.calls.keys() == stays.keys()
    for call in floor.calls.values():
        stage, agent = stays[call.id]
        if stage is not Stage.QUEUE:
            assert (call.stage, call.agent) == (stage, agent)
        else:
            assert call.stage in (Stage.QUEUE, Stage.RINGING)
    for group, line in lines.items():
        now = floor.acd.waiting(group)
        assert now == [call for call in line if call in now]
    assert_consistent(floor)


def assert_consistent(floor: Floor) -> None:
    waiting = {request.call for request in floor.acd.requests()}
    assert waiting == {call.id for call in floor.calls.values() if call.stage is Stage.QUEUE}
    with_agent = {c.agent for c in floor.calls.values() if c.stage in (Stage.RINGING, Stage.TALKING)}
    for presence in floor.staff.agents.values():
        assert floor.acd.is_idle(presence.id) == presence.available
        assert (presence.state in (State.RINGING, State.TALKING)) == (presence.id in with_agent)
    for group in floor.centre.group:
        blocked = floor.acd._blocked
        free = [c for c in floor.acd.waiting(group.id) if floor.calls[c].company not in blocked]
        assert not (free and floor.acd.idle(group.id, 1))
