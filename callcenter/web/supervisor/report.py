"""What became of the calls of some days: by interval, group, company or agent, as a plot, a table and CSV."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import reduce
from operator import add
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from callcenter.store.figures import Figures
from callcenter.store.models import Role
from callcenter.store.report import STEP_MS, Rows, report
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span, day_span
from callcenter.web import formats
from callcenter.web.board import SHORT_ABANDON_S
from callcenter.web.errors import Refused
from callcenter.web.export import csv_file
from callcenter.web.guard import allow
from callcenter.web.pages import Naming, language_of, render
from callcenter.web.people import Person
from callcenter.web.services import Services, services_of
from callcenter.web.words import phrase

router = APIRouter(include_in_schema=False)

Uses = Annotated[Services, Depends(services_of)]
Supervisor = Annotated[Person, Depends(allow(Role.SUPERVISOR, Role.ADMIN))]

#: A year and a day of days, a fortnight of half-hours: what still can be read.
_MOST_DAYS = {Rows.HALF_HOUR: 14, Rows.HOUR: 31}
_LONGEST_DAYS = 366

#: Of the table for spreadsheets, after its rows' names.
COLUMNS = (
    *("entered", "offered", "answered", "in_time", "service_level", "abandoned", "abandoned_short"),
    *("before_line", "callbacks", "called_back", "answer_rate", "average_wait", "average_talk", "talk"),
)


class Question:
    """What is asked, as the page's form sends it; without dates it is today."""

    def __init__(
        self, services: Uses, since: str = "", until: str = "", by: str = "", group: str = "", company: str = ""
    ) -> None:
        zone = services.centre.zone
        today = datetime.now(zone).date()
        try:
            self.until = date.fromisoformat(until) if until else today
            self.since = date.fromisoformat(since) if since else min(self.until, today)
        except ValueError as error:
            raise Refused(422, "date") from error
        self.since = min(self.since, self.until)
        try:
            self.by = Rows(by) if by else (Rows.HALF_HOUR if self.since == self.until else Rows.DAY)
        except ValueError as error:
            raise Refused(422, "invalid") from error
        most = _MOST_DAYS.get(self.by, _LONGEST_DAYS)
        if (self.until - self.since).days >= most:
            raise Refused(422, "too_long", days=most)
        self.group, self.company = group, company
        self.span = Span(day_span(self.since, zone).since, day_span(self.until, zone).until)

    def query(self, **changes: object) -> str:
        """The question as an address, with changes."""
        held = {name: getattr(self, name) for name in ("since", "until", "by", "group", "company")}
        return urlencode({name: value for name, value in {**held, **changes}.items() if value})


Asked = Annotated[Question, Depends()]


async def _rows(services: Services, asked: Question) -> list[tuple[Any, Figures]]:
    """Intervals in their order, the empty ones between them too; others by calls, the most first."""
    async with services.sessions() as session:
        found = await report(
            session,
            WholeCentre(),
            asked.span,
            asked.by,
            group=asked.group or None,
            company=asked.company or None,
            in_time_s=services.centre.waiting.service_level_s,
            short_s=SHORT_ABANDON_S,
        )
    if asked.by not in STEP_MS:
        return sorted(found.items(), key=lambda row: (-row[1].entered, str(row[0])))
    if not found:
        return []
    return [(at, found.get(at, Figures())) for at in range(min(found), max(found) + 1, STEP_MS[asked.by])]


def _label(services: Services, language: str, by: Rows, key: Any) -> str:
    name = Naming(services.centre, language)
    match by:
        case Rows.GROUP:
            return name.group(key)
        case Rows.COMPANY:
            return name.company(key)
        case Rows.AGENT:
            return name.agent(key)
    at = formats.moment(formats.from_ms(key))
    return at[:10] if by is Rows.DAY else at[5:16]


@router.get("/report")
async def page(request: Request, services: Uses, person: Supervisor, asked: Asked) -> Response:
    """The page."""
    rows = await _rows(services, asked)
    language = language_of(request)
    return render(
        request,
        "supervisor/templates/report.html",
        asked=asked,
        rows=[(_label(services, language, asked.by, key), figures) for key, figures in rows],
        total=reduce(add, (figures for _, figures in rows), Figures()),
        plotted=asked.by in STEP_MS,
        kinds=list(Rows),
        day_step=timedelta(days=1),
        short=SHORT_ABANDON_S,
    )


@router.get("/report.csv")
async def as_csv(request: Request, services: Uses, person: Supervisor, asked: Asked) -> Response:
    """The same as a table for spreadsheets; lengths in seconds, shares in per cent."""
    rows, language = await _rows(services, asked), language_of(request)
    head = [phrase(language, f"report_by.{asked.by}"), *(phrase(language, f"report.{one}") for one in COLUMNS)]
    table = [
        (
            _label(services, language, asked.by, key),
            one.entered,
            one.offered,
            one.answered,
            one.answered_in_time,
            _percent(one.service_level),
            one.abandoned,
            one.abandoned_short,
            one.abandoned_greeting,
            one.callbacks,
            one.called_back,
            _percent(one.answer_rate),
            _seconds(one.average_wait_ms),
            _seconds(one.average_talk_ms),
            _seconds(one.talk_ms),
        )
        for key, one in rows
    ]
    return csv_file(f"report-{asked.by}-{asked.since}-{asked.until}.csv", head, table)


def _percent(share: float | None) -> float | str:
    return "" if share is None else round(share * 100, 2)


def _seconds(length_ms: int | None) -> float | str:
    return "" if length_ms is None else round(length_ms / 1000, 1)
