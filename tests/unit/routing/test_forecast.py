"""What callers are told of their wait, and how far it was right."""

from __future__ import annotations

import math
import random
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.forecast import (
    Estimate,
    ForecastError,
    Rates,
    Running,
    Told,
    band,
    by_head_of_line,
    by_queue_length,
    estimate,
    told,
)


def test_by_queue_length_is_the_sum_of_the_spells_until_each_caller_ahead_is_gone() -> None:
    found = by_queue_length(2, 2, 100, 50)
    assert found is not None
    assert found.mean_s == pytest.approx(50 + 25 + 100 / 6)
    assert found.sd_s**2 == pytest.approx(50**2 + 25**2 + (100 / 6) ** 2)
    assert by_queue_length(4, 10, 240, math.inf) == Estimate(
        mean_s=120, sd_s=pytest.approx(math.sqrt(5) * 24), agents=10
    )


def test_by_queue_length_is_what_a_simulated_line_does() -> None:
    rng = random.Random(7)
    ahead, agents, aht, patience = 6, 4, 240.0, 150.0
    waits = []
    for _ in range(8_000):
        ready = sorted(rng.expovariate(1 / patience) for _ in range(ahead))
        free = sorted(rng.expovariate(1 / aht) for _ in range(agents))
        # The agents' next ends, each followed by another call; the head takes one, whoever is out of patience is gone.
        now, left = 0.0, list(ready)
        while True:
            end = min(free)
            now, left = end, [r for r in left if r > end]
            if not left:
                break
            left.pop(rng.randrange(len(left)))
            free[free.index(end)] = end + rng.expovariate(1 / aht)
        waits.append(now)
    found = by_queue_length(ahead, agents, aht, patience)
    assert found is not None
    assert fmean(waits) == pytest.approx(found.mean_s, rel=0.03)
    assert stdev(waits) == pytest.approx(found.sd_s, rel=0.05)


@given(st.integers(0, 200), st.integers(1, 200), st.floats(1, 2000), st.floats(1, 1e5))
def test_more_callers_ahead_more_patience_or_fewer_agents_make_it_longer(
    ahead: int, agents: int, aht: float, patience: float
) -> None:
    def mean(ahead: int, agents: int, patience: float) -> float:
        found = by_queue_length(ahead, agents, aht, patience)
        assert found is not None
        assert 0 < found.sd_s <= found.mean_s * (1 + 1e-12)
        return found.mean_s

    base = mean(ahead, agents, patience)
    assert mean(ahead + 1, agents, patience) > base
    assert mean(ahead, agents + 1, patience) < base
    assert base <= mean(ahead, agents, 2 * patience) <= mean(ahead, agents, math.inf) * (1 + 1e-12)


def test_the_head_of_the_line_stands_for_the_wait_when_the_rates_are_unknown() -> None:
    found = by_head_of_line(7, 3, 200, 50)
    assert found == Estimate(mean_s=150, sd_s=75, agents=3)
    assert by_head_of_line(0, 3, 200) is None
    assert by_head_of_line(7, 0, 200) is None
    assert by_head_of_line(7, 3, 200, 200) is None


def test_queue_length_goes_before_head_of_line() -> None:
    both = Rates(aht_s=240, patience_s=120)
    assert estimate(3, 5, both, head_waited_s=999) == by_queue_length(3, 5, 240, 120)
    for part in (Rates(), Rates(aht_s=240), Rates(patience_s=120)):
        assert estimate(3, 5, part, head_waited_s=90, waited_s=30) == by_head_of_line(3, 5, 90, 30)
        assert estimate(3, 5, part) is None
    assert estimate(0, 5, Rates(aht_s=240), head_waited_s=90) == Estimate(mean_s=48, sd_s=48, agents=5)
    assert estimate(3, 0, both) is None


@pytest.mark.parametrize(
    ("step", "deviations", "expected"),
    [(60, 1, (180, 300)), (30, 1, (180, 270)), (30, 2, (120, 330)), (60, 9, (0, 600))],
)
def test_the_band_is_rounded_outward_to_what_a_voice_says(
    step: int, deviations: float, expected: tuple[int, int]
) -> None:
    assert band(Estimate(mean_s=225, sd_s=40, agents=1), step_s=step, deviations=deviations) == expected


def minutes(mean: float, sd: float, agents: int = 5) -> Estimate:
    return Estimate(mean_s=mean * 60, sd_s=sd * 60, agents=agents)


def test_a_range_is_told_only_if_the_forecast_is_good_enough() -> None:
    assert told(minutes(4, 0.8), None, now_s=9, limit=0.2) == Told(low_min=3, high_min=5, at_s=9, agents=5)
    assert told(minutes(4, 0.9), None, now_s=9, limit=0.2) is None
    assert told(None, None, now_s=9, limit=0.2) is None


def test_a_wait_of_seconds_is_told_if_its_error_is_of_seconds_too() -> None:
    soon = Estimate(mean_s=20, sd_s=20, agents=5)
    assert told(soon, None, now_s=9, limit=0.2) is None
    assert told(soon, None, now_s=9, limit=0.2, slack_s=20) == Told(low_min=0, high_min=1, at_s=9, agents=5)


def test_a_later_announcement_is_cut_at_what_is_left_of_the_promise() -> None:
    before = Told(low_min=3, high_min=5, at_s=0, agents=5)
    assert told(minutes(3.4, 0.5), before, now_s=60, limit=0.5) == Told(low_min=2, high_min=4, at_s=60, agents=5)
    assert told(minutes(3.4, 0.9), before, now_s=60, limit=0.5) == Told(low_min=2, high_min=4, at_s=60, agents=5)
    assert told(minutes(3.4, 0.9), before, now_s=61, limit=0.5) is None
    assert told(minutes(2.9, 0.9), before, now_s=61, limit=0.5) == Told(low_min=2, high_min=3, at_s=61, agents=5)
    assert told(minutes(0.5, 0.1), before, now_s=301, limit=0.5) is None
    # A clock that was set back makes the promise no longer.
    assert told(minutes(5.5, 0.5), before, now_s=-60, limit=0.5) is None


def test_more_than_promised_is_told_only_with_the_cause() -> None:
    before = Told(low_min=3, high_min=5, at_s=0, agents=5)
    assert told(minutes(8, 1), before, now_s=60, limit=0.5) is None
    assert told(minutes(8, 1, agents=6), before, now_s=60, limit=0.5) is None
    after = told(minutes(8, 1, agents=4), before, now_s=60, limit=0.5)
    assert after == Told(low_min=7, high_min=9, at_s=60, agents=4, agents_left=True)
    assert told(minutes(9, 1, agents=4), after, now_s=120, limit=0.5) is None
    # Fewer agents are no cause when the promise can still be kept.
    assert told(minutes(3.4, 0.9, agents=4), before, now_s=60, limit=0.5) == Told(
        low_min=2, high_min=4, at_s=60, agents=4
    )


@given(
    st.lists(
        st.tuples(st.floats(0, 200), st.floats(0.1, 1200), st.floats(0.01, 1), st.integers(1, 4)),
        min_size=2,
        max_size=12,
    )
)
def test_what_is_told_never_rises_without_cause(steps: list[tuple[float, float, float, int]]) -> None:
    now, said = 0.0, None
    for passed, mean, error, agents in steps:
        now += passed
        new = told(Estimate(mean_s=mean, sd_s=mean * error, agents=agents), said, now_s=now, limit=0.5)
        if new is None:
            continue
        assert error <= 0.5
        assert new.low_min <= mean / 60 <= new.high_min
        if said is not None:
            left = said.high_min * 60 - (now - said.at_s)
            assert (new.high_min * 60 > left) == new.agents_left
            assert not new.agents_left or agents < said.agents
        said = new


def test_the_error_of_forecasts_is_accumulated() -> None:
    errors = ForecastError()
    assert (errors.count, errors.mean_s, errors.mean_absolute_s, errors.rmse_s) == (0, None, None, None)
    for forecast, actual in ((100, 70), (50, 60), (80, 90)):
        errors.add(forecast, actual)
    assert errors.count == 3
    assert errors.mean_s == pytest.approx(10 / 3)
    assert errors.mean_absolute_s == pytest.approx(50 / 3)
    assert errors.rmse_s == pytest.approx(math.sqrt(1100 / 3))


def test_an_event_counts_half_after_the_half_life() -> None:
    running = Running(half_life_s=600, least=1)
    running.handled("x", 100, at_s=0)
    running.handled("x", 400, at_s=600)
    assert running.rates("x", 600).aht_s == pytest.approx((0.5 * 100 + 400) / 1.5)
    assert running.rates("y", 600) == Rates()


def test_a_rate_is_known_while_enough_events_are_recent() -> None:
    running = Running(half_life_s=600, least=2)
    for at in (0, 0, 0):
        running.handled("x", 240, at)
        running.waited("x", 30, at, abandoned=at > 0)
    assert running.rates("x", 0) == Rates(aht_s=240)
    assert running.rates("x", 350).aht_s == pytest.approx(240)
    assert running.rates("x", 352).aht_s is None
    assert running.rates("x", 1e9) == Rates()


def test_calls_of_no_length_tell_no_handle_time() -> None:
    running = Running(half_life_s=600, least=1)
    running.handled("x", 0, 0)
    running.waited("x", 0, 0, abandoned=True)
    assert running.rates("x", 0) == Rates()


def test_patience_counts_the_waits_of_the_answered_too() -> None:
    rng = random.Random(3)
    running = Running(half_life_s=1e9)
    gone = []
    for at in range(6_000):
        wait, ready = rng.uniform(0, 120), rng.expovariate(1 / 180)
        running.waited("x", min(wait, ready), at, abandoned=ready < wait)
        gone += [ready] if ready < wait else []
    assert running.rates("x", 6_000).patience_s == pytest.approx(180, rel=0.06)
    assert fmean(gone) < 60


@given(st.permutations([(50.0, 0.0), (100.0, 300.0), (250.0, 900.0), (10.0, 1000.0)]))
def test_events_may_come_late(events: list[tuple[float, float]]) -> None:
    running = Running(half_life_s=600, least=1)
    for seconds, at in events:
        running.handled("x", seconds, at)
        running.waited("x", seconds, at, abandoned=True)
    weights = {seconds: 0.5 ** ((1000 - at) / 600) for seconds, at in events}
    mean = sum(s * w for s, w in weights.items()) / sum(weights.values())
    assert running.rates("x", 1000) == Rates(aht_s=pytest.approx(mean), patience_s=pytest.approx(mean))


def test_what_cannot_be_is_refused() -> None:
    some = minutes(4, 1)
    for wrong in (
        lambda: by_queue_length(-1, 5, 240, 120),
        lambda: by_queue_length(1, -5, 240, 120),
        lambda: by_queue_length(1, 5, 0, 120),
        lambda: by_queue_length(1, 5, math.nan, 120),
        lambda: by_queue_length(1, 5, 240, 0),
        lambda: by_head_of_line(1, 5, -1),
        lambda: by_head_of_line(1, 5, 10, math.nan),
        lambda: band(some, step_s=0),
        lambda: band(some, deviations=-1),
        lambda: told(some, None, now_s=0, limit=-1),
        lambda: Running(half_life_s=0),
        lambda: Running(half_life_s=600, least=0),
        lambda: Running(half_life_s=600).handled("x", -1, 0),
        lambda: Running(half_life_s=600).waited("x", math.inf, 0, abandoned=True),
    ):
        with pytest.raises(ValueError, match="expected"):
            wrong()
