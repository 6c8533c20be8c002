"""The waiting calls on their groups' ladders: who climbs when, found without looking at all who wait.

A step by time waited is due at a time known beforehand. A step by queue length can only become due when a call joins,
and then it is due for every call of the group that stands lower: each of them climbs it once and is not looked at for
it again; if it is only for who stands behind so many, it is due for the call that joined. A step by forecast or service
level is looked at when the call joins and every `FORECAST_EVERY_MS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil

from routing.due import DueTimes
from routing.ladder import Climb, Step, Waiter, climb

FORECAST_EVERY_MS = 5_000


@dataclass(slots=True)
class _Climber:
    group: str
    since: int
    ring: int


class Climbers:
    """Tell it who joins and who leaves; ask it at `next_at` who climbs. Times are whole milliseconds."""

    def __init__(self, ladders: Mapping[str, Sequence[Step]], *, each: bool = False) -> None:
        """`ladders` by group; calls of other groups are ignored. With `each` no step that is due is passed over."""
        self._each = each
        self._ladders = {group: tuple(ladder) for group, ladder in ladders.items() if ladder}
        self._climbers: dict[str, _Climber] = {}
        #: Calls of a group that stand in a ring.
        self._standing: dict[tuple[str, int], dict[str, None]] = {}
        self._counts: dict[str, int] = {}
        self._stretches: dict[str, float] = {}
        self._due = DueTimes()

    def joins(self, call: str, group: str, *, since: int, now: int, ring: int = 1, stretch: float = 1.0) -> None:
        """The call waits; `since` is its place in line, `ring` how far it had climbed before.

        `stretch`: of the group's ladder from now on. Whoever waits already is not planned anew: one who would climb
        sooner now climbs when it was planned before.
        """
        self.leaves(call)
        ladder = self._ladders.get(group)
        if ladder is None:
            return
        self._climbers[call] = climber = _Climber(group, since, ring)
        self._counts[group] = count = self._counts.get(group, 0) + 1
        self._stretches[group] = stretch
        self._standing.setdefault((group, ring), {})[call] = None
        self._plan(call, climber, now if any(_foretold(step) for step in ladder) else None)
        for step in ladder:
            if step.queue_over is None or count <= step.queue_over * stretch:
                continue
            if step.only_behind:
                if step.ring > ring:
                    self._due.put(call, now)
            else:
                for lower in range(1, step.ring):
                    for other in self._standing.get((group, lower), ()):
                        self._due.put(other, now)

    def leaves(self, call: str) -> None:
        """The call waits no longer; unknown calls are ignored."""
        if (climber := self._climbers.pop(call, None)) is not None:
            self._due.drop(call)
            self._counts[climber.group] -= 1
            del self._standing[climber.group, climber.ring][call]

    def next_at(self) -> int | None:
        """When somebody may climb, as far as is known now; None when nobody may."""
        return self._due.next_at()

    def climb(
        self,
        now: int,
        forecast_s: Callable[[str], float | None],
        level: Callable[[str], float | None] = lambda _: None,
        place: Callable[[str], int] = lambda _: 1,
    ) -> list[tuple[str, Climb]]:
        """Those who climb now, the longest waiting first.

        `forecast_s`: how long a call has still to wait; `level`: a group's recent service level; `place`: where a call
        stands in its group's line.
        """
        taken = sorted(self._due.take(now), key=lambda call: (self._climbers[call].since, call))
        climbs = []
        for call in taken:
            climber = self._climbers[call]
            ladder = self._ladders[climber.group]
            ahead = any(_foretold(step) and step.ring > climber.ring for step in ladder)
            waiter = Waiter(
                ring=climber.ring,
                waited_s=(now - climber.since) / 1000,
                forecast_s=forecast_s(call) if ahead else None,
                queue=self._counts[climber.group],
                place=place(call) if any(step.only_behind and step.ring > climber.ring for step in ladder) else 1,
                level=level(climber.group) if ahead else None,
                stretch=self._stretches[climber.group],
            )
            while (step := climb(ladder, waiter, each=self._each)) is not None:
                del self._standing[climber.group, climber.ring][call]
                climber.ring = step.ring
                self._standing.setdefault((climber.group, step.ring), {})[call] = None
                climbs.append((call, step))
                waiter = replace(waiter, ring=step.ring)
            self._plan(call, climber, now + FORECAST_EVERY_MS)
        return climbs

    def __len__(self) -> int:
        return len(self._climbers)

    def _plan(self, call: str, climber: _Climber, forecast_at: int | None) -> None:
        steps = [step for step in self._ladders[climber.group] if step.ring > climber.ring]
        stretch = self._stretches[climber.group]
        times = [climber.since + ceil(step.after_s * stretch * 1000) for step in steps if step.after_s is not None]
        if forecast_at is not None and any(_foretold(step) for step in steps):
            times.append(forecast_at)
        if times:
            self._due.put(call, min(times))


def _foretold(step: Step) -> bool:
    """Whether the step may become due without anything happening to the call."""
    return step.forecast_s is not None or step.level_below is not None
