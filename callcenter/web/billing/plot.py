"""Both centres' yearly cost over the calls a day, as lines of an SVG of 720 by 280."""

from __future__ import annotations

from dataclasses import dataclass

from billing.comparison import compare
from billing.tariff import Tariff

WIDTH, HEIGHT = 720, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 14, 30
_POINTS = 80


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """What the template draws; all in the SVG's units."""

    width: int
    height: int
    #: `points` of the two polylines.
    own: str
    joint: str
    #: Where the asked volume lies on each.
    here: float
    own_here: float
    joint_here: float
    #: Height and label (million won) of the grid's lines; place and label (calls a day) below.
    rows: tuple[tuple[float, int], ...]
    columns: tuple[tuple[float, int], ...]


def plot(tariff: Tariff, calls: int) -> Plot:
    """The plot from one call a day to twice the asked volume."""
    most = max(100, 2 * calls)
    highest = _round_up(compare(tariff, most).own.total)

    def x(volume: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * volume / most, 1)

    def y(won: int) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * won / highest, 1)

    volumes = sorted({1, calls, *(max(1, most * n // _POINTS) for n in range(_POINTS + 1))})
    both = [(volume, compare(tariff, volume)) for volume in volumes]
    asked = compare(tariff, calls)
    return Plot(
        width=WIDTH,
        height=HEIGHT,
        own=" ".join(f"{x(volume)},{y(found.own.total)}" for volume, found in both),
        joint=" ".join(f"{x(volume)},{y(found.joint.total)}" for volume, found in both),
        here=x(calls),
        own_here=y(asked.own.total),
        joint_here=y(asked.joint.total),
        rows=tuple((y(highest * n // 4), highest * n // 4 // 1_000_000) for n in range(5)),
        columns=tuple((x(most * n // 4), most * n // 4) for n in range(5)),
    )


def _round_up(won: int) -> int:
    """To 1, 2 or 4 times a power of ten, so that quarters of it are round."""
    step = 1_000_000
    while True:
        for times in (4, 8, 12, 20):
            if won <= times * step:
                return times * step
        step *= 10 if 20 * step * 2 < won else 2
