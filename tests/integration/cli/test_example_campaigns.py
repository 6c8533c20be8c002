"""The demo's campaigns: made as an operator makes them, so that every decision about them is the product's own."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from callcenter.campaigns.plan import State
from callcenter.centre import Centre, load_centre
from callcenter.cli.example_campaigns import EXAMPLES, contacts_file, ensure_campaigns
from callcenter.house import furnish
from callcenter.settings import Settings
from callcenter.store.campaign_models import CampaignRow, ContactRow
from callcenter.store.campaign_rules import CampaignRules, DryRun
from callcenter.store.engine import open_engine, sessions
from callcenter.store.migrate import upgrade
from callcenter.store.scope import WholeCentre
from callcenter.town.exchange import RESPONDENTS

pytestmark = pytest.mark.integration


async def found(settings: Settings, centre: Centre) -> tuple[dict[str, str], int, dict[str, DryRun]]:
    """Each campaign's state by name, all contacts, and each campaign's dry run."""
    engine = open_engine(settings.database_url)
    try:
        async with sessions(engine)() as session:
            rows = list(await session.scalars(select(CampaignRow).order_by(CampaignRow.number)))
            contacts = (await session.scalars(select(func.count()).select_from(ContactRow))).one()
            rules = CampaignRules(session, WholeCentre(), frozenset(), datetime.now(UTC).astimezone(centre.zone))
            return {row.name: row.state for row in rows}, contacts, {row.name: await rules.dry_run(row) for row in rows}
    finally:
        await engine.dispose()


def test_the_voices_campaigns_begin_with_traffic_and_agents_wait_for_a_supervisor(tmp_path: Path) -> None:
    settings = furnish(tmp_path / "data")
    centre = load_centre(settings.centre)
    upgrade(settings.database_url)
    ensure_campaigns(settings, centre, start=False)
    states, contacts, _ = asyncio.run(found(settings, centre))
    assert set(states.values()) == {State.DRAFT}
    assert contacts == sum(example.people for example in EXAMPLES)
    for _ in range(2):
        ensure_campaigns(settings, centre, start=True)
    states, again, runs = asyncio.run(found(settings, centre))
    assert Counter(states.values()) == {State.RUNNING: 2, State.DRAFT: 1}
    assert again == contacts
    survey, happy, _ = (runs[example.name] for example in EXAMPLES)
    assert survey.refused["no_consent"] > 0
    assert survey.refused["registered"] > 0
    assert survey.permitted > 500
    # A happy call needs no consent to marketing.
    assert happy.permitted == EXAMPLES[1].people


def test_everybody_called_lives_in_the_town() -> None:
    for example in EXAMPLES:
        numbers = [line.split(",")[0] for line in contacts_file(example, datetime.now(UTC)).splitlines()[1:]]
        assert len(set(numbers)) == example.people
        assert {number[:6] for number in numbers} == {RESPONDENTS[:6]}
        # Whoever has a number that ends in 7 is not to be reached; the carrier would be taken to be ill.
        assert not [number for number in numbers if number.endswith("7")]
