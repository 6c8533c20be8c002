"""The demo's contracts keep to the rules on every day, and are written once."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from pathlib import Path

import pytest

from billing.contracts.participation import Status, fold
from billing.contracts.registration import parse
from billing.contracts.reminders import Task, reminders
from callcenter.centre import load_centre
from callcenter.cli.example_contracts import ensure_contracts, stories
from callcenter.settings import Settings
from callcenter.store.applications import Applications, participations
from callcenter.store.engine import open_engine, sessions
from callcenter.store.migrate import upgrade
from callcenter.store.scope import WholeCentre
from callcenter.web.apply.form import answers

pytestmark = pytest.mark.integration
EXAMPLE = Path(__file__).parents[3] / "callcenter" / "example"


@pytest.mark.parametrize("day", [date(2026, 1, 1) + timedelta(days=n) for n in (0, 1, 30, 58, 150, 364, 789)])
def test_on_every_day_one_runs_one_is_to_be_renewed_one_is_in_arrears_one_is_looked_at(day: date) -> None:
    told = {story.company: fold(story.events) for story in stories(day)}
    assert [state.status(day) for state in told.values()] == [
        Status.ACTIVE, Status.RENEWAL, Status.ACTIVE, Status.REVIEW,
    ]  # fmt: skip
    tasks = {company: {one.task for one in reminders(state, day)} for company, state in told.items()}
    assert tasks["nurim"] == set()
    assert Task.RENEW in tasks["hanbit"]
    assert tasks["soridam"] == {Task.ARREARS}
    assert tasks[None] == {Task.DECIDE}
    for story in stories(day):
        assert parse(story.form["registration"])
        assert answers(story.form).facts.calls_per_month == 150


async def test_they_are_written_once(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'callcenter.db'}"
    upgrade(url)
    settings = Settings(data=tmp_path, database_url=url)
    centre = load_centre(EXAMPLE / "centre.toml")
    for _ in range(2):
        await asyncio.to_thread(ensure_contracts, settings, centre)
    engine = open_engine(url)
    async with sessions(engine)() as session:
        rows = await Applications(session, WholeCentre()).all(going_on=True)
        assert len(rows) == 4
        assert {state.company for state in (await participations(session, rows)).values()} == {
            "nurim", "hanbit", "soridam", None,
        }  # fmt: skip
    await engine.dispose()
