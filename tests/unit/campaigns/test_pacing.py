"""How many lines: each mode's rule, the carrier's limits, the ceiling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.campaigns.line_life import Rings, Spell, free_within
from callcenter.campaigns.outbound_world import a_day
from callcenter.campaigns.pacing import Ceiling, Limits, Mode, Pacer, Scene, yields_to_inbound

ROOM = Limits(channels=1000, calls_per_second=1000)


def scene(idle: int, ringing: int = 0, talking: int = 0, **more: int) -> Scene:
    return Scene(at_s=100.0, idle=idle, ringing=(97.0,) * ringing, talking=(50.0,) * talking, **more)


def test_progressive_never_rings_more_lines_than_agents_are_free() -> None:
    pacer = Pacer(mode=Mode.PROGRESSIVE, limits=ROOM)
    assert pacer.lines(scene(5)) == 5
    assert pacer.lines(scene(5, ringing=3)) == 2
    assert pacer.lines(scene(2, ringing=3)) == 0


def test_preview_rings_what_is_asked_for_and_agentless_what_the_carrier_takes() -> None:
    assert Pacer(mode=Mode.PREVIEW, limits=ROOM).lines(scene(5), asked=2) == 2
    pacer = Pacer(mode=Mode.AGENTLESS, limits=Limits(channels=10, calls_per_second=5))
    assert pacer.lines(scene(0)) == 5
    assert pacer.lines(scene(0, channels=8)) == 2
    assert pacer.lines(scene(0, dialled_last_second=4)) == 1
    assert pacer.lines(scene(0, channels=12)) == 0


def test_predictive_rings_beyond_the_free_agents_and_not_once_the_ceiling_is_reached() -> None:
    pacer = Pacer(mode=Mode.PREDICTIVE, limits=ROOM, ceiling=Ceiling(answered=1000, abandoned=5))
    assert pacer.lines(scene(10, talking=10)) > 10
    pacer.ceiling = Ceiling(answered=1000, abandoned=30)
    assert pacer.lines(scene(10, talking=10)) == 10


def test_a_small_team_is_paced_progressively() -> None:
    pacer = Pacer(mode=Mode.PREDICTIVE, limits=ROOM, ceiling=Ceiling(answered=1000))
    assert pacer.lines(scene(4)) == 4


def test_the_price_falls_with_each_abandonment_and_rises_with_each_answer() -> None:
    ceiling = Ceiling(answered=10_000)
    before = ceiling.price
    ceiling.met()
    after = ceiling.price
    ceiling.lost()
    assert ceiling.price < before < after
    assert (ceiling.answered, ceiling.abandoned) == (10_002, 1)


def test_lines_that_still_ring_count_in_what_is_learnt() -> None:
    """Busy lines end first; whoever judged by them alone would take the list for dead."""
    rings = Rings()
    for _ in range(50):
        rings.ended(2.0, answered=False, still=[2.5] * 200)
    assert rings.hit_rate > 0.25
    blind = Rings()
    for _ in range(50):
        blind.ended(2.0, answered=False, still=[])
    assert blind.hit_rate < 0.2


def test_what_is_learnt_comes_to_the_truth() -> None:
    rings = Rings()
    for n in range(3000):
        rings.ended(10.0 if n % 10 < 3 else 23.0, answered=n % 10 < 3, still=[])
    assert rings.hit_rate == pytest.approx(0.3, abs=0.02)
    assert rings.answered_within(0, 11) == pytest.approx(0.3, abs=0.02)
    assert rings.answered_within(12, 30) == pytest.approx(0.0, abs=0.02)
    spell = Spell(10.0)
    for _ in range(3000):
        spell.ended(120.0)
    assert spell.mean_s(0) == pytest.approx(120, rel=0.05)


@given(st.floats(0, 600), st.floats(1, 600), st.floats(1, 600))
def test_chances_to_become_free_are_chances(seconds: float, talk_s: float, write_s: float) -> None:
    talking, writing = free_within(seconds, talk_s, write_s)
    assert -1e-9 <= talking <= writing + 1e-9 <= 1 + 2e-9


def test_outbound_yields_above_the_limit_only() -> None:
    assert yields_to_inbound(31, 30)
    assert not yields_to_inbound(30, 30)
    assert not yields_to_inbound(None, 30)
    assert not yields_to_inbound(999, None)


def test_days_keep_the_ceiling_and_beat_progressive() -> None:
    for seed in range(2):
        ours = a_day(20, 0.3, Mode.PREDICTIVE, seed, 2 * 3600)
        progressive = a_day(20, 0.3, Mode.PROGRESSIVE, seed, 2 * 3600)
        assert 0 < ours.abandoned <= 0.03
        assert progressive.abandoned == 0
        assert ours.utilisation > progressive.utilisation + 0.1
    assert a_day(20, 0.3, 1 / 0.3, 0, 2 * 3600).abandoned > 0.05
