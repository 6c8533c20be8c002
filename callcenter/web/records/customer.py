"""One customer's calls and cases, found by the number: it is sent in a form, so that no address or log holds it."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from callcenter.desk.tickets import ticket_number
from callcenter.store.marked_numbers import NumberError, read_number
from callcenter.store.models import Role
from callcenter.store.records import Records
from callcenter.store.tickets import Tickets
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.scoping import need_customers, scope_of
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Reader = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN, Role.COMPANY))]

#: The newest calls, and as many tickets.
_SHOWN = 100


@router.post("/records/customer")
async def customer(
    request: Request, services: Uses, person: Reader, caller: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """What this number's customer did, on whatever day; a company sees its own part. A wrong number is told."""
    need_customers(person)
    digits, wrong = "", None
    try:
        digits = read_number(caller)
    except NumberError as error:
        wrong = error.slug
    async with services.sessions() as session:
        calls = await Records(session, scope_of(person)).of_caller(digits, limit=_SHOWN)
        tickets = await Tickets(session, scope_of(person)).of_customer(digits, limit=_SHOWN)
    log.info("customer.looked_up", login=person.login, calls=len(calls), tickets=len(tickets))
    return render(
        request,
        "records/templates/customer.html",
        status_code=422 if wrong else 200,
        caller=digits or caller,
        wrong=wrong,
        calls=calls,
        tickets=tickets,
        ticket_number=ticket_number,
    )
