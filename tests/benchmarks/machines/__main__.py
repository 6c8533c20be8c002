"""`scripts/bench machines`: how often AMD() takes people for machines and machines for people, by synthetic speech."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from dialplan.machines import AGENTS, ASTERISKS_OWN, VOICE, Listening
from tests.benchmarks.calls.load import RigError
from tests.benchmarks.machines.greetings import Half, greetings
from tests.benchmarks.machines.measure import opened
from tests.benchmarks.machines.report import by_kind, table

_WAYS = {"agents": AGENTS, "voice": VOICE, "asterisks-own": ASTERISKS_OWN}


def main() -> int:
    """Play every greeting of a half to each way of listening; print the errors."""
    parser = argparse.ArgumentParser(prog="scripts/bench machines", description=__doc__)
    parser.add_argument("--tune", action="store_true", help="other parameters as well, on the half kept for that")
    half, ways = (Half.TUNING, _WAYS | _neighbours()) if parser.parse_args().tune else (Half.REPORT, _WAYS)
    began, spoken = time.monotonic(), list(greetings(half))
    with tempfile.TemporaryDirectory(prefix="bench-machines-") as scratch:
        folder = Path(scratch)
        try:
            with opened(folder, folder / "sounds", ways, spoken) as rig:
                found = rig.judge(list(ways), spoken)
        except RigError as error:
            print(f"The rig failed, nothing is counted: {error}", file=sys.stderr)
            return 1
    print(f"\n{len(spoken)} greetings of synthetic Korean speech, the half for {half}.\n\n{table(found)}\n")
    print(by_kind(found))
    print(f"\n{time.monotonic() - began:.0f} s")
    return 0


def _neighbours() -> dict[str, Listening]:
    """The chosen parameters with one of them changed."""
    found = {}
    for name, chosen in (("agents", AGENTS), ("voice", VOICE)):
        changes = [("greeting", chosen.greeting + more) for more in (-200, 200)]
        changes += [("words", chosen.words + more) for more in (-1, 1)]
        changes += [("after_greeting", ms) for ms in (400, 800)]
        changes += [("threshold", level) for level in (256, 400, 600) if level != chosen.threshold]
        for parameter, value in changes:
            label = parameter.replace("_", "-")
            found[f"{name}-{label}-{value}"] = replace(chosen, **{parameter: value})
    return found


if __name__ == "__main__":
    sys.exit(main())
