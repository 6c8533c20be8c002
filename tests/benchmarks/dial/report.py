"""The figures as tables in Markdown."""

from __future__ import annotations

import os
import statistics
from collections.abc import Mapping, Sequence

from tests.benchmarks.dial.measure import Measured, Sustained
from tests.benchmarks.dial.ways import Way

_PARTS = ("asterisk", "dialler", "PostgreSQL", "Redis")


def table(found: Sequence[Measured]) -> str:
    """CPU ms per call, medians over the rounds of each way, and how it compares with call files."""
    lines = [
        "| way | Asterisk | dialler | PostgreSQL | Redis | all | of call files' |",
        "|---|---|---|---|---|---|---|",
    ]
    rounds = {way: [one for one in found if one.way is way] for way in Way}
    script = _all(rounds[Way.FILES])
    for way, measured in rounds.items():
        parts = [_part(measured, part) for part in _PARTS]
        lines.append(f"| {way} | {' | '.join(parts)} | {_all(measured):.1f} | {_all(measured) / script:.2f} |")
    return "\n".join(lines)


def _all(rounds: Sequence[Measured]) -> float:
    return statistics.median(sum(one.ms.values()) for one in rounds)


def _part(rounds: Sequence[Measured], part: str) -> str:
    return f"{statistics.median(one.ms[part] for one in rounds):.1f}" if part in rounds[0].ms else "–"


def highest(rates: Mapping[Way, Sustained]) -> str:
    """The highest rates, each with what limits it."""
    return "\n".join(
        f"- {way}: {found.rate:.1f} calls a second; above it {found.why or 'nothing was tried'}"
        for way, found in rates.items()
    )


def disturbance(found: Sequence[Measured]) -> str:
    """What others used of the machine meanwhile."""
    shares = [one.disturbed for one in found]
    return f"Other programs used {min(shares):.0%} to {max(shares):.0%} of the {os.cpu_count()} cores meanwhile."
