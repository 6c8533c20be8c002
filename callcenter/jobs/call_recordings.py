"""Every day: recordings of calls and messages whose term is over are destroyed; clips of abuse are kept apart and stay.

A day's recordings go together and leave one row as evidence, written before the files go: a kill in between leaves
files that the next run destroys. Doing it again changes nothing.
"""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date, datetime, time
from itertools import groupby
from pathlib import Path

import structlog

from billing.contracts.terms import add_months
from callcenter.campaigns.spoken import Ended
from callcenter.jobs.frame import opened
from callcenter.settings import Settings
from callcenter.store.aftermath_models import DestroyedRow
from callcenter.store.engine import Sessions
from callcenter.store.epoch import to_ms
from callcenter.store.scope import WholeCentre
from callcenter.store.spoken import SpokenAnswers

log = structlog.get_logger()


async def destroy_recordings() -> int:
    """The job: of how many days recordings were destroyed."""
    async with opened() as (settings, made):
        count = await destroy(settings, made, datetime.now(UTC))
    if count:
        log.info("recordings.destroyed", days=count)
    return count


async def destroy(settings: Settings, made: Sessions, now: datetime) -> int:
    """Destroy what was recorded on days (UTC, as the folders are named) before the term."""
    oldest = add_months(now.date(), -settings.recordings_months)
    over = [("recordings", day, [folder]) for day, folder in _folders(settings.recordings) if day < oldest]
    messages = sorted(((_day_of(file), file) for file in (settings.media / "voicemail").glob("*.wav")), key=str)
    for day, files in groupby(messages, key=lambda found: found[0]):
        if day < oldest:
            over.append(("voicemail", day, [file for _, file in files]))
    for kind, day, paths in over:
        async with made.begin() as session:
            row = DestroyedRow(
                name=f"{kind}/{day:%Y%m%d}",
                company=None,
                campaign=None,
                recorded_at=to_ms(datetime.combine(day, time(), UTC)),
                at=to_ms(now),
                why=Ended.EXPIRED,
            )
            await SpokenAnswers(session, WholeCentre()).note_destroyed(row)
        for path in paths:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
    return len(over)


def _folders(recordings: Path) -> list[tuple[date, Path]]:
    found = []
    for folder in recordings.iterdir() if recordings.is_dir() else ():
        if re.fullmatch(r"\d{8}", folder.name):
            found.append((date(int(folder.name[:4]), int(folder.name[4:6]), int(folder.name[6:])), folder))
    return sorted(found)


def _day_of(file: Path) -> date:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC).date()
