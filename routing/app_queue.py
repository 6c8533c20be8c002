"""A model of Asterisk's app_queue as a competent administrator sets it up, for comparison on the same calls.

What is modelled (apps/app_queue.c and queues.conf.sample of Asterisk 22; features 3 to 8 of the peer survey):

- A queue per group, `autofill=yes`: of the callers of a queue as many may try at once as it has free members, whatever
  the members' penalties. The others look again every second, as `wait_our_turn()` does.
- A caller whose turn it is looks for a free member of its own queue only. The one with the lowest penalty is taken,
  among equal ones `rrmemory` goes round and `leastrecent` takes who hung up first. With none to be had it looks again
  after `retry=1` (the default would be 5 s).
- A freed member is therefore taken by whichever queue's caller looks first: by chance, not by who has waited longest.
- `weight`: a member is refused to a queue while another queue of that member has more weight and at least as many
  callers as free members (`compare_weight()`), whether or not those callers may use the member.
- `force_longest_waiting_caller` (22.9 and later): a member is refused to a caller while another queue of that member
  has a caller who came earlier and may use it. The defects reported for the option (#1691, #1637) are left out.
- Members of similar groups have penalty 1 or more; a caller may use them when `penaltychange` has raised its limit.
- `shared_lastcall=yes`, so that wrap-up holds in all queues of a member and `leastrecent` knows the last call in any.

Where app_queue could be better or worse than the configuration says, it is taken to be better: device states are known
at once, ringing and announcements take no time, the wrap-up timer never fails.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice

from routing.day import Agent, Call, Later, Match

#: A caller looks for a free member so often, ms (RECHECK of app_queue, and retry=1).
POLL = 1_000


class Ringing(StrEnum):
    """Whom a queue prefers among free members of the same penalty."""

    RRMEMORY = "rrmemory"
    LEASTRECENT = "leastrecent"


@dataclass(slots=True)
class _Queue:
    name: str
    weight: int
    #: Members in the order of the configuration, each with its penalty.
    members: dict[str, int] = field(default_factory=dict)
    #: Callers in the order of joining.
    callers: dict[str, Call] = field(default_factory=dict)
    #: How many members are free.
    free: int = 0
    #: Where rrmemory begins: the place after the member asked last.
    begin: int = 0


class AppQueue:
    """All queues of the centre."""

    def __init__(
        self,
        agents: Sequence[Agent],
        later: Later,
        *,
        ringing: Ringing = Ringing.LEASTRECENT,
        widen_after: int = 60_000,
        furthest: int = 1,
        weights: Mapping[str, int] | None = None,
        longest_first: bool = False,
    ) -> None:
        """`widen_after`: ms after which the next penalty's members are asked too; `furthest`: the highest penalty, so
        many similar groups help; `weights` by queue, 0 if absent.
        """
        self._later = later
        self._ringing = ringing
        self._widen_after = widen_after
        self._longest_first = longest_first
        self._queues: dict[str, _Queue] = {}
        self._of_member: dict[str, list[_Queue]] = {}
        self._last_call = dict.fromkeys((agent.id for agent in agents), 0)
        self._free: set[str] = set()
        #: Callers who will look again.
        self._looking: set[str] = set()
        self._calls: dict[str, Call] = {}
        for agent in agents:
            for skill in agent.skills:
                queue = self._queue(skill.group, weights or {})
                if skill.ring - 1 > furthest:
                    continue
                queue.members[agent.id] = skill.ring - 1
                self._of_member.setdefault(agent.id, []).append(queue)

    def arrives(self, call: Call, now: int) -> Sequence[Match]:
        """Joins its queue and looks at once."""
        self._calls[call.id] = call
        self._queues[call.group].callers[call.id] = call
        return self._looks(call, now)

    def gives_up(self, call: Call, now: int) -> None:
        """Those behind move up."""
        self._leaves(call, now)

    def idle(self, agent: Agent, now: int) -> Sequence[Match]:
        """Nobody is told: the callers whose turn it is find out when they look again."""
        self._last_call[agent.id] = now
        self._free.add(agent.id)
        for queue in self._of_member[agent.id]:
            queue.free += 1
            self._let_look(queue, now)
        return []

    def away(self, agent: Agent) -> None:
        """Paused in all queues."""
        if agent.id in self._free:
            self._taken(agent.id)

    def due(self, what: str, now: int) -> Sequence[Match]:
        """The caller looks again."""
        self._looking.discard(what)
        return self._looks(self._calls[what], now) if what in self._calls else []

    def _looks(self, call: Call, now: int) -> list[Match]:
        queue = self._queues[call.group]
        if call.id not in islice(queue.callers, queue.free):
            return []
        member = self._choose(queue, call, now)
        if member is None:
            self._look_again(call, now + POLL)
            return []
        self._taken(member)
        self._leaves(call, now)
        return [Match(call.id, member)]

    def _choose(self, queue: _Queue, call: Call, now: int) -> str | None:
        allowed = (now - call.at) // self._widen_after
        count = len(queue.members)
        best: tuple[int, int, int] | None = None
        chosen = None
        for place, (member, penalty) in enumerate(queue.members.items()):
            if penalty > allowed or member not in self._free or self._refused(member, queue, call, now):
                continue
            turn = (place - queue.begin) % count
            recent = self._last_call[member] if self._ringing is Ringing.LEASTRECENT else 0
            rank = (penalty, recent, turn)
            if best is None or rank < best:
                best, chosen = rank, member
        if best is not None:
            queue.begin = (queue.begin + best[2] + 1) % count
        return chosen

    def _refused(self, member: str, queue: _Queue, call: Call, now: int) -> bool:
        """Whether the member is kept for a caller of another queue."""
        for other in self._of_member[member]:
            if other is queue or not other.callers:
                continue
            if other.weight > queue.weight and len(other.callers) >= other.free:
                return True
            if self._longest_first:
                first = next(iter(other.callers.values()))
                allowed = (now - first.at) // self._widen_after
                if first.at < call.at and other.members[member] <= allowed:
                    return True
        return False

    def _taken(self, member: str) -> None:
        self._free.discard(member)
        for queue in self._of_member[member]:
            queue.free -= 1

    def _leaves(self, call: Call, now: int) -> None:
        queue = self._queues[call.group]
        del self._calls[call.id], queue.callers[call.id]
        self._let_look(queue, now)

    def _let_look(self, queue: _Queue, now: int) -> None:
        """Whose turn it is looks again at its next second, counted from its own coming."""
        for call in islice(queue.callers.values(), queue.free):
            self._look_again(call, now + -(now - call.at) % POLL)

    def _look_again(self, call: Call, at: int) -> None:
        if call.id not in self._looking:
            self._looking.add(call.id)
            self._later(at, call.id)

    def _queue(self, group: str, weights: Mapping[str, int]) -> _Queue:
        if group not in self._queues:
            self._queues[group] = _Queue(group, weights.get(group, 0))
        return self._queues[group]
