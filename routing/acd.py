"""Automatic call distribution: which waiting call goes to which idle agent.

A call waits in one group; an agent serves several. An idle agent takes the call that has waited longest over all of its
groups; a new call goes to the agent of its group who has been idle longest. Every operation costs a search in a sorted
list, never a walk over all that wait.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass

#: Sorts by rank, then by arrival, then by id, so that two runs of the same events decide alike.
Rank = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Assignment:
    """The agent takes the call now."""

    call: str
    agent: str
    group: str


class Acd:
    """All waiting calls and all idle agents. Ids are opaque; times are whole milliseconds and only compared."""

    def __init__(self) -> None:
        self._waiting: dict[str, list[Rank]] = {}
        self._place: dict[str, tuple[str, Rank]] = {}
        self._idle: dict[str, list[Rank]] = {}
        self._agents: dict[str, tuple[tuple[str, ...], Rank]] = {}

    def offer(self, call: str, group: str, since: int) -> Assignment | None:
        """The call asks for an agent of this group: assigned at once, or waiting with its place by `since`.

        A call that returns unanswered offers itself again with the `since` it first had and keeps its place.
        """
        idle = self._idle.get(group)
        # Whoever waits longer goes first even when the agent became idle for this very call.
        if idle and not self._waiting.get(group):
            agent = idle[0][1]
            self.withdraw_agent(agent)
            return Assignment(call, agent, group)
        rank = (since, call)
        insort(self._waiting.setdefault(group, []), rank)
        self._place[call] = (group, rank)
        return None

    def withdraw(self, call: str) -> None:
        """The call no longer waits; unknown calls are ignored."""
        place = self._place.pop(call, None)
        if place is not None:
            _remove(self._waiting[place[0]], place[1])

    def agent_idle(self, agent: str, groups: tuple[str, ...], since: int) -> Assignment | None:
        """The agent can take a call: the longest waiting one of its groups, or none and the agent stays idle."""
        self.withdraw_agent(agent)
        heads = [(queue[0], group) for group in groups if (queue := self._waiting.get(group))]
        if heads:
            (_, call), group = min(heads)
            self.withdraw(call)
            return Assignment(call, agent, group)
        rank = (since, agent)
        for group in groups:
            insort(self._idle.setdefault(group, []), rank)
        self._agents[agent] = (groups, rank)
        return None

    def withdraw_agent(self, agent: str) -> None:
        """The agent can take no call; unknown agents are ignored."""
        known = self._agents.pop(agent, None)
        if known is not None:
            groups, rank = known
            for group in groups:
                _remove(self._idle[group], rank)

    def position(self, call: str) -> int:
        """1 for the next to be served in its group; 0 when the call does not wait."""
        place = self._place.get(call)
        return 0 if place is None else bisect_left(self._waiting[place[0]], place[1]) + 1

    def waiting(self, group: str) -> list[str]:
        """The calls that wait in this group, the next one first."""
        return [call for _, call in self._waiting.get(group, ())]

    def is_idle(self, agent: str) -> bool:
        """Whether the agent would be given the next call."""
        return agent in self._agents

    def __len__(self) -> int:
        return len(self._place)


def _remove(ranks: list[Rank], rank: Rank) -> None:
    del ranks[bisect_left(ranks, rank)]
