"""The hourly comparison of the last day's call records with Asterisk's own CDR. Doing it again changes nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from callcenter.ledger.reconcile import Discrepancy, compare, read_cdrs
from callcenter.logs import configure_logs
from callcenter.settings import Settings
from callcenter.store.discrepancies import Discrepancies
from callcenter.store.engine import open_engine, sessions
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span

_HOUR_MS = 3_600_000
#: How long after a call both sides have certainly written it down.
_SETTLES_MS = 60_000
#: More calls than an hour-long look to both sides of a month can hold.
_ALL = 10_000_000

log = structlog.get_logger()


class NoCdrError(Exception):
    """Asterisk's CDR is not to be had here; the text names the folder."""


async def reconcile_last_day() -> int:
    """The job: how many differences the calls of the last 24 hours have."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    now = time.time_ns() // 1_000_000
    try:
        found = await reconcile(settings, Span(now - 24 * _HOUR_MS, now), now=now)
    except NoCdrError as error:
        log.warning("reconciliation.no_cdr", reason=str(error))
        return 0
    if found:
        log.warning("reconciliation.differences", count=len(found))
    return len(found)


async def reconcile(settings: Settings, span: Span, *, now: int) -> list[Discrepancy]:
    """Compare the calls that entered in the span and write their differences down. Raises `NoCdrError`."""
    wider = Span(span.since - _HOUR_MS, span.until + _HOUR_MS)
    # Asterisk writes this machine's local time.
    calls = read_cdrs(_cdr_lines(settings.data / "asterisk" / "log" / "cdr-csv", wider.since), ZoneInfo("UTC"))
    engine = open_engine(settings.database_url)
    try:
        async with sessions(engine).begin() as session:
            records = (await Records(session, WholeCentre()).page(wider, limit=_ALL)).records
            found = compare(
                records,
                {call: told for call, told in calls.items() if wider.since <= told.start < wider.until},
                span=span,
                settled=now - _SETTLES_MS,
            )
            await Discrepancies(session, WholeCentre()).replace(span, found, now=now)
    finally:
        await engine.dispose()
    return found


def _cdr_lines(folder: Path, since: int) -> Iterator[str]:
    """The lines of `Master.csv` and of those older ones that log rotation has put beside it and not packed."""
    files = sorted(file for file in folder.glob("Master.csv*") if file.suffix != ".gz")
    if not files:
        raise NoCdrError(f"no Master.csv in {folder}")
    for file in files:
        if file.stat().st_mtime * 1000 < since:
            continue
        with file.open(encoding="utf-8", errors="replace", newline="") as lines:
            yield from lines
