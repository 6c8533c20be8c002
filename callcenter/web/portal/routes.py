"""What a company sees of its own: today's figures, its last calls and open tickets, its statement."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import add
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from callcenter.desk.tickets import ticket_number
from callcenter.store.figures import Figures, day_figures
from callcenter.store.models import Role, TicketStatus
from callcenter.store.records import Records
from callcenter.store.scope import OneCompany
from callcenter.store.span import day_span
from callcenter.store.tickets import Tickets
from callcenter.web.billing.routes import statement_file
from callcenter.web.board import SHORT_ABANDON_S
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.months import chosen_month, offered_months, statement_of
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Member = Annotated[Person, Depends(allow(Role.COMPANY))]


def _own(services: Services, person: Person) -> str:
    """The company of this person. Raises `Refused`: the centre does not know it any more."""
    if person.company is None or person.company not in {one.id for one in services.centre.company}:
        raise Refused(403, "no_company")
    return person.company


@router.get("/portal")
async def portal(request: Request, services: Uses, person: Member) -> Response:
    """Today at a glance."""
    company = _own(services, person)
    zone = services.centre.zone
    today = day_span(datetime.now(zone).date(), zone)
    async with services.sessions() as session:
        scope = OneCompany(company)
        figures = await day_figures(
            session, scope, today, in_time_s=services.centre.waiting.service_level_s, short_s=SHORT_ABANDON_S
        )
        recent = await Records(session, scope).page(today, limit=12)
        tickets = await Tickets(session, scope).page(status=TicketStatus.OPEN, limit=12)
    return render(
        request,
        "portal/templates/portal.html",
        day=reduce(add, figures, Figures()),
        recent=recent,
        tickets=tickets,
        ticket_number=ticket_number,
    )


@router.get("/statement")
async def statement(request: Request, services: Uses, person: Member, month: str = "", line: str = "") -> Response:
    """A month of its own."""
    company = _own(services, person)
    chosen = chosen_month(services, month)
    return render(
        request,
        "portal/templates/statement.html",
        company=company,
        month=chosen,
        months=offered_months(services),
        shown=await statement_of(services, company, chosen),
        line=line,
        address=f"/statement?month={chosen}",
    )


@router.get("/statement.csv")
async def as_csv(request: Request, services: Uses, person: Member, month: str = "") -> Response:
    """The same for a spreadsheet."""
    return await statement_file(request, services, _own(services, person), month)
