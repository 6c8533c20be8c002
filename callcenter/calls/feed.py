"""What the distribution is fed with, in its order: written down, a day can be decided again (`calls/replay.py`).

Nearly every step rides on an entry that is written anyway. Steps that decide nothing wait in memory for the next one
that may: were the engine to die before, the distribution would begin anew in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from callcenter.calls.commands import Command, Write
from callcenter.calls.journal import Entry, Json, Kind
from routing.acd import Assignment, Request, Skill, Strategy
from routing.company_skills import SkilledAcd

#: Entries that steps may ride on: none of them is ever written a second time for the same fact.
CARRIERS = (Kind.QUEUED, Kind.WIDENED, Kind.OFFERED, Kind.READY)


class Feed:
    """Steps not written down yet. A step is its name and arguments as `calls/replay.py` reads them."""

    def __init__(self) -> None:
        #: Numbers the entries that carry steps, from the engine's start, so that a missing one is noticed.
        self.number = 0
        self._steps: list[Json] = []
        self._may_decide = False

    def quiet(self, *step: Json) -> None:
        """Note a step that by itself gives no call to anybody."""
        self._steps.append([*step])

    def deciding(self, *step: Json) -> None:
        """Note a step that may give a call to an agent."""
        self._steps.append([*step])
        self._may_decide = True

    def clear(self) -> None:
        """Forget what is noted."""
        self._steps, self._may_decide = [], False

    def write_onto(self, commands: list[Command], now: int) -> None:
        """Have one entry among these carry the steps, or add one that does; the offers they led to bear its number."""
        if not self._may_decide:
            return
        self.number += 1
        carrier = None
        for place, command in enumerate(commands):
            if isinstance(command, Write) and command.entry.kind in CARRIERS:
                if command.entry.kind is Kind.OFFERED and "rule" in command.entry.data:
                    commands[place] = Write(_with(command.entry, feed=self.number))
                carrier = place
        if carrier is None:
            commands.append(Write(self._entry(Kind.FED, now, fed=self._steps)))
        else:
            told = commands[carrier]
            assert isinstance(told, Write)
            entry = _with(told.entry, feed=self.number, fed=self._steps)
            # Twice in a millisecond a call may join the line, and neither entry may be taken for the other.
            commands[carrier] = Write(replace(entry, key=f"{entry.key}:{self.number}"))
        self.clear()

    def stands(self, standing: Mapping[str, Json], now: int) -> Write:
        """The whole distribution as it stands now, by the steps noted before and still to be told of."""
        self.number += 1
        fed: dict[str, Json] = {"fed": self._steps} if self._steps else {}
        self.clear()
        return Write(self._entry(Kind.STANDS, now, **standing, **fed))

    def _entry(self, kind: Kind, now: int, **data: Json) -> Entry:
        return Entry(key=f"centre:{kind}:{now}:{self.number}", kind=kind, at=now, data={"feed": self.number, **data})


def _with(entry: Entry, **data: Json) -> Entry:
    return replace(entry, data=entry.data | data)


class FedAcd(SkilledAcd):
    """The distribution, noting in the feed what it is fed with."""

    def __init__(self, strategies: Mapping[str, Strategy], levels: Mapping[str, Mapping[str, int]], feed: Feed) -> None:
        """`strategies` by group, `levels` by company as in `SkilledAcd`."""
        super().__init__(strategies, levels)
        self._feed = feed
        #: Who is idle: since when, and how occupied before.
        self.idle_agents: dict[str, tuple[int, int]] = {}

    def offer(self, request: Request) -> Assignment | None:
        """As in `Acd`."""
        self._feed.deciding("joins", *as_list(request))
        return super().offer(request)

    def widen(self, call: str, ring: int) -> Assignment | None:
        """As in `Acd`."""
        if self.request(call):
            self._feed.deciding("widens", call, ring)
        return super().widen(call, ring)

    def open(self, call: str) -> Assignment | None:
        """As in `Acd`."""
        if self.request(call):
            self._feed.deciding("opens", call)
        return super().open(call)

    def withdraw(self, call: str) -> None:
        """As in `Acd`."""
        if self.request(call):
            self._feed.quiet("leaves", call)
        super().withdraw(call)

    def agent_idle(self, agent: str, skills: Iterable[Skill], since: int, occupancy: int = 0) -> Assignment | None:
        """As in `Acd`."""
        # Noted afterwards: `Acd` first takes the agent out, which is a step before this one.
        assignment = super().agent_idle(agent, skills, since, occupancy)
        self._feed.deciding("idle", agent, since, occupancy)
        if assignment is None:
            self.idle_agents[agent] = (since, occupancy)
        return assignment

    def withdraw_agent(self, agent: str) -> None:
        """As in `Acd`."""
        if self.idle_agents.pop(agent, None) is not None:
            self._feed.quiet("away", agent)
        super().withdraw_agent(agent)


def as_list(request: Request) -> list[Json]:
    """The request as steps and standings hold it."""
    who: list[Json] = [request.call, request.group, request.since, request.company]
    how: list[Json] = [request.credit_ms, request.ring, request.sticky]
    return [*who, *how, *([request.language] if request.language else [])]


def as_request(told: list[Json]) -> Request:
    """The request that `as_list` wrote. Raises `ValueError` or `TypeError` for anything else."""
    call, group, since, company, credit_ms, ring, sticky, *language = told
    return Request(
        call=str(call), group=str(group), since=int(str(since)), company=str(company),
        credit_ms=int(str(credit_ms)), ring=int(str(ring)), sticky=None if sticky is None else str(sticky),
        language=str(language[0]) if language else "",
    )  # fmt: skip
