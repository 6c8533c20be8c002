"""Customers' cases: the list, one with its history."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from callcenter.desk.tickets import ticket_number
from callcenter.store.low_scores import LowScores
from callcenter.store.models import Role, TicketStatus
from callcenter.store.tickets import Tickets
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.scoping import need_customers, scope_of
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
Uses = Annotated[Services, Depends(services_of)]
Allowed = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN, Role.COMPANY))]


async def _reader(person: Allowed) -> Person:
    """A ticket is about a customer."""
    need_customers(person)
    return person


Reader = Annotated[Person, Depends(_reader)]

PAGE = 50


@router.get("/tickets")
async def tickets(
    request: Request,
    services: Uses,
    person: Reader,
    company: str = "",
    status: str = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The last changed first."""
    if status not in {"", *TicketStatus}:
        raise Refused(422, "invalid")
    async with services.sessions() as session:
        found = await Tickets(session, scope_of(person)).page(
            company=company or None,
            status=TicketStatus(status) if status else None,
            offset=(page - 1) * PAGE,
            limit=PAGE + 1,
        )
    return render(
        request,
        "tickets/templates/list.html",
        tickets=found[:PAGE],
        more=len(found) > PAGE,
        page=page,
        company=company,
        status=status,
        statuses=list(TicketStatus),
        ticket_number=ticket_number,
    )


@router.get("/tickets/{number}")
async def one(request: Request, services: Uses, person: Reader, number: int) -> Response:
    """A ticket and what happened to it."""
    async with services.sessions() as session:
        mine = Tickets(session, scope_of(person))
        ticket = await mine.get(number)
        history = await mine.history(number) if ticket else []
        low = await LowScores(session, scope_of(person)).of_ticket(number)
    if ticket is None:
        raise Refused(404, "no_ticket")
    return render(
        request, "tickets/templates/one.html", ticket=ticket, history=history, low=low, ticket_number=ticket_number
    )
