"""Erlang's formulas against the trade's reference values, solved chains and a simulated line."""

from __future__ import annotations

import heapq
import math
import random
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from routing.staffing import Performance, Target, agents_needed, erlang_b, erlang_c, performance

loads = st.floats(0, 60)
agents = st.integers(0, 80)
patience = st.floats(0.01, 1000)
within = st.floats(0, 10)
#: A handle time of 1 s makes 3600 calls an hour one erlang.
ERLANG = 3600.0


@pytest.mark.parametrize(("load", "n", "blocked"), [(1, 1, 0.5), (2, 3, 4 / 19), (5, 10, 0.018385)])
def test_erlang_b_has_the_reference_values(load: float, n: int, blocked: float) -> None:
    assert erlang_b(load, n) == pytest.approx(blocked, abs=5e-7)


@given(st.integers(1, 30), st.integers(0, 30))
def test_erlang_b_is_the_last_term_of_the_exact_sum(load: int, n: int) -> None:
    terms = [Fraction(load**k, math.factorial(k)) for k in range(n + 1)]
    assert erlang_b(load, n) == pytest.approx(float(terms[-1] / sum(terms)), rel=1e-12)


def test_erlang_c_has_the_reference_values() -> None:
    found = performance(200, 180, None, 14, 20)
    assert found.wait_probability == pytest.approx(0.17413, abs=5e-6)
    assert found.service_level == pytest.approx(0.88835, abs=5e-6)
    assert found.mean_wait_s == pytest.approx(7.836, abs=5e-4)
    assert found.abandon_share == 0


@given(st.integers(1, 30), st.integers(1, 30))
def test_erlang_c_is_the_exact_share_of_states_with_all_agents_busy(load: int, above: int) -> None:
    n = load + above
    free = sum(Fraction(load**k, math.factorial(k)) for k in range(n))
    waits = Fraction(load**n, math.factorial(n)) * Fraction(n, n - load)
    assert erlang_c(load, n) == pytest.approx(float(waits / (free + waits)), rel=1e-12)


def test_a_line_nobody_leaves_grows_without_end_when_the_load_is_not_less_than_the_agents() -> None:
    for n in (0, 9, 10):
        assert performance(200, 180, None, n, 20) == Performance(
            wait_probability=1, service_level=0, abandon_share=0, mean_wait_s=math.inf
        )
    assert erlang_c(10, 10) == 1


def solved(load: float, n: int, leaving: float, within: float, longest: int = 60) -> Performance:
    """The same by brute force, in handle times: the balance equations eliminated, the wait by uniformisation."""
    states = n + longest + 1
    rows = [[0.0] * (states + 1) for _ in range(states)]
    for k in range(states):
        down = min(k, n) + max(k - n, 0) * leaving
        for to, rate in ((k + 1, load), (k - 1, down)):
            if 0 <= to < states:
                rows[to][k] += rate
                rows[k][k] -= rate
    rows[-1] = [1.0] * (states + 1)
    for i in range(states):
        best = max(range(i, states), key=lambda r: abs(rows[r][i]))
        rows[i], rows[best] = rows[best], rows[i]
        for r in range(states):
            if r != i and rows[r][i]:
                factor = rows[r][i] / rows[i][i]
                rows[r] = [a - factor * b if b else a for a, b in zip(rows[r], rows[i], strict=True)]
    shares = [rows[i][-1] / rows[i][i] for i in range(states)]
    line = shares[n:]

    # A caller with j ahead goes to j-1 with n + j theta, or leaves with theta; once served or gone stays so.
    fastest = n + (longest + 1) * leaving
    answered, now = 0.0, [0.0, *line]
    weight, served = math.exp(-fastest * within), 0.0
    for step in range(int(fastest * within + 12 * math.sqrt(fastest * within) + 30)):
        answered += weight * served
        weight *= fastest * within / (step + 1)
        moved = [p * (n + (j - 1) * leaving) / fastest if j else 0.0 for j, p in enumerate(now)]
        served += moved[1]
        stay = [p * (1 - (n + j * leaving) / fastest) if j else 0.0 for j, p in enumerate(now)]
        now = [0.0, *(s + m for s, m in zip(stay[1:], [*moved[2:], 0.0], strict=True))]
    waiting = sum(j * p for j, p in enumerate(line))
    return Performance(
        wait_probability=sum(line),
        service_level=sum(shares[:n]) + answered,
        abandon_share=leaving * waiting / load,
        mean_wait_s=waiting / load,
    )


@pytest.mark.parametrize(
    ("load", "n", "leaving", "within"),
    [(0.7, 1, 0.5, 0.3), (4, 3, 1.0, 0.5), (4, 6, 0.25, 0.1), (9, 3, 0.5, 2.0), (5, 5, 3.0, 0.2), (2, 0, 0.5, 1.0)],
)
def test_erlang_a_is_the_solved_chain(load: float, n: int, leaving: float, within: float) -> None:
    found, exact = performance(load * ERLANG, 1, 1 / leaving, n, within), solved(load, n, leaving, within)
    for name in ("wait_probability", "service_level", "abandon_share", "mean_wait_s"):
        assert getattr(found, name) == pytest.approx(getattr(exact, name), rel=1e-9, abs=1e-12), name


def test_erlang_a_is_what_a_simulated_line_does() -> None:
    rng = random.Random(4)
    aht, patience_s, n, rate, calls = 240.0, 120.0, 8, 130 / 3600, 60_000
    free, now, waited, fast, abandoned, total = [0.0] * n, 0.0, 0, 0, 0, 0.0
    for _ in range(calls):
        now += rng.expovariate(rate)
        wait, ready = max(0.0, free[0] - now), rng.expovariate(1 / patience_s)
        waited += wait > 0
        total += min(wait, ready)
        if ready < wait:
            abandoned += 1
        else:
            fast += wait <= 20
            heapq.heapreplace(free, now + wait + rng.expovariate(1 / aht))
    found = performance(130, aht, patience_s, n, 20)
    assert waited / calls == pytest.approx(found.wait_probability, abs=0.02)
    assert fast / calls == pytest.approx(found.service_level, abs=0.02)
    assert abandoned / calls == pytest.approx(found.abandon_share, abs=0.01)
    assert total / calls == pytest.approx(found.mean_wait_s, abs=1)


@given(loads, agents, patience, within)
@example(47.8, 22, 20.7, 1)  # a sum of shares a little above 1 before it is cut
@example(55.3, 0, 34.1, 10)
def test_shares_are_shares_and_calls_go_in_as_they_come_out(load: float, n: int, p: float, t: float) -> None:
    found = performance(load * ERLANG, 1, p, n, t)
    for share in (found.wait_probability, found.service_level, found.abandon_share):
        assert 0 <= share <= 1
    assert found.abandon_share == pytest.approx(found.mean_wait_s / p, rel=1e-9)
    assert found.service_level <= 1 - found.abandon_share + 1e-12
    assert found.service_level >= 1 - found.wait_probability - 1e-12
    # Whom the agents serve, by their time, is who did not hang up.
    assert load * (1 - found.abandon_share) <= n + 1e-9


@given(loads, agents, patience)
def test_at_once_only_those_are_answered_who_need_not_wait_and_in_the_end_all_who_stay(
    load: float, n: int, p: float
) -> None:
    at_once, at_last = performance(load * ERLANG, 1, p, n, 0), performance(load * ERLANG, 1, p, n, 1e6)
    assert at_once.service_level == pytest.approx(1 - at_once.wait_probability, abs=1e-12)
    assert at_last.service_level == pytest.approx(1 - at_last.abandon_share, abs=1e-9)


@given(loads, agents, st.one_of(st.none(), patience), within, st.floats(0, 5))
def test_more_agents_or_a_longer_limit_are_never_worse(
    load: float, n: int, p: float | None, t: float, longer: float
) -> None:
    few, more = (performance(load * ERLANG, 1, p, k, t) for k in (n, n + 1))
    assert more.wait_probability <= few.wait_probability + 1e-12
    assert more.service_level >= few.service_level - 1e-12
    assert more.abandon_share <= few.abandon_share + 1e-12
    assert more.mean_wait_s <= few.mean_wait_s * (1 + 1e-12)
    assert performance(load * ERLANG, 1, p, n, t + longer).service_level >= few.service_level - 1e-12


@given(st.floats(0.1, 0.95), st.integers(1, 60), within)
def test_endless_patience_is_erlang_c_and_none_is_erlang_b(occupancy: float, n: int, t: float) -> None:
    load = occupancy * n
    endless, c = performance(load * ERLANG, 1, 1e6, n, t), performance(load * ERLANG, 1, None, n, t)
    assert endless.wait_probability == pytest.approx(c.wait_probability, abs=1e-3)
    assert endless.service_level == pytest.approx(c.service_level, abs=1e-3)
    assert endless.mean_wait_s == pytest.approx(c.mean_wait_s, rel=1e-2)
    assert endless.abandon_share < 1e-4
    none = performance(load * ERLANG, 1, 1e-6, n, t)
    assert none.abandon_share == pytest.approx(erlang_b(load, n), abs=1e-3)
    assert none.mean_wait_s < 1e-6


def test_the_largest_centre_and_the_most_overloaded_one_are_within_the_reach_of_numbers() -> None:
    large = performance(500 * 20, 180, 180, 500, 20)
    assert large.abandon_share == pytest.approx(0.0178, abs=1e-3)
    for n in (0, 1, 250):
        found = performance(500 * 20, 180, 1.8e8, n, 20)
        # Who finds a line that never clears is served by the share of agents there are, whatever the patience.
        assert found.abandon_share == pytest.approx(1 - n / 500, rel=1e-9)
        assert found.service_level == 0
    assert performance(0.01 * 20, 180, 180, 500, 20).service_level == 1


def test_fewer_agents_are_needed_when_callers_hang_up() -> None:
    target = Target(service_level=0.8, within_s=20)
    assert agents_needed(200, 180, None, target) == 14
    assert agents_needed(200, 180, 180, target) < 14
    assert agents_needed(0, 180, 180, target) == 0


@settings(max_examples=60)
@given(
    st.floats(0.01, 500),
    st.one_of(st.none(), st.floats(5, 5000)),
    st.one_of(st.none(), st.floats(0.01, 0.999)),
    st.floats(0.001, 0.9),
    st.floats(0, 120),
)
def test_the_agents_needed_are_the_fewest(
    load: float, patience_s: float | None, level: float | None, ceiling: float, within_s: float
) -> None:
    target = Target(service_level=level, within_s=within_s, abandon_share=None if level else ceiling)
    calls = load * 20
    n = agents_needed(calls, 180, patience_s, target)
    assert target.met_by(performance(calls, 180, patience_s, n, within_s))
    assert not target.met_by(performance(calls, 180, patience_s, n - 1, within_s))


def test_of_two_targets_the_harder_one_decides() -> None:
    level, ceiling = Target(service_level=0.8), Target(abandon_share=0.001)
    both = Target(service_level=0.8, abandon_share=0.001)
    needed = [agents_needed(1000, 300, 120, target) for target in (level, ceiling, both)]
    assert needed[0] < needed[1] == needed[2]


def test_a_ceiling_of_abandonment_where_nobody_hangs_up_still_asks_for_a_line_that_clears() -> None:
    assert agents_needed(200, 180, None, Target(abandon_share=0.05)) == 11


@pytest.mark.parametrize(
    ("arrivals", "aht_s", "patience_s", "n", "within_s", "expected"),
    [
        (-1, 180, 60, 5, 20, "arrivals"),
        (math.nan, 180, 60, 5, 20, "arrivals"),
        (math.inf, 180, 60, 5, 20, "arrivals"),
        (100, 0, 60, 5, 20, "handle time"),
        (100, 180, 0, 5, 20, "patience"),
        (100, 180, 1e-9, 5, 20, "patience"),
        (100, 180, 1e12, 5, 20, "None for callers who never hang up"),
        (100, 180, 60, -1, 20, "agents"),
        (100, 180, 60, 5, -1, "answer within"),
        (1e9, 180, 60, 5, 20, "erlangs"),
    ],
)
def test_what_cannot_be_is_refused(
    arrivals: float, aht_s: float, patience_s: float, n: int, within_s: float, expected: str
) -> None:
    with pytest.raises(ValueError, match=expected):
        performance(arrivals, aht_s, patience_s, n, within_s)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"service_level": 1.0},
        {"service_level": 80.0},
        {"abandon_share": 0.0},
        {"abandon_share": 0.1, "within_s": -1.0},
    ],
)
def test_a_target_that_asks_nothing_or_too_much_is_refused(asked: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Target(**asked)
