"""`scripts/bench routing`: what a decision of the distribution costs, with up to 100,000 calls waiting."""

from __future__ import annotations

import argparse
import sys
import time

from tests.benchmarks.calls.load import RigError
from tests.benchmarks.routing.measure import FULL, measure
from tests.benchmarks.routing.report import decisions, disturbance, growth, rates, target


def main() -> int:
    """Measure size by size; print the figures."""
    argparse.ArgumentParser(prog="scripts/bench routing", description=__doc__).parse_args()
    began = time.monotonic()
    found = []
    for size in FULL.sizes:
        try:
            found.append(measure(size, FULL))
        except RigError as error:
            print(f"The rig failed, nothing is counted: {error}", file=sys.stderr)
            return 1
        print(f"{size.waiting:,} waiting: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(f"\n{FULL.rounds:,} rounds of each scene, the first {FULL.walked:,} of them by the walk too; µs.\n")
    print(decisions(found), rates(found), growth(found), target(found, FULL.judged), disturbance(found), sep="\n\n")
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
