"""What a company used in a month, and which rule of the tariff decided each thing: charged for, or not, and why not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import tzinfo

from billing.contracts.coverage import gap
from billing.metering import UNDECIDABLE, Metering
from billing.month import Month
from billing.rules import Charge, Kind, Tally, UsageRule, Used, Why, fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One thing used and the rule that decided it."""

    used: Used
    rule: UsageRule

    @property
    def counted(self) -> bool:
        """Whether it is charged for."""
        return self.rule.charge is not Charge.NOTHING


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """Something that cannot be charged until somebody has looked at it."""

    used: Used
    why: Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Usage:
    """A company's month, in the order in which the calls entered."""

    company: str
    month: Month
    zone: tzinfo
    entries: tuple[Entry, ...]
    tally: Tally
    faults: tuple[Fault, ...]

    @property
    def busiest(self) -> frozenset[str]:
        """Ids of the calls on the line in the month's (first) fullest moment."""
        edges = sorted(
            edge
            for used in (entry.used for entry in self.entries)
            for edge in ((used.at, 1, used.id), (used.ended_at, 0, used.id))
            if used.ended_at > used.at and used.kind != Kind.SMS
        )
        on_line: set[str] = set()
        fullest: frozenset[str] = frozenset()
        for _, enters, call in edges:
            if not enters:
                on_line.remove(call)
                continue
            on_line.add(call)
            if len(on_line) > len(fullest):
                fullest = frozenset(on_line)
        return fullest


def usage(
    calls: Iterable[Used],
    *,
    company: str,
    month: Month,
    zone: tzinfo,
    rules: Sequence[UsageRule],
    increment_ms: int = 1,
    contract: Sequence[tuple[int, int]] | None = None,
) -> Usage:
    """The company's usage of the month; what is another's or enters later is left out, the order does not matter.

    Calls that entered before the month are late records of closed months: they stand on this statement. What lies
    outside these stretches of its contract (`Coverage.edges`) is a fault; None: nothing is known of a contract.

    Raises `ValueError` if a call comes twice: nobody pays twice for one call.
    """
    end = int(month.next.start(zone).timestamp() * 1000)
    own = sorted((used for used in calls if used.company == company and used.at < end), key=lambda u: (u.at, u.id))
    seen: set[tuple[str, str]] = set()
    for used in own:
        if (used.id, used.kind) in seen:
            raise ValueError(f"call {used.id} comes twice")
        seen.add((used.id, used.kind))
    outside = [] if contract is None else [Fault(used=u, why=why) for u in own if (why := gap(contract, u.at))]
    lost = {(one.used.id, one.used.kind) for one in outside}
    own = [used for used in own if (used.id, used.kind) not in lost]
    metering = Metering(rules, increment_ms=increment_ms)
    decided = list(zip(own, metering.decide(own), strict=True))
    return Usage(
        company=company,
        month=month,
        zone=zone,
        entries=tuple(Entry(used=used, rule=rules[rule]) for used, rule in decided if rule != UNDECIDABLE),
        tally=metering.tally(),
        faults=tuple(outside)
        + tuple(Fault(used=used, why=fault(used) or Why.NO_RULE) for used, rule in decided if rule == UNDECIDABLE),
    )
