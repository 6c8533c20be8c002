"""The rig of `scripts/bench routing`: both sides decide alike, a wrong decision is reported, the verdict is said."""

from __future__ import annotations

import gc
from array import array

import pytest

from routing.acd import Acd, Request
from tests.benchmarks.calls.load import RigError
from tests.benchmarks.routing.measure import Measured, Plan, measure
from tests.benchmarks.routing.report import decisions, disturbance, growth, rates, target
from tests.benchmarks.routing.world import Kind, Size

_PLAN = Plan(sizes=(Size(400, 80), Size(800, 160)), judged=Size(400, 80), warm_up=5, rounds=60, walked=60)


def _took(microseconds: int) -> Measured:
    times = {kind: array("q", [microseconds * 1000] * 3) for kind in Kind}
    return Measured(size=_PLAN.judged, engine=times, walk=times)


def test_both_decide_alike_and_every_kind_of_decision_is_timed() -> None:
    found = [measure(size, _PLAN) for size in _PLAN.sizes]
    assert gc.get_freeze_count() == 0
    for one in found:
        # Every round six decisions and a look-up with a crowd, two while agents are idle.
        assert one.compared == (_PLAN.warm_up + _PLAN.walked) * 8
        assert set(one.engine) == set(one.walk) == set(Kind)
        assert {len(times) for times in one.engine.values()} == {_PLAN.rounds, 2 * _PLAN.rounds}
    assert all(f"| {size} | {kind} |" in decisions(found) for size in ("400 / 80", "800 / 160") for kind in Kind)
    assert rates(found).count("\n") == 3
    assert "| (A) log2 of the calls waiting | 1.12 | 1.12 | | |" in growth(found)
    assert "cores meanwhile" in disturbance(found)


def _last_idle(acd: Acd, asked: Request) -> tuple[str, int] | None:
    lines = (((asked.group, asked.language, ring), ring) for ring in range(1, asked.ring + 1))
    return next(((idle[-1][2], ring) for line, ring in lines if (idle := acd._idle.get(line))), None)


@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("_favour", lambda acd, company: None if company in acd._blocked else 0),
        ("_idle_agent", _last_idle),
        ("position", lambda acd, call: 1),
    ],
)
def test_a_wrong_decision_is_reported(what: str, wrong: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Acd, what, wrong)
    with pytest.raises(RigError, match=r"the Acd says Said\(.*, the walk Said\("):
        measure(_PLAN.judged, _PLAN)
    assert gc.get_freeze_count() == 0


def test_a_centre_that_does_not_stay_crowded_is_reported() -> None:
    with pytest.raises(RigError, match="found nobody in line"):
        measure(Size(5, 40), _PLAN)


def test_the_target_is_reached_or_not_or_was_not_measured() -> None:
    assert target([_took(99)], _PLAN.judged).count("| < 100 | reached |") == 2
    assert target([_took(101)], _PLAN.judged).count("| < 100 | **not reached** |") == 2
    assert target([_took(99)], Size(10_000, 2_000)) == "p99 at 10,000 / 2,000: not measured in this run."
