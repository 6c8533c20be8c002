"""Counters behind a company's answer rate and service level, by its contract's thresholds."""

from __future__ import annotations

from sqlalchemy import and_, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.service_level import Counters, Formula, Version
from billing.month import Month
from callcenter.ledger.record import CAMPAIGNS, Outcome
from callcenter.store.contract_models import ServiceFormulaRow
from callcenter.store.models import CallRow
from callcenter.store.scope import OneCompany, select_within
from callcenter.store.span import Span


async def counters(session: AsyncSession, company: OneCompany, span: Span, version: Version) -> Counters:
    """Calls that entered in the span. Open calls count as far as they got."""
    answered = CallRow.answered_at.is_not(None)
    abandoned = CallRow.outcome.in_((Outcome.ABANDONED_QUEUE, Outcome.ABANDONED_RINGING))
    in_time, short = version.in_time_s * 1000, version.short_s * 1000
    conditions = {
        # Who still waits is not lost yet.
        "offered": and_(CallRow.queued_at.is_not(None), or_(answered, CallRow.ended_at.is_not(None))),
        "answered": answered,
        "answered_in_time": and_(answered, CallRow.wait_ms <= in_time),
        "abandoned": abandoned,
        "abandoned_in_time": and_(abandoned, CallRow.wait_ms <= in_time),
        "abandoned_short": and_(abandoned, CallRow.wait_ms < short),
    }
    counted = [func.count().filter(condition) for condition in conditions.values()]
    query = select_within(company, CallRow, *counted).where(
        CallRow.entered_at >= span.since, CallRow.entered_at < span.until, CallRow.via.not_in(CAMPAIGNS)
    )
    found = (await session.execute(query)).one()
    return Counters(**dict(zip(conditions, map(int, found), strict=True)))


async def versions(session: AsyncSession, company: OneCompany) -> list[Version]:
    """The formulas that were agreed with the company, in the order in which they were."""
    query = select_within(company, ServiceFormulaRow).order_by(ServiceFormulaRow.version)
    return [
        Version(
            number=row.version,
            since=Month.parse(row.since[:7]),
            formula=Formula(row.formula),
            in_time_s=row.in_time_s,
            short_s=row.short_s,
            target=row.target,
        )
        for row in await session.scalars(query)
    ]


def agreed(company: OneCompany, version: Version, *, at: int, by: str) -> ServiceFormulaRow:
    """The version as it is kept; a number is given once."""
    return ServiceFormulaRow(
        company=company.company,
        version=version.number,
        since=f"{version.since}-01",
        formula=version.formula,
        in_time_s=version.in_time_s,
        short_s=version.short_s,
        target=version.target,
        at=at,
        by=by,
    )
