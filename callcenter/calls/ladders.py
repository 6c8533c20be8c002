"""The overflow ladders of the groups at work: whose step is due, and the timer for the next one.

A group has two: `widen` asks more agents, `then` does something else for who still waits. Both are climbed alike; the
steps of `then` are numbered from 2 in their order.
"""

from __future__ import annotations

from collections.abc import Callable

from callcenter.calls.commands import Command, StartTimer
from callcenter.centre import Centre, Conditions
from routing.climbers import Climbers
from routing.ladder import Climb, Step

#: The timer's name.
LADDER = "ladder"
#: A call that has not climbed `then` yet stands here.
BEFORE_THEN = 1
#: Nobody waits after these.
ENDING = ("voicemail", "number")


class Ladders:
    """Everybody who stands in a line with a ladder, callers and callbacks. Times are epoch milliseconds."""

    def __init__(self, centre: Centre, out: list[Command], stretch: Callable[[str, int], float]) -> None:
        """`stretch`: what the conditions of a group's `widen` are multiplied by at a time, where that is wanted."""
        self._out = out
        self._stretch = stretch
        self._planned: int | None = None
        self.know(centre)

    def know(self, centre: Centre) -> None:
        """Work by these ladders; whoever waits has to join anew."""
        self._even = centre.waiting.even_groups
        self._widen = Climbers({g.id: [_step(w, w.ring) for w in g.widen] for g in centre.group})
        self._then = Climbers(
            {
                g.id: [_step(t, n, only_behind=t.do in ENDING) for n, t in enumerate(g.then, BEFORE_THEN + 1)]
                for g in centre.group
            },
            each=True,
        )

    def joins(self, name: str, group: str, *, since: int, ring: int, now: int, then: int | None = None) -> None:
        """The call of this name waits since then, for agents up to this ring; `then`: its last step, None for none."""
        self._widen.joins(name, group, since=since, now=now, ring=ring, stretch=self.stretch(group, now))
        if then is not None:
            self._then.joins(name, group, since=since, now=now, ring=then)
        self.plan(now)

    def stretch(self, group: str, now: int) -> float:
        """What the conditions of its `widen` are multiplied by for who joins now."""
        return self._stretch(group, now) if self._even else 1.0

    def leaves(self, name: str) -> None:
        """It waits no longer."""
        self._widen.leaves(name)
        self._then.leaves(name)

    def climb(
        self, now: int, forecast_s: Callable[[str], float | None], level: Callable[[str], float | None]
    ) -> list[tuple[str, Climb]]:
        """The timer ran out: whose steps of `widen` are due, the longest waiting first; `climb_further` follows."""
        self._planned = None
        return self._widen.climb(now, forecast_s, level)

    def climb_further(
        self,
        now: int,
        forecast_s: Callable[[str], float | None],
        level: Callable[[str], float | None],
        place: Callable[[str], int],
    ) -> list[tuple[str, Climb]]:
        """The same of `then`; whoever was widened a moment before may have an agent, or a shorter wait, by now."""
        return self._then.climb(now, forecast_s, level, place)

    def plan(self, now: int) -> None:
        """Have the timer run out when the next step may be due."""
        at = min((at for at in (self._widen.next_at(), self._then.next_at()) if at is not None), default=None)
        if at is not None and (self._planned is None or at < self._planned):
            self._planned = at
            self._out.append(StartTimer(LADDER, max(at - now, 0)))


def _step(conditions: Conditions, ring: int, *, only_behind: bool = False) -> Step:
    return Step(
        ring=ring,
        after_s=conditions.after_s,
        forecast_s=conditions.forecast_s,
        queue_over=conditions.queue_over,
        level_below=conditions.level_below,
        only_behind=only_behind,
    )
