"""Automatic call distribution: which waiting call goes to which idle agent.

A call waits in one group. Agents stand around a group in rings: the first ring are the group's own agents, the next
ones those of similar groups, who are asked when the call's ring is widened. Among the calls that a freed agent may
take, the one that counts as waiting longest goes first; a priority and a favour to a company or a group whose service
level is low are credits in milliseconds of waiting, so whoever waits long enough is served before anybody favoured who
came much later: nothing starves. Among idle agents the group's strategy decides.

A call may ask for agents who speak a language; until it is opened to all (`open`), it waits in the same group in a line
of its own, which only they serve. They serve all lines of the group alike, by the same order.

Every operation costs searches in sorted lists, never a walk over all that wait or all who are idle. While an agent
is idle, no call waits that this agent may take.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import merge

from routing.order import Order, Rank

#: The line of those who may be taken up to this ring by whoever speaks the language ("": any agent).
_Line = tuple[str, int]
#: Those who wait for one agent alone.
_STICKY: _Line = ("", 0)

RINGS = 4


class Strategy(StrEnum):
    """Which of several idle agents of a ring is asked first; equal ones by how long they have been idle."""

    LONGEST_IDLE = "longest_idle"
    BEST_SKILL = "best_skill"
    LEAST_OCCUPIED = "least_occupied"


class Rule(StrEnum):
    """Why this call went to this agent."""

    #: An agent was idle when the call came.
    AGENT_IDLE = "agent_idle"
    #: The agent became idle and this call had waited longest.
    LONGEST_WAITING = "longest_waiting"
    #: The agent became idle and the call's priority put it before one that had waited longer.
    PRIORITY = "priority"
    #: The agent became idle and the call's company, below its service level, was favoured.
    FAVOURED = "favoured"
    #: The agent became idle and the call's group, whose service level is below the other groups', was favoured.
    GROUP_BEHIND = "group_behind"
    #: The agent who knows this caller's case.
    STICKY = "sticky"
    #: The call's ring was widened to an idle agent's, or it was opened to agents who do not speak its language.
    WIDENED = "widened"
    #: The company had as many conversations as its contract allows, and one has ended.
    BELOW_CAP = "below_cap"


@dataclass(frozen=True, slots=True)
class Skill:
    """An agent's standing in a group. Ring 1: one of its own agents. Level 1 is the best."""

    group: str
    ring: int = 1
    level: int = 1
    #: Those that calls may ask for.
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The agent takes the call now."""

    call: str
    agent: str
    group: str
    rule: Rule
    ring: int = 1
    #: The call that had waited longer and may be taken by the same agent, when one was passed over.
    passed_over: str | None = None
    #: The call asked for an agent who speaks it.
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call asks for an agent."""

    call: str
    group: str
    #: When it joined the line, ms; a call that returns unanswered asks with its first time and keeps its place.
    since: int
    company: str = ""
    #: Counts as having waited so much longer.
    credit_ms: int = 0
    ring: int = 1
    #: Wait for this agent alone until widened.
    sticky: str | None = None
    #: Wait for agents who speak it until opened to all.
    language: str = ""

    @property
    def rank(self) -> Rank:
        """Its order, favours aside."""
        return (self.since - self.credit_ms, self.call)


class Acd:
    """All waiting calls and all idle agents. Ids are opaque; times are whole milliseconds and only compared."""

    def __init__(self, strategies: Mapping[str, Strategy] | None = None) -> None:
        """`strategies` by group; the longest idle agent where nothing is said."""
        self._strategies = dict(strategies or {})
        #: By group; the calls that wait for one agent alone by "@" and the agent.
        self._lines: dict[str, dict[_Line, Order]] = {}
        self._requests: dict[str, Request] = {}
        #: Idle agents of a group, language and ring, by strategy, idle time and id.
        self._idle: dict[tuple[str, str, int], list[tuple[int, int, str]]] = {}
        self._agents: dict[str, list[tuple[tuple[str, str, int], tuple[int, int, str]]]] = {}
        self._favours: dict[str, int] = {}
        self._group_favours: dict[str, int] = {}
        self._blocked: set[str] = set()
        #: Lines in which a company has calls.
        self._where: dict[str, dict[Order, None]] = {}

    # -- calls

    def offer(self, request: Request) -> Assignment | None:
        """The call asks for an agent: assigned at once, or waiting."""
        assert request.call not in self._requests
        if request.company not in self._blocked:
            if request.sticky:
                if request.sticky in self._agents:
                    return self._assign(request, request.sticky, Rule.STICKY, 0)
            elif found := self._idle_agent(request):
                return self._assign(request, found[0], Rule.AGENT_IDLE, found[1])
        self._join(request)
        return None

    def widen(self, call: str, ring: int) -> Assignment | None:
        """Agents up to this ring may take the call from now on; its place is kept. Unknown calls are ignored."""
        old = self._requests.get(call)
        if old is None:
            return None
        return self._widened(old, replace(old, ring=ring, sticky=None))

    def open(self, call: str) -> Assignment | None:
        """Agents who do not speak its language may take the call, too; its place is kept. Unknown calls are ignored."""
        old = self._requests.get(call)
        return self._widened(old, replace(old, language="")) if old else None

    def withdraw(self, call: str) -> None:
        """The call no longer waits; unknown calls are ignored."""
        if (request := self._requests.get(call)) is not None:
            self._leave(request)

    def position(self, call: str) -> int:
        """1 for the next to be served in its group, favours aside; 0 when the call does not wait."""
        request = self._requests.get(call)
        if request is None:
            return 0
        rank, before = request.rank, 0
        for order in self._lines[_lines_for(request)].values():
            before += bisect_left(order.calls, rank)
        return 1 + before

    def waiting(self, group: str) -> list[str]:
        """The calls that wait in this group, the next one first; without those that wait for one agent alone."""
        return list(self.in_line(group))

    def in_line(self, group: str) -> Iterator[str]:
        """As `waiting`, found as far as it is asked for; nothing may join or leave meanwhile."""
        return (call for _, call in merge(*(order.calls for order in self._lines.get(group, {}).values())))

    def count(self, group: str) -> int:
        """How many calls wait in this group, without those that wait for one agent alone."""
        return sum(len(order.calls) for order in self._lines.get(group, {}).values())

    def request(self, call: str) -> Request | None:
        """What the waiting call asks for."""
        return self._requests.get(call)

    def requests(self) -> list[Request]:
        """Everything that waits, the longest waiting first, favours aside."""
        return sorted(self._requests.values(), key=lambda request: request.rank)

    # -- agents

    def agent_idle(self, agent: str, skills: Iterable[Skill], since: int, occupancy: int = 0) -> Assignment | None:
        """The agent can take a call: gets one, or stays idle. `occupancy`: share of the day at work, in thousandths."""
        self.withdraw_agent(agent)
        skills = tuple(skills)
        heads, lines = self._reach(agent, skills)
        if heads:
            _, call, ring = min(heads)
            request = self._requests[call]
            rule, passed_over = self._why(request, lines)
            self._leave(request)
            return Assignment(
                call=call, agent=agent, group=request.group, rule=rule, ring=ring, passed_over=passed_over,
                language=request.language,
            )  # fmt: skip
        places = []
        for skill in skills:
            strategy = self._strategies.get(skill.group, Strategy.LONGEST_IDLE)
            first = {Strategy.BEST_SKILL: skill.level, Strategy.LEAST_OCCUPIED: occupancy}.get(strategy, 0)
            for language in ("", *skill.languages):
                place = ((skill.group, language, skill.ring), (first, since, agent))
                insort(self._idle.setdefault(place[0], []), place[1])
                places.append(place)
        self._agents[agent] = places
        return None

    def withdraw_agent(self, agent: str) -> None:
        """The agent can take no call; unknown agents are ignored."""
        for key, entry in self._agents.pop(agent, ()):
            idle = self._idle[key]
            del idle[bisect_left(idle, entry)]

    def is_idle(self, agent: str) -> bool:
        """Whether the agent would be given the next call."""
        return agent in self._agents

    def idle(self, group: str, ring: int) -> list[str]:
        """The idle agents of this ring, in the order in which they would be asked."""
        return [agent for _, _, agent in self._idle.get((group, "", ring), ())]

    # -- companies

    def favour(self, company: str, credit_ms: int) -> None:
        """The company's calls count as having waited so much longer; 0 ends it."""
        if self._favours.get(company, 0) != credit_ms:
            self._favours[company] = credit_ms
            self._show_anew(company)

    def favours(self) -> dict[str, int]:
        """The credits in force, ms, by company."""
        return {company: credit_ms for company, credit_ms in self._favours.items() if credit_ms}

    def favour_group(self, group: str, credit_ms: int) -> None:
        """Beside calls of other groups, the group's count as having waited so much longer; 0 ends it."""
        self._group_favours[group] = credit_ms

    def group_favours(self) -> dict[str, int]:
        """The credits in force, ms, by group."""
        return {group: credit_ms for group, credit_ms in self._group_favours.items() if credit_ms}

    def block(self, company: str) -> None:
        """The company's calls wait until `unblock`, whoever is idle."""
        if company not in self._blocked:
            self._blocked.add(company)
            self._show_anew(company)

    def unblock(self, company: str) -> Assignment | None:
        """One more of the company's calls may be served: assigned, when somebody idle may take its first one."""
        if company not in self._blocked:
            return None
        self._blocked.discard(company)
        self._show_anew(company)
        firsts = (order.first_of(company)[1] for order in self._where.get(company, ()))
        for request in sorted((self._requests[call] for call in firsts), key=lambda r: r.rank):
            if request.sticky:
                found = (request.sticky, 0) if request.sticky in self._agents else None
            else:
                found = self._idle_agent(request)
            if found:
                self._leave(request)
                return self._assign(request, found[0], Rule.BELOW_CAP, found[1])
        return None

    def __len__(self) -> int:
        return len(self._requests)

    # -- inside

    def _reach(self, agent: str, skills: tuple[Skill, ...]) -> tuple[list[tuple[int, str, int]], list[Order]]:
        """The lines in which somebody may be served by the agent, and of each the first one: rank and agent's ring."""
        lines = [order for order in self._lines.get(f"@{agent}", {}).values() if order.favoured]
        heads = [(*order.favoured[0], 0) for order in lines]
        for skill in skills:
            favour = self._group_favours.get(skill.group, 0)
            for (language, ring), order in self._lines.get(skill.group, {}).items():
                if ring >= skill.ring and order.favoured and (not language or language in skill.languages):
                    time, call = order.favoured[0]
                    heads.append((time - favour, call, skill.ring))
                    lines.append(order)
        return heads, lines

    def _why(self, request: Request, lines: list[Order]) -> tuple[Rule, str | None]:
        """Why this call goes first among the lines that the agent may serve, and which one it passed over."""
        if request.sticky:
            return Rule.STICKY, None
        _, first = min([order.servable[0] for order in lines])
        if first != request.call:
            return self._favoured_before(request, self._requests[first]), first
        if request.credit_ms:
            earliest = request
            for order in lines:
                for _, call in (*order.servable[:2], *order.calls[:2]):
                    other = self._requests[call]
                    if other.since < earliest.since and other.company not in self._blocked:
                        earliest = other
            if earliest is not request:
                return Rule.PRIORITY, earliest.call
        return Rule.LONGEST_WAITING, None

    def _favoured_before(self, request: Request, other: Request) -> Rule:
        """Whether the favour to the company was enough to go before the other call, or it took that to the group."""
        by_company = request.rank[0] - self._favours.get(request.company, 0)
        favoured = by_company <= other.rank[0] - self._favours.get(other.company, 0)
        return Rule.FAVOURED if favoured else Rule.GROUP_BEHIND

    def _assign(self, request: Request, agent: str, rule: Rule, ring: int) -> Assignment:
        self.withdraw_agent(agent)
        return Assignment(
            call=request.call, agent=agent, group=request.group, rule=rule, ring=ring, language=request.language
        )

    def _idle_agent(self, request: Request) -> tuple[str, int] | None:
        """The agent who would be asked first for the call, and the ring in which that is."""
        for ring in range(1, request.ring + 1):
            if idle := self._idle.get((request.group, request.language, ring)):
                return idle[0][2], ring
        return None

    def _widened(self, old: Request, new: Request) -> Assignment | None:
        self._leave(old)
        if new.company not in self._blocked and not new.sticky and (found := self._idle_agent(new)):
            return self._assign(new, found[0], Rule.WIDENED, found[1])
        self._join(new)
        return None

    def _join(self, request: Request) -> None:
        lines = self._lines.setdefault(_lines_for(request), {})
        key = _line_for(request)
        order = lines.get(key)
        if order is None:
            order = lines[key] = Order()
        company = request.company
        if order.join(request.rank, company, self._favour(company)):
            self._where.setdefault(company, {})[order] = None
        self._requests[request.call] = request

    def _leave(self, request: Request) -> None:
        del self._requests[request.call]
        lines, key, company = self._lines[_lines_for(request)], _line_for(request), request.company
        order = lines[key]
        if order.leave(request.rank, company, self._favour(company)):
            where = self._where[company]
            del where[order]
            if not where:
                del self._where[company]
            if not order.calls:
                del lines[key]

    def _favour(self, company: str) -> int | None:
        return None if company in self._blocked else self._favours.get(company, 0)

    def _show_anew(self, company: str) -> None:
        favour = self._favour(company)
        for order in self._where.get(company, ()):
            order.show(company, favour)


def _lines_for(request: Request) -> str:
    return f"@{request.sticky}" if request.sticky else request.group


def _line_for(request: Request) -> _Line:
    return _STICKY if request.sticky else (request.language, request.ring)
