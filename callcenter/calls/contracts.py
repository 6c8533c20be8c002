"""What companies' contracts mean for the line: favour below the promised service level, and a most of conversations."""

from __future__ import annotations

from collections.abc import Iterable

from callcenter.centre import Centre
from routing import fairness
from routing.acd import Acd, Assignment


class Contracts:
    """Keeps the distribution true to the contracts. Times are epoch milliseconds."""

    def __init__(self, centre: Centre, acd: Acd) -> None:
        self._fairness = fairness.Fairness()
        self.know(centre, acd)

    def know(self, centre: Centre, acd: Acd) -> None:
        """Work by these contracts on this distribution; what is known of service levels stays."""
        self._acd = acd
        self._in_time_ms = centre.waiting.service_level_s * 1000
        self._contracts = {
            c.id: fairness.Contract(floor=c.contract.service_level, weight=c.contract.weight, cap=c.contract.most_calls)
            for c in centre.company
            if c.contract.service_level or c.contract.most_calls
        }
        self._engaged: dict[str, set[str]] = {}

    def resume(self, engaged: Iterable[tuple[str, str | None]], now: int) -> None:
        """After `know`: the calls with their companies that have an agent now, and the favours that are due."""
        for call, company in engaged:
            self.engaged(call, company)
        for company, contract in self._contracts.items():
            self._acd.favour(company, self._fairness.credit_ms(company, contract, now) if contract.floor else 0)

    def favours(self, now: int) -> dict[str, dict[str, float | int]]:
        """The companies favoured now: their recent service level, their floor, and the credit in seconds."""
        shown: dict[str, dict[str, float | int]] = {}
        for company, contract in self._contracts.items():
            if credit := self._fairness.credit_ms(company, contract, now):
                level = self._fairness.level(company, now) or 0.0
                shown[company] = {"level": round(level, 3), "floor": contract.floor, "credit_s": round(credit / 1000)}
        return shown

    def engaged(self, call: str, company: str | None) -> None:
        """An agent is being rung for the call, or talks with the caller."""
        contract = self._contracts.get(company or "")
        if contract is None or contract.cap is None or company is None:
            return
        calls = self._engaged.setdefault(company, set())
        calls.add(call)
        if len(calls) >= contract.cap:
            self._acd.block(company)

    def released(self, call: str, company: str | None) -> Assignment | None:
        """The call no longer has an agent; another of its company's may take the place."""
        calls = self._engaged.get(company or "")
        if calls is None or company is None or call not in calls:
            return None
        calls.discard(call)
        contract = self._contracts[company]
        assert contract.cap is not None
        return self._acd.unblock(company) if len(calls) < contract.cap else None

    def answered(self, company: str | None, waited_ms: int, now: int) -> None:
        """A call of the company reached an agent."""
        self._note(company, waited_ms <= self._in_time_ms, now)

    def lost(self, company: str | None, now: int) -> None:
        """A caller of the company left the line without having reached an agent."""
        self._note(company, False, now)

    def _note(self, company: str | None, in_time: bool, now: int) -> None:
        contract = self._contracts.get(company or "")
        if contract is None or company is None or not contract.floor:
            return
        self._fairness.note(company, in_time, now)
        self._acd.favour(company, self._fairness.credit_ms(company, contract, now))
