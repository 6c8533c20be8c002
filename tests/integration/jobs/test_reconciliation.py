"""The comparison with Asterisk's CDR file, on both databases."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from callcenter.jobs.reconciliation import NoCdrError, reconcile, reconcile_last_day
from callcenter.settings import Settings
from callcenter.store.discrepancies import Discrepancies
from callcenter.store.engine import Sessions, open_engine, sessions
from callcenter.store.models import CallRow, DiscrepancyKind, DiscrepancyRow
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.span import Span
from tests.web_centre import record

pytestmark = pytest.mark.integration
ENTERED = 1795432403_000
NOW = ENTERED + 3_600_000
SPAN = Span(ENTERED - 3_600_000, NOW)


def cdr(call: str, start: int = ENTERED, *, disposition: str = "ANSWERED") -> str:
    """A CDR of the record that `tests.web_centre.record` makes: 45 s long, answered by the greeting at once."""
    begin, end = (f"{datetime.fromtimestamp(at / 1000):%Y-%m-%d %T}" for at in (start, start + 45_000))  # noqa: DTZ006
    return (
        f'"nurim","01000000001","1001*20*kitchen*nurim*r","cc-connect","""c"" <01000000001>","PJSIP/c-1",'
        f'"PJSIP/1001-2","Dial","PJSIP/1001,20","{begin}","{begin}","{end}",45,45,"{disposition}","DOCUMENTATION",'
        f'"{call}","{call}"\n'
    )


class Centre:
    """A data folder with Asterisk's CDR file, and a database."""

    def __init__(self, settings: Settings, made: Sessions) -> None:
        self.settings, self.sessions = settings, made
        self.folder = settings.data / "asterisk" / "log" / "cdr-csv"
        self.folder.mkdir(parents=True)

    async def has(self, *calls: str, **columns: object) -> None:
        async with self.sessions.begin() as session:
            session.add_all(record(call, entered_at=ENTERED, **columns) for call in calls)

    def asterisk_wrote(self, *lines: str, file: str = "Master.csv") -> None:
        with (self.folder / file).open("a") as cdrs:
            cdrs.writelines(lines)

    async def reconcile(self, *, now: int = NOW) -> list[tuple[str, DiscrepancyKind]]:
        found = await reconcile(self.settings, SPAN, now=now)
        async with self.sessions() as session:
            rows = await Discrepancies(session, WholeCentre()).of(SPAN)
            assert len(rows) == await Discrepancies(session, WholeCentre()).count(SPAN) == len(found)
        return [(row.call, row.kind) for row in rows]


@pytest.fixture
async def centre(tmp_path: Path, database_url: str) -> AsyncIterator[Centre]:
    engine = open_engine(database_url)
    yield Centre(Settings(data=tmp_path, database_url=database_url), sessions(engine))
    await engine.dispose()


async def test_what_agrees_leaves_no_trace(centre: Centre) -> None:
    await centre.has("cc-1", "cc-2")
    centre.asterisk_wrote(cdr("cc-1"), cdr("cc-2"))
    assert await centre.reconcile() == []


async def test_differences_are_written_down_once_and_gone_when_healed(centre: Centre) -> None:
    await centre.has("cc-1", "cc-2")
    centre.asterisk_wrote(cdr("cc-1", disposition="NO ANSWER"), cdr("cc-3"))
    first = [
        ("cc-1", DiscrepancyKind.DISPOSITION),
        ("cc-2", DiscrepancyKind.MISSING_CDR),
        ("cc-3", DiscrepancyKind.MISSING_RECORD),
    ]
    assert await centre.reconcile() == first
    assert await centre.reconcile(now=NOW + 1) == first
    async with centre.sessions() as session:
        assert set(await session.scalars(select(DiscrepancyRow.found_at))) == {NOW}
    await centre.has("cc-3")
    centre.asterisk_wrote(cdr("cc-2"))
    assert await centre.reconcile() == first[:1]


async def test_a_company_sees_its_own_only(centre: Centre) -> None:
    await centre.has("cc-1")
    await centre.has("cc-2", company="hanbit")
    centre.asterisk_wrote("")
    assert len(await centre.reconcile()) == 2
    async with centre.sessions() as session:
        (row,) = await Discrepancies(session, OneCompany("hanbit")).of(SPAN)
        assert row.call == "cc-2"
        assert await Discrepancies(session, OneCompany("hanbit")).count(SPAN) == 1


async def test_cdrs_before_a_rotation_still_count_but_not_those_of_long_ago(centre: Centre) -> None:
    await centre.has("cc-1", "cc-2")
    centre.asterisk_wrote(cdr("cc-1"), file="Master.csv.1")
    centre.asterisk_wrote(cdr("cc-9"), file="Master.csv.2")
    centre.asterisk_wrote("not text that can be read", file="Master.csv.3.gz")
    os.utime(centre.folder / "Master.csv.2", (1, 1))
    centre.asterisk_wrote(cdr("cc-2"))
    assert await centre.reconcile() == []


async def test_calls_beyond_the_border_are_known_but_not_told_of(centre: Centre) -> None:
    async with centre.sessions.begin() as session:
        session.add(record("cc-1", entered_at=SPAN.since - 500))
        session.add(record("cc-2", entered_at=SPAN.since - 2_000))
    centre.asterisk_wrote(cdr("cc-1", SPAN.since))
    assert await centre.reconcile() == []


async def test_without_asterisks_file_nothing_is_called_missing(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await centre.has("cc-1")
    with pytest.raises(NoCdrError, match="cdr-csv"):
        await centre.reconcile()
    monkeypatch.setenv("CALLCENTER_DATA", str(centre.settings.data))
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", centre.settings.database_url)
    assert await reconcile_last_day() == 0
    async with centre.sessions() as session:
        assert len(list(await session.scalars(select(CallRow)))) == 1
        assert await Discrepancies(session, WholeCentre()).count(SPAN) == 0
