"""Files of contacts: upload, say which column is what, watch the reading, take the bad rows back."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Annotated

import structlog
from fastapi import APIRouter, File, Request, UploadFile
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from redis.exceptions import RedisError

from callcenter.campaigns.columns import Field, guess
from callcenter.campaigns.plan import State
from callcenter.campaigns.sheets import SheetError, read_sheet
from callcenter.jobs.contacts import bad_rows, enqueue_import, uploaded
from callcenter.store.campaign_models import ImportRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.epoch import to_ms
from callcenter.web.campaigns.common import Operator, Uses, local_now
from callcenter.web.errors import Refused
from callcenter.web.pages import language_of, render
from callcenter.web.people import Person
from callcenter.web.scoping import scope_of
from callcenter.web.services import Services
from callcenter.web.words import phrase

router = APIRouter(prefix="/campaigns", include_in_schema=False)
log = structlog.get_logger(__name__)

#: Rows shown beside the columns.
_SHOWN = 5
#: Characters sent at a time.
_CHUNK = 64 * 1024


@router.post("/{number}/contacts")
async def upload(services: Uses, person: Operator, number: int, file: Annotated[UploadFile, File()]) -> Response:
    """Keep the file and guess its columns."""
    async with services.sessions.begin() as session:
        mine = Campaigns(session, scope_of(person))
        campaign = await mine.get(number)
        if campaign is None:
            raise Refused(404, "no_campaign")
        if campaign.state == State.STOPPED:
            raise Refused(409, "campaign_state")
        row = await mine.add_import(
            ImportRow(
                company=campaign.company,
                campaign=number,
                file_name=Path(file.filename or "").name[:120],
                state="uploaded",
                columns={},
                rows=0,
                good=0,
                faults={},
                made_at=to_ms(local_now(services)),
                made_by=person.login,
            )
        )
        where = uploaded(services.settings, row.id)
        await asyncio.to_thread(_keep, where, await file.read())
        try:
            heading, _ = await asyncio.to_thread(_first_rows, where)
        except SheetError as error:
            where.unlink(missing_ok=True)
            raise Refused(422, f"file_{error.fault}") from error
        row.columns = {str(column): field for column, field in guess(heading).items()}
    log.info("contacts.uploaded", login=person.login, campaign=number, contact_import=row.id)
    return RedirectResponse(f"/campaigns/imports/{row.id}", status_code=303)


def _keep(where: Path, content: bytes) -> None:
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    where.touch(mode=0o600)
    where.write_bytes(content)


def _first_rows(file: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    rows = read_sheet(file)
    heading = next(rows, ())
    return heading, list(islice(rows, _SHOWN))


@router.get("/imports/{number}")
async def one(request: Request, services: Uses, person: Operator, number: int) -> Response:
    """Which column is what; from the start on, how far the reading has come."""
    row = await _import(services, person, number)
    heading: tuple[str, ...] = ()
    rows: list[tuple[str, ...]] = []
    if row.state == "uploaded":
        with suppress(SheetError, FileNotFoundError):
            heading, rows = await asyncio.to_thread(_first_rows, uploaded(services.settings, number))
    part = "HX-Request" in request.headers
    template = "campaigns/templates/import_part.html" if part else "campaigns/templates/import.html"
    return render(request, template, row=row, heading=heading, rows=rows, fields=list(Field))


@router.post("/imports/{number}/start")
async def start(request: Request, services: Uses, person: Operator, number: int) -> Response:
    """Read the file with these columns."""
    sent = await request.form()
    columns = {
        column: Field(field)
        for column, field in ((str(name).removeprefix("column-"), value) for name, value in sent.items())
        if column.isdigit() and field in set(Field)
    }
    if Field.NUMBER not in columns.values() or len(set(columns.values())) < len(columns):
        raise Refused(422, "columns")
    await _import(services, person, number)
    async with services.sessions.begin() as session:
        row = await Campaigns(session, scope_of(person)).import_(number)
        assert row is not None
        if row.state != "uploaded":
            raise Refused(409, "import_state")
        row.columns, row.state = dict(columns), "running"
    try:
        await asyncio.to_thread(enqueue_import, services.settings.redis_url, number)
    except (RedisError, OSError) as error:
        async with services.sessions.begin() as session:
            again = await Campaigns(session, scope_of(person)).import_(number)
            assert again is not None
            again.state = "uploaded"
        raise Refused(503, "redis_away") from error
    return RedirectResponse(f"/campaigns/imports/{number}", status_code=303)


@router.get("/imports/{number}/bad.csv")
async def bad(request: Request, services: Uses, person: Operator, number: int) -> Response:
    """The rows that gave no contact, with the reason in the reader's language."""
    await _import(services, person, number)
    file = bad_rows(services.settings, number)
    if not file.is_file():
        raise Refused(404, "not_found")
    log.info("contacts.bad_rows_downloaded", login=person.login, contact_import=number)
    return StreamingResponse(
        _in_words(file, language_of(request)),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="bad-rows-{number}.csv"'},
    )


def _in_words(file: Path, language: str) -> Iterator[str]:
    """The file's lines, with words for its headings and for each reason."""
    line = io.StringIO(newline="")
    table = csv.writer(line)
    with file.open(encoding="utf-8-sig", newline="") as stored:
        rows = csv.reader(stored)
        _, _, *heading = next(rows, ("", ""))  # nothing, of a file that could not be read at all
        line.write("\ufeff")
        t = partial(phrase, language)
        table.writerow((t("campaign.bad_line"), t("campaign.bad_reason"), *heading))
        for number, fault, *cells in rows:
            table.writerow((number, t(f"fault.{fault}"), *cells))
            if line.tell() > _CHUNK:
                yield line.getvalue()
                line.seek(line.truncate(0))
    yield line.getvalue()


async def _import(services: Services, person: Person, number: int) -> ImportRow:
    async with services.sessions() as session:
        row = await Campaigns(session, scope_of(person)).import_(number)
    if row is None:
        raise Refused(404, "not_found")
    return row
