"""`scripts/bench dial`: what a survey by the recorded voice costs, by call files and Read(), by the dialler."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.calls.load import RigError
from tests.benchmarks.dial.measure import FULL, QUICK, Measured, NotSustained, Plan, highest_rate, measure
from tests.benchmarks.dial.report import disturbance, highest, table
from tests.benchmarks.dial.survey import CALL_S
from tests.benchmarks.dial.ways import Way

#: A measurement that the rig or the machine's other users spoilt is repeated so often before the run is given up.
_ATTEMPTS = 3


def main() -> int:
    """Measure in turn, so that whatever else the machine does meets all alike; print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench dial", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller numbers, one round")
    plan = QUICK if parser.parse_args().quick else FULL
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-dial-") as scratch:
        folder = Path(scratch)
        try:
            found = [
                _repeated(way, plan, folder / f"{way.name}-{number}") for number in range(plan.rounds) for way in Way
            ]
            print(f"\n{plan.calls} calls of {CALL_S:g} s, {plan.rate} a second; rounds: {plan.rounds}, medians.")
            print(f"CPU in ms per call.\n\n{table(found)}\n", flush=True)
            rates = {way: highest_rate(way, plan, folder / f"{way.name}-rate") for way in Way}
        except RigError as error:
            print(f"The rig failed, nothing is counted: {error}", file=sys.stderr)
            return 1
    print(highest(rates), disturbance(found), sep="\n\n")
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0


def _repeated(way: Way, plan: Plan, folder: Path) -> Measured:
    for attempt in range(_ATTEMPTS):
        try:
            one = measure(way, plan.rate, plan.calls, folder / str(attempt))
        except (RigError, NotSustained) as error:
            _say(f"{way}: not counted: {error}")
            spoilt = error
            continue
        _say(f"{way}: {sum(one.ms.values()):.1f} ms CPU a call")
        return one
    raise RigError(f"{way}: {_ATTEMPTS} attempts failed, the last: {spoilt}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
