"""What a company sees of its own: today's figures, its last calls and open tickets, its statement."""

from __future__ import annotations

from datetime import datetime
from functools import reduce
from operator import add

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.contracts.service_level import in_force
from callcenter.desk.tickets import ticket_number
from callcenter.settlement.forms import Form
from callcenter.store.figures import Figures, day_figures
from callcenter.store.models import TicketStatus
from callcenter.store.records import Records
from callcenter.store.scope import OneCompany
from callcenter.store.service_figures import counters, versions
from callcenter.store.span import day_span
from callcenter.store.tickets import Tickets
from callcenter.web.billing.routes import statement_file
from callcenter.web.months import chosen_month, offered_months, statement_of, this_month
from callcenter.web.pages import render
from callcenter.web.portal.own import Member, Uses, own
from callcenter.web.portal.service import centres_own

router = APIRouter(include_in_schema=False)


@router.get("/portal")
async def portal(request: Request, services: Uses, person: Member) -> Response:
    """Today at a glance."""
    company = own(services, person)
    zone = services.centre.zone
    today = day_span(datetime.now(zone).date(), zone)
    async with services.sessions() as session:
        scope = OneCompany(company)
        figures = await day_figures(session, scope, today)
        version = in_force(await versions(session, scope), this_month(services), centres_own(services))
        level = (await counters(session, scope, today, version)).service_level(version.formula)
        recent = await Records(session, scope).page(today, limit=12)
        # A ticket tells of a customer; whom customers are not shown see none.
        shown = person.sees_customers
        tickets = await Tickets(session, scope).page(status=TicketStatus.OPEN, limit=12) if shown else []
    return render(
        request,
        "portal/templates/portal.html",
        day=reduce(add, figures, Figures()),
        version=version,
        level=level,
        recent=recent,
        tickets=tickets,
        shown=shown,
        ticket_number=ticket_number,
    )


@router.get("/portal/so-far")
async def so_far(request: Request, services: Uses, person: Member) -> Response:
    """What this month would come to if it were closed now: a part of the portal that may take a while."""
    month = this_month(services)
    shown = await statement_of(services, own(services, person), month)
    return render(request, "portal/templates/so_far.html", month=month, shown=shown)


@router.get("/statement")
async def statement(request: Request, services: Uses, person: Member, month: str = "", line: str = "") -> Response:
    """A month of its own."""
    company = own(services, person)
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


@router.get("/statement.{form}")
async def as_file(request: Request, services: Uses, person: Member, form: Form, month: str = "") -> Response:
    """The same on paper or for a spreadsheet."""
    return await statement_file(request, services, own(services, person), month, form)
