"""The plot of a pool's day."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcenter.staffing.plan import PoolPlan
from callcenter.web.supervisor.staff_plot import HEIGHT, WIDTH, plot
from routing.roster import QUARTERS, Need
from routing.staffing import Target


def pool(needs: list[tuple[int, int]], calls: float = 3.0) -> PoolPlan:
    """From nine o'clock on, quarter-hour by quarter-hour: agents needed and there."""
    return PoolPlan(
        groups=("kitchen",),
        calls={"kitchen": [calls] * QUARTERS},
        aht_s=300,
        patience_s=None,
        target=Target(service_level=0.8),
        needs=tuple(
            Need(start_minute=540 + 15 * n, needed=needed, regular=regular, peak=max(0, needed - regular))
            for n, (needed, regular) in enumerate(needs)
        ),
        blocks=(),
        peak_agents=1,
        came=[0] * QUARTERS,
    )


def test_a_step_for_each_quarter_hour_and_a_block_where_agents_lack() -> None:
    found = plot(pool([(4, 4), (6, 4)]))
    assert found is not None
    assert found.needed == "40.0,132.0 360.0,132.0 360.0,73.0 680.0,73.0"
    assert [(bar.x, bar.y, bar.width, bar.height) for bar in found.peak] == [(360.0, 73.0, 320.0, 59.0)]
    assert [(agents, calls) for _, agents, calls in found.rows] == [(0, 0), (2, 1), (4, 2), (6, 3), (8, 4)]
    assert plot(pool([(0, 0)])) is None


@given(st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=60), st.floats(0, 3000))
def test_everything_lies_within_the_picture(needs: list[tuple[int, int]], calls: float) -> None:
    found = plot(pool(needs, calls))
    if found is None:
        assert not any(needed or regular for needed, regular in needs)
        return
    points = [tuple(map(float, point.split(","))) for point in f"{found.needed} {found.regular}".split()]
    points += [(bar.x, bar.y) for bar in (*found.calls, *found.peak)]
    points += [(bar.x + bar.width, bar.y + bar.height) for bar in (*found.calls, *found.peak)]
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points)
    assert len(found.columns) <= 13
