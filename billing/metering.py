"""The one pass over what a company used: which rule decides each thing, and what all of it comes to.

It holds the calls that are on the line and the callers of the last few minutes, not the month, and takes about a
microsecond a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush

from billing.rules import Charge, Kind, Tally, UsageRule, Used, fault

#: In place of a rule: the thing cannot have happened so, or no rule fits.
UNDECIDABLE = -1


class Metering:
    """Takes a company's things in the order in which they entered."""

    def __init__(self, rules: Sequence[UsageRule], *, increment_ms: int = 1) -> None:
        self._rules = rules
        self._increment = increment_ms
        self._window = max((rule.repeat_within_ms or 0 for rule in rules), default=0)
        self._choices: dict[tuple[str, str], tuple[int, ...]] = {}
        self._counts = [0] * (len(rules) + 1)
        self._counted = [rule.charge is Charge.CALL for rule in rules]
        #: Caller → when their last counted call entered, of the newest and of the window before.
        self._last: dict[str, int] = {}
        self._before: dict[str, int] = {}
        self._began = self._reached = -(1 << 62)
        #: When the calls on the line will end.
        self._ends: list[int] = []
        self._lines = self._talk_ms = self._charged_ms = self._happy = self._messages = 0

    def decide(self, batch: Iterable[Used]) -> list[int]:
        """The place of the rule that decides each, else `UNDECIDABLE`.

        Raises `ValueError` if one entered before the one before it.
        """
        counts, counted, choices, ends = self._counts, self._counted, self._choices, self._ends
        increment, window, lines, talk, charged, reached = (
            self._increment,
            self._window,
            self._lines,
            self._talk_ms,
            self._charged_ms,
            self._reached,
        )
        sms, happy = Kind.SMS.value, Kind.HAPPY.value
        decided = []
        for used in batch:
            _, kind, _, at, ended_at, talk_ms, outcome, caller = used
            if at < reached:
                raise ValueError(f"call {used.id} comes after a later one")
            reached = at
            # What `fault` finds is rare: only a length out of the ordinary is looked at twice.
            rule = UNDECIDABLE
            if 0 <= talk_ms <= ended_at - at < 3_600_000 or fault(used) is None:
                fitting = choices.get((kind, outcome))
                if fitting is None:
                    fitting = choices[kind, outcome] = self._fitting(kind, outcome)
                rule = fitting[0] if len(fitting) == 1 else self._first(fitting, caller, at)
            decided.append(rule)
            counts[rule] += 1
            if rule == UNDECIDABLE:
                continue
            talk += talk_ms
            if counted[rule]:
                charged += -(-talk_ms // increment) * increment
                if window and caller:
                    self._remember(caller, at)
            if kind == sms:
                self._messages += 1
                continue
            if kind == happy:
                self._happy += 1
            while ends and ends[0] <= at:
                heappop(ends)
            if ended_at > at:
                heappush(ends, ended_at)
                lines = max(lines, len(ends))
        self._lines, self._talk_ms, self._charged_ms, self._reached = lines, talk, charged, reached
        return decided

    def tally(self) -> Tally:
        """What everything taken so far comes to."""
        return Tally(
            by_rule=tuple(self._counts[:-1]),
            charged_ms=self._charged_ms,
            talk_ms=self._talk_ms,
            lines=self._lines,
            happy_calls=self._happy,
            messages=self._messages,
        )

    def _fitting(self, kind: str, outcome: str) -> tuple[int, ...]:
        """The rules that may decide this, up to the first that surely does."""
        found = []
        for place, rule in enumerate(self._rules):
            if kind in rule.kinds and (rule.outcomes is None or outcome in rule.outcomes):
                found.append(place)
                if rule.repeat_within_ms is None:
                    break
        return tuple(found) or (UNDECIDABLE,)

    def _first(self, fitting: tuple[int, ...], caller: str, at: int) -> int:
        last = self._last.get(caller, self._before.get(caller)) if caller else None
        for place in fitting:
            within = self._rules[place].repeat_within_ms
            if within is None or (last is not None and at - last <= within):
                return place
        return UNDECIDABLE

    def _remember(self, caller: str, at: int) -> None:
        if at - self._began > self._window:
            self._before = self._last if at - self._began <= 2 * self._window else {}
            self._last, self._began = {}, at
        self._last[caller] = at
