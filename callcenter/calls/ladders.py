"""The overflow ladders of the groups at work: whose step is due, and the timer for the next one."""

from __future__ import annotations

from collections.abc import Callable

from callcenter.calls.commands import Command, StartTimer
from callcenter.centre import Centre
from routing.climbers import Climbers
from routing.ladder import Climb, Step

#: The timer's name.
LADDER = "ladder"


class Ladders:
    """Everybody who stands in a line with a ladder, callers and callbacks. Times are epoch milliseconds."""

    def __init__(self, centre: Centre, out: list[Command]) -> None:
        self._out = out
        self._planned: int | None = None
        self.know(centre)

    def know(self, centre: Centre) -> None:
        """Work by these ladders; whoever waits has to join anew."""
        self._climbers = Climbers({g.id: tuple(Step(**dict(w)) for w in g.widen) for g in centre.group})

    def joins(self, name: str, group: str, *, since: int, ring: int, now: int) -> None:
        """The call of this name waits since then, for agents up to this ring."""
        self._climbers.joins(name, group, since=since, now=now, ring=ring)
        self.plan(now)

    def leaves(self, name: str) -> None:
        """It waits no longer."""
        self._climbers.leaves(name)

    def climb(self, now: int, forecast_s: Callable[[str], float | None]) -> list[tuple[str, Climb]]:
        """The timer ran out: those whose step is due, the longest waiting first."""
        self._planned = None
        return self._climbers.climb(now, forecast_s)

    def plan(self, now: int) -> None:
        """Have the timer run out when the next step may be due."""
        at = self._climbers.next_at()
        if at is not None and (self._planned is None or at < self._planned):
            self._planned = at
            self._out.append(StartTimer(LADDER, max(at - now, 0)))
