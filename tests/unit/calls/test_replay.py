"""Whatever happens, the journal decides again as the floor did; a journal that tells another story is found out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import orjson
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from callcenter.calls import events
from callcenter.calls.board import board
from callcenter.calls.call import Stage
from callcenter.calls.callers import Known
from callcenter.calls.contracts import Contracts
from callcenter.calls.events import AsteriskSeen, SeenCall
from callcenter.calls.feed import Feed
from callcenter.calls.journal import Entry, Kind
from callcenter.calls.reconfigure import reconfigure
from callcenter.calls.recovery import compare, restore
from callcenter.calls.replay import READ, Decision, Gap, Replay, Why
from callcenter.centre import Centre as Description
from callcenter.web.explanation import reason
from routing.acd import Acd
from tests.unit.calls.script import Script, centre
from tests.unit.calls.test_every_call_leaves_once import AGENTS, NUMBERS, Centre

CALLERS = ["", "01000000001", "01000000002"]
MORE: dict[str, dict[str, Any]] = {
    "kitchen": {
        "similar": ["furniture"],
        "widen": [{"ring": 2, "after_s": 5, "level_below": 0.5}],
        "then": [{"do": "call_up", "after_s": 10}],
        "strategy": "least_occupied",
        "peak": {"forecast_s": 30, "level_below": 0.6},
    },
    # Closes half an hour after the script begins, while callers of the kitchen are still served.
    "furniture": {
        "strategy": "best_skill",
        "priority_s": 20,
        "hours": {"mon": "09:00-10:30"},
        "at_closing": "announce",
    },
    "peak": {"longest_wait_s": 60, "queue_over": 2, "calm_s": 60, "box_min": 1},
    "1003": {"peak": True},
    "quiet": {"contract": {"service_level": 0.8, "most_calls": 1}},
    "nurim": {"contract": {"service_level": 0.9, "weight": 2}},
    "1002": {"levels": {"furniture": 2}, "languages": ["ko", "en"]},
    "number_languages": {"07000000109": "en"},
    "callback": {"attempts": 2, "spacing_s": 60},
    "voicemail": {"most_s": 60},
}
#: Another description: other groups for agents, another cap, other strategies.
OTHER = MORE | {
    "quiet": {"contract": {"most_calls": 2}},
    "kitchen": {"similar": ["av"], "priority_s": 30},
    "1003": {"groups": ["kitchen"], "languages": ["en"], "peak": True},
}
WAITING = {"sticky_s": 15, "repeat_priority_s": 60, "language_s": 30}
#: The first one without the cap.
OPEN = MORE | {"quiet": {"contract": {"service_level": 0.8}}}
VERSIONS = {0: centre(MORE, **WAITING), 1: centre(OTHER, **WAITING), 2: centre(OPEN, **WAITING)}


def as_stored(entry: Entry) -> Entry:
    """The entry as the database gives it back."""
    return replace(entry, data=orjson.loads(orjson.dumps(entry.data)))


def replayed(journal: Iterable[Entry], since: int = 0, versions: dict[int, Description] = VERSIONS) -> Replay:
    """In the order in which the database gives it, which knows nothing of the order in a millisecond."""
    replay = Replay(versions.get, since)
    for entry in sorted((e for e in journal if e.kind in READ), key=lambda e: (e.at, e.key)):
        replay.take(as_stored(entry))
    replay.end()
    return replay


def decided(journal: Iterable[Entry]) -> int:
    return sum(entry.kind is Kind.OFFERED and "rule" in entry.data for entry in journal)


class Replayed(Centre):
    @initialize(
        no_answer=st.sampled_from(["pause", "ready"]), wrapup_s=st.sampled_from([0, 20]), cap=st.sampled_from([1])
    )
    def opens(self, no_answer: str, wrapup_s: int, cap: int | None) -> None:
        self.waiting = {"no_answer": no_answer, "wrapup_s": wrapup_s, **WAITING}
        self.script = Script(MORE, **self.waiting)
        self.cap = cap
        self.channels: set[str] = set()
        self.legs: dict[str, str] = {}
        self.late: list[str] = []
        self.count = 0
        for agent in AGENTS[:2]:
            self.script.agent_ready(agent)

    # Another cap may take effect while more calls are served than it allows, so this invariant is not ours.
    def nobody_waits_while_somebody_could_answer(self) -> None: ...

    @rule(number=st.sampled_from(NUMBERS), caller=st.sampled_from(CALLERS), handler=st.sampled_from([None, *AGENTS]))
    def a_known_customer_phones(self, number: str, caller: str, handler: str | None) -> None:
        self.count += 1
        channel = f"cc-1.{self.count}"
        self.channels.add(channel)
        self.script.happens(events.CallEntered(channel, number, caller))
        cases = dict.fromkeys(("quiet", "nurim", "hanbit"), handler) if handler else {}
        last = {"quiet": self.script.now - 1000} if caller else {}
        self.script.happens(events.CallerKnown(channel, Known(cases=cases, last=last)))

    @rule(seconds=st.sampled_from([0.001, 7, 90, 4000]))
    def time_passes(self, seconds: float) -> None:
        self.script.passes(seconds)

    @precondition(lambda self: self.channels)
    @rule(data=st.data())
    def nobody_who_speaks_the_language_was_free_in_time(self, data: st.DataObject) -> None:
        channel = data.draw(st.sampled_from(sorted(self.channels)))
        for name in (channel, f"callback:{channel}"):
            self.script.happens(events.TimerFired(f"language:{name}"))

    @precondition(lambda self: self.channels)
    @rule(data=st.data(), keys=st.sampled_from(["11", "2"]))
    def a_caller_would_rather_not_wait(self, data: st.DataObject, keys: str) -> None:
        channel = data.draw(st.sampled_from(sorted(self.channels)))
        for key in keys:
            self.script.happens(events.KeyPressed(channel, key))

    @precondition(lambda self: self.channels)
    @rule(data=st.data())
    def the_hours_of_a_waiting_caller_s_group_end(self, data: st.DataObject) -> None:
        self.script.happens(events.TimerFired(f"closing:{data.draw(st.sampled_from(sorted(self.channels)))}"))

    @rule(seconds=st.sampled_from([5, 70]))
    def peak_time_is_looked_at(self, seconds: int) -> None:
        self.script.passes(seconds)
        self.script.happens(events.TimerFired("peak"))

    @rule(known=st.booleans(), answers=st.booleans(), data=st.data())
    def a_callback_goes_on(self, known: bool, answers: bool, data: st.DataObject) -> None:
        floor = self.script.floor
        for item in list(floor.callbacks.items.values()):
            if item.channel is None:
                self.script.happens(events.TimerFired(item.callback.id))
            elif known:
                self.script.happens(events.CallerKnown(item.channel, Known()))
                happens = events.CustomerAnswered(item.channel) if answers else events.ChannelGone(item.channel, 17)
                self.script.happens(happens)
                if answers:
                    self.channels.add(item.channel)

    @rule(agent=st.sampled_from(AGENTS), code=st.sampled_from(["*45", "*46", "*460"]), ends=st.booleans())
    def an_agent_dials_a_code(self, agent: str, code: str, ends: bool) -> None:
        self.count += 1
        channel = f"cc-1.{self.count}"
        self.script.happens(events.FeatureDialled(channel, agent, code))
        if ends:
            self.script.happens(events.ChannelGone(channel, 16))

    @rule(version=st.sampled_from([0, 1]))
    def the_centre_is_configured(self, version: int) -> None:
        described = (MORE, OTHER)[version]
        there = centre(described, **self.waiting)
        self.script._came(reconfigure(self.script.floor, there, self.script.now, version=version, by="sup"))

    @rule(fresh=st.booleans(), gone=st.booleans())
    def asterisk_is_looked_at(self, fresh: bool, gone: bool) -> None:
        floor = self.script.floor
        lost = next(iter(floor.calls), None) if gone else None
        where = {
            Stage.RINGING: "ringing",
            Stage.TALKING: "talking",
            Stage.MESSAGE: "message",
            Stage.DIALLING: "dialling",
        }
        seen = [
            SeenCall(c.id, c.dnis, c.caller, where.get(c.stage, "held"), c.agent, c.agent_channel)
            for c in floor.calls.values()
            if c.id != lost
        ]
        channels = {call.channel for call in seen} | {a.channel or "" for a in floor.staff.agents.values()}
        self.script._came(compare(floor, AsteriskSeen(tuple(seen), frozenset(channels), fresh), self.script.now))

    @rule()
    def the_board_is_looked_at(self) -> None:
        board(self.script.floor, True, self.script.now)

    @rule(seconds=st.sampled_from([1, 600]))
    def a_conversation_takes_place(self, seconds: int) -> None:
        for channel in self._ringing()[:1]:
            agent = self.script.floor.calls[channel].agent
            assert agent
            leg = self.script.answers(channel, agent)
            self.script.passes(seconds)
            self.channels.discard(channel)
            self.script.hangs_up(channel, leg)
            self.script.happens(events.TimerFired(f"wrapup:{agent}"))

    def teardown(self) -> None:
        if not hasattr(self, "script"):
            return
        journal = self.script.journal
        told = [entry.key for entry in journal if "feed" in entry.data]
        assert len(told) == len(set(told))
        self._decides_alike(journal)
        # Begun at any other moment at which the journal tells how all stood, it comes to the same decisions.
        for n in [n for n, entry in enumerate(journal) if entry.kind is Kind.STANDS][1::2]:
            self._decides_alike(journal[n:])

    def _decides_alike(self, journal: list[Entry]) -> None:
        floor, replay = self.script.floor, replayed(journal)
        assert (replay.differences, replay.gaps) == ([], [])
        assert replay.decisions == decided(journal)
        assert (again := replay._distribution)
        for name, *rest in floor.feed._steps:
            assert again.step(name, *rest) is None
        assert again.acd.requests() == floor.acd.requests()
        assert {key: idle for key, idle in again.acd._idle.items() if idle} == {
            key: idle for key, idle in floor.acd._idle.items() if idle
        }
        assert again.acd._blocked == floor.acd._blocked
        assert as_known(again.contracts) == as_known(floor.contracts)


def as_known(contracts: Contracts) -> dict[str, Any]:
    """What the contracts know, in whatever order it came to be known."""
    known: dict[str, Any] = {**contracts.standing()}
    return known | {"engaged": sorted(known["engaged"]), "levels": contracts._fairness.remembered()}


TestReplayed = Replayed.TestCase
TestReplayed.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)


@pytest.fixture
def script() -> Script:
    """Three callers wait, two agents become ready one after the other."""
    script = Script(OPEN, **WAITING)
    script.floor.version = 2
    for n in range(3):
        script.call(f"cc-1.{n + 1}")
        script.passes(1)
    for agent in ("1001", "1002"):
        script.agent_ready(agent)
        script.passes(1)
    script.hangs_up("cc-1.3")
    return script


def offered(journal: list[Entry], n: int, **told: Any) -> list[Entry]:
    """The journal with this offer telling something else."""
    place = [place for place, entry in enumerate(journal) if entry.kind is Kind.OFFERED][n]
    entry = journal[place]
    agent = told.get("agent", entry.agent)
    return [*journal[:place], replace(entry, agent=agent, data=entry.data | told), *journal[place + 1 :]]


@pytest.mark.parametrize(
    "told",
    [{"agent": "1003"}, {"rule": "favoured"}, {"ring": 2}, {"passed_over": "cc-1.9"}],
    ids=lambda told: next(iter(told)),
)
def test_an_offer_that_was_changed_afterwards_is_one_difference(script: Script, told: dict[str, Any]) -> None:
    replay = replayed(offered(script.journal, 0, **told))
    [difference] = replay.differences
    assert difference.now
    assert difference.now == Decision(call="cc-1.1", agent="1001", rule="longest_waiting", ring=1)
    assert difference.then == replace(difference.now, **told)
    assert replay.decisions == decided(script.journal) == 2


def test_after_another_call_was_given_then_the_replay_goes_on_with_what_happened(script: Script) -> None:
    other = [replace(e, call="cc-1.2") if e.kind is Kind.OFFERED and e.agent == "1001" else e for e in script.journal]
    replay = replayed(other)
    assert [(d.then and d.then.call, d.now and d.now.call) for d in replay.differences] == [
        ("cc-1.2", "cc-1.1"),
        # By that story the second agent had only the first caller left to take, and yet took the second one again.
        ("cc-1.2", "cc-1.1"),
    ]


def test_an_offer_that_was_removed_or_invented_is_a_difference(script: Script) -> None:
    [*_, offer] = script.wrote(Kind.OFFERED)
    bare = replace(offer, kind=Kind.READY, data={k: v for k, v in offer.data.items() if k in ("feed", "fed")})
    [removed] = replayed([bare if e is offer else e for e in script.journal]).differences
    assert (removed.then, removed.now and removed.now.agent) == (None, "1002")
    invented = replace(offer, key="x", call="cc-1.3", data=offer.data | {"agent": "1003"})
    del invented.data["fed"]
    [added] = replayed([*script.journal, invented]).differences
    assert (added.then and added.then.agent, added.now) == ("1003", None)


def test_a_journal_of_former_days_is_told_not_to_be_replayable_until_it_is(script: Script) -> None:
    old = [replace(e, data={k: v for k, v in e.data.items() if k not in ("feed", "fed")}) for e in script.journal]
    replay = replayed(e for e in old if e.kind is not Kind.STANDS)
    assert replay.gaps == [Gap(why=Why.NO_BEGINNING, since=0, decisions=2)]
    assert (replay.decisions, replay.differences) == (0, [])
    later = Script(OPEN, **WAITING)
    later.now = script.now + 1
    later.floor.version = 2
    later.agent_ready()
    later.call("cc-1.9")
    replay = replayed([*(e for e in old if e.kind is not Kind.STANDS), *later.journal])
    assert replay.gaps == [Gap(why=Why.NO_BEGINNING, since=0, until=later.now, decisions=2)]
    assert (replay.decisions, replay.differences) == (1, [])


def test_without_one_of_its_entries_the_rest_of_the_hour_is_not_replayed(script: Script) -> None:
    [first, *_] = script.wrote(Kind.QUEUED)
    without = [e for e in script.journal if e is not first]
    script.passes(3600)
    script.hangs_up("cc-1.1")
    script.happens(events.TimerFired("wrapup:1001"))
    script.agent_ready("1001")
    script.call("cc-1.7")
    rest = script.journal[len(without) + 1 :]
    replay = replayed([*without, *rest])
    [gap] = replay.gaps
    assert (gap.why, gap.decisions, gap.until) == (Why.MISSING, 2, script.now)
    assert (replay.decisions, replay.differences) == (decided(rest), [])


def test_a_description_that_is_not_known_any_more_is_told_and_the_replay_goes_on_after_it(script: Script) -> None:
    script._came(reconfigure(script.floor, VERSIONS[1], script.now, version=1, by="sup"))
    script.agent_ready("1003")
    script.hangs_up("cc-1.1")
    script.call("cc-1.8")
    script.passes(60)
    script._came(reconfigure(script.floor, VERSIONS[0], script.now, version=0, by="sup"))
    script.hangs_up("cc-1.8")
    script.agent_ready("1003")
    script.call("cc-1.9", NUMBERS[2])
    assert replayed(script.journal).gaps == []
    replay = replayed(script.journal, versions={0: VERSIONS[0], 2: VERSIONS[2]})
    [gap] = replay.gaps
    assert (gap.why, gap.version, gap.until) == (Why.UNKNOWN_VERSION, 1, script.now)
    assert replay.decisions + gap.decisions == decided(script.journal)
    assert replay.differences == []


@pytest.mark.parametrize("fed", [[["jumps"]], [["joins", 1]], 7, [[]], [["idle", "1001", None]], [["served"]]])
def test_an_entry_that_makes_no_sense_is_told(script: Script, fed: Any) -> None:
    [first, *_] = script.wrote(Kind.QUEUED)
    broken = replace(first, data=first.data | {"fed": fed})
    replay = replayed(broken if e is first else e for e in script.journal)
    assert [(gap.why, gap.decisions) for gap in replay.gaps] == [(Why.UNREADABLE, 2)]


def test_decisions_before_the_day_are_not_counted(script: Script) -> None:
    [first, second] = script.wrote(Kind.OFFERED)
    assert replayed(script.journal, since=second.at).decisions == 1
    assert replayed(offered(script.journal, 0, ring=2), since=second.at).differences == []
    assert first.at < second.at


def test_looking_at_the_board_changes_no_favour() -> None:
    contracts = Contracts(VERSIONS[2], Acd(), Feed())
    contracts.lost("quiet", "kitchen", 0)
    before = contracts.standing()
    assert contracts.favours(0)
    contracts.favours(5 * 3_600_000)
    assert contracts.standing() == before


def test_begun_at_an_hour_the_replay_knows_what_companies_are_owed() -> None:
    script = Script(MORE, **WAITING)
    script.agent_ready()
    for n in range(3):
        script.call(f"cc-1.{n}")
    script.passes(30)
    script.hangs_up("cc-1.1")
    script.passes(3600)
    script.hangs_up("cc-1.2")
    replay = replayed(e for e in script.journal if e.at == script.now)
    assert replay._distribution
    again = replay._distribution.contracts
    again.lost("quiet", "kitchen", script.now)
    assert script.floor.acd.favours()
    assert again.standing()["favours"] == script.floor.acd.favours()
    assert as_known(again) == as_known(script.floor.contracts)


def test_after_a_restart_of_the_engine_the_replay_goes_on_from_its_start(script: Script) -> None:
    script.call("cc-1.5")
    after = Script(OPEN, **WAITING)
    after.now, after.floor.version = script.now + 5000, 2
    after.floor.stands("start", after.now)
    restore(after.floor, script.journal, script.floor.staff.agents.values())
    channels = frozenset(script.floor.calls) | {agent.channel or "" for agent in script.floor.staff.agents.values()}
    seen = [SeenCall(call, "07000000109", "", "held") for call in script.floor.calls]
    after._came(compare(after.floor, AsteriskSeen(tuple(seen), channels, True), after.now))
    for agent in ("1001", "1002"):
        after.agent_ready(agent)
    journal = [*script.journal, *after.journal]
    replay = replayed(journal)
    assert decided(after.journal) > 0
    assert (replay.differences, replay.gaps, replay.decisions) == ([], [], decided(journal))


def test_a_day_with_everything_decides_again_alike() -> None:
    """Called up for the peak, helped by a similar group, passed on, told that the hours of the group end."""
    script = Script(MORE, **WAITING)
    script.agent_ready("1001")
    first = script.call("cc-1.1")
    leg = script.answers(first, "1001")
    script.call("cc-1.2", "07000000102")
    script.prompt_ends()
    script.passes(61)
    script.happens(events.TimerFired("peak"))
    assert script.wrote(Kind.PEAK_CALLED)
    script.agent_ready("1003")
    script.happens(events.TimerFired("ladder"))
    [helped] = [e for e in script.wrote(Kind.OFFERED) if e.agent == "1003"]
    assert (helped.call, helped.data["ring"]) == ("cc-1.2", 2)
    script.happens(events.AgentAsked("t", "1001", "pass", "group:furniture"))
    script.happens(events.ChannelGone(leg, 16))
    script.happens(events.CallPassed(first))
    script.prompt_ends()
    assert script.wrote(Kind.PASSED)
    script.passes(1800)
    script.happens(events.TimerFired(f"closing:{first}"))
    script.happens(events.TimerFired("wrapup:1001"))
    script.call("cc-1.4", "07000000109")
    replay = replayed(script.journal)
    assert (replay.differences, replay.gaps) == ([], [])
    assert replay.decisions == decided(script.journal) >= 2


def test_a_group_that_lagged_is_replayed_as_such() -> None:
    script = Script({"1001": {"groups": ["kitchen", "furniture"]}})
    served = script.call("cc-1.1", "07000000104")
    script.prompt_ends()
    script.agent_ready("1001")
    leg = script.answers(served, "1001")
    late = script.call("cc-1.2")
    script.passes(60)
    script.hangs_up(late)
    script.call("cc-1.3", "07000000104")
    script.prompt_ends()
    script.passes(20)
    lagging = script.call("cc-1.4")
    script.hangs_up(served, leg)
    script.happens(events.TimerFired("wrapup:1001"))
    offered = script.wrote(Kind.OFFERED)[-1]
    assert (offered.call, offered.data["rule"], offered.data["passed_over"]) == (lagging, "group_behind", "cc-1.3")
    assert "service level" in reason(offered, "en")
    replay = replayed(script.journal, versions={0: script.floor.centre})
    assert (replay.differences, replay.gaps, replay.decisions) == ([], [], 2)
    assert replay._distribution
    assert replay._distribution.acd.group_favours() == script.floor.acd.group_favours() == {"kitchen": 60_000}


def test_an_agent_asked_for_knowing_the_company_is_replayed_as_such() -> None:
    skilled = {"1001": {"levels": {"kitchen": 2}}, "1002": {"levels": {"kitchen": 3}, "companies": {"quiet": 1}}}
    script = Script({"kitchen": {"strategy": "best_skill"}, **skilled})
    for agent in ("1001", "1002"):
        script.agent_ready(agent)
    script.call("cc-1.1")
    assert script.wrote(Kind.OFFERED)[0].agent == "1002"
    replay = replayed(script.journal, versions={0: script.floor.centre})
    assert (replay.differences, replay.gaps, replay.decisions) == ([], [], 1)
