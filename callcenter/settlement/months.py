"""Settling a month: a statement for each company, in transactions of many; killed and repeated, it goes on.

The work of one transaction is all there or not at all, with the progress that pages show. Late records of closed
months go onto the earliest month that is being settled.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from billing.month import Month
from billing.tariff import Tariff
from callcenter.settlement.company import Plan, settle_company
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import PeriodState
from callcenter.store.settling import Settling
from callcenter.store.span import Span, month_span
from callcenter.tariffs import read_text

#: Entries that one transaction brings, unless a single company has more.
_A_TRANSACTION = 50_000
#: How many closed months are searched for late records: longer than any spool or journal is kept.
_LATE_MONTHS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """What came of it."""

    companies: int
    entries: int


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
    """Make the month's missing statements, of the members and of whoever else has usage.

    `text` is the tariff's, word for word; a month that is in review already keeps the one it began with.
    Raises `PeriodError` for a closed month or one that is not over, `StatementError`, `sqlalchemy.exc.SQLAlchemyError`.
    """
    span = span_of(month, zone)
    if actor.at < span.until:
        raise PeriodError("not_over", f"{month} is not over")
    with Session(engine) as session, session.begin():
        periods = Periods(session)
        digest = periods.begin(month, periods.save_tariff(tariff.source, text), actor).tariff
        stored = periods.tariff_text(digest)
        tariff = read_text(stored.text, stored.source)
        closed = [] if periods.unsettled_before(month) else _closed_before(periods, month)
    plan, companies = _plan(engine, month, span, tariff, digest, closed, members, zone)
    with Session(engine) as session, session.begin():
        Periods(session).expect(month, len(companies))
    _settle_missing(engine, plan, companies)
    with Session(engine) as session, session.begin():
        row = Periods(session).finish(month, actor.at)
        return Settled(companies=row.done, entries=row.entries)


def _closed_before(periods: Periods, month: Month) -> list[Month]:
    closed = [Month.parse(row.month) for row in periods.all() if row.state is PeriodState.CLOSED]
    return [earlier for earlier in closed if earlier < month][-_LATE_MONTHS:]


def _plan(
    engine: Engine,
    month: Month,
    span: Span,
    tariff: Tariff,
    digest: str,
    closed: Sequence[Month],
    members: Collection[str],
    zone: ZoneInfo,
) -> tuple[Plan, list[str]]:
    late: dict[str, list[tuple[Month, Span]]] = {}
    with engine.connect() as connection:
        tables = Settling(connection, month)
        companies = {*members, *tables.counts(span), *tables.with_unbilled(span.until)}
        for earlier in closed:
            there, handled = span_of(earlier, zone), tables.handled(earlier)
            for company, count in tables.counts(there).items():
                if count > handled.get(company, 0):
                    late.setdefault(company, []).append((earlier, there))
    return Plan(month=month, span=span, tariff=tariff, digest=digest, late=late), sorted({*companies, *late})


def _settle_missing(engine: Engine, plan: Plan, companies: Sequence[str]) -> None:
    waiting = list(companies)
    while waiting:
        with engine.connect() as connection:
            tables = Settling(connection, plan.month)
            tables.begin()
            done = tables.settled()
            made = entries = 0
            while waiting and entries < _A_TRANSACTION:
                company = waiting.pop(0)
                if company not in done:
                    entries += settle_company(tables, plan, company)
                    made += 1
            tables.advance(made, entries)
            connection.commit()
