"""The daily destruction of what applications need no longer: drafts that nobody went on with, and the contacts, papers
and letters of whoever was not selected a year ago or left five years ago, as the form's consent says. What happened
stays in the history, without persons. Doing it again changes nothing.
"""

from __future__ import annotations

import shutil
import time
from datetime import date, datetime

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.participation import Participation
from billing.contracts.terms import add_months
from callcenter import papers as files
from callcenter.centre import load_centre
from callcenter.logs import configure_logs
from callcenter.settings import Settings
from callcenter.store.applications import Applications, letters, papers, participation
from callcenter.store.contract_models import ApplicationRow
from callcenter.store.engine import open_engine, sessions
from callcenter.store.scope import WholeCentre

#: A draft is kept for so long after the last click.
DRAFT_DAYS = 30
_DAY_MS = 24 * 3_600_000
_MONTHS_REFUSED, _MONTHS_LEFT = 12, 60

PERSONAL = frozenset({"representative", "contact_name", "contact_phone", "contact_email", "address"})
_GONE = "–"

log = structlog.get_logger()


async def destroy_what_is_over() -> int:
    """The job: how many applications lost something."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    today = datetime.now(load_centre(settings.centre).zone).date()
    count = await destroy(settings, today=today, now=time.time_ns() // 1_000_000)
    if count:
        log.info("applications.destroyed", count=count)
    return count


async def destroy(settings: Settings, *, today: date, now: int) -> int:
    """Destroy what is due on this day."""
    engine = open_engine(settings.database_url)
    gone: list[int] = []
    try:
        async with sessions(engine).begin() as session:
            found = Applications(session, WholeCentre())
            for row in await found.untouched(now - DRAFT_DAYS * _DAY_MS):
                await _drop_papers(session, row)
                await session.delete(row)
                gone.append(row.number)
            for row in await found.all(going_on=True):
                # Years pass without anybody entering it.
                row.going_on = not (await participation(session, row)).over(today)
            await session.flush()
            for row in await found.all(going_on=False, limit=100_000):
                if row.form.get("contact_name") != _GONE and _due(await participation(session, row), today):
                    await _forget(session, row)
                    gone.append(row.number)
    finally:
        await engine.dispose()
    # Only when the rows are gone for certain; what a crash leaves here, the next day's run cannot know, so this is last
    # and cheap.
    for number in gone:
        shutil.rmtree(files.path(settings.data, number, 0).parent, ignore_errors=True)
    return len(gone)


def _due(state: Participation, today: date) -> bool:
    if state.ended is None or state.account.held or state.account.owed:
        return False
    months = _MONTHS_LEFT if state.signed else _MONTHS_REFUSED
    return today >= add_months(state.ended, months)


async def _forget(session: AsyncSession, row: ApplicationRow) -> None:
    await _drop_papers(session, row)
    for letter in await letters(session, row):
        await session.delete(letter)
    row.form = {name: _GONE if name in PERSONAL else value for name, value in row.form.items()}
    row.cookie_hash = None


async def _drop_papers(session: AsyncSession, row: ApplicationRow) -> None:
    for paper in await papers(session, row):
        await session.delete(paper)
    await session.flush()
