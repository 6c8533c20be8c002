"""A made-up centre of any size, and the events that keep it at that size; the same for the same seed."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, cycle
from random import Random
from typing import Any

from routing.acd import Request, Skill, Strategy
from tests.benchmarks.calls.load import RigError
from tests.benchmarks.routing.sides import Said, Side

#: Shares of the companies by group in two families of similar goods, per cent; the same as the simulated day's.
_FAMILIES = ((17, 13, 4, 4, 6, 3, 5, 4, 3, 4), (6, 8, 7, 3, 6, 3, 4))
_COMPANIES = 500
#: Deviation of the logarithm of a company's volume: the largest of 500 has about 370 calls when the mean has 16.
_VOLUME_SD = 1.28
#: The calls in line came during so long; the ladder has offered the third that came first to ring 2.
_SPAN_MS = 1_800_000
_PRIORITY_MS = 30_000
_CREDITS_MS = range(5_000, 65_000, 5_000)
#: Agents in conversation while all others are idle, so that who comes back is not who has just been rung.
_TALKING = 20


class Kind(StrEnum):
    """A decision: what one event asks of the distribution."""

    TAKES = "agent freed, takes a waiting call"
    JOINS = "call joins the line, is told its place"
    ABANDONS = "caller abandons"
    WIDENED = "call offered to ring 2, still waits"
    FAVOURED = "company's favour changes"
    LOOKED_UP = "no decision: one call looked up"
    SERVED = "call comes, an idle agent takes it"
    STANDS_BY = "agent freed, nobody waits for it"


#: The method of a `Side` that each kind of event calls.
METHOD = {
    Kind.TAKES: "freed",
    Kind.JOINS: "arrives",
    Kind.ABANDONS: "abandons",
    Kind.WIDENED: "widened",
    Kind.FAVOURED: "favoured",
    Kind.LOOKED_UP: "looked_up",
    Kind.SERVED: "arrives",
    Kind.STANDS_BY: "freed",
}

Event = tuple[Kind, tuple[Any, ...]]
#: Gives events and is told what was decided; None at the end of each round.
Events = Generator[Event | None, Said, None]


@dataclass(frozen=True, slots=True)
class Size:
    """How many calls wait, and how many agents there are."""

    waiting: int
    agents: int


class World:
    """Groups, companies, agents, and a clock."""

    def __init__(self, size: Size, seed: int) -> None:
        self.size, self.now = size, _SPAN_MS
        self.random = random = Random(seed)
        families = [[f"group-{f}{n}" for n in range(len(shares))] for f, shares in enumerate(_FAMILIES)]
        self._family = {group: family for family in families for group in family}
        self.groups = list(self._family)
        self.strategies = dict(zip(self.groups, cycle(Strategy), strict=False))
        self._priority = {self.groups[1], self.groups[12]}
        self._numbers = 0
        self.companies = [f"company-{n:03}" for n in range(_COMPANIES)]
        self.capped, self.favoured = self.companies[9::20], self.companies[4::10]
        volumes = [random.lognormvariate(0, _VOLUME_SD) for _ in self.companies]
        self._volumes = list(accumulate(volumes))
        mains = random.choices(self.groups, [share for shares in _FAMILIES for share in shares], k=_COMPANIES)
        # Four in five companies have calls for one group, one in twenty for three.
        more = cycle([0] * 16 + [1] * 3 + [2])
        self._wants = {
            company: [main, *self._others(main, next(more))]
            for company, main in zip(self.companies, mains, strict=True)
        }
        self._load = dict.fromkeys(self.groups, 1.0)
        for company, volume in zip(self.companies, volumes, strict=True):
            for group in self._wants[company]:
                self._load[group] += volume / len(self._wants[company])

    def staff(self, count: int, away: str = "") -> dict[str, tuple[tuple[Skill, ...], int]]:
        """Skills and occupancy of so many agents, none of whom has the group `away` as its own."""
        agents: dict[str, tuple[tuple[Skill, ...], int]] = {}
        while len(agents) < count:
            (main,) = self.random.choices(self.groups, list(self._load.values()))
            second, third = self._others(main, 2)
            if away not in (main, second):
                skills = Skill(main), Skill(second, level=self.random.randint(1, 3)), Skill(third, ring=2, level=2)
                agents[f"agent-{len(agents):05}"] = skills, self.random.randrange(1000)
        return agents

    def company(self) -> str:
        """A busy one more often than a quiet one."""
        return self.random.choices(self.companies, cum_weights=self._volumes)[0]

    def call(self, company: str, ring: int = 1, away: str = "") -> Request:
        """A caller who comes now; for the group `away` it may be taken up to ring 2 at once."""
        self._numbers += 1
        group = self.random.choice(self._wants[company])
        return Request(
            call=f"call-{self._numbers:07}",
            group=group,
            since=self.now,
            company=company,
            credit_ms=_PRIORITY_MS if group in self._priority else 0,
            ring=2 if group == away else ring,
        )

    def credit(self) -> int:
        """How much a company below its service level is favoured."""
        return self.random.choice(_CREDITS_MS)

    def _others(self, group: str, count: int) -> list[str]:
        return self.random.sample([other for other in self._family[group] if other != group], count)


class Crowded:
    """Calls wait, nobody is idle; whoever leaves the line is followed by another."""

    def __init__(self, world: World) -> None:
        self._world, size = world, world.size
        self._agents = world.staff(size.agents)
        self._names = list(self._agents)
        self._credits = {company: world.credit() for company in world.favoured}
        self._step = max(_SPAN_MS // size.waiting, 1)
        self._line: list[Request] = []
        for n in range(size.waiting):
            world.now = n * self._step
            self._line.append(world.call(world.company(), ring=2 if 3 * n < size.waiting else 1))

    def set_up(self, side: Side) -> None:
        """As it is before the first event."""
        for company in self._world.capped:
            side.at_cap(company)
        for company, credit in self._credits.items():
            side.favoured(company, credit)
        for request in self._line:
            side.stands_in_line(request)

    def events(self) -> Events:
        """Two calls come while an agent takes one and one caller gives up; one is widened, one favour changes."""
        world, random = self._world, self._world.random
        rings = {request.call: request.ring for request in self._line}
        line = list(rings)
        places = {call: place for place, call in enumerate(line)}
        favoured = list(self._credits)

        def leaves(call: str) -> None:
            place, last = places.pop(call), line.pop()
            if last != call:
                line[place], places[last] = last, place
            del rings[call]

        while True:
            agent = random.choice(self._names)
            skills, occupancy = self._agents[agent]
            said = yield Kind.TAKES, (agent, skills, world.now, occupancy)
            if said.call is None:
                raise RigError(f"{agent} found nobody in line of {len(line)}: the groups' lines are too uneven")
            leaves(said.call)
            yield from self._joins(line, places, rings)
            call = random.choice(line)
            yield Kind.ABANDONS, (call,)
            leaves(call)
            yield from self._joins(line, places, rings)
            if near := next((c for c in (random.choice(line) for _ in range(20)) if rings[c] == 1), None):
                yield Kind.WIDENED, (near, 2)
                rings[near] = 2
            if len(favoured) < len(self._credits):
                company = next(c for c in iter(world.company, "") if c not in favoured)
                favoured.append(company)
                yield Kind.FAVOURED, (company, world.credit())
            else:
                yield Kind.FAVOURED, (favoured.pop(random.randrange(len(favoured))), 0)
            yield Kind.LOOKED_UP, (random.choice(line),)
            yield None

    def _joins(self, line: list[str], places: dict[str, int], rings: dict[str, int]) -> Events:
        self._world.now += self._step
        request = self._world.call(self._world.company())
        said = yield Kind.JOINS, (request,)
        if said.agent:
            raise RigError(f"{said.agent} was idle while {len(line)} calls waited")
        places[request.call] = len(line)
        line.append(request.call)
        rings[request.call] = request.ring


class Idle:
    """Agents are idle, and only calls of companies at their cap wait; each call is taken, another agent comes back."""

    def __init__(self, world: World) -> None:
        self._world, size = world, world.size
        self._away = world.groups[3]
        self._agents = world.staff(size.agents + _TALKING, self._away)
        self._names = list(self._agents)
        world.random.shuffle(self._names)
        self._line = [world.call(world.random.choice(world.capped)) for _ in range(size.waiting // 20)]
        self._open = set(world.companies) - set(world.capped)

    def set_up(self, side: Side) -> None:
        """As it is before the first event."""
        for company in self._world.capped:
            side.at_cap(company)
        for request in self._line:
            side.stands_in_line(request)
        for since, agent in enumerate(self._names[_TALKING:]):
            skills, occupancy = self._agents[agent]
            side.freed(agent, skills, since, occupancy)

    def events(self) -> Events:
        """A call comes and is taken; one of those who talked becomes idle."""
        world, talking = self._world, self._names[:_TALKING]
        while True:
            world.now += 100
            company = next(c for c in iter(world.company, "") if c in self._open)
            request = world.call(company, away=self._away)
            said = yield Kind.SERVED, (request,)
            if said.agent is None:
                raise RigError(f"a call for {request.group} found nobody idle of {len(self._agents)} agents")
            talking.append(said.agent)
            agent = talking.pop(world.random.randrange(_TALKING))
            skills, occupancy = self._agents[agent]
            said = yield Kind.STANDS_BY, (agent, skills, world.now, occupancy)
            if said.call:
                raise RigError(f"{said.call} waited although agents were idle")
            yield None
