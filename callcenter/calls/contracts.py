"""What companies' contracts mean for the line: favour below the promised service level, and a most of conversations.

Groups whose service level is below that of all groups together are favoured likewise, by less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from callcenter.calls.feed import Feed
from callcenter.calls.journal import Json
from callcenter.centre import Centre
from routing import fairness
from routing.acd import Acd, Assignment

#: What `fairness.Fairness.remembered` tells of a company.
Level = tuple[float, float, int, bool]


class Contracts:
    """Keeps the distribution true to the contracts, noting in the feed what they are told. Times are epoch ms."""

    def __init__(self, centre: Centre, acd: Acd, feed: Feed) -> None:
        self._feed = feed
        self._fairness = fairness.Fairness()
        self._balance = fairness.Balance()
        self._engaged: dict[str, set[str]] = {}
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
        self._engaged = {}

    def resume(self, engaged: Iterable[tuple[str, str | None]], now: int) -> None:
        """After `know`: the calls with their companies that have an agent now, and the favours that are due."""
        for call, company in engaged:
            self.engaged(call, company)
        for company, contract in self._contracts.items():
            self._acd.favour(company, self._fairness.credit_ms(company, contract, now) if contract.floor else 0)
        for group in self._balance.remembered():
            self._acd.favour_group(group, self._balance.credit_ms(group, now))

    def favours(self, now: int) -> dict[str, dict[str, float | int]]:
        """The companies favoured now: their recent service level, their floor, and the credit in seconds."""
        shown: dict[str, dict[str, float | int]] = {}
        # Those in force: to reckon them anew would move them, and looking must change nothing.
        for company, credit in self._acd.favours().items():
            if contract := self._contracts.get(company):
                level = self._fairness.level(company, now) or 0.0
                shown[company] = {"level": round(level, 3), "floor": contract.floor, "credit_s": round(credit / 1000)}
        return shown

    def group_favours(self) -> dict[str, dict[str, float | int]]:
        """The groups favoured now: their recent service level, that of all groups together, the credit in seconds."""
        # Both fade alike, so that their ratio is the level at any time.
        levels = {group: good / offered for group, (good, offered, _) in self._balance.remembered().items()}
        return {
            group: {"level": round(levels[group], 3), "of_all": round(levels[""], 3), "credit_s": round(credit / 1000)}
            for group, credit in self._acd.group_favours().items()
        }

    def stretch(self, group: str, now: int) -> float:
        """What the conditions of the group's ladder are multiplied by, as the groups stand now."""
        return self._balance.stretch(group, now)

    def standing(self) -> dict[str, Json]:
        """What is known, for `stand`: the calls with an agent, service levels and favours in force, of groups too."""
        return {
            "engaged": [[call, company] for company, calls in self._engaged.items() for call in sorted(calls)],
            "levels": {company: [*known] for company, known in self._fairness.remembered().items()},
            "favours": {**self._acd.favours()},
            "group_levels": {group: [*known] for group, known in self._balance.remembered().items()},
            "group_favours": {**self._acd.group_favours()},
        }

    def stand(
        self,
        engaged: Iterable[tuple[str, str]],
        levels: Mapping[str, Level],
        favours: Mapping[str, int],
        group_levels: Mapping[str, tuple[float, float, int]],
        group_favours: Mapping[str, int],
    ) -> None:
        """Know what `standing` told; for contracts that know nothing yet."""
        for call, company in engaged:
            self.engaged(call, company)
        for company, known in levels.items():
            self._fairness.remember(company, *known)
        for company, credit_ms in favours.items():
            self._acd.favour(company, credit_ms)
        for group, at_work in group_levels.items():
            self._balance.remember(group, *at_work)
        for group, credit_ms in group_favours.items():
            self._acd.favour_group(group, credit_ms)

    def engaged(self, call: str, company: str | None) -> None:
        """An agent is being rung for the call, or talks with the caller."""
        contract = self._contracts.get(company or "")
        if contract is None or contract.cap is None or company is None:
            return
        self._feed.quiet("engaged", call, company)
        calls = self._engaged.setdefault(company, set())
        calls.add(call)
        if len(calls) >= contract.cap:
            self._acd.block(company)

    def released(self, call: str, company: str | None) -> Assignment | None:
        """The call no longer has an agent; another of its company's may take the place."""
        calls = self._engaged.get(company or "")
        if calls is None or company is None or call not in calls:
            return None
        contract = self._contracts[company]
        assert contract.cap is not None
        note = self._feed.deciding if len(calls) >= contract.cap else self._feed.quiet
        note("released", call, company)
        calls.discard(call)
        return self._acd.unblock(company) if len(calls) < contract.cap else None

    def answered(self, company: str | None, group: str | None, waited_ms: int, now: int) -> None:
        """A call of the company, waiting in this group, reached an agent."""
        self.served(company, waited_ms <= self._in_time_ms, now, group)

    def lost(self, company: str | None, group: str | None, now: int) -> None:
        """A caller of the company left this group's line without having reached an agent."""
        self.served(company, False, now, group)

    def served(self, company: str | None, in_time: bool, now: int, group: str | None = None) -> None:
        """A call of the company in this group's line was answered within the time promised, or was not.

        Journals of former versions tell of no group.
        """
        contract = self._contracts.get(company or "")
        promised = contract is not None and contract.floor > 0
        if not (group or promised):
            return
        self._feed.quiet("served", company, in_time, now, group)
        if group:
            self._balance.note(group, in_time, now)
            self._acd.favour_group(group, self._balance.credit_ms(group, now))
        if company is None or contract is None or not promised:
            return
        self._fairness.note(company, in_time, now)
        self._acd.favour(company, self._fairness.credit_ms(company, contract, now))
