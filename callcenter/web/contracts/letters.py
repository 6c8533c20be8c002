"""Letters as the pages make and show them."""

from __future__ import annotations

import asyncio
from datetime import date

from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.participation import Participation
from callcenter.letters.layout import pdf
from callcenter.letters.text import Case, Kind, compose, letter
from callcenter.store.applications import letters, new_letter
from callcenter.store.contract_models import ApplicationRow, LetterRow
from callcenter.typeface import FontError
from callcenter.web.contracts.sums import sums_of
from callcenter.web.engine import now_ms
from callcenter.web.errors import Refused
from callcenter.web.pages import Naming
from callcenter.web.services import Services
from callcenter.web.words import phrase


async def write_letter(
    services: Services,
    session: AsyncSession,
    row: ApplicationRow,
    state: Participation,
    kind: Kind,
    *,
    language: str,
    today: date,
    by: str,
) -> LetterRow:
    """Compose and keep it."""
    sums = await sums_of(services, session, row, state, today)
    reasons = state.refused.reasons if state.refused else ()
    case = Case(
        application=row.number,
        form={**row.form, "registration_digits": row.registration or ""},
        state=state,
        today=today,
        insured_sum=sums.insured_sum,
        deposit=sums.deposit,
        sender=Naming(services.centre, language).centre,
        reasons=tuple(phrase(language, f"refusal.{reason}") for reason in reasons),
    )
    made = new_letter(row, kind=kind, language=language, data=compose(kind, case, language), at=now_ms(), by=by)
    session.add(made)
    await session.flush()
    return made


async def letter_file(session: AsyncSession, row: ApplicationRow, number: int) -> Response:
    """A letter about this application as PDF. Raises `Refused`: there is none such, or no typeface."""
    found = next((one for one in await letters(session, row) if one.id == number), None)
    if found is None:
        raise Refused(404, "not_found")
    written = letter(found.data, application=row.number, number=number, language=found.language, at=found.at)
    try:
        paper = await asyncio.to_thread(pdf, written)
    except FontError as error:
        raise Refused(503, "typeface") from error
    return Response(
        paper,
        media_type="application/pdf",
        headers={"content-disposition": f'inline; filename="letter-{row.number}-{number}.pdf"'},
    )
