"""Two policies' results as tables for people and as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from math import isnan
from typing import Any

from routing.measure import Interval, Tally
from routing.town import Town
from routing.trial import LEAST_CALLS, Paired, Result, below_floor, compare, fairness_between_companies, lost_for_each

_LABELS = {
    "calls": "calls a day",
    "answer_rate": "answered, %",
    "abandon_rate": "lost (hung up or not reached), %",
    "service_level": "service level, %",
    "wait_p50_s": "wait, half of the answered within, s",
    "wait_p90_s": "wait, 90 % within, s",
    "wait_p99_s": "wait, 99 % within, s",
    "occupancy": "occupancy, %",
    "called_back": "reached by a callback, %",
    "callback_p50_min": "  half of them within, min",
    "callback_p90_min": "  90 % of them within, min",
    "agent_hours": "agents on the phone, h",
    "more_hours": "  of this further people, h",
    "spread_of_day": "spread of companies, one day, points",
    "spread": "spread of companies, all days, points",
    "spread_beyond_chance": "  of this beyond chance, points",
}
_SHARES = {"answer_rate", "abandon_rate", "service_level", "occupancy", "called_back"} | {
    n for n in _LABELS if n.startswith("spread")
}
#: Companies named at most.
_NAMED = 12


@dataclass(frozen=True, slots=True)
class Trial:
    """What was compared."""

    town: Town
    seeds: int
    names: tuple[str, str]
    results: tuple[Result, Result]
    #: What both had alike.
    alike: str = "the same callers and rosters for both"


def figures(trial: Trial) -> dict[str, Paired]:
    """All figures of the comparison by name; `_LABELS` says what they are."""
    return compare(*trial.results) | fairness_between_companies(trial.town, *trial.results)


def as_text(trial: Trial) -> str:
    """Tables of at most 120 columns: the day, the groups, the companies."""
    one, two = trial.names
    town = trial.town
    large = sum(company.calls >= LEAST_CALLS for company in town.companies)
    groups = {agent.home for agent in town.agents}
    lines = [
        f"{len(town.agents)} agents, {len(groups)} groups, {len(town.companies)} companies; {trial.seeds} days, "
        f"{trial.alike}.",
        "Means over the days, ± 95 % confidence; the difference is taken day by day.",
        "",
        f"{'':38}{one:>19}{two:>19}{'difference':>19}",
    ]
    for name, paired in figures(trial).items():
        if paired.second.mean == 0 or isnan(paired.second.mean):
            continue  # Callbacks and further people, where there were none.
        scale = 100 if name in _SHARES else 1
        cells = [_cell(found, scale) for found in (paired.first, paired.second)]
        lines.append(f"{_LABELS[name]:38}{cells[0]:>19}{cells[1]:>19}{_cell(paired.difference, scale, sign=True):>19}")
    ratio = _cell(lost_for_each(*trial.results), 1, digits=2)
    lines += [
        "",
        f"Callers lost under {two} for each lost under {one}: {ratio}.",
        f"Spread: standard deviation of the service levels of the {large} companies with {LEAST_CALLS} calls a day or",
        "more, weighted by their calls. Service level: answered within 20 s of all answered or hung up.",
        "",
        f"{'':18}{'calls':>7}{'agents':>7}  {'answered, %':>15}{'service l., %':>16}{'90 % within, s':>17}"
        f"{'occupancy, %':>15}",
        f"{'group':18}{'a day':>7}{'':7}  {_pair(one, two):>63}",
    ]
    for group in sorted(groups, key=lambda name: -trial.results[0].groups[name].offered):
        tallies = [result.groups[group] for result in trial.results]
        people = sum(agent.home == group for agent in town.agents)
        occupied = _pair(*(_number(100 * result.occupancy(group)) for result in trial.results))
        lines.append(
            f"{group:18}{tallies[0].offered / trial.seeds:7.0f}{people:7}  "
            f"{_pair(*(_number(100 * t.answer_rate) for t in tallies)):>15}"
            f"{_pair(*(_number(100 * t.service_level) for t in tallies)):>16}"
            f"{_pair(*(_number(t.wait_s(0.9), 0) for t in tallies)):>17}{occupied:>15}"
        )
    for name, result in zip(trial.names, trial.results, strict=True):
        found = below_floor(town, result)
        small = len(below_floor(town, result, large=False))
        lines += ["", f"Below their floor under {name}: {len(found)} of {large} (and {small} smaller ones)."]
        lines += [
            f"  {below.company}: {100 * below.level:.1f} % of {below.calls} calls, promised {100 * below.floor:.0f} %"
            for below in found[:_NAMED]
        ]
        if len(found) > _NAMED:
            lines.append(f"  and {len(found) - _NAMED} more")
    return "\n".join(lines) + "\n"


def as_json(trial: Trial) -> str:
    """Everything: shares from 0 to 1, times in seconds; null where nothing can be said."""
    document: dict[str, Any] = {
        "days": trial.seeds,
        "policies": trial.names,
        "figures": {name: asdict(paired) for name, paired in figures(trial).items()},
        "lost_for_each": asdict(lost_for_each(*trial.results)),
    }
    for name, result in zip(trial.names, trial.results, strict=True):
        companies = {company.id: company for company in trial.town.companies}
        document[name] = {
            "groups": {
                group: _tally(tally) | {"occupancy": result.occupancy(group)}
                for group, tally in sorted(result.groups.items())
            },
            "companies": {
                company: {"calls": calls, "service_level": good / calls, "floor": companies[company].contract.floor}
                for company, (calls, good) in sorted(result.companies().items())
            },
            "below_floor": [asdict(below) for below in below_floor(trial.town, result)],
        }
    return json.dumps(_known(document), indent=2) + "\n"


def _tally(tally: Tally) -> dict[str, float]:
    return {
        "calls": tally.offered,
        "answer_rate": tally.answer_rate,
        "abandon_rate": tally.abandon_rate,
        "service_level": tally.service_level,
        "wait_p50_s": tally.wait_s(0.50),
        "wait_p90_s": tally.wait_s(0.90),
        "wait_p99_s": tally.wait_s(0.99),
    }


def _known(value: Any) -> Any:
    """JSON has no nan."""
    if isinstance(value, dict):
        return {name: _known(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_known(one) for one in value]
    return None if isinstance(value, float) and isnan(value) else value


def _cell(found: Interval, scale: float, *, sign: bool = False, digits: int = 1) -> str:
    if isnan(found.mean):
        return "-"
    mean = f"{scale * found.mean:{'+' if sign else ''}.{digits}f}"
    return mean if isnan(found.half) else f"{mean} ± {scale * found.half:.{digits}f}"


def _number(value: float, digits: int = 1) -> str:
    return "-" if isnan(value) else f"{value:.{digits}f}"


def _pair(one: str, two: str) -> str:
    return f"{one} / {two}"
