"""Campaigns for tests: written down as the pages would, and running at once."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.form import read_form
from callcenter.campaigns.plan import Plan
from callcenter.hours import Hours
from callcenter.outbound.prompts import missing
from callcenter.store.campaign_models import CampaignRow, ContactRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import open_engine, sessions
from callcenter.store.epoch import to_ms
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre
from tests.e2e.harness.centre import Centre

CENTRE = WholeCentre()
COMPANY, SHOWN = "crowd", "07000000111"
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS, NEVER = (Hours(**dict.fromkeys(WEEK, span)) for span in ("00:00-24:00", ""))


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody to call, what they agreed to a day ago, and when they are first due (epoch ms)."""

    number: str
    agreed: tuple[Matter, ...] = ()
    due_at: int = 1


async def begin(
    centre: Centre,
    people: Iterable[Person],
    now: datetime,
    *,
    kind: str = "happy_call",
    mode: str = "agentless",
    text: str,
    hours: Hours = ALWAYS,
    machines: bool = False,
) -> int:
    """A running campaign with these contacts, once its prompts are spoken; its number."""
    engine = open_engine(centre.settings.database_url)
    plan = Plan(hours=hours, most_a_day=20, most_in_30_days=100, groups=("furniture",), machines=machines)
    try:
        async with sessions(engine).begin() as session:
            campaigns, permissions = Campaigns(session, CENTRE), Permissions(session, CENTRE)
            form = await campaigns.save_form(COMPANY, "test", text, "test", 1)
            permissions.add_caller_number(COMPANY, SHOWN, "proof.pdf", now - timedelta(days=1), None)
            row = await campaigns.add(
                CampaignRow(
                    company=COMPANY, name="test", kind=kind, own_reward=False, state="running", mode=mode,
                    form=form.id, caller=SHOWN, made_at=to_ms(now), made_by="test",
                    plan=plan.model_dump(mode="json"),
                )
            )  # fmt: skip
            for one in people:
                given = [
                    Entry(matter=matter, act=Act.GIVEN, at=now - timedelta(days=1), proof="form")
                    for matter in one.agreed
                ]
                permissions.add_consents(COMPANY, one.number, given, "test", now)
                session.add(
                    ContactRow(
                        company=COMPANY, campaign=row.number, number=one.number, name="", language="en",
                        segment="", product="", more={}, case="", first_due_at=one.due_at, due_at=one.due_at,
                        tries=0, held=False,
                    )
                )  # fmt: skip
            await session.flush()
            scrub, numbers = await permissions.export_scrub(COMPANY, "test", now)
            await permissions.import_scrub(scrub, set(numbers), "", "test", now)
    finally:
        await engine.dispose()
    async with asyncio.timeout(120):
        while mode == "agentless" and missing(centre.settings.sounds, text, read_form(text)):  # noqa: ASYNC110 (another process makes them)
            await asyncio.sleep(0.1)
    return row.number


def rows(centre: Centre, asked: str, *values: object) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db")) as database:
        database.row_factory = sqlite3.Row
        return [dict(row) for row in database.execute(asked, values)]


async def attempts(
    centre: Centre, campaign: int, wanted: Callable[[list[str | None]], bool], within: float = 40
) -> list[dict[str, Any]]:
    """The campaign's attempts, once their outcomes are as wanted."""
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(within):
            while True:
                found = rows(centre, "SELECT * FROM attempt WHERE campaign = ? ORDER BY at, id", campaign)
                if wanted([one["outcome"] for one in found]):
                    return found
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"not within {within:g} s; at last: {[one['outcome'] for one in found]}") from None


def stop(centre: Centre, campaign: int) -> None:
    with closing(sqlite3.connect(centre.settings.data / "callcenter.db", timeout=10)) as database:
        database.execute("UPDATE campaign SET state = 'stopped' WHERE number = ?", (campaign,))
        database.commit()
