"""Which recordings of answers are destroyed when, with which evidence, on SQLite and PostgreSQL."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.interview import End
from callcenter.campaigns.refusals import By, Extent
from callcenter.jobs.retention import destroy
from callcenter.outbound.book import Book
from callcenter.settings import Settings
from callcenter.store.aftermath_models import DestroyedRow
from callcenter.store.campaign_models import CampaignRow
from callcenter.store.engine import Sessions
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre
from tests.integration.outbound.test_book import FORM, NOON, NUMBERS, SEOUL, asked, launched, work_of

pytestmark = pytest.mark.integration
WHY = FORM + '[[question]]\nid = "why"\nkind = "open"\nko = "왜?"\nen = "Why?"\n'


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = Settings(media=tmp_path)
    made.answers.mkdir()
    return made


def record(settings: Settings, name: str, at: datetime = NOON) -> Path:
    file = settings.answers / f"{name}.wav"
    file.write_bytes(b"RIFF")
    os.utime(file, (at.timestamp(), at.timestamp()))
    return file


async def answered(made: Sessions, settings: Settings, kind: str = "happy_call") -> Path:
    """The first contact answered in words; the file of what was said."""
    book = Book(made, SEOUL)
    work = await work_of(book, await launched(made, WHY, kind="happy_call"))
    contact = (await book.find(work, 1, NOON))[0].contact
    attempt = f"{work.number}-{contact}-1"
    await book.write(work, {attempt: contact}, NOON)
    name = f"survey-{attempt}:why:0"
    await book.finish(work, attempt, Outcome.COMPLETED, NOON, asked(work, attempt, End.FINISHED, again="1", why=name))
    if kind != "happy_call":
        async with made.begin() as session:
            campaign = await session.get(CampaignRow, work.number)
            assert campaign is not None
            campaign.kind = kind
    return record(settings, name)


async def evidence(made: Sessions) -> list[DestroyedRow]:
    async with made() as session:
        return list(await session.scalars(select(DestroyedRow).order_by(DestroyedRow.name)))


async def test_a_recording_is_kept_for_three_years_and_not_a_day_longer(made: Sessions, settings: Settings) -> None:
    file = await answered(made, settings)
    last, after = datetime(2029, 11, 24, 23, 59, tzinfo=SEOUL), datetime(2029, 11, 25, 0, 0, tzinfo=SEOUL)
    assert await destroy(settings, made, zone=SEOUL, now=last) == 0
    assert file.exists()
    assert await destroy(settings, made, zone=SEOUL, now=after) == 1
    assert not file.exists()
    [row] = await evidence(made)
    assert (row.name, row.company, row.why) == (file.stem, "nurim", "expired")
    assert (row.recorded_at, row.at) == (round(NOON.timestamp() * 1000) + 25_000, round(after.timestamp() * 1000))
    assert await destroy(settings, made, zone=SEOUL, now=after + timedelta(hours=1)) == 0


async def test_withdrawn_consent_destroys_what_was_said_in_surveys(made: Sessions, settings: Settings) -> None:
    happy, survey = await answered(made, settings), await answered(made, settings, kind="usefulness")
    async with made.begin() as session:
        line = Entry(matter=Matter.MARKETING, act=Act.WITHDRAWN, at=NOON + timedelta(hours=1), proof="")
        Permissions(session, WholeCentre()).add_consents("nurim", NUMBERS[0], [line], "op", NOON)
    assert await destroy(settings, made, zone=SEOUL, now=NOON + timedelta(hours=2)) == 1
    assert (happy.exists(), survey.exists()) == (True, False)
    async with made.begin() as session:
        await Permissions(session, WholeCentre()).refuse("nurim", NUMBERS[0], Extent.ALL, By.PAGE, NOON)
    assert await destroy(settings, made, zone=SEOUL, now=NOON + timedelta(hours=3)) == 1
    assert not happy.exists()
    assert {row.why for row in await evidence(made)} == {"withdrawn"}


async def test_what_became_no_answer_goes_after_a_day(made: Sessions, settings: Settings) -> None:
    kept = await answered(made, settings)
    first_try = record(settings, kept.stem.replace(":why:0", ":why:1"))
    of_nobody = record(settings, "survey-99-99-1:why:0")
    foreign = record(settings, "notes")
    assert await destroy(settings, made, zone=SEOUL, now=NOON + timedelta(hours=23)) == 0
    assert await destroy(settings, made, zone=SEOUL, now=NOON + timedelta(hours=25)) == 2
    assert [file.exists() for file in (kept, first_try, of_nobody, foreign)] == [True, False, False, True]
    assert {(row.company, row.why) for row in await evidence(made)} == {("nurim", "unused"), (None, "unused")}


async def test_a_job_killed_before_the_file_went_ends_its_work(made: Sessions, settings: Settings) -> None:
    file = await answered(made, settings)
    later = datetime(2029, 12, 1, tzinfo=SEOUL)
    assert await destroy(settings, made, zone=SEOUL, now=later) == 1
    record(settings, file.stem)  # as if the kill had come before it went
    assert await destroy(settings, made, zone=SEOUL, now=later + timedelta(hours=1)) == 1
    [row] = await evidence(made)
    assert row.at == round((later + timedelta(hours=1)).timestamp() * 1000)
    assert not file.exists()
