"""The product's own way with a day's calls: the production routing code behind the simulation's protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from routing.acd import Acd, Assignment, Request, Strategy
from routing.call_up import CallUp, CallUpRule, GroupRule
from routing.callback import Callback, CallbackRule, CallingHours, State
from routing.callback import Outcome as Attempt
from routing.climbers import Climbers
from routing.day import Agent, Call, Decision, Dial, Later, Match, Offer, PeakTime
from routing.fairness import Balance, Contract, Fairness
from routing.ladder import Step
from routing.measure import IN_TIME
from routing.need import GroupsInNeed

#: That of the example centre. Agents of similar groups are asked early enough for the call to be answered in time, and
#: at once when a line forms; settled by simulation (docs/guide-simulation.md).
LADDER = (Step(ring=2, after_s=5, queue_over=1), Step(ring=3, after_s=10, queue_over=2))

#: What the policy asks to be woken for besides a call's offer of a callback.
_LADDER, _PEAK = ":ladder", ":peak"
#: Whether peak-time agents are needed is looked at so often while somebody waits or they are there, ms.
_LOOK_EVERY = 5_000


class Ours:
    """`Acd` decides, `Fairness` favours companies below their floor, `Balance` groups that lag; calls climb the ladder,
    which stretches by how their group stands.

    With a rule for it, callbacks keep the place of those who waited long, and peak-time agents are called up.
    """

    def __init__(
        self,
        agents: Sequence[Agent],
        later: Later,
        contracts: Mapping[str, Contract],
        *,
        ladder: Sequence[Step] = LADDER,
        fairness: Fairness | None = None,
        strategies: Mapping[str, Strategy] | None = None,
        callback: CallbackRule | None = None,
        calling_hours: CallingHours = lambda _: (0, 1 << 62),
        call_up: CallUpRule | None = None,
        group_call_up: GroupRule | None = None,
    ) -> None:
        """`contracts` by company; without `fairness` nobody is favoured; `strategies` as those of `Acd`.

        Peak-time agents come by the whole line's rule (`call_up`) and each group's own by the other one.
        """
        self._later = later
        self._contracts = contracts
        self._climbers = Climbers({skill.group: ladder for agent in agents for skill in agent.skills})
        self._fairness = fairness
        self._balance = Balance()
        self._callback = callback
        self._calling_hours = calling_hours
        self._call_up = CallUp(call_up) if call_up else None
        self._looking = False
        self._acd = Acd(strategies)
        self._in_need = GroupsInNeed(group_call_up, agents, self._acd) if group_call_up else None
        self._calls: dict[str, Call] = {}
        self._callbacks: dict[str, Callback] = {}

    def arrives(self, call: Call, now: int) -> Sequence[Decision]:
        """Offered to the group's own agents; a line that grew too long climbs."""
        self._calls[call.id] = call
        assignment = self._acd.offer(Request(call=call.id, group=call.group, since=now, company=call.company))
        if assignment is not None:
            return [self._decided(assignment, now)]
        if self._callback is not None and self._callback.offer_after_s is not None:
            self._later(now + round(self._callback.offer_after_s * 1000), call.id)
        self._look_later(now)
        self._climbers.joins(call.id, call.group, since=now, now=now, stretch=self._balance.stretch(call.group, now))
        return self._climb(now)

    def gives_up(self, call: Call, now: int) -> None:
        """Counts against the company's service level, which may bring its other calls forward."""
        self._acd.withdraw(call.id)
        self._climbers.leaves(call.id)
        if self._in_need:
            self._in_need.ended(call, answered=False, in_time=False, now=now)
        self._ended(call, False, now)

    def idle(self, agent: Agent, now: int) -> Sequence[Decision]:
        """The longest waiting call of all groups that the agent serves, favours counted in."""
        if self._in_need:
            self._in_need.idle(agent.id, now)
        assignment = self._acd.agent_idle(agent.id, agent.skills, now)
        return [] if assignment is None else [self._decided(assignment, now)]

    def away(self, agent: Agent) -> None:
        """Not asked until idle again."""
        self._acd.withdraw_agent(agent.id)
        if self._in_need:
            self._in_need.away(agent.id)

    def due(self, what: str, now: int) -> Sequence[Decision]:
        """Somebody may climb, be offered a callback, be called back; peak-time agents may be needed or not any more."""
        if what == _LADDER:
            return self._climb(now)
        if what == _PEAK:
            return self._look(now)
        if (callback := self._callbacks.get(what)) is not None:
            return self._line_up(callback, now)
        if what in self._calls and self._callback is not None:
            waited_s = (now - self._calls[what].at) / 1000
            if self._callback.offers(waited_s, None):
                return [Offer(what, partial(self._accepted, what))]
        return []

    # -- the ladder

    def _climb(self, now: int) -> list[Decision]:
        decisions = []
        for call, step in self._climbers.climb(now, lambda _: None):
            if (assignment := self._acd.widen(call, step.ring)) is not None:
                decisions.append(self._decided(assignment, now))
        if (at := self._climbers.next_at()) is not None:
            self._later(at, _LADDER)
        return decisions

    # -- callbacks

    def _accepted(self, call: str, now: int) -> Sequence[Decision]:
        assert self._callback is not None
        live = self._acd.request(call)
        assert live is not None
        self._acd.withdraw(call)
        self._climbers.leaves(call)
        self._ended(self._calls[call], False, now)
        callback = Callback.requested(
            call, live.group, live.company, since=live.since, now=now, rule=self._callback, hours=self._calling_hours
        )
        return self._line_up(callback, now, live.ring)

    def _line_up(self, callback: Callback, now: int, ring: int = 1) -> Sequence[Decision]:
        """Stands in line if it is due, else waits for its time."""
        assert self._callback is not None
        callback = callback.look(now, self._callback, self._calling_hours)
        self._callbacks[callback.id] = callback
        if (at := callback.wake_at(self._callback, self._calling_hours)) is not None:
            self._later(at, callback.id)
        if callback.state is not State.DUE:
            self._acd.withdraw(callback.id)
            self._climbers.leaves(callback.id)
        elif self._acd.request(callback.id) is None:
            if (assignment := self._acd.offer(callback.request(ring))) is not None:
                return [self._decided(assignment, now)]
            stretch = self._balance.stretch(callback.group, now)
            self._climbers.joins(callback.id, callback.group, since=callback.since, now=now, ring=ring, stretch=stretch)
            return self._climb(now)
        return []

    def _missed(self, call: str, now: int) -> Sequence[Decision]:
        assert self._callback is not None
        callback = self._callbacks[call].next_attempt(now, Attempt.NO_ANSWER, self._callback, self._calling_hours)
        return self._line_up(callback, now)

    # -- peak-time agents

    def _look_later(self, now: int) -> None:
        if (self._call_up or self._in_need) and not self._looking:
            self._looking = True
            self._later(now + _LOOK_EVERY, _PEAK)

    def _look(self, now: int) -> Sequence[Decision]:
        self._looking = False
        waiting = [call.at for call in self._calls.values()]
        changes = self._in_need.look(now) if self._in_need else []
        if self._call_up:
            change = self._call_up.observe(len(waiting), (now - min(waiting, default=now)) / 1000, now / 1000)
            changes += [] if change is None else [PeakTime(change)]
        if waiting or (self._call_up and self._call_up.active) or (self._in_need and self._in_need.active):
            self._look_later(now)
        return changes

    # -- endings

    def _decided(self, assignment: Assignment, now: int) -> Decision:
        self._climbers.leaves(assignment.call)
        if (callback := self._callbacks.get(assignment.call)) is not None:
            self._callbacks[callback.id] = callback.dial()
            if self._in_need:
                self._in_need.takes(assignment.agent, None, now)
            return Dial(callback.id, assignment.agent, partial(self._missed, callback.id))
        call = self._calls[assignment.call]
        in_time = now - call.at <= IN_TIME
        if self._in_need:
            self._in_need.takes(assignment.agent, call.group, now)
            self._in_need.ended(call, answered=True, in_time=in_time, now=now)
        self._ended(call, in_time, now)
        return Match(assignment.call, assignment.agent)

    def _ended(self, call: Call, in_time: bool, now: int) -> None:
        """The caller waits on the line no longer."""
        del self._calls[call.id]
        if self._fairness is None:
            return
        self._balance.note(call.group, in_time, now)
        self._acd.favour_group(call.group, self._balance.credit_ms(call.group, now))
        if (contract := self._contracts.get(call.company)) is not None:
            self._fairness.note(call.company, in_time, now)
            self._acd.favour(call.company, self._fairness.credit_ms(call.company, contract, now))
