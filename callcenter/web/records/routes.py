"""Call records: the list, one call with its timeline, both voices."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import structlog
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse, Response, StreamingResponse
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.desk.tickets import ticket_number
from callcenter.ledger.record import CallRecord, Outcome
from callcenter.store.attempts import Attempts
from callcenter.store.campaign_models import AttemptRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.events import events_of
from callcenter.store.models import Role
from callcenter.store.records import Filters, Records
from callcenter.store.span import Span, day_span
from callcenter.store.spoken import SpokenAnswers
from callcenter.store.tickets import Tickets
from callcenter.web import formats
from callcenter.web.errors import Refused
from callcenter.web.export import csv_file
from callcenter.web.guard import allow
from callcenter.web.pages import Naming, language_of, render
from callcenter.web.people import Person
from callcenter.web.records.audio import Stereo, UnreadableRecording, message_path, recording_paths
from callcenter.web.scoping import need_customers, scope_of
from callcenter.web.services import Services, services_of
from callcenter.web.words import phrase

router = APIRouter(include_in_schema=False)
log = structlog.get_logger(__name__)

Uses = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]
Reader = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN, Role.COMPANY))]
Opener = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN, Role.COMPANY, Role.BILLING))]

PAGE = 50
#: A download of more would be an extract of the database, not a list.
MOST_EXPORTED = 20_000


class Search:
    """What the list is narrowed to, as its form sends it; empty fields do not narrow."""

    def __init__(
        self,
        services: Uses,
        since: str = "",
        until: str = "",
        company: str = "",
        group: str = "",
        agent: str = "",
        outcome: str = "",
        page: Annotated[int, Query(ge=1, le=100_000)] = 1,
    ) -> None:
        zone = services.centre.zone
        today = datetime.now(zone).date()
        self.until = _date(until) or max(today, _date(since) or today)
        self.since = min(_date(since) or self.until, self.until)
        self.company, self.group, self.agent, self.outcome, self.page = company, group, agent, outcome, page
        self.span = Span(day_span(self.since, zone).since, day_span(self.until, zone).until)
        try:
            chosen = Outcome(outcome) if outcome else None
        except ValueError as error:
            raise Refused(422, "invalid") from error
        self.filters = Filters(company=company or None, group=group or None, agent=agent or None, outcome=chosen)

    def query(self, **changes: object) -> str:
        """The search as an address, with changes."""
        held = {
            name: getattr(self, name) for name in ("since", "until", "company", "group", "agent", "outcome", "page")
        }
        return urlencode({name: value for name, value in {**held, **changes}.items() if value})


def _date(written: str) -> date | None:
    if not written:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Refused(422, "date") from error


Asked = Annotated[Search, Depends()]


@router.get("/records")
async def records(request: Request, services: Uses, person: Reader, asked: Asked) -> Response:
    """A page of the list."""
    async with services.sessions() as session:
        found = await Records(session, scope_of(person)).page(
            asked.span, asked.filters, offset=(asked.page - 1) * PAGE, limit=PAGE
        )
    return render(
        request,
        "records/templates/list.html",
        asked=asked,
        found=found,
        pages=max(1, -(-found.total // PAGE)),
        outcomes=list(Outcome),
        day_step=timedelta(days=1),
        searches=person.sees_customers,
    )


@router.get("/records.csv")
async def export(request: Request, services: Uses, person: Reader, asked: Asked) -> Response:
    """The same list as a table for spreadsheets; numbers of callers are masked as on the page."""
    async with services.sessions() as session:
        found = await Records(session, scope_of(person)).page(asked.span, asked.filters, limit=MOST_EXPORTED)
    if found.total > MOST_EXPORTED:
        raise Refused(413, "too_many", n=MOST_EXPORTED)
    log.info("records.exported", login=person.login, rows=len(found.records))
    language = language_of(request)
    name = Naming(services.centre, language)
    columns = ("entered", "caller", "company", "group", "agent", "outcome", "wait", "talk", "reason", "ticket", "call")
    rows = [
        (
            formats.moment(formats.from_ms(record.entered_at)),
            formats.masked_telephone(record.caller),
            name.company(record.company),
            name.group(record.group),
            name.agent(record.agent),
            phrase(language, f"outcome.{record.outcome or 'running'}"),
            round(record.wait_ms / 1000),
            round(record.talk_ms / 1000),
            phrase(language, f"reason.{record.reason}") if record.reason else "",
            record.ticket or "",
            record.call,
        )
        for record in found.records
    ]
    head = [phrase(language, f"records.{column}") for column in columns]
    return csv_file(f"calls-{asked.since}-{asked.until}.csv", head, rows)


async def _one(services: Services, person: Person, call: str) -> CallRecord:
    async with services.sessions() as session:
        record = await Records(session, scope_of(person)).get(call)
    if record is None:
        raise Refused(404, "no_call")
    return record


@router.get("/records/{call}")
async def one(request: Request, services: Uses, person: Opener, call: str) -> Response:
    """Everything about one call; whom customers are not shown sees what became of it, and not who it was."""
    if not person.opens_calls:
        raise Refused(403, "forbidden")
    async with services.sessions() as session:
        record = await Records(session, scope_of(person)).get(call)
        attempt = await Attempts(session, scope_of(person)).of_call(call)
        if record is None:
            return await _attempt(request, session, person, attempt)
        timeline = await events_of(session, record)
        ticket = await Tickets(session, scope_of(person)).get(record.ticket) if record.ticket else None
    log.info("record.viewed", login=person.login, call=call)
    return render(
        request,
        "records/templates/one.html",
        record=record,
        timeline=timeline,
        attempt=attempt,
        ticket=ticket,
        ticket_number=ticket_number,
        shown=person.sees_customers,
        playable=_stereo(services.settings.recordings, record) is not None,
        evidence=person.role in (Role.SUPERVISOR, Role.ADMIN)
        and _stereo(services.settings.evidence, record) is not None,
        message=message_path(services.settings.media, record) is not None,
    )


async def _attempt(request: Request, session: AsyncSession, person: Person, attempt: AttemptRow | None) -> Response:
    """A campaign's call that no agent took has no record: what became of its attempt. Raises `Refused`."""
    if attempt is None:
        raise Refused(404, "no_call")
    campaign = await Campaigns(session, scope_of(person)).get(attempt.campaign)
    answers = await SpokenAnswers(session, scope_of(person)).response(attempt.campaign, attempt.id)
    log.info("attempt.viewed", login=person.login, attempt=attempt.id)
    return render(
        request,
        "records/templates/attempt.html",
        attempt=attempt,
        campaign=campaign,
        answered=person.sees_customers and answers is not None,
    )


@router.get("/records/{call}/audio")
async def audio(request: Request, services: Uses, person: Reader, call: str) -> Response:
    """Both voices as stereo, or the message left; answers `Range`, so that a player can jump."""
    need_customers(person)
    record = await _one(services, person, call)
    if message := message_path(services.settings.media, record):
        log.info("message.opened", login=person.login, call=call)
        return FileResponse(message, media_type="audio/wav")
    stereo = _stereo(services.settings.recordings, record)
    if stereo is None:
        raise Refused(404, "no_recording")
    log.info("recording.opened", login=person.login, call=call)
    return _sent(request, stereo)


@router.get("/records/{call}/evidence")
async def evidence(request: Request, services: Uses, person: Supervisor, call: str) -> Response:
    """What is kept of a call in which the agent asked for help against abuse; for the centre's own people."""
    record = await _one(services, person, call)
    stereo = _stereo(services.settings.evidence, record)
    if stereo is None:
        raise Refused(404, "no_recording")
    log.info("evidence.opened", login=person.login, call=call)
    return _sent(request, stereo)


def _sent(request: Request, stereo: Stereo) -> Response:
    first, last = 0, stereo.size - 1
    headers = {"accept-ranges": "bytes", "content-disposition": "inline"}
    wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("range", ""))
    status = 200
    if wanted and wanted[0] != "bytes=-":
        status = 206
        if wanted[1]:
            first = int(wanted[1])
            last = min(int(wanted[2]), last) if wanted[2] else last
        else:
            first = max(0, stereo.size - int(wanted[2]))
        if first > last:
            return Response(status_code=416, headers={"content-range": f"bytes */{stereo.size}"})
        headers["content-range"] = f"bytes {first}-{last}/{stereo.size}"
    headers["content-length"] = str(last - first + 1)
    return StreamingResponse(stereo.read(first, last), status, headers, media_type="audio/wav")


def _stereo(folder: Path, record: CallRecord) -> Stereo | None:
    if not record.recording:
        return None
    try:
        return Stereo(*recording_paths(folder, record.recording))
    except (FileNotFoundError, UnreadableRecording):
        return None
