"""Settling a month: slice by slice in the order of time, then a statement for each company.

A slice is one transaction with the place it reached, which pages show; killed and repeated, the month goes on from
there. Late records of closed months go onto the earliest month that is being settled.
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from billing.month import Month
from billing.rules import Used
from billing.statement import StatementError, statement
from billing.tariff import Tariff
from callcenter.settlement.digest import digest_of
from callcenter.settlement.month_pass import MonthPass
from callcenter.settlement.plan import Plan, billed_companies, late_records, span_of
from callcenter.statements import late_months
from callcenter.store.contract_books import Contracts
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import LINES_A_STATEMENT
from callcenter.store.settling import Place, RecordValues, Settling, told_as_others
from callcenter.tariffs import read_text

#: Records that one transaction takes.
_SLICE = 20_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What came of it."""

    companies: int
    entries: int


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
        plan = Plan(
            month=month,
            span=span,
            zone=zone,
            tariff=read_text(stored.text, stored.source),
            digest=row.tariff,
            key=row.key,
            members=members,
            contracts=Contracts(session).coverages(),
            closed=late_months(periods.all(), month),
        )
    with engine.connect() as connection, told_as_others(connection), _rare_collection():
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


def _settle(connection: Connection, plan: Plan, actor: Actor) -> None:
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


def _begin(tables: Settling, plan: Plan, known: MonthPass) -> int:
    """A statement for each company; how many late records and unbilled entries of before the month there were."""
    for company in sorted(billed_companies(tables, plan)):
        if company not in known.companies:
            known.know(company, tables.add_statement(company, plan.digest))
    late = late_records(tables, plan)
    taken = _take(tables, known, late, tables.unbilled(plan.span.since))
    tables.expect(len(known.companies), taken + sum(tables.counts(plan.span).values()))
    return taken


def _take(tables: Settling, known: MonthPass, new: Sequence[RecordValues], waiting: Sequence[Used]) -> int:
    """Bill records that are new, and entries that were written before and wait for a statement; how many of both."""
    taken = known.take(new, waiting)
    tables.bill(taken.billed)
    tables.add_entries(taken.added)
    tables.add_faults(taken.faults)
    return len(taken.billed) + len(taken.added)


def _finish(tables: Settling, plan: Plan, known: MonthPass, actor: Actor) -> None:
    adjustments = tables.adjustments()
    for company, one in sorted(known.companies.items()):
        made = statement(
            plan.tariff,
            one.metering.tally(),
            company=company,
            month=plan.month,
            adjustments=adjustments.get(company, ()),
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
