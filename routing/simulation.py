"""One simulated day of a centre, event by event: who waits, who talks, who hangs up.

The calls are drawn beforehand, with their handling time and their patience, so that every policy meets the same callers
(common random numbers) and differences between policies are theirs. All times are whole milliseconds since midnight.

A conversation begins when a policy matches a waiting call to an agent; ringing takes no time. Handling is conversation
and note-taking; wrap-up follows, then the agent is idle again. An agent whose shift ends in mid-call finishes it. An
agent outside the own group (ring 2 and further) needs longer. Nobody who hung up calls again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from heapq import heappop, heappush

from routing.day import Agent, Call, Day, MakePolicy, Match, Outcome, Work


class _Kind(IntEnum):
    STOP = 0
    DONE = 1
    START = 2
    CALL = 3
    DUE = 4
    #: After all else at the same moment: whoever can be answered is.
    GIVE_UP = 5


def simulate(
    calls: Iterable[Call], agents: Sequence[Agent], make: MakePolicy, *, wrapup: int = 0, slower_percent: int = 0
) -> Day:
    """The day under the policy; `slower_percent`: what ring 2 and further need above the call's handling time.

    Raises `ValueError` when the policy gives a call that does not wait, or to an agent who is not idle.
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
            if who in self._on_shift:
                self._becomes_idle(who)
            else:
                self._on_phone[who] += now - self._stopped[who]
        elif kind == _Kind.DUE:
            self._answer(policy.due(who, now))
        elif kind == _Kind.GIVE_UP:
            if (call_left := self._waiting.pop(who, None)) is not None:
                policy.gives_up(call_left, now)
                self._outcomes.append(Outcome(call_left, now - call_left.at, None))
        elif kind == _Kind.START:
            self._on_shift.add(who)
            if who in self._talking:
                self._on_phone[who] += now - self._stopped[who]
            else:
                self._becomes_idle(who)
        else:
            self._on_shift.discard(who)
            self._stopped[who] = now
            if who in self._idle:
                self._idle.discard(who)
                policy.away(self._agents[who])

    def _becomes_idle(self, agent: str) -> None:
        self._idle.add(agent)
        self._answer(self._policy.idle(self._agents[agent], self._now))

    def _answer(self, matches: Sequence[Match]) -> None:
        for match in matches:
            call = self._waiting.pop(match.call, None)
            if call is None or match.agent not in self._idle:
                raise ValueError(f"{match}: the call does not wait or the agent is not idle")
            self._idle.discard(match.agent)
            self._talking.add(match.agent)
            handling = call.handling
            if self._rings.get((match.agent, call.group), 1) > 1:
                handling += handling * self._slower // 100
            self._busy[match.agent] += handling + self._wrapup
            self._at(self._now + handling + self._wrapup, _Kind.DONE, match.agent)
            self._outcomes.append(Outcome(call, self._now - call.at, match.agent))
