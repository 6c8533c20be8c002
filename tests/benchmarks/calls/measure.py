"""One measurement: callers wait, a counted load runs through, and what it cost and how long it took is taken down."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.benchmarks.calls.load import Load, RigError, SetUp, agents, place, set_ups, waiting_callers
from tests.benchmarks.calls.processes import busy_seconds, cpu_by_part, own_seconds, resident_mb
from tests.benchmarks.calls.ways import System, Way, opened, until

#: Set-up at the highest sustained rate: 95 of 100 calls within this.
SETUP_LIMIT_MS = 100.0
_SEARCH_HOLD_S = 0.5
_LOWEST, _HIGHEST = 20.0, 1000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How much is measured."""

    waiting: tuple[int, ...]
    rounds: int
    load: Load
    idle_s: float
    agents: int
    #: The search for the highest rate: where it begins, its factor, how often the last step is halved, seconds a step.
    first_rate: float
    factor: float
    halvings: int
    step_s: float


FULL = Plan(
    waiting=(0, 100, 500),
    rounds=3,
    load=Load(calls=400, rate=50, hold_s=1),
    idle_s=3,
    agents=300,
    first_rate=80,
    factor=1.25,
    halvings=2,
    step_s=4,
)
QUICK = Plan(
    waiting=(0, 100),
    rounds=1,
    load=Load(calls=200, rate=50, hold_s=1),
    idle_s=2,
    agents=200,
    first_rate=80,
    factor=1.5,
    halvings=0,
    step_s=3,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One way with so many callers waiting."""

    way: Way
    waiting: int
    #: CPU ms per call of each part, music of those who wait included.
    gross_ms: dict[str, float]
    #: The same without what each part costs while nobody phones.
    net_ms: dict[str, float]
    set_ups: tuple[SetUp, ...]
    controller_mb: float | None
    #: Share of the machine that programs outside the rig used meanwhile.
    disturbed: float


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def measure(way: Way, waiting: int, plan: Plan, folder: Path) -> Measured:
    """A fresh system, its callers waiting, some calls for warming up, then the counted ones.

    Raises `RigError`: the rig was in trouble, a call failed, or somebody who waited was lost.
    """
    with (
        opened(way, folder / "system", plan.agents) as system,
        agents(folder / "agents", system.agents_port) as notes,
        waiting_callers(folder / "waiting", system.server, system.waiting_number, waiting),
    ):
        until(lambda: system.waiting() == waiting, f"{waiting} callers waiting", patience_s=30 + waiting / 25)
        warm_up = Load(calls=100, rate=plan.load.rate, hold_s=plan.load.hold_s)
        expect_complete(warm_up, system, folder / "warm-up", 1020000000)
        at_rest = system.channels()
        idle = [_idle(system, plan.idle_s)]
        before, began, machine, own = cpu_by_part(system.parts), time.monotonic(), busy_seconds(), own_seconds()
        expect_complete(plan.load, system, folder / "load", 1010000000)
        after, seconds = cpu_by_part(system.parts), time.monotonic() - began
        disturbed = (busy_seconds() - machine - own_seconds() + own) / seconds / (os.cpu_count() or 1)
        idle.append(_idle(system, plan.idle_s))
        if system.waiting() != waiting or system.channels() != at_rest:
            raise RigError(f"{way}: of {waiting} who waited {system.waiting()} are left")
        calls = plan.load.calls
        gross = {part: (after[part] - before[part]) / calls * 1000 for part in after}
        return Measured(
            way=way,
            waiting=waiting,
            gross_ms=gross,
            net_ms={p: gross[p] - statistics.mean(i[p] for i in idle) * seconds / calls * 1000 for p in gross},
            set_ups=tuple(set_ups(folder / "load" / "notes.log", notes, 1010000000, calls)),
            controller_mb=resident_mb(system.controller) if system.controller else None,
            disturbed=max(disturbed, 0.0),
        )


def _idle(system: System, seconds: float) -> dict[str, float]:
    """Cores that each part uses while nobody phones."""
    before, began = cpu_by_part(system.parts), time.monotonic()
    time.sleep(seconds)
    after, took = cpu_by_part(system.parts), time.monotonic() - began
    return {part: (after[part] - before[part]) / took for part in after}


def expect_complete(load: Load, system: System, folder: Path, first_caller: int) -> None:
    """Place the calls and wait until all that follows from them is done. Raises `RigError` when one failed."""
    outcome = place(folder, system.server, system.numbers, load, first_caller)
    if outcome.completed != load.calls:
        raise RigError(f"{system.way}: {outcome.failed} of {load.calls} calls failed at {load.rate:g} a second")
    until(system.settled, "everything written down")


@dataclass(frozen=True, kw_only=True, slots=True)
class Sustained:
    """The highest rate, calls a second, at which all calls complete in time, and what went wrong above it."""

    rate: float
    why: str


def highest_rate(way: Way, plan: Plan, folder: Path) -> Sustained:
    """Search in steps from the first rate, then halve the last step. A rate fails when two attempts at it fail."""
    attempts = count()

    def failure(rate: float) -> str:
        why = ""
        for _ in range(2):
            why = _attempt(way, rate, plan, folder / f"{next(attempts)}")
            if not why:
                return ""
        return why

    good, bad, rate, why = 0.0, 0.0, plan.first_rate, ""
    while (not good or not bad) and _LOWEST < rate < _HIGHEST:
        if trouble := failure(rate):
            bad, why, rate = rate, trouble, rate / plan.factor
        else:
            good, rate = rate, rate * plan.factor
    for _ in range(plan.halvings if good and bad else 0):
        rate = (good * bad) ** 0.5
        if trouble := failure(rate):
            bad, why = rate, trouble
        else:
            good = rate
    return Sustained(rate=good, why=why)


def _attempt(way: Way, rate: float, plan: Plan, folder: Path) -> str:
    """What went wrong at this rate on a fresh system; nothing when all is well."""
    load = Load(calls=round(rate * plan.step_s), rate=rate, hold_s=_SEARCH_HOLD_S)
    warm_up = Load(calls=100, rate=plan.first_rate / 2, hold_s=_SEARCH_HOLD_S)
    try:
        with (
            opened(way, folder / "system", plan.agents) as system,
            agents(folder / "agents", system.agents_port) as notes,
        ):
            expect_complete(warm_up, system, folder / "warm-up", 1020000000)
            outcome = place(folder / "load", system.server, system.numbers, load, 1010000000)
            if outcome.completed != load.calls:
                return f"{outcome.failed} of {load.calls} calls failed"
            times = set_ups(folder / "load" / "notes.log", notes, 1010000000, load.calls)
    except RigError as error:
        return f"the rig gave up: {error}"
    slow = percentile([t.total_ms for t in times], 0.95)
    return f"p95 of the set-up {slow:.0f} ms" if slow >= SETUP_LIMIT_MS else ""
