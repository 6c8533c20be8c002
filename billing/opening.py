"""From a line of a statement to the calls behind it."""

from __future__ import annotations

from collections.abc import Callable

from billing.rules import Kind
from billing.statement import Line, LineKind, Statement
from billing.tariff import Meter
from billing.usage import Entry, Usage

_Behind = Callable[[Entry], bool]
_WITHOUT_CALLS = frozenset({LineKind.BASE_FEE, LineKind.ADJUSTMENT})


def behind(line: Line, usage: Usage) -> tuple[Entry, ...]:
    """The entries that the line was computed from, in their order; the base fee and adjustments need none."""
    if line.kind in _WITHOUT_CALLS:
        return ()
    belongs = _belongs(line, usage)
    return tuple(entry for entry in usage.entries if belongs(entry))


def line_calls(statement: Statement, usage: Usage, key: str) -> tuple[Entry, ...]:
    """What stands behind the line with this key (`line_key`); everything on the statement for any other."""
    found = next((line for line in statement.lines if line_key(line) == key), None)
    return usage.entries if found is None else behind(found, usage)


def line_key(line: Line) -> str:
    """What names the line within its statement: `usage`, `share.company`."""
    return f"{line.kind}.{line.of}" if line.of else line.kind


def _belongs(line: Line, usage: Usage) -> _Behind:
    match line.kind, line.of:
        case LineKind.RULE, rule:
            return lambda entry: entry.rule.id == rule
        case LineKind.SURVEY, _:
            return lambda entry: entry.used.kind == Kind.SURVEY and entry.counted
        case LineKind.FREE, Meter.TALK_MINUTES:
            return lambda entry: entry.used.talk_ms > 0
        case LineKind.FREE, Meter.LINES:
            busiest = usage.busiest
            return lambda entry: entry.used.id in busiest
        case LineKind.FREE, Meter.HAPPY_CALLS:
            return lambda entry: entry.used.kind == Kind.HAPPY
        case LineKind.FREE, Meter.MESSAGES:
            return lambda entry: entry.used.kind == Kind.SMS
        case LineKind.CONNECT | LineKind.MINUTES, _:
            return lambda entry: entry.counted and entry.used.kind != Kind.SURVEY
        case _:
            return lambda entry: entry.counted
