"""A company's month in service: calls, answer rate and service level, by the formula of its contract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import reduce
from operator import add

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.service_level import Counters, Formula, Version, in_force
from billing.month import Month
from callcenter.store.scope import OneCompany
from callcenter.store.service_figures import counters, versions
from callcenter.store.span import day_span
from callcenter.web.board import SHORT_ABANDON_S
from callcenter.web.export import csv_file
from callcenter.web.months import chosen_month, offered_months, this_month
from callcenter.web.pages import language_of, render
from callcenter.web.portal.own import Member, Uses, scope_of_own
from callcenter.web.services import Services
from callcenter.web.words import phrase

router = APIRouter(include_in_schema=False)

#: Holds from the beginning of time until a contract names another formula.
_EVER = Month(2000, 1)


@dataclass(frozen=True, kw_only=True, slots=True)
class MonthOfService:
    """The month by one version of the formula."""

    version: Version
    days: tuple[tuple[date, Counters], ...]

    @property
    def total(self) -> Counters:
        """The whole month."""
        return reduce(add, (counted for _, counted in self.days), Counters())


def centres_own(services: Services) -> Version:
    """The formula of the centre's board."""
    waiting = services.centre.waiting
    return Version(
        number=0,
        since=_EVER,
        formula=Formula.SHORT_LEFT_OUT,
        in_time_s=waiting.service_level_s,
        short_s=SHORT_ABANDON_S,
    )


async def month_of_service(
    services: Services, session: AsyncSession, company: OneCompany, month: Month
) -> MonthOfService:
    """Every day of the month until today, with calls or without, and the version that held."""
    version = in_force(await versions(session, company), month, centres_own(services))
    first, following = date(month.year, month.number, 1), date(month.next.year, month.next.number, 1)
    following = min(following, datetime.now(services.centre.zone).date() + timedelta(days=1))
    days = [first + timedelta(days=n) for n in range((following - first).days)]
    counted = [await counters(session, company, day_span(day, services.centre.zone), version) for day in days]
    return MonthOfService(version=version, days=tuple(zip(days, counted, strict=True)))


@router.get("/service")
async def service(request: Request, services: Uses, person: Member, month: str = "") -> Response:
    """A month of one's own, day by day."""
    chosen = chosen_month(services, month)
    async with services.sessions() as session:
        scope = scope_of_own(services, person)
        found = await month_of_service(services, session, scope, chosen)
    return render(
        request,
        "portal/templates/service.html",
        found=found,
        month=chosen,
        months=offered_months(services),
        provisional=chosen >= this_month(services),
    )


@router.get("/service.csv")
async def as_csv(request: Request, services: Uses, person: Member, month: str = "") -> Response:
    """The same for a spreadsheet, with the formula that it was computed by."""
    chosen, language = chosen_month(services, month), language_of(request)
    async with services.sessions() as session:
        scope = scope_of_own(services, person)
        found = await month_of_service(services, session, scope, chosen)
    columns = ("day", "offered", "answered", "in_time", "abandoned", "answer_rate", "service_level", "formula")
    rows = [
        (
            day,
            counted.offered,
            counted.answered,
            counted.answered_in_time,
            counted.abandoned,
            _percent(counted.answer_rate),
            _percent(counted.service_level(found.version.formula)),
            f"{found.version.formula} v{found.version.number}",
        )
        for day, counted in (*((str(day), counted) for day, counted in found.days), ("total", found.total))
    ]
    head = [phrase(language, f"service.{column}") for column in columns]
    return csv_file(f"service-{scope.company}-{chosen}.csv", head, rows)


def _percent(share: Fraction | None) -> float | str:
    return "" if share is None else round(float(share) * 100, 2)
