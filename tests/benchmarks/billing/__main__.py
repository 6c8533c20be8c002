"""`scripts/bench billing`: what settling a month costs beside a script of SQL that does the same."""

from __future__ import annotations

import argparse
import sys
import time

from tests.benchmarks.billing.data import Size
from tests.benchmarks.billing.measure import measure, work
from tests.benchmarks.billing.report import machine, months, target
from tests.benchmarks.calls.load import RigError

_SMALL, _LARGE = Size(500, 170_000), Size(5_000, 10_000_000)


def main() -> int:
    """Measure size by size; print the figures."""
    parser = argparse.ArgumentParser(prog="scripts/bench billing", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the small centre only")
    quick = parser.parse_args().quick
    began = time.monotonic()
    found = []
    for size in (_SMALL,) if quick else (_SMALL, _LARGE):
        for database in ("sqlite", "postgresql"):
            try:
                found.append(measure(database, size, pdfs=size is _SMALL))
            except RigError as error:
                print(f"The rig failed, nothing is counted: {error}", file=sys.stderr)
                return 1
            print(f"{months(found[-1:])}\n{time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(months(found), machine(), target(found, work("core")), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
