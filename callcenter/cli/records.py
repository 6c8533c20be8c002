"""`callcenter records`: call records listed, told as a timeline, exported, compared with Asterisk's CDR."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from enum import StrEnum
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

import orjson
import typer
from sqlalchemy.ext.asyncio import AsyncSession

from billing.month import Month
from callcenter.centre import Centre
from callcenter.cli.asking import ask, local, read, remark, start, stop
from callcenter.jobs.reconciliation import NoCdrError
from callcenter.jobs.reconciliation import reconcile as compare_with_asterisk
from callcenter.ledger.cdr import cdr_lines
from callcenter.ledger.record import CallRecord
from callcenter.store.events import events_of
from callcenter.store.queue_log import queue_log_lines
from callcenter.store.records import Filters, Records
from callcenter.store.scope import OneCompany, Scope, WholeCentre
from callcenter.store.span import Span, day_span, month_span

app = typer.Typer(no_args_is_help=True, help="Call records: list, show, export, compare with Asterisk's CDR.")

_ALL = 10_000_000
_Result = TypeVar("_Result")


class Form(StrEnum):
    """What an export looks like."""

    #: Asterisk's `Master.csv`.
    CDR = "cdr"
    #: Asterisk's `queue_log`.
    QUEUE_LOG = "queue_log"


DayOption = Annotated[str, typer.Option(help="Such as 2026-11-23, in the centre's time zone.")]
CompanyOption = Annotated[str, typer.Option(help="Only this company's: its id in the centre's file.")]


@app.command(name="list")
def write_list(
    day: DayOption,
    company: CompanyOption = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
) -> None:
    """The calls that entered on a day, newest first: time, id, company, group, agent, wait, talk, outcome."""
    centre, settings = start()
    span, scope = _day(day, centre.zone), _scope(centre, company)
    page = ask(settings, lambda session: Records(session, scope).page(span, Filters(), limit=limit))
    for record in page.records:
        print(_line(record, centre.zone))
    if page.total > len(page.records):
        remark(f"{len(page.records)} of {page.total}; --limit shows more.")


@app.command()
def show(call: Annotated[str, typer.Argument(help="The call's id.")]) -> None:
    """One call: its record, then everything that the journal says about it. Holds personal data."""
    centre, settings = start()

    async def told(session: AsyncSession) -> list[str] | None:
        record = await Records(session, WholeCentre()).get(call)
        if record is None:
            return None
        lines = [orjson.dumps(record, option=orjson.OPT_INDENT_2).decode()]
        for entry in await events_of(session, record):
            at = local(entry.at, centre.zone, milliseconds=True)
            lines.append(f"{at}  {entry.kind:<16}  {orjson.dumps(entry.data).decode()}")
        return lines

    lines = ask(settings, told)
    if lines is None:
        stop(f"no call '{call}'")
    print("\n".join(lines))


@app.command()
def export(
    form: Annotated[Form, typer.Option("--format", help="cdr: Master.csv; queue_log: the whole centre's only.")],
    day: DayOption = "",
    month: Annotated[str, typer.Option(help="Such as 2026-11, instead of a day.")] = "",
    company: CompanyOption = "",
) -> None:
    """A day's or a month's calls for other tools, to standard output."""
    centre, settings = start()
    if bool(day) == bool(month):
        stop("expected either --day or --month")
    span = _day(day, centre.zone) if day else _month(month, centre.zone)
    scope = _scope(centre, company)
    match form:
        case Form.CDR:
            page = ask(settings, lambda session: Records(session, scope).page(span, limit=_ALL))
            text = cdr_lines(reversed(page.records), centre.zone)
        case Form.QUEUE_LOG:
            if company:
                stop("--company: agents work for all companies, so that the queue_log is the whole centre's")
            lines = ask(settings, lambda session: queue_log_lines(session, span))
            text = "".join(f"{line}\n" for line in lines)
    print(text, end="")


@app.command()
def reconcile(day: DayOption) -> None:
    """Compare a day's records with Asterisk's own CDR now. Exit code 1: there are differences."""
    centre, settings = start()
    span, now = _day(day, centre.zone), time.time_ns() // 1_000_000
    try:
        found = read(lambda: asyncio.run(compare_with_asterisk(settings, span, now=now)))
    except NoCdrError as error:
        stop(str(error))
    for one in found:
        at = local(one.at, centre.zone)
        print(f"{at}  {one.call}  {one.kind}  ours: {one.ours or '-'}  asterisk: {one.asterisk or '-'}")
    remark(f"{len(found)} differences.")
    raise typer.Exit(1 if found else 0)


def _line(record: CallRecord, zone: ZoneInfo) -> str:
    cells = (
        local(record.entered_at, zone),
        record.call,
        record.company or "-",
        record.group or "-",
        record.agent or "-",
        f"{record.wait_ms // 1000} s",
        f"{record.talk_ms // 1000} s",
        record.outcome.value if record.outcome else "open",
    )
    return "\t".join(cells)


def _day(written: str, zone: ZoneInfo) -> Span:
    try:
        return day_span(date.fromisoformat(written), zone)
    except ValueError:
        stop(f"--day: expected a day such as 2026-11-23, not '{written}'")


def _month(written: str, zone: ZoneInfo) -> Span:
    try:
        month = Month.parse(written)
    except ValueError as error:
        stop(f"--month: {error}")
    return month_span(date(month.year, month.number, 1), zone)


def _scope(centre: Centre, company: str) -> Scope:
    if not company:
        return WholeCentre()
    if company not in (one.id for one in centre.company):
        stop(f"no company '{company}'; expected one of " + ", ".join(one.id for one in centre.company))
    return OneCompany(company)
