"""Recordings of calls and messages are destroyed after their term, with evidence, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.jobs.call_recordings import destroy
from callcenter.settings import Settings
from callcenter.store.aftermath_models import DestroyedRow
from callcenter.store.engine import Sessions

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)


def recorded(media: Path, name: str, at: datetime = NOW) -> Path:
    file = media / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"RIFF")
    os.utime(file, (at.timestamp(), at.timestamp()))
    return file


async def test_what_is_older_than_the_term_goes_and_leaves_evidence_once(made: Sessions, tmp_path: Path) -> None:
    settings = Settings(media=tmp_path, recordings_months=36)
    last_kept = recorded(tmp_path, "recordings/20231127/cc-1.1-caller.wav")
    first_gone = recorded(tmp_path, "recordings/20231126/cc-1.2-caller.wav")
    clip = recorded(settings.evidence, "20231126/cc-1.2.wav")
    strange = recorded(tmp_path, "recordings/notes/read.me")
    message = recorded(tmp_path, "voicemail/cc-1.3.wav", NOW - timedelta(days=4 * 365))
    new = recorded(tmp_path, "voicemail/cc-1.4.wav")
    assert await destroy(settings, made, NOW) == 2
    assert [one.exists() for one in (last_kept, first_gone, clip, strange, message, new)] == [
        True, False, True, True, False, True,
    ]  # fmt: skip
    assert not first_gone.parent.exists()
    assert await destroy(settings, made, NOW) == 0
    async with made() as session:
        rows = list(await session.scalars(select(DestroyedRow).order_by(DestroyedRow.name)))
    assert [(row.name, row.company, row.why) for row in rows] == [
        ("recordings/20231126", None, "expired"), ("voicemail/20221128", None, "expired"),
    ]  # fmt: skip
