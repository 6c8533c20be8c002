"""Statements from the real call records: the one way from SQL to `billing/`, for the command line, pages and jobs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from billing.month import Month
from billing.statement import Statement, statement
from billing.tariff import Tariff
from billing.usage import UsedCall, usage
from callcenter.ledger.record import CallRecord
from callcenter.store.records import Records
from callcenter.store.span import month_span


async def company_statement(
    records: Records, tariff: Tariff, *, company: str, month: Month, zone: ZoneInfo
) -> Statement:
    """The company's statement of the month under this tariff, from its closed records."""
    closed = await records.closed(company, month_span(date(month.year, month.number, 1), zone))
    calls = [_used(record) for record in closed]
    return statement(tariff, usage(calls, company=company, month=month, zone=zone, billable=tariff.billable))


async def unattributed_calls(records: Records, *, month: Month, zone: ZoneInfo) -> list[UsedCall]:
    """The month's closed calls that stand on nobody's statement, because their company is unknown."""
    found = await records.unattributed(month_span(date(month.year, month.number, 1), zone))
    return [_used(record) for record in found]


def _used(record: CallRecord) -> UsedCall:
    if record.outcome is None or record.ended_at is None:
        raise ValueError(f"call {record.call} is not closed")
    return UsedCall(
        id=record.call,
        company=record.company,
        direction=record.direction,
        entered_at=datetime.fromtimestamp(record.entered_at / 1000, UTC),
        ended_at=datetime.fromtimestamp(record.ended_at / 1000, UTC),
        talk_ms=record.talk_ms,
        outcome=record.outcome,
    )
