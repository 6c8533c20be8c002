"""Statements from the real call records: the one way from SQL to `billing/`, for the command line, pages and jobs."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from billing.month import Month
from billing.rules import Kind, Used
from billing.statement import Statement, statement
from billing.tariff import Tariff
from billing.usage import Usage, usage
from callcenter.ledger.record import CallRecord
from callcenter.store.records import Records
from callcenter.store.span import month_span


async def company_statement(
    records: Records, tariff: Tariff, *, company: str, month: Month, zone: ZoneInfo
) -> tuple[Statement, Usage]:
    """The company's month under this tariff as its closed records tell it now: provisional until it is closed."""
    closed = await records.closed(company, month_span(date(month.year, month.number, 1), zone))
    found = usage(
        [used(record, tariff) for record in closed],
        company=company,
        month=month,
        zone=zone,
        rules=tariff.rules,
        increment_ms=tariff.call_price.increment_ms,
    )
    return statement(tariff, found.tally, company=company, month=month), found


async def unattributed_calls(records: Records, *, month: Month, zone: ZoneInfo) -> list[CallRecord]:
    """The month's closed calls that stand on nobody's statement, because their company is unknown."""
    return await records.unattributed(month_span(date(month.year, month.number, 1), zone))


def used(record: CallRecord, tariff: Tariff) -> Used:
    """A closed call record as billing looks at it. Raises `ValueError` for an open one."""
    if record.outcome is None or record.ended_at is None:
        raise ValueError(f"call {record.call} is not closed")
    test = record.caller in tariff.test_numbers or record.dnis in tariff.test_numbers
    return Used(
        id=record.call,
        kind=Kind.TEST if test else str(record.direction),
        company=record.company,
        at=record.entered_at,
        ended_at=record.ended_at,
        talk_ms=record.talk_ms,
        outcome=str(record.outcome),
        caller=record.caller,
    )
