"""A span's decisions decided again: the journal feeds a fresh distribution with what the floor had fed the real one.

The production classes decide (`routing/acd.py`, `calls/contracts.py`), so that a difference means one of three things:
the journal is not what the engine wrote, a decision hung on something that is not written, or the rules have changed
since. After a difference the replay goes on with what really happened. It begins, and after a gap begins again, where
the journal tells how everything stood (`Kind.STANDS`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from callcenter.calls.contracts import Contracts
from callcenter.calls.feed import CARRIERS, Feed, as_request
from callcenter.calls.journal import Entry, Kind
from callcenter.calls.skills import company_levels, skills
from callcenter.centre import Centre
from routing.acd import Acd, Assignment, Request, Skill
from routing.company_skills import SkilledAcd

#: What the replay reads of the journal.
READ = (Kind.STANDS, Kind.FED, *CARRIERS)
#: What a journal that was written otherwise than by the engine may lead to.
_UNREADABLE = (KeyError, ValueError, TypeError, AttributeError, AssertionError, IndexError)


class Why(StrEnum):
    """Why a stretch of the journal cannot be replayed."""

    #: Nothing tells how the distribution stood: an engine of former days wrote it, or none was running.
    NO_BEGINNING = "no_beginning"
    #: An entry is missing, or the clock was put back.
    MISSING = "missing"
    #: The description of the centre that was in effect is not known any more.
    UNKNOWN_VERSION = "unknown_version"
    #: An entry does not tell what it should.
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A call to an agent, and the reason (see `routing.acd.Assignment`)."""

    call: str
    agent: str
    rule: str
    ring: int
    passed_over: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What was decided then and what is decided now; None: nothing."""

    at: int
    then: Decision | None
    now: Decision | None


@dataclass(slots=True, kw_only=True)
class Gap:
    """Not replayed from `since` until `until` (None: to the end), and so many decisions in it."""

    why: Why
    since: int
    until: int | None = None
    decisions: int = 0
    #: Of the centre's description, when that is what is not known.
    version: int = 0


@dataclass(slots=True)
class _Distribution:
    """The fresh distribution, and what is needed to bring it back to what really happened."""

    acd: Acd
    contracts: Contracts
    feed: Feed
    skills: dict[str, tuple[Skill, ...]]
    waiting: dict[str, Request] = field(default_factory=dict)
    idle: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def standing(cls, centre: Centre, told: dict[str, Any]) -> _Distribution:
        """As `Kind.STANDS` tells."""
        strategies = {group.id: group.strategy for group in centre.group}
        acd, feed = SkilledAcd(strategies, company_levels(centre)), Feed()
        one = cls(acd, Contracts(centre, acd, feed), feed, skills(centre))
        for request in told["waiting"]:
            one.step("joins", *request)
        # Journals of former versions tell nothing of groups.
        groups = (told.get("group_levels", {}), told.get("group_favours", {}))
        one.contracts.stand(told["engaged"], told["levels"], told["favours"], *groups)
        for agent in told["idle"]:
            one.step("idle", *agent)
        return one

    def step(self, name: str, *told: Any) -> Assignment | None:
        """One step of the feed; the names are those of `Kind.FED`."""
        self.feed.clear()
        match name:
            case "joins":
                request = as_request([*told])
                self.waiting[request.call] = request
                self.acd.withdraw(request.call)
                return self.acd.offer(request)
            case "widens":
                call, ring = told
                if call in self.waiting:
                    self.waiting[call] = replace(self.waiting[call], ring=ring, sticky=None)
                return self.acd.widen(call, ring)
            case "opens":
                [call] = told
                if call in self.waiting:
                    self.waiting[call] = replace(self.waiting[call], language="")
                return self.acd.open(call)
            case "leaves":
                self.gone(*told)
            case "idle":
                agent, since, occupancy = told
                self.idle[agent] = (since, occupancy)
                return self.acd.agent_idle(agent, self.skills.get(agent, ()), since, occupancy)
            case "away":
                self.away(*told)
            case "engaged":
                self.contracts.engaged(*told)
            case "released":
                return self.contracts.released(*told)
            case "served":
                self.contracts.served(*told)
            case _:
                raise ValueError(f"unknown step {name}")
        return None

    def gone(self, call: str) -> None:
        """The call no longer waits."""
        self.waiting.pop(call, None)
        self.acd.withdraw(call)

    def away(self, agent: str) -> None:
        """The agent takes no call."""
        self.idle.pop(agent, None)
        self.acd.withdraw_agent(agent)

    def follow(self, then: Decision | None, now: Decision | None) -> None:
        """Let be what was decided then; what is decided now instead is taken back."""
        if then:
            self.gone(then.call)
            self.away(then.agent)
        if now and now.call in self.waiting:
            self.acd.offer(self.waiting[now.call])
        if now and now.agent in self.idle and (again := self.step("idle", now.agent, *self.idle[now.agent])):
            # The rules of now would not leave this agent idle while the call waits: the agent is left aside.
            del self.idle[now.agent]
            self.acd.offer(self.waiting[again.call])


class Replay:
    """Feed it all entries of `READ`'s kinds in the order of their time, and `end` it; then ask what it has found."""

    def __init__(self, centre_of: Callable[[int], Centre | None], since: int = 0) -> None:
        """`centre_of`: the description of this version; decisions before `since` (epoch ms) are replayed uncounted."""
        self._centre_of = centre_of
        self._since = since
        self._distribution: _Distribution | None = None
        self._number = 0
        self._at = 0
        self._same_time: list[Entry] = []
        #: Decisions of then, by the number of the entry that carries what led to them.
        self._offers: dict[int, list[Decision]] = {}
        self.decisions = 0
        self.differences: list[Difference] = []
        self.gaps: list[Gap] = []
        self._gap: Gap | None = Gap(why=Why.NO_BEGINNING, since=since)

    def take(self, entry: Entry) -> None:
        """The next entry, not earlier than the one before."""
        if entry.at != self._at:
            self._decide()
            self._at = entry.at
        self._same_time.append(entry)

    def end(self) -> None:
        """There is no further entry."""
        self._decide()
        self._close_gap(None)

    def _decide(self) -> None:
        """Everything of one millisecond, by its number; what carries the steps comes after the offers they led to."""
        entries, self._same_time = self._same_time, []
        for entry in sorted(entries, key=lambda e: (_number(e), "fed" in e.data)):
            try:
                self._entry(entry)
            except _UNREADABLE:
                self._lose(Why.UNREADABLE)

    def _entry(self, entry: Entry) -> None:
        number = _number(entry)
        if entry.kind is Kind.OFFERED and "rule" in entry.data:
            if not number and self._distribution:
                self._lose(Why.NO_BEGINNING)
            if self._gap:
                self._gap.decisions += entry.at >= self._since
            else:
                self._offers.setdefault(number, []).append(_decision(entry))
        if entry.kind is Kind.STANDS:
            self._stands(entry, number)
        elif "fed" in entry.data and self._distribution and self._follows(number):
            self._carried(entry, self._distribution, self._offers.pop(number, []))

    def _stands(self, entry: Entry, number: int) -> None:
        told = entry.data
        if self._distribution and told["why"] != "start" and self._follows(number) and told["why"] == "hour":
            self._carried(entry, self._distribution, [])
            return
        version = int(str(told["version"]))
        centre = self._centre_of(version)
        if centre is None:
            self._lose(Why.UNKNOWN_VERSION, version)
            return
        self._distribution, self._number = _Distribution.standing(centre, told), number
        self._offers.clear()
        self._close_gap(entry.at)

    def _close_gap(self, until: int | None) -> None:
        gap, self._gap = self._gap, None
        # Nothing is said of the time before the engine's first sign in which nothing was decided either.
        if gap and (gap.decisions or gap.why is not Why.NO_BEGINNING):
            gap.until = until
            self.gaps.append(gap)

    def _follows(self, number: int) -> bool:
        """Whether this is the next entry that carries steps; if not, the replay has lost its way."""
        if number != self._number + 1:
            self._lose(Why.MISSING)
            return False
        self._number = number
        return True

    def _lose(self, why: Why, version: int = 0) -> None:
        lost = sum(map(len, self._offers.values())) if self._at >= self._since else 0
        if self._gap is None:
            self._gap = Gap(why=why, since=self._at, decisions=lost, version=version)
        elif self._gap.why is not why and why is Why.UNKNOWN_VERSION:
            self._gap.why, self._gap.version = why, version
        self._distribution = None
        self._offers.clear()

    def _carried(self, entry: Entry, distribution: _Distribution, then: list[Decision]) -> None:
        steps: Any = entry.data.get("fed", [])
        for name, *told in steps:
            assignment = distribution.step(name, *told)
            if assignment is None:
                continue
            now = Decision(
                call=assignment.call, agent=assignment.agent, rule=assignment.rule.value,
                ring=assignment.ring, passed_over=assignment.passed_over,
            )  # fmt: skip
            same = [one for one in then if one.call == now.call] or [one for one in then if one.agent == now.agent]
            if same:
                then.remove(same[0])
            self._compare(distribution, same[0] if same else None, now)
        for left in then:
            self._compare(distribution, left, None)

    def _compare(self, distribution: _Distribution, then: Decision | None, now: Decision | None) -> None:
        if self._at >= self._since:
            self.decisions += 1
            if then != now:
                self.differences.append(Difference(at=self._at, then=then, now=now))
        if then and then == now:
            # Both are out of the line and out of the idle already.
            distribution.waiting.pop(then.call, None)
            distribution.idle.pop(then.agent, None)
        else:
            distribution.follow(then, now)


def _number(entry: Entry) -> int:
    number = entry.data.get("feed")
    return number if isinstance(number, int) else 0


def _decision(entry: Entry) -> Decision:
    told = entry.data
    passed_over = told.get("passed_over")
    return Decision(
        call=str(told.get("reserved") or entry.call),
        agent=str(told["agent"]),
        rule=str(told["rule"]),
        ring=int(str(told["ring"])),
        passed_over=None if passed_over is None else str(passed_over),
    )
