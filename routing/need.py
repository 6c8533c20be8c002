"""Which groups need their peak-time agents, in a simulated day: what `callcenter.calls.peak` asks of the real one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from routing.acd import Acd
from routing.call_up import GroupCallUp, GroupRule
from routing.day import Agent, Call, PeakTime
from routing.forecast import Running, estimate
from routing.health import Healths

#: A call counts half towards a group's handle time and patience after an hour, as in the engine.
_HALF_LIFE_S = 3600.0


class GroupsInNeed:
    """Tell it what agents do and how calls end; times are whole milliseconds."""

    def __init__(self, rule: GroupRule, agents: Sequence[Agent], acd: Acd) -> None:
        self._acd = acd
        self._own = {agent.id: [skill.group for skill in agent.skills if skill.ring == 1] for agent in agents}
        self._members: dict[str, list[str]] = {}
        for agent, groups in self._own.items():
            for group in groups:
                self._members.setdefault(group, []).append(agent)
        self._watches = {group: GroupCallUp(rule) for group in self._members}
        self._at_work: set[str] = set()
        #: With a call of this group (none: a callback), since when.
        self._with_call: dict[str, tuple[str | None, int]] = {}
        self._healths = Healths()
        self._running = Running(_HALF_LIFE_S)

    @property
    def active(self) -> bool:
        """Whether peak-time agents of any group are called up."""
        return any(watch.active for watch in self._watches.values())

    def idle(self, agent: str, now: int) -> None:
        """The agent has come, or the call with its wrap-up is over."""
        self._at_work.add(agent)
        group, since = self._with_call.pop(agent, (None, now))
        if group is not None:
            self._running.handled(group, (now - since) / 1000, now / 1000)

    def away(self, agent: str) -> None:
        """The agent has gone home."""
        self._with_call.pop(agent, None)
        self._at_work.discard(agent)

    def takes(self, agent: str, group: str | None, now: int) -> None:
        """The agent has a call of this group, or (None) phones somebody back."""
        self._with_call[agent] = (group, now)

    def ended(self, call: Call, *, answered: bool, in_time: bool, now: int) -> None:
        """The caller waits no longer: an agent answered, or the caller hung up."""
        self._healths.served(call.group, in_time, now)
        self._running.waited(call.group, (now - call.at) / 1000, now / 1000, abandoned=not answered)

    def look(self, now: int) -> list[PeakTime]:
        """Whose agents are called up now, and whose are stood down."""
        changes = []
        for group, watch in self._watches.items():
            members = [agent for agent in self._members[group] if agent in self._at_work]
            shares = [
                1 / max(sum(1 for own in self._own[agent] if own == group or self._acd.count(own)), 1)
                for agent in members
            ]
            health = self._healths.of(
                group,
                now,
                idle=bool(self._acd.idle(group, 1)),
                waiting=self._acd.count(group),
                agents=max(round(sum(shares)), 1) if members else 0,
                busy=sum(agent in self._with_call for agent in members) / len(members) if members else None,
                joining_s=partial(self._joining_s, group, now),
            )
            change = watch.observe(health, now / 1000)
            if change is not None:
                changes.append(PeakTime(change, group))
        return changes

    def _joining_s(self, group: str, now: int, ahead: int, agents: int) -> float | None:
        found = estimate(ahead, agents, self._running.rates(group, now / 1000))
        return found.mean_s if found else None
