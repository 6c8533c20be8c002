"""What a replay has found, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from zoneinfo import ZoneInfo

from callcenter.calls.replay import Decision, Gap, Replay
from callcenter.cli.asking import local
from callcenter.web.pages import Naming
from callcenter.web.words import phrase


def as_text(found: Replay, day: date, name: Naming, zone: ZoneInfo, language: str) -> str:
    """The count, what could not be replayed, and each difference with both decisions."""
    return "".join(f"{line}\n" for line in _lines(found, day, name, zone, language))


def _lines(found: Replay, day: date, name: Naming, zone: ZoneInfo, language: str) -> Iterator[str]:
    different = len(found.differences)
    if found.decisions:
        same = found.decisions - different
        yield phrase(language, "replay.total", day=str(day), n=found.decisions, same=same, different=different)
    else:
        yield phrase(language, "replay.nothing", day=str(day))
    for gap in found.gaps:
        yield _gap(gap, zone, language)
    for one in found.differences:
        yield local(one.at, zone, milliseconds=True)
        for when, decision in (("then", one.then), ("now", one.now)):
            yield "  " + phrase(language, f"replay.{when}", said=_said(decision, name, language))


def _gap(gap: Gap, zone: ZoneInfo, language: str) -> str:
    since = local(gap.since, zone)
    if gap.until is None:
        span = phrase(language, "replay.onwards", since=since)
    else:
        span = phrase(language, "replay.until", since=since, until=local(gap.until, zone))
    why = phrase(language, f"replay.{gap.why}", version=gap.version)
    return phrase(language, "replay.gap", span=span, n=gap.decisions, why=why)


def _said(decision: Decision | None, name: Naming, language: str) -> str:
    if decision is None:
        return phrase(language, "replay.nobody")
    parts = [decision.call, f"{decision.agent} {name.agent(decision.agent)}", phrase(language, f"rule.{decision.rule}")]
    parts += [phrase(language, "why.ring", n=decision.ring)] if decision.ring > 1 else []
    if decision.passed_over:
        parts.append(phrase(language, "replay.passed_over", call=decision.passed_over))
    return " · ".join(parts)
