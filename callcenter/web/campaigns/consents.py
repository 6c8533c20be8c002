"""Consent, refusals, the national register and the numbers that may be shown."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Annotated

import structlog
from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from callcenter.campaigns.consent import Act, Entry, Matter, consent
from callcenter.campaigns.refusals import By, Extent, fresh
from callcenter.campaigns.telephone import NumberError, read_number
from callcenter.store.permissions import Permissions, digest
from callcenter.web.campaigns.common import (
    Operator,
    Uses,
    day_in,
    known_company,
    local_now,
    number_in,
    shown_number,
)
from callcenter.web.errors import Refused
from callcenter.web.export import csv_file
from callcenter.web.pages import render
from callcenter.web.scoping import scope_of
from callcenter.web.services import Services

router = APIRouter(prefix="/campaigns/consents", include_in_schema=False)
log = structlog.get_logger(__name__)


@router.get("")
async def consents(request: Request, services: Uses, person: Operator, company: str = "") -> Response:
    """The company's lists."""
    return await _page(request, services, person, company or services.centre.company[0].id, "")


@router.post("/find")
async def find(
    request: Request, services: Uses, person: Operator, company: Annotated[str, Form()], number: Annotated[str, Form()]
) -> Response:
    """One person's ledger; sent as a form, so that no number stands in an address."""
    return await _page(request, services, person, company, number_in(number))


async def _page(request: Request, services: Services, person: Operator, company: str, number: str) -> Response:
    known_company(services, company)
    now = local_now(services)
    async with services.sessions() as session:
        mine = Permissions(session, scope_of(person))
        known = (await mine.people(company, [number], now))[number] if number else None
        ledger = await mine.ledger(company, number) if number else []
        refusals, scrubs = await mine.refusals(company), await mine.scrubs(company)
        numbers, compared = await mine.caller_numbers(company), await mine.compared(company)
    return render(
        request,
        "campaigns/templates/consents.html",
        company=company,
        number=number,
        known=known,
        standing={matter: consent(known.consents, matter, now) for matter in Matter} if known else {},
        matters=list(Matter),
        acts=list(Act),
        extents=list(Extent),
        ways=(By.FREE_NUMBER, By.LIST, By.AGENT),
        ledger=ledger,
        refusals=refusals,
        scrubs=scrubs,
        numbers=numbers,
        compared=compared,
        fresh=fresh(compared, now),
    )


@router.post("/add")
async def add(
    request: Request,
    services: Uses,
    person: Operator,
    company: Annotated[str, Form()],
    number: Annotated[str, Form()],
    matter: Annotated[Matter, Form()],
    act: Annotated[Act, Form()],
    proof: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Write a line into the ledger, as of now."""
    known_company(services, company)
    digits, now = number_in(number), datetime.now(UTC)
    if act is not Act.WITHDRAWN and not proof.strip():
        raise Refused(422, "no_proof")
    async with services.sessions.begin() as session:
        mine = Permissions(session, scope_of(person))
        mine.add_consents(company, digits, [Entry(matter=matter, act=act, at=now, proof=proof)], person.login, now)
    log.info("consent.written", login=person.login, company=company, act=act)
    return await _page(request, services, person, company, digits)


@router.post("/refuse")
async def refuse(
    request: Request,
    services: Uses,
    person: Operator,
    company: Annotated[str, Form()],
    number: Annotated[str, Form()],
    extent: Annotated[Extent, Form()],
) -> Response:
    """Put a number on the do-not-call list, for good."""
    known_company(services, company)
    digits = number_in(number)
    async with services.sessions.begin() as session:
        await Permissions(session, scope_of(person)).refuse(company, digits, extent, By.PAGE, datetime.now(UTC))
    log.info("do_not_call.added", login=person.login, company=company)
    return await _page(request, services, person, company, digits)


@router.post("/refusals")
async def import_refusals(
    services: Uses,
    person: Operator,
    company: Annotated[str, Form()],
    extent: Annotated[Extent, Form()],
    by: Annotated[By, Form()],
    file: Annotated[UploadFile, File()],
) -> Response:
    """A list of numbers that refuse, such as the 080 number's: at once and for good, all of them or none."""
    known_company(services, company)
    numbers = sorted(_numbers(await file.read(), "refusal_line"))
    if not numbers:
        raise Refused(422, "file_empty")
    async with services.sessions.begin() as session:
        mine, now = Permissions(session, scope_of(person)), datetime.now(UTC)
        added = sum([await mine.refuse(company, number, extent, by, now) for number in numbers])
    log.info("do_not_call.handed_in", login=person.login, company=company, added=added)
    return RedirectResponse(f"/campaigns/consents?company={company}", status_code=303)


@router.post("/scrub")
async def export_scrub(services: Uses, person: Operator, company: Annotated[str, Form()]) -> Response:
    """The list to hand to the national register."""
    known_company(services, company)
    async with services.sessions.begin() as session:
        scrub, numbers = await Permissions(session, scope_of(person)).export_scrub(
            company, person.login, datetime.now(UTC)
        )
    log.info("scrub.exported", login=person.login, scrub=scrub.id, count=scrub.exported)
    return csv_file(f"scrub-{scrub.id}.csv", ["number"], ([number] for number in numbers))


@router.post("/scrub/{number}")
async def import_scrub(services: Uses, person: Operator, number: int, file: Annotated[UploadFile, File()]) -> Response:
    """The list as it came back; a number a line, in the first column."""
    content = await file.read()
    returned = _numbers(content, "scrub_line")
    async with services.sessions.begin() as session:
        mine = Permissions(session, scope_of(person))
        scrub = await mine.scrub(number)
        if scrub is None:
            raise Refused(404, "not_found")
        try:
            await mine.import_scrub(scrub, returned, digest(content), person.login, datetime.now(UTC))
        except ValueError as error:
            raise Refused(409, f"scrub_{error}") from error
    log.info("scrub.imported", login=person.login, scrub=number, returned=len(returned))
    return RedirectResponse(f"/campaigns/consents?company={scrub.company}", status_code=303)


def _numbers(content: bytes, bad_line: str) -> set[str]:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            lines = content.decode(encoding).splitlines()
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Refused(422, "file_encoding")
    found = set()
    for place, line in enumerate(lines):
        cell = line.split(",")[0].split("\t")[0].strip().strip('"')
        if not cell:
            continue
        try:
            found.add(read_number(cell).digits)
        except NumberError as error:
            # The heading is no number; any other line that is none is not an answer of the register.
            if place:
                raise Refused(422, bad_line, line=place + 1) from error
    return found


@router.post("/numbers")
async def add_number(
    services: Uses,
    person: Operator,
    company: Annotated[str, Form()],
    number: Annotated[str, Form()],
    proof: Annotated[str, Form(min_length=1, max_length=200)],
    since: Annotated[str, Form()],
    until: Annotated[str, Form()] = "",
) -> Response:
    """Register a number that the company may show."""
    known_company(services, company)
    zone = services.centre.zone

    def midnight(day: date) -> datetime:
        return datetime.combine(day, time(), zone)

    begins, ends = day_in(since), day_in(until)
    if begins is None or not proof.strip() or (ends and ends <= begins):
        raise Refused(422, "date")
    digits = shown_number(number)
    async with services.sessions.begin() as session:
        Permissions(session, scope_of(person)).add_caller_number(
            company, digits, proof, midnight(begins), midnight(ends) if ends else None
        )
    log.info("caller_number.added", login=person.login, company=company)
    return RedirectResponse(f"/campaigns/consents?company={company}", status_code=303)
