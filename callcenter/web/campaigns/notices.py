"""Telling people within 14 days what became of their consent: who is owed it, the list to send, the evidence of it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import structlog
from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from callcenter.campaigns.notices import Owed
from callcenter.store.notices import Notices
from callcenter.web.campaigns.common import Operator, Uses, known_company, local_now
from callcenter.web.errors import Refused
from callcenter.web.export import csv_file
from callcenter.web.formats import day
from callcenter.web.pages import Naming, language_of, render
from callcenter.web.scoping import scope_of
from callcenter.web.words import phrase

router = APIRouter(prefix="/campaigns/notices", include_in_schema=False)
log = structlog.get_logger(__name__)

#: Rows on the page; the file holds all.
_SHOWN = 100


class Channel(StrEnum):
    """How people were told."""

    SMS = "sms"
    LETTER = "letter"
    MAIL = "mail"
    CALL = "call"


@router.get("")
async def notices(request: Request, services: Uses, person: Operator, company: str = "") -> Response:
    """Who is to be told until when, and what was told."""
    company = known_company(services, company or services.centre.company[0].id)
    async with services.sessions() as session:
        mine = Notices(session, scope_of(person))
        owed, told = await mine.owed(company), await mine.told(company)
    now = local_now(services)
    return render(
        request,
        "campaigns/templates/notices.html",
        company=company,
        owed=owed[:_SHOWN],
        total=len(owed),
        late=sum(one.due < now for one in owed),
        now=now,
        told=told,
        channels=list(Channel),
    )


@router.post("/list")
async def listed(request: Request, services: Uses, person: Operator, company: Annotated[str, Form()]) -> Response:
    """The list to send, with the words for each."""
    known_company(services, company)
    async with services.sessions() as session:
        owed = await Notices(session, scope_of(person)).owed(company)
    language = language_of(request)
    sender = Naming(services.centre, "ko").company(company)
    head = [phrase(language, f"notice.{column}") for column in ("id", "number", "due", "text")]
    log.info("notices.listed", login=person.login, company=company, count=len(owed))
    rows = ((one.id, one.number, day(one.due), words(one, sender)) for one in owed)
    return csv_file(f"notices-{company}.csv", head, rows)


def words(one: Owed, sender: str) -> str:
    """What the person is told, in Korean: who tells, what was said and when, what was done."""
    what = phrase("ko", f"notice.of_{one.matter or 'calls'}")
    return phrase(
        "ko", f"notice.told_{one.act if one.matter else 'refused'}", sender=sender, what=what, day=day(one.at)
    )


@router.post("/told")
async def told(
    services: Uses,
    person: Operator,
    company: Annotated[str, Form()],
    channel: Annotated[Channel, Form()],
    file: Annotated[UploadFile, File()],
) -> Response:
    """The list as it was sent comes back: whoever stands in it was told."""
    known_company(services, company)
    ids = _ids(await file.read())
    async with services.sessions.begin() as session:
        count = await Notices(session, scope_of(person)).tell(company, ids, channel, person.login, datetime.now(UTC))
    if not count:
        raise Refused(422, "notice_nobody")
    log.info("notices.told", login=person.login, company=company, count=count)
    return RedirectResponse(f"/campaigns/notices?company={company}", status_code=303)


def _ids(content: bytes) -> set[str]:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            rows = csv.reader(io.StringIO(content.decode(encoding)))
            return {row[0].strip() for row in rows if row}
        except (UnicodeDecodeError, csv.Error):
            continue
    raise Refused(422, "file_encoding")
