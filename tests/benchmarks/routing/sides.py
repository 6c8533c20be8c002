"""The two that decide: the engine's distribution, and the walk along lists that is the obvious alternative."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from routing.acd import Acd, Assignment, Request, Skill, Strategy


class Said(NamedTuple):
    """What was decided: who takes which call in which ring, or the place in line of a call that joined it."""

    call: str | None = None
    agent: str | None = None
    ring: int = 0
    position: int = 0


class Side(Protocol):
    """One method a production event."""

    def arrives(self, request: Request) -> Said: ...
    def freed(self, agent: str, skills: tuple[Skill, ...], since: int, occupancy: int) -> Said: ...
    def abandons(self, call: str) -> Said: ...
    def widened(self, call: str, ring: int) -> Said: ...
    def favoured(self, company: str, credit_ms: int) -> Said: ...
    def looked_up(self, call: str) -> Said:
        """No decision: what the memory alone takes as the centre grows."""

    def at_cap(self, company: str) -> None: ...
    def stands_in_line(self, request: Request) -> None:
        """For setting up: joins without being told its place."""


_NOTHING = Said()


class Engine:
    """Asks the Acd what `callcenter.calls.floor` and `.staff` ask it at the same event, in the same order."""

    def __init__(self, strategies: Mapping[str, Strategy]) -> None:
        self._acd = Acd(strategies)

    def arrives(self, request: Request) -> Said:
        acd = self._acd
        acd.withdraw(request.call)
        got = acd.offer(request)
        position = acd.position(request.call)
        return self._rung(got) if got else Said(position=position)

    def freed(self, agent: str, skills: tuple[Skill, ...], since: int, occupancy: int) -> Said:
        if self._acd.is_idle(agent):
            return _NOTHING
        got = self._acd.agent_idle(agent, skills, since, occupancy)
        return self._rung(got) if got else _NOTHING

    def abandons(self, call: str) -> Said:
        self._acd.withdraw(call)
        return _NOTHING

    def widened(self, call: str, ring: int) -> Said:
        got = self._acd.widen(call, ring)
        return self._rung(got) if got else _NOTHING

    def favoured(self, company: str, credit_ms: int) -> Said:
        self._acd.favour(company, credit_ms)
        return _NOTHING

    def looked_up(self, call: str) -> Said:
        request = self._acd.request(call)
        return _NOTHING if request else Said(call)

    def at_cap(self, company: str) -> None:
        self._acd.block(company)

    def stands_in_line(self, request: Request) -> None:
        self._acd.offer(request)

    def _rung(self, got: Assignment) -> Said:
        self._acd.withdraw_agent(got.agent)
        return Said(got.call, got.agent, got.ring)


@dataclass(slots=True)
class Walk:
    """Callers and free agents of each group in no order, walked from end to end as app_queue walks its queues.

    Who wins is decided by the same rules; why, and who was passed over, is not asked of it. What needs no search
    (abandoning, a favour) is a look-up, so there the walk is the cheaper one.
    """

    strategies: Mapping[str, Strategy]
    _callers: dict[str, dict[str, Request]] = field(default_factory=dict)
    _group_of: dict[str, str] = field(default_factory=dict)
    #: By group: agent, its ring, what the strategy looks at first, idle since.
    _free: dict[str, dict[str, tuple[int, int, int]]] = field(default_factory=dict)
    _groups_of: dict[str, tuple[Skill, ...]] = field(default_factory=dict)
    _favours: dict[str, int] = field(default_factory=dict)
    _at_cap: set[str] = field(default_factory=set)

    def arrives(self, request: Request) -> Said:
        if agent := self._agent_for(request):
            return agent
        self.stands_in_line(request)
        time, call = request.rank
        before = 0
        for other in self._callers[request.group].values():
            theirs = other.since - other.credit_ms
            if theirs < time or (theirs == time and other.call < call):
                before += 1
        return Said(position=before + 1)

    def freed(self, agent: str, skills: tuple[Skill, ...], since: int, occupancy: int) -> Said:
        if agent in self._groups_of:
            return _NOTHING
        favours, at_cap = self._favours, self._at_cap
        best: Request | None = None
        best_time = best_ring = 0
        for skill in skills:
            ring = skill.ring
            for one in self._callers.get(skill.group, {}).values():
                if one.ring < ring or one.company in at_cap:
                    continue
                time = one.since - one.credit_ms - favours.get(one.company, 0)
                if best is None or time < best_time or (time == best_time and one.call < best.call):
                    best, best_time, best_ring = one, time, ring
        if best:
            self.abandons(best.call)
            return Said(best.call, agent, best_ring)
        for skill in skills:
            strategy = self.strategies.get(skill.group, Strategy.LONGEST_IDLE)
            first = {Strategy.BEST_SKILL: skill.level, Strategy.LEAST_OCCUPIED: occupancy}.get(strategy, 0)
            self._free.setdefault(skill.group, {})[agent] = (skill.ring, first, since)
        self._groups_of[agent] = skills
        return _NOTHING

    def abandons(self, call: str) -> Said:
        del self._callers[self._group_of.pop(call)][call]
        return _NOTHING

    def widened(self, call: str, ring: int) -> Said:
        callers = self._callers[self._group_of[call]]
        old = callers[call]
        new = Request(
            call=call, group=old.group, since=old.since, company=old.company, credit_ms=old.credit_ms, ring=ring
        )
        if agent := self._agent_for(new):
            self.abandons(call)
            return agent
        callers[call] = new
        return _NOTHING

    def favoured(self, company: str, credit_ms: int) -> Said:
        self._favours[company] = credit_ms
        return _NOTHING

    def looked_up(self, call: str) -> Said:
        request = self._callers[self._group_of[call]].get(call)
        return _NOTHING if request else Said(call)

    def at_cap(self, company: str) -> None:
        self._at_cap.add(company)

    def stands_in_line(self, request: Request) -> None:
        self._callers.setdefault(request.group, {})[request.call] = request
        self._group_of[request.call] = request.group

    def _agent_for(self, request: Request) -> Said | None:
        if request.company in self._at_cap:
            return None
        best: str | None = None
        best_place = (0, 0, 0)
        for agent, place in self._free.get(request.group, {}).items():
            if place[0] <= request.ring and (
                best is None or place < best_place or (place == best_place and agent < best)
            ):
                best, best_place = agent, place
        if best is None:
            return None
        for skill in self._groups_of.pop(best):
            del self._free[skill.group][best]
        return Said(request.call, best, best_place[0])
