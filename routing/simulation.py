"""One simulated day of a centre, event by event: who waits, who talks, who hangs up.

The calls are drawn beforehand, with their handling time and their patience, so that every policy meets the same callers
(common random numbers) and differences between policies are theirs. All times are whole milliseconds since midnight.

A conversation begins when a policy matches a waiting call to an agent; ringing takes no time. Handling is conversation
and note-taking; wrap-up follows, then the agent is idle again. An agent whose shift ends in mid-call finishes it. An
agent outside the own group (ring 2 and further) needs longer, the further the more. Nobody who hung up calls again.

A callback takes the agent's time from dialling on, answered or not. Whoever accepted one and was not reached by the end
of the day is lost. Peak-time agents come when called up, with their own delay, and stay until stood down and for as
long as they are paid in any case; then they finish the call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from heapq import heappop, heappush

from routing.day import Agent, Call, Day, Decision, Dial, MakePolicy, Match, Offer, OnCall, Outcome, PeakTime, Work

#: A customer called back answers after so long; an attempt that nobody answers takes so long, ms (assumed).
ANSWERS_AFTER, RINGS_FOR = 12_000, 25_000


class _Kind(IntEnum):
    STOP = 0
    DONE = 1
    START = 2
    CALL = 3
    DUE = 4
    COME = 5
    LEAVE = 6
    #: After all else at the same moment: whoever can be answered is.
    GIVE_UP = 7


def simulate(
    calls: Iterable[Call], agents: Sequence[Agent], make: MakePolicy, *, wrapup: int = 0, slower_percent: int = 0
) -> Day:
    """The day under the policy; `slower_percent`: what each ring needs above the handling time of the one before.

    Raises `ValueError` when the policy gives a call that does not wait, or to an agent who is not idle, or calls back
    somebody who did not accept.
    """
    return _Run(calls, agents, make, wrapup, slower_percent).run()


class _Run:
    def __init__(
        self, calls: Iterable[Call], agents: Sequence[Agent], make: MakePolicy, wrapup: int, slower: int
    ) -> None:
        self._events: list[tuple[int, int, int, str]] = []
        self._count = 0
        self._now = 0
        self._wrapup = wrapup
        self._agents = {agent.id: agent for agent in agents}
        self._rings = {(agent.id, skill.group): skill.ring for agent in agents for skill in agent.skills}
        self._slower = slower
        self._calls = {call.id: call for call in calls}
        self._waiting: dict[str, Call] = {}
        #: Callers who are to be called back, and how often they were.
        self._to_call_back: dict[str, int] = {}
        self._missed: dict[str, Dial] = {}
        #: Groups whose agents on call are called up; "": all of them.
        self._called_up: set[str] = set()
        #: Peak-time agents on line, and since when.
        self._came: dict[str, int] = {}
        self._on_shift: set[str] = set()
        self._idle: set[str] = set()
        self._talking: set[str] = set()
        self._stopped: dict[str, int] = {}
        self._on_phone = dict.fromkeys(self._agents, 0)
        self._busy = dict.fromkeys(self._agents, 0)
        self._outcomes: list[Outcome] = []
        self._policy = make(agents, lambda at, call: self._at(at, _Kind.DUE, call))

    def run(self) -> Day:
        for agent in self._agents.values():
            for start, stop in agent.shifts:
                self._at(start, _Kind.START, agent.id)
                self._at(stop, _Kind.STOP, agent.id)
                self._on_phone[agent.id] += stop - start
        for call in self._calls.values():
            self._at(call.at, _Kind.CALL, call.id)
        while self._events:
            self._now, kind, _, who = heappop(self._events)
            self._happens(kind, who)
        for who in self._to_call_back:
            call = self._calls[who]
            self._outcomes.append(Outcome(call, self._now - call.at, None, called_back=True))
        work = {agent: Work(self._on_phone[agent], self._busy[agent]) for agent in self._agents}
        return Day(tuple(self._outcomes), work)

    def _at(self, at: int, kind: _Kind, who: str) -> None:
        self._count += 1
        heappush(self._events, (at, kind, self._count, who))

    def _happens(self, kind: int, who: str) -> None:
        now, policy = self._now, self._policy
        if kind == _Kind.CALL:
            call = self._waiting[who] = self._calls[who]
            self._answer(policy.arrives(call, now))
            if who in self._waiting:
                self._at(now + call.patience, _Kind.GIVE_UP, who)
        elif kind == _Kind.DONE:
            self._talking.discard(who)
            if (dial := self._missed.pop(who, None)) is not None:
                self._answer(dial.missed(now))
            if who in self._on_shift:
                self._becomes_idle(who)
            else:
                self._on_phone[who] += now - self._stopped[who]
                policy.away(self._agents[who])
        elif kind == _Kind.DUE:
            self._answer(policy.due(who, now))
        elif kind == _Kind.GIVE_UP:
            if (call_left := self._waiting.pop(who, None)) is not None:
                policy.gives_up(call_left, now)
                self._outcomes.append(Outcome(call_left, now - call_left.at, None))
        elif kind == _Kind.START:
            self._starts(who)
        elif kind == _Kind.STOP:
            self._stops(who)
        elif kind == _Kind.COME:
            on_call = self._on_call(who)
            if self._wanted(who) and who not in self._came and on_call.start <= now < on_call.stop:
                self._came[who] = now
                self._at(on_call.stop, _Kind.LEAVE, who)
                self._starts(who)
        elif who in self._came:
            on_call = self._on_call(who)
            stood_down = not self._wanted(who) and now >= self._came[who] + on_call.least
            if stood_down or now >= on_call.stop:
                self._on_phone[who] += now - self._came.pop(who)
                self._stops(who)

    def _starts(self, agent: str) -> None:
        self._on_shift.add(agent)
        if agent in self._talking:
            self._on_phone[agent] += self._now - self._stopped[agent]
        else:
            self._becomes_idle(agent)

    def _stops(self, agent: str) -> None:
        self._on_shift.discard(agent)
        self._stopped[agent] = self._now
        if agent in self._idle:
            self._idle.discard(agent)
            self._policy.away(self._agents[agent])

    def _becomes_idle(self, agent: str) -> None:
        self._idle.add(agent)
        self._answer(self._policy.idle(self._agents[agent], self._now))

    def _answer(self, decisions: Sequence[Decision]) -> None:
        for decision in decisions:
            match decision:
                case Match():
                    self._talks(decision)
                case Offer(who, accepted):
                    if (call := self._waiting[who]).accepts:
                        del self._waiting[who]
                        self._to_call_back[call.id] = 0
                        self._answer(accepted(self._now))
                case Dial():
                    self._dials(decision)
                case PeakTime():
                    self._peak_time(decision)

    def _talks(self, match: Match) -> None:
        call = self._waiting.pop(match.call, None)
        if call is None or match.agent not in self._idle:
            raise ValueError(f"{match}: the call does not wait or the agent is not idle")
        self._busy_with(match.agent, self._handling(call, match.agent) + self._wrapup)
        self._outcomes.append(Outcome(call, self._now - call.at, match.agent))

    def _dials(self, dial: Dial) -> None:
        if dial.call not in self._to_call_back or dial.agent not in self._idle:
            raise ValueError(f"{dial}: the caller is not to be called back or the agent is not idle")
        call, attempt = self._calls[dial.call], self._to_call_back.pop(dial.call)
        if attempt < len(call.answers) and call.answers[attempt]:
            self._busy_with(dial.agent, ANSWERS_AFTER + self._handling(call, dial.agent) + self._wrapup)
            waited = self._now + ANSWERS_AFTER - call.at
            self._outcomes.append(Outcome(call, waited, dial.agent, called_back=True))
        else:
            self._to_call_back[call.id] = attempt + 1
            self._missed[dial.agent] = dial
            self._busy_with(dial.agent, RINGS_FOR)

    def _handling(self, call: Call, agent: str) -> int:
        slower = self._slower * (self._rings.get((agent, call.group), 1) - 1)
        return call.handling + call.handling * slower // 100

    def _busy_with(self, agent: str, time: int) -> None:
        self._idle.discard(agent)
        self._talking.add(agent)
        self._busy[agent] += time
        self._at(self._now + time, _Kind.DONE, agent)

    def _peak_time(self, change: PeakTime) -> None:
        (self._called_up.add if change.called_up else self._called_up.discard)(change.group)
        for agent in self._agents.values():
            if agent.on_call is None:
                continue
            wanted = self._wanted(agent.id)
            if change.called_up and wanted and agent.id not in self._came:
                self._at(max(self._now + agent.on_call.delay, agent.on_call.start), _Kind.COME, agent.id)
            elif not wanted and agent.id in self._came:
                self._at(max(self._now, self._came[agent.id] + agent.on_call.least), _Kind.LEAVE, agent.id)

    def _wanted(self, agent: str) -> bool:
        own = (skill.group for skill in self._agents[agent].skills if skill.ring == 1)
        return "" in self._called_up or any(group in self._called_up for group in own)

    def _on_call(self, agent: str) -> OnCall:
        on_call = self._agents[agent].on_call
        assert on_call is not None
        return on_call
