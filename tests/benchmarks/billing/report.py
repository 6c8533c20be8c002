"""The figures as tables in Markdown, and what was to be reached."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tests.benchmarks.billing.measure import Measured, Worked

_TIMES, _MB, _CORE, _PDF_S = 3.0, 300, 200_000, 60


def months(found: Sequence[Measured]) -> str:
    """Each size on each database."""
    lines = [
        f"| {one.database} | {one.size.companies:,} | {one.size.calls:,} | {one.script:.1f} | {one.settle.seconds:.1f} "
        f"| {one.settle.seconds / one.script:.2f} | {one.settle.done / one.settle.seconds:,.0f} "
        f"| {one.settle.cpu:.1f} | {one.settle.mb:.0f} | {one.disturbed:.0%} |"
        for one in found
    ]
    head = (
        "database | companies | calls | script, s | settling, s | settling : script | calls a second | own CPU, s | MB "
        "| others"
    )
    return _table(head, lines)


def target(found: Sequence[Measured], core: Worked) -> str:
    """What was to be reached."""
    rate = core.done / core.seconds
    lines = [_judged("rating core, calls a second on one core", f"{rate:,.0f}", f"≥ {_CORE:,}", rate >= _CORE)]
    for one in found:
        named = f"{one.size.calls:,} calls on {one.database}"
        times = one.settle.seconds / one.script
        lines.append(_judged(f"{named}, times the script", f"{times:.2f}", f"≤ {_TIMES:.0f}", times <= _TIMES))
        lines.append(_judged(f"{named}, MB", f"{one.settle.mb:.0f}", f"< {_MB}", one.settle.mb < _MB))
        if one.pdfs:
            seconds = one.pdfs.seconds
            named = f"{one.pdfs.done} PDF statements from {one.database}, s"
            lines.append(_judged(named, f"{seconds:.0f}", f"< {_PDF_S}", seconds < _PDF_S))
    return _table("figure | measured | to reach | ", lines)


def machine() -> str:
    """Where it was measured."""
    return f"{os.cpu_count()} cores; `others` counts the database's server as well, and the script has nothing but it."


def _judged(what: str, measured: str, wanted: str, reached: bool) -> str:
    return f"| {what} | {measured} | {wanted} | {'reached' if reached else '**not reached**'} |"


def _table(head: str, lines: Sequence[str]) -> str:
    return "\n".join([f"| {head} |", "|---" * (head.count("|") + 1) + "|", *lines])
