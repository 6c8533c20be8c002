"""A day's plan as text, JSON and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import orjson

from callcenter.staffing.plan import Lack, Plan, PoolPlan
from callcenter.web.formats import duration
from callcenter.web.pages import Naming
from callcenter.web.words import phrase
from routing.roster import QUARTER_MIN

COLUMNS = ("pool", "quarter", "expected_calls", "needed", "regular", "peak", "came")


def clock(minute: int) -> str:
    """A minute of the day as its time, `09:15`; the day's end is `24:00`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def remarks(plan: Plan, language: str) -> list[str]:
    """What the plan rests on and what it lacks, with what would be needed, in sentences."""
    said = [phrase(language, f"staff.lack_{lack}", alike=plan.alike) for lack in plan.lacks]
    if plan.alike and Lack.LITTLE_HISTORY not in plan.lacks:
        said.insert(0, phrase(language, "staff.rests_on", alike=plan.alike, recorded=plan.recorded))
    return said


def as_text(plan: Plan, naming: Naming, language: str) -> str:
    """Tables for a terminal, a pool after the other."""
    kind = phrase(language, "staff.holiday") if plan.holiday else phrase(language, f"weekday.{plan.day.weekday()}")
    lines = [f"{plan.day} {kind}", *remarks(plan, language)]
    for pool in plan.pools:
        if not pool.busy:
            continue
        expected = pool.expected
        lines += ["", ", ".join(naming.group(group) for group in pool.groups), basis(pool, language)]
        heads = [phrase(language, f"staff.{name}") for name in ("quarter", "expected", "needed", "regular", "peak")]
        lines.append("  ".join(heads))
        for need in pool.busy:
            calls = expected[need.start_minute // QUARTER_MIN]
            lines.append(f"{clock(need.start_minute)}  {calls:7.1f}  {need.needed:4}  {need.regular:4}  {need.peak:4}")
        said = suggestions(pool, language)
        lines += [phrase(language, "staff.suggestion"), *said] if said else [phrase(language, "staff.nobody_to_call")]
    return "\n".join(lines) + "\n"


def basis(pool: PoolPlan, language: str) -> str:
    """With which figures the need was reckoned."""
    return phrase(
        language,
        "staff.basis",
        aht=duration(pool.aht_s),
        patience=duration(pool.patience_s),
        share=round((pool.target.service_level or 0) * 100),
        within=round(pool.target.within_s),
    )


def suggestions(pool: PoolPlan, language: str) -> list[str]:
    """Whom to call up when, and when there are not so many."""
    said = [
        phrase(
            language, "staff.block", start=clock(block.start_minute), end=clock(block.end_minute), agents=block.agents
        )
        for block in pool.blocks
    ]
    most = max((need.peak for need in pool.needs), default=0)
    if most > pool.peak_agents:
        said.append(phrase(language, "staff.short_of_peak", most=most, there=pool.peak_agents))
    return said


def as_json(plan: Plan) -> str:
    """Everything, with calls of each group by quarter-hour of the day (96 numbers)."""
    pools = [
        {
            "groups": pool.groups,
            "aht_s": pool.aht_s,
            "patience_s": pool.patience_s,
            "service_level": pool.target.service_level,
            "within_s": pool.target.within_s,
            "calls": {group: [round(n, 2) for n in calls] for group, calls in pool.calls.items()},
            "quarters": [dict(zip(COLUMNS[1:], row[1:], strict=True)) for row in _rows(pool)],
            "blocks": [
                {"start": clock(b.start_minute), "end": clock(b.end_minute), "agents": b.agents} for b in pool.blocks
            ],
            "peak_agents": pool.peak_agents,
        }
        for pool in plan.pools
    ]
    told = {
        "day": plan.day,
        "holiday": plan.holiday,
        "recorded_days": plan.recorded,
        "days_alike": plan.alike,
        "lacks": plan.lacks,
        "pools": pools,
    }
    return orjson.dumps(told, option=orjson.OPT_INDENT_2).decode() + "\n"


def as_rows(plan: Plan) -> list[tuple[object, ...]]:
    """One row a pool and quarter-hour, under `COLUMNS`."""
    return [row for pool in plan.pools for row in _rows(pool)]


def as_csv(plan: Plan) -> str:
    """The rows under their heads."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(COLUMNS)
    table.writerows(as_rows(plan))
    return out.getvalue()


def _rows(pool: PoolPlan) -> Iterator[tuple[object, ...]]:
    expected = pool.expected
    for need in pool.busy:
        quarter = need.start_minute // QUARTER_MIN
        yield (
            "+".join(pool.groups),
            clock(need.start_minute),
            round(expected[quarter], 2),
            need.needed,
            need.regular,
            need.peak,
            pool.came[quarter],
        )
