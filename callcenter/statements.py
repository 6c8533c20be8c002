"""A company's statement for people to read: the one that was made, else what the call records tell now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from billing.metering import Metering
from billing.month import Month
from billing.rules import Kind, Used
from billing.statement import Statement, statement
from billing.tariff import Outside, Tariff
from billing.usage import Entry, Usage, usage
from callcenter.ledger.record import CallRecord, Via
from callcenter.store.applications import Applications
from callcenter.store.periods import all_periods
from callcenter.store.records import Records
from callcenter.store.scope import OneCompany
from callcenter.store.settlement_models import CorrectionRow, PeriodRow, PeriodState, StatementRow
from callcenter.store.span import Span, month_span
from callcenter.store.statements import Statements
from callcenter.tariffs import read_text

#: How many closed months are searched for late records: longer than any spool or journal is kept.
LATE_MONTHS = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A statement with what is behind it."""

    statement: Statement
    usage: Usage
    state: PeriodState
    #: The row of a statement that was made; None while the month is open.
    row: StatementRow | None
    corrections: tuple[CorrectionRow, ...]
    #: How many things of the month are charged to nobody, by the reason.
    unbilled: Mapping[str, int]

    @property
    def owed(self) -> int:
        """What the company pays for the month, as its notes have it; whole won."""
        return self.statement.total + sum(note.supply + note.vat for note in self.corrections)

    @property
    def provisional(self) -> bool:
        """Whether it may still change."""
        return self.state is not PeriodState.CLOSED


async def made_statement(books: Statements, *, company: str, month: Month, zone: ZoneInfo) -> Shown | None:
    """The statement that was made of the month, computed again from what it was made from."""
    row, period = await books.get(company, month), await books.period(month)
    if row is None or period is None:
        return None
    stored = await books.tariff_text(row.tariff)
    tariff = read_text(stored.text, stored.source)
    entries = await books.entries(row)
    metering = Metering(tariff.rules, increment_ms=tariff.call_price.increment_ms)
    metering.decide(used for used, _ in entries)
    tally = metering.tally()
    return Shown(
        statement=statement(
            tariff,
            tally,
            company=company,
            month=month,
            adjustments=await books.adjustments(company, month),
            days=row.days,
        ),
        usage=Usage(
            company=company,
            month=month,
            zone=zone,
            entries=tuple(Entry(used=used, rule=tariff.rules[place]) for used, place in entries),
            tally=tally,
            faults=(),
        ),
        state=period.state,
        row=row,
        corrections=tuple(await books.corrections(row)),
        unbilled=Counter(one.why for one in await books.faults(month) if one.company == company),
    )


async def open_statement(session: AsyncSession, tariff: Tariff, *, company: str, month: Month, zone: ZoneInfo) -> Shown:
    """The company's month under this tariff by all that is recorded now: provisional until it is closed.

    It takes what settling the month would take, late records and unbilled entries of closed months too.
    """
    scope = OneCompany(company)
    books, span = Statements(session, scope), _span(month, zone)
    closed = await Records(session, scope).closed(company, span)
    earlier = late_months_of_open(await all_periods(session), month)
    late = [record for one in earlier for record in await _late(session, company, one, zone)]
    since = 0 if earlier else span.since
    contract = await Applications(session, scope).coverage(company)
    found = usage(
        [
            *(used(record, tariff) for record in (*late, *closed)),
            *await books.unbilled(company, Span(since, span.until)),
        ],
        company=company,
        month=month,
        zone=zone,
        rules=tariff.rules,
        increment_ms=tariff.call_price.increment_ms,
        contract=contract.edges(zone) if contract and tariff.contract.outside is Outside.REPORT else None,
    )
    adjustments = await books.adjustments(company, month)
    return Shown(
        statement=statement(
            tariff,
            found.tally,
            company=company,
            month=month,
            adjustments=adjustments,
            days=None if contract is None else contract.days(month),
        ),
        usage=found,
        state=PeriodState.OPEN,
        row=None,
        corrections=(),
        unbilled=Counter(one.why for one in found.faults),
    )


def late_months(periods: Iterable[PeriodRow], month: Month) -> list[Month]:
    """The closed months whose late records settling this one takes; none while an earlier one is in review."""
    before = [row for row in periods if row.month < str(month)]
    if any(row.state is PeriodState.REVIEW for row in before):
        return []
    return sorted(Month.parse(row.month) for row in before if row.state is PeriodState.CLOSED)[-LATE_MONTHS:]


def late_months_of_open(periods: Iterable[PeriodRow], month: Month) -> list[Month]:
    """The same of a month before its turn: what was left is the month before's until that is closed."""
    found = late_months(periods, month)
    return found if found and found[-1].next == month else []


async def _late(session: AsyncSession, company: str, month: Month, zone: ZoneInfo) -> list[CallRecord]:
    """A company's closed calls of a closed month that stand on no statement."""
    scope, span = OneCompany(company), _span(month, zone)
    records, books = Records(session, scope), Statements(session, scope)
    row = await books.get(company, month)
    if await records.count(span) <= (row.records if row else 0):
        return []
    billed = await books.billed(company, span)
    return [record for record in await records.closed(company, span) if record.call not in billed]


def _span(month: Month, zone: ZoneInfo) -> Span:
    return month_span(date(month.year, month.number, 1), zone)


async def unattributed_calls(records: Records, *, month: Month, zone: ZoneInfo) -> list[CallRecord]:
    """The month's closed calls that stand on nobody's statement, because their company is unknown."""
    return await records.unattributed(_span(month, zone))


def used(record: CallRecord, tariff: Tariff) -> Used:
    """A closed call record as billing looks at it. Raises `ValueError` for an open one."""
    if record.outcome is None or record.ended_at is None:
        raise ValueError(f"call {record.call} is not closed")
    test = record.caller in tariff.test_numbers or record.dnis in tariff.test_numbers
    return Used(
        id=record.call,
        kind=Kind.TEST if test else Kind.CALLBACK if record.via is Via.CALLBACK else str(record.direction),
        company=record.company,
        at=record.entered_at,
        ended_at=record.ended_at,
        talk_ms=record.talk_ms,
        outcome=str(record.outcome),
        caller=record.caller,
    )
