"""Settling a month: slice by slice in the order of time, then a statement for each company.

A slice is one transaction with the place it reached, which pages show; killed and repeated, the month goes on from
there. Late records of closed months go onto the earliest month that is being settled.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from billing.contracts.coverage import Coverage
from billing.month import Month
from billing.rules import Used
from billing.statement import StatementError, statement
from billing.tariff import Outside, Tariff
from callcenter.settlement.digest import digest_of
from callcenter.settlement.month_pass import MonthPass
from callcenter.store.contract_books import Contracts
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import LINES_A_STATEMENT, PeriodState
from callcenter.store.settling import Place, RecordValues, Settling
from callcenter.store.span import Span, month_span
from callcenter.tariffs import read_text

#: Records that one transaction takes.
_SLICE = 20_000
#: How many closed months are searched for late records: longer than any spool or journal is kept.
_LATE_MONTHS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What came of it."""

    companies: int
    entries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class _Plan:
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


def settle_month(
    engine: Engine,
    month: Month,
    *,
    tariff: Tariff,
    text: str,
    members: Collection[str],
    zone: ZoneInfo,
    actor: Actor,
) -> Settled:
    """Make the month's statements, of the members and of whoever else has usage.

    `text` is the tariff's, word for word; a month that is in review already keeps the one it began with.
    Raises `PeriodError` for a closed month, one that is not over or one that another worker settles,
    `StatementError`, `sqlalchemy.exc.SQLAlchemyError`.
    """
    span = span_of(month, zone)
    if actor.at < span.until:
        raise PeriodError("not_over", f"{month} is not over")
    with Session(engine) as session, session.begin():
        periods = Periods(session)
        row = periods.begin(month, periods.save_tariff(tariff.source, text), actor)
        if row.settled_at is not None:
            return Settled(companies=row.done, entries=row.entries)
        stored = periods.tariff_text(row.tariff)
        plan = _Plan(
            month=month,
            span=span,
            zone=zone,
            tariff=read_text(stored.text, stored.source),
            digest=row.tariff,
            key=row.key,
            members=members,
            contracts=Contracts(session).coverages(),
            closed=[] if periods.unsettled_before(month) else _closed_before(periods, month),
        )
    with engine.connect() as connection, _rare_collection():
        _settle(connection, plan, actor)
    with Session(engine) as session, session.begin():
        row = Periods(session).begin(month, plan.digest, actor)
        return Settled(companies=row.done, entries=row.entries)


@contextmanager
def _rare_collection() -> Iterator[None]:
    """Millions of rows that are in no cycle pass here; looking for cycles among them takes a fifth of the time."""
    usual = gc.get_threshold()
    gc.set_threshold(1_000_000)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def _closed_before(periods: Periods, month: Month) -> list[Month]:
    closed = [Month.parse(row.month) for row in periods.all() if row.state is PeriodState.CLOSED]
    return [earlier for earlier in closed if earlier < month][-_LATE_MONTHS:]


def _settle(connection: Connection, plan: _Plan, actor: Actor) -> None:
    tables = Settling(connection, plan.month)
    place = tables.begin()
    known = MonthPass(
        plan.tariff,
        plan.span.since,
        plan.key,
        lambda company: tables.add_statement(company, plan.digest),
        plan.charged_within(),
    )
    for company, number in tables.statements().items():
        known.know(company, number)
    for told in tables.entries():
        known.decide(told)
    if place is None:
        late = _begin(tables, plan, known)
        place = Place(plan.span.since, "")
        tables.advance(place, late)
        connection.commit()
        tables.begin()
    while True:
        page = tables.records(plan.span, place, plan.tariff.test_numbers, _SLICE)
        more = len(page) == _SLICE
        until = page[-1][3] if more else plan.span.until
        reached = Place(page[-1][3], page[-1][0]) if page else place
        tables.advance(reached, _take(tables, known, page, tables.unbilled(until)))
        connection.commit()
        if tables.begin() != reached:
            raise PeriodError("under_way", f"another worker settles {plan.month}")
        place = reached
        if not more:
            break
    _finish(tables, plan, known, actor)
    connection.commit()


def _begin(tables: Settling, plan: _Plan, known: MonthPass) -> int:
    """A statement for each member; how many late records and unbilled entries of before the month there were.

    Who has no contract in the month gets one only if something is charged all the same.
    """
    adjusted = tables.adjusted()
    under_contract = {company for company in plan.contracts if plan.days(company)}
    for company in sorted({*plan.members, *tables.counts(plan.span), *adjusted, *under_contract}):
        if company not in known.companies and (plan.days(company) != 0 or company in adjusted):
            known.know(company, tables.add_statement(company, plan.digest))
    late: list[RecordValues] = []
    for earlier in plan.closed:
        there, handled = span_of(earlier, plan.zone), tables.handled(earlier)
        for company, count in tables.counts(there).items():
            if count > handled.get(company, 0):
                late += tables.late(company, there, plan.tariff.test_numbers)
    taken = _take(tables, known, sorted(late, key=lambda row: (row[3], row[0])), tables.unbilled(plan.span.since))
    tables.expect(len(known.companies), taken + sum(tables.counts(plan.span).values()))
    return taken


def _take(tables: Settling, known: MonthPass, new: Sequence[RecordValues], waiting: Sequence[Used]) -> int:
    """Bill records that are new, and entries that were written before and wait for a statement; how many of both."""
    new, outside = known.under_contract(new)
    waiting, waiting_outside = known.under_contract(waiting)
    tables.add_faults([*outside, *waiting_outside])
    hidden = known.hidden(new)
    rows, faults = known.decide(sorted([*hidden, *waiting], key=_order) if waiting else hidden)
    billed = len(rows)
    if waiting:
        before = {(used.id, used.kind) for used in waiting}
        tables.bill([row for row in rows if (row[0], row[1]) in before])
        rows = [row for row in rows if (row[0], row[1]) not in before]
    tables.add_entries(rows)
    tables.add_faults(faults)
    return billed


def _order(used: Used) -> tuple[int, str, str]:
    return used.at, used.id, used.kind


def _finish(tables: Settling, plan: _Plan, known: MonthPass, actor: Actor) -> None:
    for company, one in sorted(known.companies.items()):
        made = statement(
            plan.tariff,
            one.metering.tally(),
            company=company,
            month=plan.month,
            adjustments=tables.adjustments(company),
            days=plan.days(company),
        )
        if len(plan.tariff.rules) + len(made.lines) > LINES_A_STATEMENT:
            raise StatementError(f"{company} {plan.month}: more than {LINES_A_STATEMENT} lines")
        tables.finish_statement(one.statement, made, records=one.records, digest=digest_of(made))
    late: Counter[tuple[str, Month]] = Counter()
    for (company, at), count in known.late.items():
        late[company, Month.of_ms(at, plan.zone)] += count
    for (company, month), count in late.items():
        tables.told_of_late(company, month, count)
    tables.finish(len(known.companies), actor.at)
