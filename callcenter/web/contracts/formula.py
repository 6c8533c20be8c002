"""By which formula a company's service level is measured from a month on."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Form
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.exc import IntegrityError

from billing.contracts.service_level import Formula, Version
from callcenter.store.applications import Applications
from callcenter.store.models import Role
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.service_figures import agreed, versions
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.months import chosen_month, this_month
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(prefix="/contracts", include_in_schema=False)
log = structlog.get_logger(__name__)


@router.post("/{number}/formula")
async def agree(
    services: Annotated[Services, Depends(services_of)],
    person: Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))],
    number: int,
    since: Annotated[str, Form(max_length=10)],
    formula: Annotated[Formula, Form()],
    in_time_s: Annotated[int, Form(ge=1, le=600)],
    short_s: Annotated[int, Form(ge=0, le=60)],
    target: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """A new version, from this month or a later one: a month that is over keeps what it was measured by."""
    month = chosen_month(services, since)
    if month < this_month(services):
        raise Refused(422, "formula_past")
    if target and not (target.isascii() and target.isdecimal() and int(target) <= 100):
        raise Refused(422, "formula_target")
    try:
        async with services.sessions.begin() as session:
            row = await Applications(session, WholeCentre()).get(number)
            if row is None or row.company is None:
                raise Refused(404, "no_application")
            company = OneCompany(row.company)
            last = max((one.number for one in await versions(session, company)), default=0)
            version = Version(
                number=last + 1,
                since=month,
                formula=formula,
                in_time_s=in_time_s,
                short_s=short_s,
                target=int(target) if target else None,
            )
            session.add(agreed(company, version, at=now_ms(), by=person.login))
    except IntegrityError as error:
        raise Refused(409, "changed_meanwhile") from error
    log.info("contract.formula", login=person.login, application=number, version=version.number)
    return RedirectResponse(f"/contracts/{number}#formula", status_code=303)
