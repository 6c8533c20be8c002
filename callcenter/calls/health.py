"""How each group stands, asked of the people and the line as they are (`routing/health.py` judges)."""

from __future__ import annotations

from callcenter.calls.estimates import Estimates
from callcenter.calls.staff import Staff
from callcenter.centre import Centre
from routing.acd import Acd
from routing.call_up import Health
from routing.health import Healths


class GroupHealth:
    """Times are epoch milliseconds; it begins anew with the engine."""

    def __init__(self, centre: Centre, acd: Acd, staff: Staff, estimates: Estimates) -> None:
        self._staff = staff
        self._estimates = estimates
        self._healths = Healths()
        self.know(centre, acd)

    def know(self, centre: Centre, acd: Acd) -> None:
        """Work by this description on this distribution; what is known of groups stays."""
        self._acd = acd
        self._in_time_ms = centre.waiting.service_level_s * 1000

    def served(self, group: str | None, waited_ms: int | None, now: int) -> None:
        """A caller of the group was answered after so long, or (None) left without an agent."""
        if group:
            self._healths.served(group, waited_ms is not None and waited_ms <= self._in_time_ms, now)

    def level(self, group: str, now: int) -> float | None:
        """The group's recent service level; None without recent calls."""
        return self._healths.level(group, now)

    def of(self, group: str, now: int) -> Health:
        """The group's health; to be asked every few seconds."""
        return self._healths.of(
            group,
            now,
            idle=bool(self._acd.idle(group, 1)),
            waiting=self._acd.count(group),
            agents=self._staff.able(group, 1),
            busy=self._staff.busy(group),
            joining_s=lambda ahead, agents: self._estimates.joining_s(group, ahead, agents, now),
        )
