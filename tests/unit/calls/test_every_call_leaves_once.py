"""Whatever happens in whatever order: who enters leaves exactly once, and nobody is with two at a time."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from callcenter.agents.presence import State
from callcenter.calls import events
from callcenter.calls.call import Stage
from callcenter.calls.commands import Redirect
from callcenter.calls.journal import Kind
from tests.unit.calls.script import Script

NUMBERS = ["07000000109", "07000000102", "07000000101", "16000000", "07099999999"]
AGENTS = ["1001", "1002", "1003"]


class Centre(RuleBasedStateMachine):
    @initialize(
        no_answer=st.sampled_from(["pause", "ready"]), wrapup_s=st.sampled_from([0, 20]), cap=st.sampled_from([None, 1])
    )
    def opens(self, no_answer: str, wrapup_s: int, cap: int | None) -> None:
        more = {
            "kitchen": {"similar": ["furniture"], "widen": [{"ring": 2, "after_s": 5}]},
            "quiet": {"contract": {"service_level": 0.8, "most_calls": cap}},
        }
        self.script = Script(more, no_answer=no_answer, wrapup_s=wrapup_s)
        self.cap = cap
        self.channels: set[str] = set()
        self.legs: dict[str, str] = {}
        self.late: list[str] = []
        self.count = 0

    @rule(number=st.sampled_from(NUMBERS))
    def somebody_phones(self, number: str) -> None:
        self.count += 1
        self.channels.add(self.script.call(f"cc-1.{self.count}", number))

    @rule(agent=st.sampled_from(AGENTS), verb=st.sampled_from(["login", "logout", "ready", "pause"]))
    def an_agent_wishes(self, agent: str, verb: str) -> None:
        self.script.happens(events.AgentAsked("t", agent, verb, "meal" if verb == "pause" else None))

    @rule(agent=st.sampled_from(AGENTS), reachable=st.booleans())
    def a_phone_comes_or_goes(self, agent: str, reachable: bool) -> None:
        self.script.happens(events.PhoneReachable(agent, reachable))

    @precondition(lambda self: self.channels)
    @rule(data=st.data(), key=st.sampled_from("0123456789*#"))
    def a_caller_presses(self, data: st.DataObject, key: str) -> None:
        self.script.happens(events.KeyPressed(data.draw(st.sampled_from(sorted(self.channels))), key))

    @rule()
    def a_prompt_ends(self) -> None:
        for call in list(self.script.floor.calls.values()):
            playing = call.playback or (call.talk or call.dialogue)._playing
            if playing:
                self.script.happens(events.PlaybackFinished(playing))
                return

    @precondition(lambda self: self.channels)
    @rule(data=st.data(), what=st.sampled_from(["key", "position"]))
    def a_caller_is_silent(self, data: st.DataObject, what: str) -> None:
        self.script.happens(events.TimerFired(f"{what}:{data.draw(st.sampled_from(sorted(self.channels)))}"))

    @rule(seconds=st.sampled_from([1, 30]))
    def the_ladder_is_looked_at(self, seconds: int) -> None:
        self.script.passes(seconds)
        self.script.happens(events.TimerFired("ladder"))

    @rule(agent=st.sampled_from(AGENTS))
    def wrap_up_is_over(self, agent: str) -> None:
        self.script.happens(events.TimerFired(f"wrapup:{agent}"))

    def _ringing(self) -> list[str]:
        return [c.id for c in self.script.floor.calls.values() if c.stage is Stage.RINGING]

    @rule(status=st.sampled_from(["NOANSWER", "BUSY", "CHANUNAVAIL"]), rang=st.booleans())
    def nobody_answers(self, status: str, rang: bool) -> None:
        for channel in self._ringing()[:1]:
            agent = self.script.floor.calls[channel].agent
            assert agent
            if rang:
                leg = self.script.rings(channel, agent)
                self.script.happens(events.ChannelGone(leg, 19))
            self.script.happens(events.CallReturned(channel, status))

    @rule()
    def an_agent_answers(self) -> None:
        for channel in self._ringing()[:1]:
            agent = self.script.floor.calls[channel].agent
            assert agent
            self.legs[channel] = self.script.answers(channel, agent)

    @rule(
        agent=st.sampled_from(AGENTS),
        aim=st.sampled_from(["group:furniture", "group:kitchen", *(f"agent:{a}" for a in AGENTS)]),
        leg=st.sampled_from(["first", "last", "late"]),
        how=st.sampled_from(["works", "fails"]),
    )
    def an_agent_passes_the_caller_on(self, agent: str, aim: str, leg: str, how: str) -> None:
        call = self.script.floor.staff.agents[agent].call
        self.script.said(Redirect)
        self.script.happens(events.AgentAsked("t", agent, "pass", aim))
        if not self.script.said(Redirect):
            return
        assert call
        if how == "fails":
            self.script.happens(events.NotPassed(call))
            return
        gone = self.legs.pop(call)
        if leg == "first":
            self.script.happens(events.ChannelGone(gone, 16))
        self.script.happens(events.CallPassed(call))
        if leg == "last":
            self.script.happens(events.ChannelGone(gone, 16))
        elif leg == "late":
            self.late.append(gone)

    @rule()
    def a_leg_ends_late(self) -> None:
        for gone in self.late[:1]:
            self.late.remove(gone)
            self.script.happens(events.ChannelGone(gone, 16))

    @precondition(lambda self: self.channels)
    @rule(data=st.data(), leg_first=st.booleans())
    def a_caller_goes(self, data: st.DataObject, leg_first: bool) -> None:
        channel = data.draw(st.sampled_from(sorted(self.channels)))
        self.channels.discard(channel)
        gone = [channel, *([self.legs.pop(channel)] if channel in self.legs else [])]
        for one in reversed(gone) if leg_first else gone:
            self.script.happens(events.ChannelGone(one, 16))

    @invariant()
    def who_entered_left_once_or_is_there(self) -> None:
        if not hasattr(self, "script"):
            return
        ended = [entry.call for entry in self.script.wrote(Kind.ENDED)]
        entered = [entry.call for entry in self.script.wrote(Kind.ENTERED)]
        assert len(ended) == len(set(ended))
        assert set(entered) == set(ended) | set(self.script.floor.calls)
        assert not set(ended) & set(self.script.floor.calls)

    @invariant()
    def callers_and_agents_agree(self) -> None:
        if not hasattr(self, "script"):
            return
        floor = self.script.floor
        for call in floor.calls.values():
            waits = floor.acd.position(call.id) > 0
            assert waits == (call.stage is Stage.QUEUE)
            if call.stage in (Stage.RINGING, Stage.TALKING):
                assert call.agent
                assert floor.staff.agents[call.agent].call == call.id
        for agent in floor.staff.agents.values():
            assert floor.acd.is_idle(agent.id) == agent.available
            if agent.call and agent.state in (State.RINGING, State.TALKING) and agent.call in floor.calls:
                call = floor.calls[agent.call]
                # Who passed it on is free when the own channel is gone.
                assert call.agent == agent.id or (call.passed_by == agent.id and agent.channel)

    @invariant()
    def nobody_waits_while_somebody_could_answer(self) -> None:
        if not hasattr(self, "script"):
            return
        floor = self.script.floor
        served = [c for c in floor.calls.values() if c.company == "quiet" and c.agent]
        assert self.cap is None or len(served) <= self.cap
        for agent in floor.staff.agents.values():
            if agent.available:
                waiting = [floor.calls[call] for group in agent.groups for call in floor.acd.waiting(group)]
                assert all(c.company == "quiet" and len(served) == self.cap for c in waiting)
                helped = [floor.calls[call] for call in floor.acd.waiting("kitchen") if "furniture" in agent.groups]
                assert all(c.ring < 2 or c.company == "quiet" for c in helped)


TestCentre = Centre.TestCase
TestCentre.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
