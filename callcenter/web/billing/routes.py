"""Statements of every company for billing clerks, and the comparison that anybody may open."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from billing import statement_forms
from billing.comparison import compare
from billing.words import Language
from callcenter.store.models import Role
from callcenter.web.billing.plot import plot
from callcenter.web.errors import Refused
from callcenter.web.guard import allow, visitor
from callcenter.web.months import chosen_month, offered_months, statement_of, tariff_of, this_month
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Clerk = Annotated[Person, Depends(allow(Role.BILLING, Role.ADMIN))]

#: The calculator's largest question; the plot stays readable.
MOST_CALLS_A_DAY = 5_000


@router.get("/billing")
async def billing(request: Request, services: Uses, _: Clerk, company: str = "", month: str = "") -> Response:
    """A company's month."""
    chosen = chosen_month(services, month)
    found = next((one for one in services.centre.company if one.id == company), services.centre.company[0])
    statement, usage = await statement_of(services, found.id, chosen)
    return render(
        request,
        "billing/templates/billing.html",
        company=found,
        month=chosen,
        months=offered_months(services),
        statement=statement,
        usage=usage,
        provisional=chosen >= this_month(services),
        address="/billing",
    )


@router.get("/billing/{company}-{month}.csv")
async def as_csv(request: Request, services: Uses, _: Clerk, company: str, month: str) -> Response:
    """The statement for a spreadsheet."""
    if company not in {one.id for one in services.centre.company}:
        raise Refused(404, "not_found")
    return await statement_file(request, services, company, month)


async def statement_file(request: Request, services: Services, company: str, month: str) -> Response:
    """A statement as CSV, with the calls behind each line."""
    statement, usage = await statement_of(services, company, chosen_month(services, month))
    text = statement_forms.as_csv(statement, usage, Language(language_of(request)))
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="statement-{company}-{statement.month}.csv"'},
    )


@router.get("/compare")
async def comparison(
    request: Request,
    services: Uses,
    _: Annotated[Person | None, Depends(visitor)],
    calls: Annotated[int, Query(ge=1, le=MOST_CALLS_A_DAY)] = 100,
) -> Response:
    """What a year costs with a private centre and in the joint one."""
    tariff = tariff_of(services, this_month(services))
    return render(
        request,
        "billing/templates/compare.html",
        found=compare(tariff, calls),
        most=MOST_CALLS_A_DAY,
        plot=plot(tariff, calls),
    )
