"""A pool's day as an SVG of 720 by 280: calls as bars, agents as steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from callcenter.staffing.plan import PoolPlan
from routing.roster import QUARTER_MIN, Need

WIDTH, HEIGHT = 720, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 40, 40, 14, 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A filled column, in the SVG's units."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """What the template draws."""

    width: int
    height: int
    left: int
    right: int
    calls: tuple[Bar, ...]
    #: What the regular agents lack, from their number up to the need.
    peak: tuple[Bar, ...]
    #: `points` of two step lines.
    needed: str
    regular: str
    #: Height, agents and calls at the grid's lines; place and hour below.
    rows: tuple[tuple[float, int, int], ...]
    columns: tuple[tuple[float, int], ...]


def plot(pool: PoolPlan) -> Plot | None:
    """The hours in which there is something; None if there is nothing."""
    needs = pool.busy
    if not needs:
        return None
    expected = pool.expected
    calls = [expected[need.start_minute // QUARTER_MIN] for need in needs]
    agents = _round_up(max(max(need.needed, need.regular) for need in needs))
    most_calls = _round_up(max(calls))
    first, last = needs[0].start_minute, needs[-1].start_minute + QUARTER_MIN

    def x(minute: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (minute - first) / (last - first), 1)

    def y(share: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * share, 1)

    def bar(need: Need, low: float, high: float, inset: float) -> Bar:
        start, end = x(need.start_minute) + inset, x(need.start_minute + QUARTER_MIN) - inset
        return Bar(x=round(start, 1), y=y(high), width=round(end - start, 1), height=round(y(low) - y(high), 1))

    def steps(heights: Sequence[int]) -> str:
        return " ".join(
            f"{x(need.start_minute + edge)},{y(height / agents)}"
            for need, height in zip(needs, heights, strict=True)
            for edge in (0, QUARTER_MIN)
        )

    every = max(1, -(-(last - first) // 60 // 12))
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        left=_LEFT,
        right=WIDTH - _RIGHT,
        calls=tuple(bar(need, 0, n / most_calls, 1.5) for need, n in zip(needs, calls, strict=True)),
        peak=tuple(bar(n, n.regular / agents, (n.regular + n.peak) / agents, 0) for n in needs if n.peak),
        needed=steps([need.needed for need in needs]),
        regular=steps([need.regular for need in needs]),
        rows=tuple((y(n / 4), agents * n // 4, most_calls * n // 4) for n in range(5)),
        columns=tuple((x(hour * 60), hour) for hour in range(-(-first // 60), last // 60 + 1, every)),
    )


def _round_up(most: float) -> int:
    """To a multiple of 4 that is round, so that quarters of it are whole."""
    step = 4
    while True:
        for times in (1, 2, 3, 5):
            if most <= times * step:
                return times * step
        step *= 5 if str(step).startswith("4") else 2
