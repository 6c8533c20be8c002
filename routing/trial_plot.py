"""Two policies' results as one self-contained SVG: companies by service level, and the day by quarter-hour."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from routing.town_staff import CLOSE, OPEN, QUARTER
from routing.trial import LEAST_CALLS, Result
from routing.trial_forms import Trial

WIDTH, HEIGHT = 760, 620
_LEFT, _RIGHT = 56, 16
_COLOURS = ("#c2571a", "#1a6fb5")


def as_svg(trial: Trial) -> str:
    """A chart of `WIDTH` by `HEIGHT`; the first policy's line is dashed, so that it needs no colour to be told."""
    large = [company for company in trial.town.companies if company.calls >= LEAST_CALLS]
    floors = sorted({company.contract.floor for company in large})
    ranked = []
    for result in trial.results:
        sums = result.companies()
        ranked.append(sorted(sums[c.id][1] / sums[c.id][0] for c in large if c.id in sums))
    rates = [_rates(result) for result in trial.results]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *_legend(trial.names),
        _text(_LEFT, 44, f"Service level of each company with {LEAST_CALLS} calls a day or more, lowest first (%)"),
        *_panel(56, 250, ranked, [f"{len(large)} companies"], floors),
        _text(_LEFT, 344, "Calls answered, by quarter-hour of arrival (%)"),
        *_panel(356, 230, rates, [f"{hour}:00" for hour in range(OPEN // 3_600_000, CLOSE // 3_600_000 + 1)], []),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _rates(result: Result) -> list[float]:
    return [result.quarters[q].answer_rate for q in range(OPEN // QUARTER, CLOSE // QUARTER) if q in result.quarters]


def _panel(
    top: int, height: int, lines: Sequence[Sequence[float]], labels: Sequence[str], floors: Sequence[float]
) -> list[str]:
    """Lines over the whole width, shares from a round number below the least to 1; a single label is centred."""
    least = min((value for line in lines for value in line), default=0.0)
    bottom = max(0.0, int(least * 10) / 10)
    right = WIDTH - _RIGHT

    def y(value: float) -> float:
        return round(top + height * (1 - value) / (1 - bottom), 1) if bottom < 1 else top

    parts = []
    for tenth in range(round(bottom * 10), 11):
        level = y(tenth / 10)
        parts.append(f'<path d="M{_LEFT} {level}H{right}" stroke="#ddd"/>')
        parts.append(_text(_LEFT - 8, level + 4, str(tenth * 10), "end"))
    for floor in (floor for floor in floors if floor > bottom):
        level = y(floor)
        parts.append(f'<path d="M{_LEFT} {level}H{right}" stroke="#888" stroke-dasharray="2 3"/>')
        parts.append(_text(right, level - 3, f"floor {100 * floor:.0f}", "end"))
    step = (right - _LEFT) / max(1, len(labels) - 1)
    places = [_LEFT + n * step for n in range(len(labels))] if len(labels) > 1 else [(_LEFT + right) / 2]
    for place, label in zip(places, labels, strict=True):
        parts.append(_text(round(place, 1), top + height + 18, label, "middle"))
    for n, line in enumerate(lines):
        wide = (right - _LEFT) / max(1, len(line))
        points = " ".join(f"{round(_LEFT + (at + 0.5) * wide, 1)},{y(value)}" for at, value in enumerate(line))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{_COLOURS[n]}" stroke-width="2"{_dash(n)}/>')
    return parts


def _legend(names: tuple[str, str]) -> list[str]:
    parts = []
    for n, name in enumerate(names):
        x = _LEFT + 220 * n
        parts.append(f'<path d="M{x} 16h32" stroke="{_COLOURS[n]}" stroke-width="2"{_dash(n)}/>')
        parts.append(_text(x + 40, 20, name))
    return parts


def _dash(n: int) -> str:
    return ' stroke-dasharray="7 4"' if n == 0 else ""


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
