"""Who did what when, for those who answer for it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from billing.contracts.events import KINDS
from billing.tariff import Payer, TariffError
from callcenter.config.versions import Versions
from callcenter.store.deeds import OF_ROLE, Asked, Field, deeds
from callcenter.store.models import Role
from callcenter.store.span import day_span
from callcenter.tariffs import load_tariffs
from callcenter.web.errors import Refused
from callcenter.web.guard import allow
from callcenter.web.pages import render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of

router = APIRouter(include_in_schema=False)

#: What may stand in the audit of the books.
BOOKS = (
    *("period.settled", "period.reopened", "period.closed", "month.charged", "statement.adjusted"),
    *("statement.corrected", "month.rerated", "rerating.approved", "rerating.rejected", "shares.corrected"),
    *("rerating.kept", "tariff.saved"),
)
#: Of each field, in the order of the filter.
WHAT = {Field.BOOKS: BOOKS, Field.CONTRACTS: tuple(KINDS), Field.CENTRE: ("config.applied",)}
#: How many a page shows; the filters find the others.
_MOST = 300


@router.get("/history")
async def history(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    person: Annotated[Person, Depends(allow(Role.BILLING, Role.SUPERVISOR, Role.ADMIN))],
    by: str = "",
    what: str = "",
    company: str = "",
    day: str = "",
) -> Response:
    """The newest first, by whom, what, about whom and on which day."""
    fields = OF_ROLE[person.role]
    try:
        span = day_span(date.fromisoformat(day), services.centre.zone) if day else None
    except (ValueError, OverflowError) as error:
        raise Refused(422, "day") from error
    asked = Asked(fields=fields, by=by, what=what, company=company, span=span)
    versions = Versions(services.settings.centre).all() if Field.CENTRE in fields else []
    async with services.sessions() as session:
        found = await deeds(session, versions, asked, limit=_MOST + 1)
    return render(
        request,
        "deeds/templates/history.html",
        deeds=found[:_MOST],
        more=len(found) > _MOST,
        fields=[(field, WHAT[field]) for field in fields],
        asked=asked,
        day=day,
        payers=_payers(services),
    )


def _payers(services: Services) -> dict[str, Payer]:
    """Whoever pays under a tariff that is here, by id; a payer of none of them stands for itself."""
    try:
        return {payer.id: payer for tariff in load_tariffs(services.settings.tariffs) for payer in tariff.payers}
    except TariffError:
        return {}
