"""What is destroyed when, on both databases and in the data folder."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from billing.contracts.events import AnyEvent, Applied, Insured, Refused, Selected, Signed, Withdrawn
from callcenter import papers as files
from callcenter.jobs.destruction import DRAFT_DAYS, destroy
from callcenter.settings import Settings
from callcenter.store.applications import Applications, Entry, history, letters, new_letter, papers
from callcenter.store.contract_models import ContractDocumentRow
from callcenter.store.engine import Sessions, open_engine, sessions
from callcenter.store.scope import WholeCentre
from tests.applicant import FORM, PDF

pytestmark = pytest.mark.integration
DAY_MS = 24 * 3_600_000
NOW = 1_795_432_403_000
OCTOBER = date(2026, 10, 1)


class House:
    """A database and a data folder."""

    def __init__(self, settings: Settings, made: Sessions) -> None:
        self.settings, self.sessions, self.count = settings, made, 0

    async def application(self, *told: AnyEvent) -> int:
        """One with a paper and a letter; without events a draft of now."""
        self.count += 1
        async with self.sessions.begin() as session:
            mine = Applications(session, WholeCentre())
            row = await mine.begin(code_hash=f"c{self.count}", cookie_hash=f"k{self.count}", at=NOW)
            row.form = FORM
            paper = ContractDocumentRow(
                application=row.number, company=None, paper="registration", name="a.pdf",
                media_type="application/pdf", size=len(PDF), sha256="0", at=NOW, by=None,
            )  # fmt: skip
            session.add(paper)
            await session.flush()
            files.keep(self.settings.data, row.number, paper.id, PDF)
            for event in told:
                row.submitted_at, row.registration = NOW, "1248100998"
                await mine.append(row, event, Entry(by="clerk", at=NOW, today=event.on))
            session.add(new_letter(row, kind="refused", language="ko", data={}, at=NOW, by="clerk"))
            return row.number

    async def destroy(self, today: str, now: int = NOW) -> int:
        return await destroy(self.settings, today=date.fromisoformat(today), now=now)

    def kept(self, number: int) -> bool:
        return files.path(self.settings.data, number, 0).parent.exists()


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    engine = open_engine(database_url)
    yield House(Settings(data=tmp_path, database_url=database_url), sessions(engine))
    await engine.dispose()


async def test_a_draft_lasts_thirty_days_after_the_last_click(house: House) -> None:
    async with house.sessions.begin() as session:
        await Applications(session, WholeCentre()).begin(code_hash="c", cookie_hash="k", at=NOW)
    assert await house.destroy("2026-12-23", NOW + DRAFT_DAYS * DAY_MS) == 0
    assert await house.destroy("2026-12-24", NOW + DRAFT_DAYS * DAY_MS + 1) == 1
    assert await house.destroy("2026-12-24", NOW + DRAFT_DAYS * DAY_MS + 1) == 0


async def test_a_year_after_a_refusal_persons_and_papers_are_gone_and_the_history_stays(house: House) -> None:
    number = await house.application(Applied(on=OCTOBER), Refused(on=OCTOBER, note="x"))
    assert await house.destroy("2027-09-30") == 0
    assert house.kept(number)
    assert await house.destroy("2027-10-01") == 1
    assert not house.kept(number)
    async with house.sessions() as session:
        row = await Applications(session, WholeCentre()).get(number)
        assert row
        assert (row.form["contact_phone"], row.form["company_name"]) == ("–", FORM["company_name"])
        assert await papers(session, row) == []
        assert await letters(session, row) == []
        assert len(await history(session, row)) == 2
    assert await house.destroy("2027-10-02") == 0


async def test_a_contract_is_kept_five_years_after_its_end(house: House) -> None:
    start, last = date(2027, 1, 1), date(2027, 12, 31)
    number = await house.application(
        Applied(on=OCTOBER),
        Selected(on=OCTOBER, company="nurim", start=start),
        Insured(on=OCTOBER, amount=5, valid_from=start, valid_to=last),
        Signed(on=OCTOBER, year=1, insured_sum=5, deposit=5),
    )
    other = await house.application(Applied(on=OCTOBER), Withdrawn(on=OCTOBER))
    assert await house.destroy("2032-12-30") == 1
    assert (house.kept(number), house.kept(other)) == (True, False)
    async with house.sessions() as session:
        row = await Applications(session, WholeCentre()).get(number)
        assert row
        assert not row.going_on
    assert await house.destroy("2032-12-31") == 1
    assert not house.kept(number)
