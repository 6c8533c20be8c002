"""One pass over a month, call by call in the order of time, all companies side by side.

In the order of time both the records are read and the entries are written where the last ones were: a disk's and a
cache's best case. What is held is a few numbers for each company, not its calls.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple, TypeVar

from billing.contracts.coverage import gap
from billing.metering import UNDECIDABLE, Metering
from billing.rules import Used, Why, fault
from billing.tariff import Tariff
from callcenter.store.settlement_models import LINES_A_STATEMENT, WRITTEN_BEFORE
from callcenter.store.settling import EntryValues, RecordValues

#: Both have the same fields.
_Thing = TypeVar("_Thing", RecordValues, Used)


class Taken(NamedTuple):
    """What became of some things, in the order in which they entered."""

    #: Records that are charged or listed, and entries that were there before.
    added: list[EntryValues]
    billed: list[EntryValues]
    #: What cannot be charged, and why.
    faults: list[tuple[Used, Why]]


@dataclass(slots=True)
class OneCompany:
    """A company's statement in the making."""

    statement: int
    metering: Metering
    #: Has taken the month's key and the company; a caller's mark goes on from a copy.
    keyed: blake2b
    #: Charged or listed calls of this month itself.
    records: int = 0


class MonthPass:
    """Decides what every company used."""

    def __init__(
        self,
        tariff: Tariff,
        since: int,
        key: str,
        add_statement: Callable[[str], int],
        contracts: Mapping[str, Sequence[tuple[int, int]]],
    ) -> None:
        """`key`: hides callers' numbers; `add_statement`: gives a statement's number to a company that has none;
        `contracts`: outside these stretches (epoch ms) nothing of the company's is charged.
        """
        self._contracts = contracts
        self._tariff = tariff
        self._since = since
        self._key = bytes.fromhex(key)
        self._add_statement = add_statement
        self.companies: dict[str, OneCompany] = {}
        #: Calls that entered before the month: company and when.
        self.late: Counter[tuple[str, int]] = Counter()

    def know(self, company: str, statement: int) -> OneCompany:
        """The company has this statement."""
        metering = Metering(self._tariff.rules, increment_ms=self._tariff.call_price.increment_ms)
        keyed = blake2b(self._key + company.encode() + b"|", digest_size=8)
        self.companies[company] = known = OneCompany(statement, metering, keyed)
        return known

    def under_contract(self, things: Sequence[_Thing]) -> tuple[Sequence[_Thing], list[tuple[Used, Why]]]:
        """What lies within its company's contract, and what does not."""
        if not self._contracts:
            return things, []
        outside = [
            (Used._make(one), why)
            for one in things
            if (contract := self._contracts.get(one[2] or "")) is not None and (why := gap(contract, one[3]))
        ]
        if not outside:
            return things, []
        lost = {(used.id, used.kind) for used, _ in outside}
        return [one for one in things if (one[0], one[1]) not in lost], outside

    def hidden(self, records: Sequence[RecordValues]) -> list[Used]:
        """Records with a mark in the caller's place: alike for one caller and company, and no way back."""
        return [
            Used(call, kind, company, at, ended_at, talk_ms, outcome, self._mark(company, caller) if caller else "")
            for call, kind, company, at, ended_at, talk_ms, outcome, caller in records
        ]

    def take(self, new: Sequence[RecordValues], waiting: Sequence[Used]) -> Taken:
        """Records that are new, in the order of time, and entries that were written before and wait for a statement."""
        new, outside = self.under_contract(new)
        waiting, waiting_outside = self.under_contract(waiting)
        hidden = self.hidden(new)
        added, faults = self.decide(in_order([*hidden, *waiting]) if waiting else hidden)
        billed: list[EntryValues] = []
        if waiting:
            before = {(used.id, used.kind) for used in waiting}
            billed = [row for row in added if (row[0], row[1]) in before]
            added = [row for row in added if (row[0], row[1]) not in before]
        return Taken(added, billed, [*outside, *waiting_outside, *faults])

    def _mark(self, company: str, caller: str) -> str:
        known = self.companies.get(company) or self.know(company, self._add_statement(company))
        mark = known.keyed.copy()
        mark.update(caller.encode())
        return mark.hexdigest()

    def decide(self, things: Sequence[Used]) -> tuple[list[EntryValues], list[tuple[Used, Why]]]:
        """What is charged or listed, with its line, and what cannot be; in the order in which they entered."""
        lines = self.lines(things)
        rows: list[EntryValues] = []
        faults = []
        for used, line in zip(things, lines, strict=True):
            if line == UNDECIDABLE:
                faults.append((used, fault(used) or Why.NO_RULE))
            else:
                rows.append((*used, line))  # type: ignore[arg-type]
        return rows, faults

    def lines(self, things: Sequence[Used]) -> list[int]:
        """The line on which each thing stands, else `UNDECIDABLE`; they come in the order in which they entered."""
        places: dict[str, list[int]] = {}
        for place, used in enumerate(things):
            assert used.company is not None
            places.setdefault(used.company, []).append(place)
        lines = [UNDECIDABLE] * len(things)
        for company, own in places.items():
            known = self.companies.get(company) or self.know(company, self._add_statement(company))
            first = known.statement * LINES_A_STATEMENT
            for place, rule in zip(own, known.metering.decide([things[place] for place in own]), strict=True):
                if rule != UNDECIDABLE:
                    lines[place] = first + rule
                    used = things[place]
                    if used.kind in WRITTEN_BEFORE:
                        continue
                    if used.at >= self._since:
                        known.records += 1
                    else:
                        self.late[company, used.at] += 1
        return lines


def in_order(things: Iterable[Used]) -> list[Used]:
    """As they entered."""
    return sorted(things, key=lambda used: (used.at, used.id, used.kind))
