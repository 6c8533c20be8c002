"""The figures as tables in Markdown, what was to be reached, and how the cost grows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import chain, pairwise
from math import log2

from tests.benchmarks.routing.measure import Measured, Times, percentile
from tests.benchmarks.routing.world import Kind, Size

#: Above this share of the machine used by others, only a quiet repetition can be trusted.
_QUIET = 0.10
_LIMIT_US = 100


def decisions(found: Sequence[Measured]) -> str:
    """Every kind of decision at every size, the Acd beside the walk; µs."""
    lines = []
    for one in found:
        for kind, times in one.engine.items():
            p50, p99, walk = percentile(times, 0.5), percentile(times, 0.99), one.walk[kind]
            slow50, slow99 = percentile(walk, 0.5), percentile(walk, 0.99)
            figures = f"{p50:.1f} | {p99:.1f} | {max(times) / 1000:.0f} | {slow50:.1f} | {slow99:.1f}"
            lines.append(f"| {_sized(one.size)} | {kind} | {figures} | {slow50 / p50:.1f} | {slow99 / p99:.1f} |")
    head = "waiting / agents | decision | p50 | p99 | worst | walk p50 | walk p99 | walk : Acd p50 | p99"
    return _table(head, lines)


def rates(found: Sequence[Measured]) -> str:
    """Decisions a second in the mixture of all rounds."""
    lines = []
    for one in found:
        fast, slow = _rate(one.engine), _rate(one.walk)
        lines.append(f"| {_sized(one.size)} | {fast:,.0f} | {slow:,.0f} | {fast / slow:.1f} | {one.compared:,} |")
    return _table("waiting / agents | decisions a second | by the walk | Acd : walk | the same decision on", lines)


def growth(found: Sequence[Measured]) -> str:
    """By how much each step of size multiplies the cost, beside what a logarithm would, and what memory alone does."""
    steps = list(pairwise(found))
    head = ["decision"]
    for a, b in steps:
        head += [f"{which}, {a.size.waiting:,} → {b.size.waiting:,}" for which in ("p50", "p99")]
    grown = {kind: [_ratio(a, b, kind, share) for a, b in steps for share in (0.5, 0.99)] for kind in found[0].engine}
    looked_up = grown.pop(Kind.LOOKED_UP)
    logarithm = [log2(b.size.waiting) / log2(a.size.waiting) for a, b in steps for _ in range(2)]
    both = [a * b for a, b in zip(logarithm, looked_up, strict=True)]
    lines = [
        f"| {kind} | {_cells(times)} | {_within(times, logarithm)} | {_within(times, both)} |"
        for kind, times in grown.items()
    ]
    lines.append(f"| (A) log2 of the calls waiting | {_cells(logarithm)} | | |")
    lines.append(f"| (B) {Kind.LOOKED_UP} | {_cells(looked_up)} | | |")
    return _table(" | ".join([*head, "at most A", "at most A × B"]), lines)


def target(found: Sequence[Measured], judged: Size) -> str:
    """Whether the slowest kind of decision is fast enough at the size that is judged."""
    one = next((one for one in found if one.size == judged), None)
    if one is None:
        return f"p99 at {_sized(judged)}: not measured in this run."
    p99 = {kind: percentile(times, 0.99) for kind, times in one.engine.items()}
    slowest = max(p99, key=lambda kind: p99[kind])
    return _table(
        "figure | measured | to reach | ",
        [
            _judged(f"p99 of the slowest kind ({slowest}) at {_sized(judged)}, µs", p99[slowest]),
            _judged(f"p99 of all decisions at {_sized(judged)}, µs", percentile(_pooled(one.engine), 0.99)),
        ],
    )


def disturbance(found: Sequence[Measured]) -> str:
    """How much of the machine others used, and what follows from it."""
    most = max(one.disturbed for one in found)
    said = f"Other programs used up to {most:.0%} of the {os.cpu_count()} cores meanwhile"
    return said + (": repeat this on a quiet machine before believing it." if most > _QUIET else ".")


def _pooled(times: Times) -> list[int]:
    return list(chain.from_iterable(of for kind, of in times.items() if kind is not Kind.LOOKED_UP))


def _rate(times: Times) -> float:
    pooled = _pooled(times)
    return len(pooled) / sum(pooled) * 1e9


def _ratio(small: Measured, large: Measured, kind: Kind, share: float) -> float:
    return percentile(large.engine[kind], share) / percentile(small.engine[kind], share)


def _within(times: Sequence[float], most: Sequence[float]) -> str:
    # As many decimals as are shown decide, so that the verdict can be checked by eye.
    within = all(round(time, 2) <= round(limit, 2) for time, limit in zip(times, most, strict=True))
    return "yes" if within else "**no**"


def _sized(size: Size) -> str:
    return f"{size.waiting:,} / {size.agents:,}"


def _cells(values: Sequence[float]) -> str:
    return " | ".join(f"{value:.2f}" for value in values)


def _judged(what: str, value: float) -> str:
    verdict = "reached" if value < _LIMIT_US else "**not reached**"
    return f"| {what} | {value:.1f} | < {_LIMIT_US} | {verdict} |"


def _table(head: str, lines: Sequence[str]) -> str:
    return "\n".join([f"| {head} |", "|" + "---|" * (head.count("|") + 1), *lines])
