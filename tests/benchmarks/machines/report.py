"""The errors as tables in Markdown, with Wilson's 95 % intervals."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from callcenter.campaigns.scores import wilson
from tests.benchmarks.machines.greetings import Kind
from tests.benchmarks.machines.measure import Judged


def table(found: Mapping[str, Sequence[Judged]]) -> str:
    """People taken for machines, machines taken for people, and how long people waited, ms as median / p95."""
    lines = [
        "| listening | people taken for machines | machines taken for people | people waited, ms | machines, ms |",
        "|---|---|---|---|---|",
    ]
    for way, judged in found.items():
        people = [one for one in judged if not one.greeting.kind.machine]
        machines = [one for one in judged if one.greeting.kind.machine]
        wrong, missed = sum(one.machine for one in people), sum(not one.machine for one in machines)
        lines.append(
            f"| {way} | {_share(wrong, len(people))} | {_share(missed, len(machines))} "
            f"| {_times(people)} | {_times(machines)} |"
        )
    return "\n".join(lines)


def by_kind(found: Mapping[str, Sequence[Judged]]) -> str:
    """How many of each kind were taken for machines."""
    lines = [f"| taken for machines | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    for kind in Kind:
        cells = []
        for judged in found.values():
            of_kind = [one for one in judged if one.greeting.kind is kind]
            cells.append(f"{sum(one.machine for one in of_kind)} of {len(of_kind)}")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _share(part: int, whole: int) -> str:
    share = wilson(part, whole)
    assert share is not None
    return f"{part} of {whole}: {share.value:.1%} ({share.low:.1%} – {share.high:.1%})"


def _times(judged: Sequence[Judged]) -> str:
    times = sorted(one.ms for one in judged)
    return f"{statistics.median(times):.0f} / {times[int(0.95 * len(times))]}"
