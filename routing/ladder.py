"""The overflow ladder of a group: when more agents are asked to take a call that waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The call is offered up to this ring as soon as one of the conditions holds; None never does."""

    ring: int
    #: Waited so long.
    after_s: float | None = None
    #: So much of the wait still lies ahead.
    forecast_s: float | None = None
    #: More calls than this wait in the group.
    queue_over: int | None = None
    #: `queue_over` sends up only whoever stands behind so many, not everybody: for a step that ends the waiting.
    only_behind: bool = False
    #: The group's recent service level, a share, is lower.
    level_below: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiter:
    """One call as it waits now."""

    ring: int
    waited_s: float
    #: None when nothing can be said.
    forecast_s: float | None
    queue: int
    #: Where it stands among them.
    place: int = 1
    #: The group's recent service level; None without recent calls.
    level: float | None = None
    #: Waits and lengths of the line count as if the steps named so many times as much (`fairness.Balance.stretch`).
    stretch: float = 1.0


@dataclass(frozen=True, slots=True)
class Climb:
    """The call goes up to this ring; `why` names the condition: after, forecast, queue or level.

    Or behind: it was due only because the group lags, by less than one of them says.
    """

    ring: int
    why: str


def climb(ladder: Sequence[Step], waiter: Waiter, *, each: bool = False) -> Climb | None:
    """The highest step that is due, or with `each` the next one; never one further down.

    So a condition that comes and goes cannot flicker.
    """
    for step in sorted(ladder, key=lambda step: step.ring if each else -step.ring):
        if step.ring <= waiter.ring:
            continue
        if step.after_s is not None and waiter.waited_s >= step.after_s * waiter.stretch:
            return Climb(step.ring, "after" if waiter.waited_s >= step.after_s else "behind")
        if step.forecast_s is not None and waiter.forecast_s is not None and waiter.forecast_s > step.forecast_s:
            return Climb(step.ring, "forecast")
        queue = waiter.place if step.only_behind else waiter.queue
        if step.queue_over is not None and queue > step.queue_over * waiter.stretch:
            return Climb(step.ring, "queue" if queue > step.queue_over else "behind")
        if step.level_below is not None and waiter.level is not None and waiter.level < step.level_below:
            return Climb(step.ring, "level")
    return None
