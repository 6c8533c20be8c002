"""`scripts/bench calls`: what connecting a call costs, by bare Dial(), by Queue(), by the engine."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.calls.load import RigError
from tests.benchmarks.calls.measure import FULL, QUICK, Measured, Plan, Sustained, highest_rate, measure
from tests.benchmarks.calls.report import cells, disturbance, highest, table, targets
from tests.benchmarks.calls.ways import Way

#: A measurement that the rig itself spoilt is repeated so often before the run is given up.
_ATTEMPTS = 3


def main() -> int:
    """Measure in turn, so that whatever else the machine does meets all three alike; print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench calls", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, two to three minutes")
    plan = QUICK if parser.parse_args().quick else FULL
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-calls-") as scratch:
        folder = Path(scratch)
        try:
            found = cells(_measure_all(plan, folder))
            print(f"\n{plan.load.calls} calls at {plan.load.rate:g} a second, rounds: {plan.rounds}, medians.")
            print(f"CPU in ms per call, set-up in ms as median / p95.\n\n{table(found)}\n", flush=True)
            rates = _search_all(plan, folder)
        except RigError as error:
            print(f"The rig failed, nothing is counted: {error}", file=sys.stderr)
            return 1
    print(highest(rates), targets(found, rates), disturbance(found), sep="\n\n")
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0


def _measure_all(plan: Plan, folder: Path) -> list[Measured]:
    measured = []
    for waiting in plan.waiting:
        for number in range(plan.rounds):
            ways = list(Way)
            for way in ways[number % 3 :] + ways[: number % 3]:
                measured.append(_repeated(way, waiting, plan, folder / f"{way}-{waiting}-{number}"))
    return measured


def _repeated(way: Way, waiting: int, plan: Plan, folder: Path) -> Measured:
    for attempt in range(_ATTEMPTS):
        try:
            one = measure(way, waiting, plan, folder / str(attempt))
        except RigError as error:
            _say(f"{way}, {waiting} waiting: not counted: {error}")
            spoilt = error
            continue
        _say(f"{way}, {waiting} waiting: {sum(one.gross_ms.values()):.1f} ms CPU a call")
        return one
    raise RigError(f"{way}, {waiting} waiting: {_ATTEMPTS} attempts failed, the last: {spoilt}")


def _search_all(plan: Plan, folder: Path) -> dict[Way, Sustained]:
    rates = {}
    for way in Way:
        rates[way] = highest_rate(way, plan, folder / f"{way}-rate")
        _say(f"{way}: {rates[way].rate:.0f} calls a second")
    return rates


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
