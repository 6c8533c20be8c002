"""What a month is settled by, and which records and companies belong to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from billing.contracts.coverage import Coverage
from billing.month import Month
from billing.tariff import Outside, Tariff
from callcenter.store.settling import RecordValues, Settling
from callcenter.store.span import Span, month_span


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What a month is settled by."""

    month: Month
    span: Span
    zone: ZoneInfo
    tariff: Tariff
    #: Of the tariff's text.
    digest: str
    key: str
    members: Collection[str]
    #: The closed months before.
    closed: Sequence[Month]
    #: Companies whose contracts are kept here.
    contracts: Mapping[str, Coverage]

    def days(self, company: str) -> int | None:
        """Days of the month under contract; None: nothing is known of a contract."""
        found = self.contracts.get(company)
        return None if found is None else found.days(self.month)

    def charged_within(self) -> dict[str, tuple[tuple[int, int], ...]]:
        """Outside these stretches (epoch ms) nothing of these companies is charged; of all others everything is."""
        if self.tariff.contract.outside is Outside.CHARGE:
            return {}
        first = span_of(self.closed[0], self.zone).since if self.closed else self.span.since
        edges = {company: found.edges(self.zone) for company, found in self.contracts.items()}
        # A contract that surely holds all the time need not be looked at call by call.
        return {
            company: found
            for company, found in edges.items()
            if not any(since <= first and self.span.until <= until for since, until in found)
        }


def span_of(month: Month, zone: ZoneInfo) -> Span:
    """The month as epoch milliseconds."""
    return month_span(date(month.year, month.number, 1), zone)


def billed_companies(tables: Settling, plan: Plan) -> set[str]:
    """Who gets a statement in any case: members, whoever has calls, adjustments or a contract in the month.

    Who has no contract in the month gets one only if something is charged all the same.
    """
    adjusted = set(tables.adjustments())
    under_contract = {company for company in plan.contracts if plan.days(company)}
    everybody = {*plan.members, *tables.counts(plan.span), *adjusted, *under_contract}
    return {company for company in everybody if plan.days(company) != 0 or company in adjusted}


def late_records(tables: Settling, plan: Plan) -> list[RecordValues]:
    """Closed calls of the closed months before that no statement has, in the order of time."""
    late: list[RecordValues] = []
    for earlier in plan.closed:
        there, handled = span_of(earlier, plan.zone), tables.handled(earlier)
        for company, count in tables.counts(there).items():
            if count > handled.get(company, 0):
                late += tables.late(company, there, plan.tariff.test_numbers)
    return sorted(late, key=lambda row: (row[3], row[0]))
