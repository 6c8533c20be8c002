"""A month that is not settled, as it would be if it were closed now: computed like the statements, written nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from billing.metering import UNDECIDABLE
from billing.month import Month
from billing.payers import Told
from billing.rules import Used, Why, fault
from billing.statement import LineKind, Statement, StatementError, statement
from billing.tariff import Tariff
from callcenter.settlement.month_pass import MonthPass, in_order
from callcenter.settlement.plan import Plan, billed_companies, late_records, span_of
from callcenter.statements import late_months_of_open
from callcenter.store.contract_books import Contracts
from callcenter.store.periods import Periods
from callcenter.store.settling import Place, RecordValues, Settling

_SLICE = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Provisional:
    """What every company would pay."""

    statements: Mapping[str, Statement]
    #: Companies whose adjustments take off more than there is to pay.
    impossible: tuple[str, ...]
    #: How many things nobody is charged for, by company and reason.
    faults: Mapping[tuple[str, str], int]

    def told(self) -> list[Told]:
        """What the payers' report stands on."""
        return [
            Told(
                company=one.company,
                month=one.month,
                shares={line.of: line.amount for line in one.lines if line.kind is LineKind.SHARE},
                supply=one.supply,
                vat=one.vat,
            )
            for one in self.statements.values()
        ]


def provisional(
    engine: Engine, month: Month, *, tariff: Tariff, members: Collection[str], zone: ZoneInfo
) -> Provisional:
    """The month's statements by all that is recorded now, in one pass over its calls.

    Late records of earlier months and what they left unbilled belong to it once the month before is closed; until
    then that one will take them.
    """
    with Session(engine) as session:
        plan = Plan(
            month=month,
            span=span_of(month, zone),
            zone=zone,
            tariff=tariff,
            digest="",
            key="",
            members=members,
            contracts=Contracts(session).coverages(),
            closed=late_months_of_open(Periods(session).all(), month),
        )
    numbers = count(1)
    known = MonthPass(tariff, plan.span.since, "", lambda _: next(numbers), plan.charged_within())
    with engine.connect() as connection:
        tables = Settling(connection, month)
        tables.look()
        for company in billed_companies(tables, plan):
            known.know(company, next(numbers))
        faults = _taken(tables, plan, known)
        adjustments = tables.adjustments()
    made, impossible = {}, []
    for company, one in sorted(known.companies.items()):
        try:
            made[company] = statement(
                tariff,
                one.metering.tally(),
                company=company,
                month=month,
                adjustments=adjustments.get(company, ()),
                days=plan.days(company),
            )
        except StatementError:
            impossible.append(company)
    return Provisional(statements=made, impossible=tuple(impossible), faults=faults)


def _taken(tables: Settling, plan: Plan, known: MonthPass) -> Counter[tuple[str, str]]:
    """Everything that is recorded passes; how many things were not charged."""
    faults: Counter[tuple[str, str]] = Counter()
    earliest = 0 if plan.closed else plan.span.since
    waiting = [used for used in tables.unbilled(plan.span.until) if used.at >= earliest]

    def take(records: Sequence[RecordValues], until: int) -> None:
        nonlocal waiting
        # Nothing is kept, so callers need not be hidden.
        ready = [*map(Used._make, records), *(used for used in waiting if used.at < until)]
        waiting = [used for used in waiting if used.at >= until]
        things, outside = known.under_contract(ready)
        things = things if len(ready) == len(records) else in_order(things)
        faults.update((used.company or "", why) for used, why in outside)
        for used, line in zip(things, known.lines(things), strict=True):
            if line == UNDECIDABLE:
                faults[used.company or "", fault(used) or Why.NO_RULE] += 1

    take(late_records(tables, plan), plan.span.since)
    place, more = Place(plan.span.since, ""), True
    while more:
        page = tables.records(plan.span, place, plan.tariff.test_numbers, _SLICE)
        more = len(page) == _SLICE
        take(page, page[-1][3] if more else plan.span.until)
        place = Place(page[-1][3], page[-1][0]) if page else place
    return faults
