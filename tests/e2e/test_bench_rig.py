"""The rig of `scripts/bench calls` tells the truth about its own trouble: a spoilt measurement is never counted."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.calls.load import Load, RigError, SetUp, agents, expect_untroubled, place, set_ups
from tests.benchmarks.calls.measure import Measured, Plan, Sustained, expect_complete, measure
from tests.benchmarks.calls.report import cells, disturbance, table, targets
from tests.benchmarks.calls.ways import System, Way, opened, until

pytestmark = [pytest.mark.e2e, pytest.mark.benchmark]

_PLAN = Plan(
    waiting=(0,),
    rounds=1,
    load=Load(calls=10, rate=10, hold_s=0.3),
    idle_s=0.2,
    agents=12,
    first_rate=10,
    factor=2,
    halvings=0,
    step_s=1,
)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each system under test names its own data folder there.
    monkeypatch.setenv("CALLCENTER_DATA", "")


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    with opened(Way.DIAL, tmp_path / "system", 4) as opened_system:
        yield opened_system


@pytest.mark.parametrize("way", list(Way))
def test_every_way_is_measured_with_callers_waiting(way: Way, tmp_path: Path) -> None:
    one = measure(way, 3, _PLAN, tmp_path / "run")
    assert len(one.set_ups) == _PLAN.load.calls
    assert all(0 < s.route_ms < 5000 and 0 < s.connect_ms < 5000 for s in one.set_ups)
    assert 0 < one.net_ms["asterisk"] <= one.gross_ms["asterisk"]
    assert ("controller" in one.gross_ms) == (one.controller_mb is not None) == (way is Way.ENGINE)


def test_failed_calls_are_reported_not_counted(system: System, tmp_path: Path) -> None:
    nobody = replace(system, numbers=("5555",))
    with pytest.raises(RigError, match="3 of 3 calls failed"):
        expect_complete(Load(calls=3, rate=10, hold_s=0.1), nobody, tmp_path / "calls", 1010000000)


async def test_callers_that_could_not_keep_their_rate_are_reported(system: System, tmp_path: Path) -> None:
    notes = tmp_path / "calls" / "notes.log"

    def stall() -> None:
        # One that stands still before its first call has only begun later.
        until(lambda: notes.exists() and notes.stat().st_size > 0, "the first call placed")
        (pid,) = children() - before
        os.kill(pid, signal.SIGSTOP)
        time.sleep(4)
        os.kill(pid, signal.SIGCONT)

    with agents(tmp_path / "agents", system.agents_port):
        before = children()
        load = Load(calls=60, rate=20, hold_s=0.1)
        placing = asyncio.to_thread(place, tmp_path / "calls", system.server, system.numbers, load, 1010000000)
        with pytest.raises(RigError, match="over-loaded"):
            await asyncio.gather(placing, asyncio.to_thread(stall))


def test_agents_that_went_away_are_reported(system: System, tmp_path: Path) -> None:
    before = children()

    def lose_the_agents() -> None:
        with agents(tmp_path / "agents", system.agents_port):
            (pid,) = children() - before
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    with pytest.raises(RigError, match="agents' SIPp ended"):
        lose_the_agents()


def test_agents_that_were_overloaded_are_reported(tmp_path: Path) -> None:
    statistics = tmp_path / "statistics.csv"
    columns = "WatchdogMajor(C);FatalErrors(C);FailedCannotSendMessage(C)"
    statistics.write_text(f"{columns}\n0;0;0\n")
    expect_untroubled(statistics)
    statistics.write_text(f"{columns}\n0;0;0\n1;0;0\n")
    with pytest.raises(RigError, match="over-loaded"):
        expect_untroubled(statistics)


def test_a_call_is_timed_from_the_notes_of_both_sides_or_not_at_all(tmp_path: Path) -> None:
    callers, called = tmp_path / "callers.log", tmp_path / "called.log"
    callers.write_text("invited 010 2026-01-01 00:00:00 100.000\nthrough 010 2026-01-01 00:00:00 100.020\n")
    called.write_text("rung 010 2026-01-01 00:00:00 100.004\nrung 010 2026-01-01 00:00:00 100.504\n")
    with pytest.raises(RigError, match="1 of 1 calls were not noted"):
        set_ups(callers, called, 10, 1)
    with called.open("a") as notes:
        notes.write("answered 010 2026-01-01 00:00:00 100.005\n")
    (one,) = set_ups(callers, called, 10, 1)
    assert (one.route_ms, one.connect_ms) == (pytest.approx(4, abs=0.01), pytest.approx(15, abs=0.01))


def _measured(way: Way, waiting: int, cpu: float, disturbed: float = 0.0) -> Measured:
    return Measured(
        way=way,
        waiting=waiting,
        gross_ms={"asterisk": cpu},
        net_ms={"asterisk": cpu},
        set_ups=(SetUp(route_ms=2, connect_ms=1),),
        controller_mb=80 if way is Way.ENGINE else None,
        disturbed=disturbed,
    )


def test_the_report_says_what_is_reached_and_what_is_not() -> None:
    rounds = [_measured(way, waiting, 10) for way in (Way.DIAL, Way.QUEUE) for waiting in (0, 500)]
    found = cells([*rounds, _measured(Way.ENGINE, 0, 7.5), _measured(Way.ENGINE, 500, 8.5)])
    said = targets(found, {way: Sustained(rate=100, why="") for way in Way})
    verdicts = {line.split("|")[1].strip(): line.split("|")[4].strip() for line in said.splitlines()[2:]}
    assert verdicts["CPU per call, nobody waiting, of app_queue's"] == "reached"
    assert verdicts["CPU per call, 500 waiting, of app_queue's"] == "**not reached**"
    assert verdicts["net growth from 0 to 500 waiting"] == "**not reached**"
    assert verdicts["highest rate, of bare Dial's"] == "reached"
    assert verdicts["highest rate, of app_queue's"] == "**not reached**"
    assert "| 500 | engine | 8.5 |" in table(found)


def test_the_median_of_the_rounds_counts_and_the_worst_disturbance_is_told() -> None:
    found = cells([_measured(Way.DIAL, 0, cpu, disturbed) for cpu, disturbed in ((5, 0.0), (50, 0.4), (6, 0.0))])
    assert found[Way.DIAL, 0].gross == 6
    assert "40%" in disturbance(found)
    assert not disturbance(cells([_measured(Way.DIAL, 0, 5, 0.02)]))


def children() -> set[int]:
    """The processes that this one has started and that still live."""
    found = Path("/proc/self/task").glob("*/children")
    return {int(pid) for file in found for pid in file.read_text().split()}
