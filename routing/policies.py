"""The product's own way with a day's calls: the production routing code behind the simulation's protocol."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from routing.acd import Acd, Assignment, Request, Strategy
from routing.day import Agent, Call, Later, Match
from routing.fairness import Contract, Fairness
from routing.ladder import Step, Waiter, climb
from routing.measure import IN_TIME

#: Agents of similar groups are asked early enough for the call to be answered in time, and at once when a line forms.
LADDER = (Step(ring=2, after_s=12, queue_over=2),)


class Ours:
    """`Acd` decides, `Fairness` favours companies below their floor, waiting calls climb the ladder."""

    def __init__(
        self,
        later: Later,
        contracts: Mapping[str, Contract],
        *,
        ladder: Sequence[Step] = LADDER,
        fairness: Fairness | None = None,
        strategies: Mapping[str, Strategy] | None = None,
    ) -> None:
        """`contracts` by company; without `fairness` nobody is favoured; `strategies` as those of `Acd`."""
        self._later = later
        self._contracts = contracts
        self._ladder = ladder
        self._by_queue = any(step.queue_over is not None for step in ladder)
        self._fairness = fairness
        self._acd = Acd(strategies)
        self._calls: dict[str, Call] = {}
        #: Waiting calls by group, in the order of arrival.
        self._waiting: dict[str, dict[str, Call]] = {}

    def arrives(self, call: Call, now: int) -> Sequence[Match]:
        """Offered to the group's own agents; a line that grew too long climbs."""
        self._calls[call.id] = call
        waiting = self._waiting.setdefault(call.group, {})
        waiting[call.id] = call
        assignment = self._acd.offer(Request(call=call.id, group=call.group, since=now, company=call.company))
        if assignment is not None:
            return [self._matched(assignment, now)]
        for step in self._ladder:
            if step.after_s is not None:
                self._later(now + round(step.after_s * 1000), call.id)
        if self._by_queue:
            return [match for waiter in list(waiting) for match in self._climbs(waiter, now)]
        return []

    def gives_up(self, call: Call, now: int) -> None:
        """Counts against the company's service level, which may bring its other calls forward."""
        self._acd.withdraw(call.id)
        self._gone(call, False, now)

    def idle(self, agent: Agent, now: int) -> Sequence[Match]:
        """The longest waiting call of all groups that the agent serves, favours counted in."""
        assignment = self._acd.agent_idle(agent.id, agent.skills, now)
        return [] if assignment is None else [self._matched(assignment, now)]

    def away(self, agent: Agent) -> None:
        """Not asked until idle again."""
        self._acd.withdraw_agent(agent.id)

    def due(self, call: str, now: int) -> Sequence[Match]:
        """A step of the ladder may be due."""
        return self._climbs(call, now) if call in self._calls else []

    def _climbs(self, call: str, now: int) -> list[Match]:
        request = self._acd.request(call)
        if request is None:
            return []
        waited_s = (now - request.since) / 1000
        waiter = Waiter(ring=request.ring, waited_s=waited_s, forecast_s=None, queue=len(self._waiting[request.group]))
        step = climb(self._ladder, waiter)
        if step is None:
            return []
        assignment = self._acd.widen(call, step.ring)
        return [] if assignment is None else [self._matched(assignment, now)]

    def _matched(self, assignment: Assignment, now: int) -> Match:
        call = self._calls[assignment.call]
        self._gone(call, now - call.at <= IN_TIME, now)
        return Match(assignment.call, assignment.agent)

    def _gone(self, call: Call, in_time: bool, now: int) -> None:
        del self._calls[call.id]
        del self._waiting[call.group][call.id]
        if self._fairness is not None and (contract := self._contracts.get(call.company)) is not None:
            self._fairness.note(call.company, in_time, now)
            self._acd.favour(call.company, self._fairness.credit_ms(call.company, contract, now))
