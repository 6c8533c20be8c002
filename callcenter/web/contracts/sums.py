"""What has to be secured for the next contract year, from last year's calls or, before there are any, the estimate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import add

from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.guarantee import average_calls, deposit, insured_sum, monthly_charge
from billing.contracts.participation import Participation
from billing.month import Month
from callcenter.store.contract_models import ApplicationRow
from callcenter.store.figures import Figures, day_figures
from callcenter.store.scope import OneCompany
from callcenter.store.span import Span, day_span
from callcenter.web.apply.form import answers
from callcenter.web.months import tariff_of
from callcenter.web.services import Services

MONTHS_A_YEAR = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Sums:
    """In won, and what they were computed from."""

    calls_per_month: int
    #: From the calls of the last twelve months; else from what the application expects.
    measured: bool
    monthly: int
    insured_sum: int
    deposit: int


async def sums_of(
    services: Services, session: AsyncSession, row: ApplicationRow, state: Participation, today: date
) -> Sums:
    """Under the tariff of this month. Raises `Refused`: there is no tariff."""
    measured = bool(state.signed) and state.company is not None and state.start is not None and state.start < today
    calls = answers(row.form).facts.calls_per_month
    if measured:
        assert state.company is not None
        assert state.start is not None
        zone = services.centre.zone
        since = max(state.start, date(today.year - 1, today.month, 1))
        months = (today.year - since.year) * MONTHS_A_YEAR + today.month - since.month or 1
        span = Span(day_span(since, zone).since, day_span(today.replace(day=1), zone).since)
        if span.until > span.since:
            found = reduce(add, await day_figures(session, OneCompany(state.company), span), Figures())
            calls = average_calls(found.answered, months)
        else:
            measured = False
    monthly = monthly_charge(tariff_of(services, Month(today.year, today.month)), calls)
    return Sums(
        calls_per_month=calls,
        measured=measured,
        monthly=monthly,
        insured_sum=insured_sum(monthly),
        deposit=deposit(monthly),
    )
