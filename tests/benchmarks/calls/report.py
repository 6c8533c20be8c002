"""The figures as a table in Markdown, and what was to be reached."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.benchmarks.calls.measure import Measured, Sustained, percentile
from tests.benchmarks.calls.ways import Way

#: Above this share of the machine used by others, only a quiet repetition can be trusted.
_QUIET = 0.10
_ROW = "| {} | {} | {} | {} | {} | {} | {} | {} | {} |"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """Medians over all rounds of one way with so many callers waiting; ms."""

    gross_ms: dict[str, float]
    net_ms: dict[str, float]
    route_ms: tuple[float, float]
    connect_ms: tuple[float, float]
    setup_ms: float
    controller_mb: float | None
    disturbed: float

    @property
    def gross(self) -> float:
        """All processes of this way."""
        return sum(self.gross_ms.values())

    @property
    def net(self) -> float:
        """All processes of this way, without music and other cost of standing still."""
        return sum(self.net_ms.values())


Cells = Mapping[tuple[Way, int], Cell]


def cells(measured: Iterable[Measured]) -> dict[tuple[Way, int], Cell]:
    """The rounds of each way and number of waiting callers as one."""
    grouped: dict[tuple[Way, int], list[Measured]] = {}
    for one in measured:
        grouped.setdefault((one.way, one.waiting), []).append(one)
    return {key: _cell(rounds) for key, rounds in grouped.items()}


def _cell(rounds: Sequence[Measured]) -> Cell:
    def over_rounds(value: Callable[[Measured], float]) -> float:
        return statistics.median(map(value, rounds))

    def times(name: str) -> tuple[float, float]:
        return (
            over_rounds(lambda m: statistics.median(getattr(s, name) for s in m.set_ups)),
            over_rounds(lambda m: percentile([getattr(s, name) for s in m.set_ups], 0.95)),
        )

    parts = list(rounds[0].gross_ms)
    memory = [m.controller_mb for m in rounds if m.controller_mb is not None]
    return Cell(
        gross_ms={p: over_rounds(lambda m, p=p: m.gross_ms[p]) for p in parts},  # type: ignore[misc]
        net_ms={p: over_rounds(lambda m, p=p: m.net_ms[p]) for p in parts},  # type: ignore[misc]
        route_ms=times("route_ms"),
        connect_ms=times("connect_ms"),
        setup_ms=times("total_ms")[0],
        controller_mb=max(memory, default=None),
        disturbed=max(m.disturbed for m in rounds),
    )


def table(found: Cells) -> str:
    """CPU and set-up times of every way and number of waiting callers."""
    head = ("waiting", "way", "Asterisk", "controller", "ledger + Redis", "all", "net", "to agent", "to bridged")
    lines = [_ROW.format(*head), "|" + "---|" * len(head)]
    for (way, waiting), cell in sorted(found.items(), key=lambda item: (item[0][1], list(Way).index(item[0][0]))):
        parts = [f"{cell.gross_ms[p]:.1f}" if p in cell.gross_ms else "–" for p in ("asterisk", "controller", "ledger")]
        latency = [f"{median:.1f} / {p95:.1f}" for median, p95 in (cell.route_ms, cell.connect_ms)]
        lines.append(_ROW.format(waiting, way, *parts, f"{cell.gross:.1f}", f"{cell.net:.1f}", *latency))
    return "\n".join(lines)


def targets(found: Cells, rates: Mapping[Way, Sustained]) -> str:
    """One line a target: reached, not reached, or not measured in this run."""
    empty, engine = {way: found[way, 0] for way in Way}, found[Way.ENGINE, 0]
    lines = [
        _judged("CPU per call, nobody waiting, of app_queue's", engine.gross / empty[Way.QUEUE].gross, 0.75),
        _judged("CPU per call, nobody waiting, of bare Dial's", engine.gross / empty[Way.DIAL].gross, None),
    ]
    crowd = max(waiting for _, waiting in found)
    if crowd:
        full, queue = found[Way.ENGINE, crowd], found[Way.QUEUE, crowd]
        limit = 0.4 if crowd == 500 else None
        lines.append(_judged(f"CPU per call, {crowd} waiting, of app_queue's", full.gross / queue.gross, limit))
        lines.append(_judged("the same, net of music", full.net / queue.net, None))
        growth = full.net / engine.net - 1
        lines.append(_judged(f"net growth from 0 to {crowd} waiting", growth, 0.10 if crowd == 500 else None))
    added = engine.setup_ms - empty[Way.DIAL].setup_ms
    lines.append(_judged("median set-up added to bare Dial, ms", added, 5))
    memory = max(c.controller_mb for c in found.values() if c.controller_mb is not None)
    lines.append(_judged("controller's memory, MiB", memory, 120))
    if rates and all(rate.rate for rate in rates.values()):
        rate = rates[Way.ENGINE].rate
        lines.append(_judged("highest rate, of bare Dial's", rate / rates[Way.DIAL].rate, 0.85, at_least=True))
        lines.append(_judged("highest rate, of app_queue's", rate / rates[Way.QUEUE].rate, 1.5, at_least=True))
    return "\n".join(["| figure | measured | to reach | |", "|---|---|---|---|", *lines])


def highest(rates: Mapping[Way, Sustained]) -> str:
    """The highest rates, each with what limits it."""
    return "\n".join(
        f"- {way}: {found.rate:.0f} calls a second; above it {found.why or 'nothing was tried'}"
        for way, found in rates.items()
    )


def disturbance(found: Cells) -> str:
    """A warning when others used the machine, else nothing."""
    most = max(cell.disturbed for cell in found.values())
    if most <= _QUIET:
        return ""
    return (
        f"Other programs used up to {most:.0%} of the {os.cpu_count()} cores meanwhile: "
        "repeat this on a quiet machine before believing it."
    )


def _judged(what: str, value: float, limit: float | None, at_least: bool = False) -> str:
    if limit is None:
        return f"| {what} | {value:.2f} | | |"
    reached = value >= limit if at_least else value <= limit
    sign = "≥" if at_least else "≤"
    return f"| {what} | {value:.2f} | {sign} {limit:g} | {'reached' if reached else '**not reached**'} |"
