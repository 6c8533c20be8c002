"""How each group stands: its recent service level, how occupied its agents were, the wait of who would join now.

Times are whole milliseconds; what is told of a group begins anew with the engine.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from routing.call_up import Health
from routing.fairness import Fairness

#: A group's recent service level: a call counts half after a quarter of an hour.
_LEVEL_MEMORY_MS = 900_000
#: Its occupancy: a moment counts half after three minutes.
_OCCUPANCY_MEMORY_MS = 180_000


class Healths:
    """Of all groups."""

    def __init__(self) -> None:
        self._levels = Fairness(memory_ms=_LEVEL_MEMORY_MS)
        #: Occupancy by group, and when it was looked at.
        self._occupancies: dict[str, tuple[float, int]] = {}

    def served(self, group: str, in_time: bool, now: int) -> None:
        """A caller of the group was answered, in time or late, or left without an agent (not in time)."""
        self._levels.note(group, in_time, now)

    def level(self, group: str, now: int) -> float | None:
        """The group's recent service level; None without recent calls."""
        return self._levels.level(group, now)

    def of(
        self,
        group: str,
        now: int,
        *,
        idle: bool,
        waiting: int,
        agents: int,
        busy: float | None,
        joining_s: Callable[[int, int], float | None],
    ) -> Health:
        """The group's health; to be asked every few seconds, since occupancy is a mean over these looks.

        `idle`: one of its own agents is; `agents`: so many work through its line; `busy`: the share of its own agents
        at work who are with calls, None without any; `joining_s`: the forecast for who joins behind so many, with so
        many agents.
        """
        if idle:
            forecast_s: float | None = 0.0
        elif agents:
            forecast_s = joining_s(waiting, agents)
        else:
            forecast_s = math.inf if waiting else None
        return Health(forecast_s=forecast_s, level=self.level(group, now), occupancy=self._occupancy(group, busy, now))

    def _occupancy(self, group: str, share: float | None, now: int) -> float | None:
        if share is None:
            self._occupancies.pop(group, None)
            return None
        mean, before = self._occupancies.get(group, (0.0, now))
        kept: float = 0.5 ** ((now - before) / _OCCUPANCY_MEMORY_MS)
        mean = share + (mean - share) * kept
        self._occupancies[group] = mean, now
        return mean
