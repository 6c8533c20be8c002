"""One measurement: a fresh system phones so many customers at a rate, and what it cost is taken down."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.calls.load import RigError
from tests.benchmarks.calls.processes import busy_seconds, own_seconds
from tests.benchmarks.calls.ways import until
from tests.benchmarks.dial.phones import Phones, phones
from tests.benchmarks.dial.survey import CALL_S, KEYS
from tests.benchmarks.dial.ways import System, Way, opened

#: So many times as long as the setting says the calls may take.
_SLOWER = 2
#: A higher setting brings more if what came about grew by this.
_GROWS = 1.05
#: For answers that come late.
_PATIENCE_S = 15.0
_HIGHEST = 300


class NotSustained(Exception):
    """The system under test fell behind: calls came too slowly, twice or not at all, or answers were lost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How much is measured."""

    #: Calls a second and calls of the measurements of cost, and how often each is repeated.
    rate: int
    calls: int
    rounds: int
    #: The search for the highest rate: its first rate, its factor, seconds a step; without a first rate, no search.
    first_rate: int
    factor: float
    step_s: float


FULL = Plan(rate=10, calls=300, rounds=3, first_rate=10, factor=1.5, step_s=15)
QUICK = Plan(rate=5, calls=60, rounds=1, first_rate=5, factor=2, step_s=8)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One way at one rate."""

    way: Way
    #: CPU ms per call of each part.
    ms: dict[str, float]
    #: Calls a second as the phones saw them come.
    rate: float
    #: Share of the machine that programs outside the rig used meanwhile.
    disturbed: float


def measure(way: Way, rate: int, calls: int, folder: Path, keys: Sequence[str] = tuple(KEYS.values())) -> Measured:
    """Some calls for warming up, then the counted ones.

    Raises `RigError`: the phones were in trouble; `NotSustained`: the system under test was.
    """
    with opened(way, folder / "system", rate) as system, phones(folder / "phones", system.phones_port, keys) as rung:
        _survey(system, _numbers(10, 0), rate, rung)
        before, machine, own, began = system.used(), busy_seconds(), own_seconds(), time.monotonic()
        kept = _survey(system, _numbers(calls, 10), rate, rung)
        after, seconds = system.used(), time.monotonic() - began
        used = {part: after[part] - before[part] for part in after}
        # PostgreSQL is nobody's child.
        others = busy_seconds() - machine - own_seconds() + own - used.get("PostgreSQL", 0)
    return Measured(
        way=way,
        ms={part: 1000 * spent / calls for part, spent in used.items()},
        rate=kept,
        disturbed=max(others / seconds / (os.cpu_count() or 1), 0.0),
    )


def _numbers(count: int, first: int) -> list[str]:
    return [f"010{20_000_000 + first + n}" for n in range(count)]


def _survey(system: System, numbers: Sequence[str], rate: int, rung: Phones) -> float:
    """Phone these and wait until all is done; the rate that came about."""
    system.phone(numbers)
    patience_s = _SLOWER * len(numbers) / rate + CALL_S + _PATIENCE_S
    try:
        until(lambda: system.complete() == len(numbers) and not system.channels(), "", patience_s)
    except RigError:
        raise NotSustained(f"{len(numbers) - system.complete()} of {len(numbers)} surveys not complete") from None
    times = rung.rung(numbers)
    if wrong := sum(len(found) != 1 for found in times.values()):
        raise NotSustained(f"{wrong} of {len(numbers)} phones did not ring exactly once")
    first = [found[0] for found in times.values()]
    # The dialler phones a second's calls together, so the last second's are not spread over it.
    return len(numbers) / (max(first) - min(first) + 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sustained:
    """The highest rate, calls a second, at which every survey was complete, and what went wrong above it."""

    rate: float
    why: str


def highest_rate(way: Way, plan: Plan, folder: Path) -> Sustained:
    """Set higher in steps until two attempts at one fail, or no more calls come about. Raises `RigError`: the phones
    failed.
    """
    best, rate = 0.0, float(plan.first_rate)
    while rate < _HIGHEST:
        for attempt in range(2):
            try:
                came = measure(way, round(rate), round(rate * plan.step_s), folder / f"{rate:.0f}-{attempt}").rate
                break
            except NotSustained as trouble:
                why = str(trouble)
        else:
            return Sustained(rate=best, why=why)
        if came < _GROWS * best:
            return Sustained(rate=max(best, came), why=f"no more came about, at a setting of {rate:.0f}")
        best, rate = came, rate * plan.factor
    return Sustained(rate=best, why="")
