"""How each group stands: its recent service level, how occupied its agents were, the wait of who would join now."""

from __future__ import annotations

import math

from callcenter.calls.estimates import Estimates
from callcenter.calls.staff import Staff
from callcenter.centre import Centre
from routing.acd import Acd
from routing.call_up import Health
from routing.fairness import Fairness

#: A group's recent service level: a call counts half after a quarter of an hour.
_LEVEL_MEMORY_MS = 900_000
#: Its occupancy: a moment counts half after three minutes.
_OCCUPANCY_MEMORY_MS = 180_000


class GroupHealth:
    """Times are epoch milliseconds; it begins anew with the engine."""

    def __init__(self, centre: Centre, acd: Acd, staff: Staff, estimates: Estimates) -> None:
        self._staff = staff
        self._estimates = estimates
        self._levels = Fairness(memory_ms=_LEVEL_MEMORY_MS)
        #: Occupancy by group, and when it was looked at.
        self._occupancies: dict[str, tuple[float, int]] = {}
        self.know(centre, acd)

    def know(self, centre: Centre, acd: Acd) -> None:
        """Work by this description on this distribution; what is known of groups stays."""
        self._acd = acd
        self._in_time_ms = centre.waiting.service_level_s * 1000

    def served(self, group: str | None, waited_ms: int | None, now: int) -> None:
        """A caller of the group was answered after so long, or (None) left without an agent."""
        if group:
            self._levels.note(group, waited_ms is not None and waited_ms <= self._in_time_ms, now)

    def level(self, group: str, now: int) -> float | None:
        """The group's recent service level; None without recent calls."""
        return self._levels.level(group, now)

    def of(self, group: str, now: int) -> Health:
        """The group's health; to be asked every few seconds, since occupancy is a mean over these looks."""
        return Health(
            forecast_s=self._forecast_s(group, now), level=self.level(group, now), occupancy=self._occupancy(group, now)
        )

    def _forecast_s(self, group: str, now: int) -> float | None:
        if self._acd.idle(group, 1):
            return 0.0
        waiting, agents = self._acd.count(group), self._staff.able(group, 1)
        if not agents:
            return math.inf if waiting else None
        return self._estimates.joining_s(group, waiting, agents, now)

    def _occupancy(self, group: str, now: int) -> float | None:
        share = self._staff.busy(group)
        if share is None:
            self._occupancies.pop(group, None)
            return None
        mean, before = self._occupancies.get(group, (0.0, now))
        kept: float = 0.5 ** ((now - before) / _OCCUPANCY_MEMORY_MS)
        mean = share + (mean - share) * kept
        self._occupancies[group] = mean, now
        return mean
