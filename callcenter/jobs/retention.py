"""Every hour: spoken answers are destroyed whose term is over or whose customer took back what allowed them, and what
Asterisk recorded that became no answer.

Each leaves a row as evidence, written before the file goes: a kill in between leaves a file that the next run destroys,
never a destruction without evidence. Doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.terms import add_months
from callcenter.campaigns.kinds import Purpose
from callcenter.campaigns.permission import Person
from callcenter.campaigns.spoken import Ended, spoken, to_be_destroyed
from callcenter.centre import load_centre
from callcenter.jobs.frame import opened
from callcenter.settings import Settings
from callcenter.store.aftermath_models import DestroyedRow
from callcenter.store.campaign_models import CampaignRow, ContactRow, ResponseRow
from callcenter.store.campaign_rules import purpose
from callcenter.store.engine import Sessions
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.permissions import Permissions
from callcenter.store.scope import WholeCentre, select_within
from callcenter.store.spoken import SpokenAnswers

_BATCH = 200
#: An interview that is still on has no answers in the database yet.
_UNFINISHED = timedelta(days=1)
_CENTRE = WholeCentre()

log = structlog.get_logger()


async def destroy_answers() -> int:
    """The job: how many recordings were destroyed."""
    async with opened() as (settings, made):
        zone = load_centre(settings.centre).zone
        count = await destroy(settings, made, zone=zone, now=datetime.now(UTC))
    if count:
        log.info("answers.destroyed", count=count)
    return count


async def destroy(settings: Settings, made: Sessions, *, zone: ZoneInfo, now: datetime) -> int:
    """Destroy what is due at this time; a day of the term ends at midnight of the centre's zone."""
    first = add_months(now.astimezone(zone).date(), -settings.answers_months)
    oldest = datetime.combine(first, time(), zone)
    count = 0
    files = settings.answers.glob("*.wav") if settings.answers.is_dir() else iter(())
    while batch := list(islice(files, _BATCH)):
        async with made.begin() as session:
            due = await _due(session, batch, oldest, now)
            for row in due:
                await SpokenAnswers(session, _CENTRE).note_destroyed(row)
        for row in due:
            (settings.answers / f"{row.name}.wav").unlink(missing_ok=True)
        count += len(due)
    return count


async def _due(session: AsyncSession, files: Sequence[Path], oldest: datetime, now: datetime) -> list[DestroyedRow]:
    known = {file: one for file in files if (one := spoken(file.stem))}
    responses = await SpokenAnswers(session, _CENTRE).by_attempt({one.attempt for one in known.values()})
    people = await _People.of(session, responses.values(), now)
    due = []
    for file, one in known.items():
        response = responses.get(one.attempt)
        if response is None or response.answers.get(one.question) != file.stem:
            recorded = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            why = Ended.UNUSED if recorded < now - _UNFINISHED else None
        else:
            recorded = from_ms(response.at)
            why = people.ended(response, oldest)
        if why is not None:
            due.append(
                DestroyedRow(
                    name=file.stem,
                    company=response.company if response else None,
                    campaign=response.campaign if response else None,
                    recorded_at=to_ms(recorded),
                    at=to_ms(now),
                    why=why,
                )
            )
    return due


@dataclass(frozen=True, slots=True)
class _People:
    """What is known of those who answered."""

    purposes: Mapping[int, Purpose]
    #: By contact.
    numbers: Mapping[int, str]
    #: By company and number.
    known: Mapping[tuple[str, str], Person]

    @classmethod
    async def of(cls, session: AsyncSession, responses: Iterable[ResponseRow], now: datetime) -> _People:
        rows = list(responses)
        campaigns = select_within(_CENTRE, CampaignRow).where(CampaignRow.number.in_({row.campaign for row in rows}))
        contacts = select_within(_CENTRE, ContactRow).where(ContactRow.id.in_({row.contact for row in rows}))
        of_company: dict[str, set[str]] = {}
        numbers = {}
        for contact in await session.scalars(contacts):
            numbers[contact.id] = contact.number
            of_company.setdefault(contact.company, set()).add(contact.number)
        known = {
            (company, number): person
            for company, wanted in of_company.items()
            for number, person in (await Permissions(session, _CENTRE).people(company, sorted(wanted), now)).items()
        }
        purposes = {campaign.number: purpose(campaign) for campaign in await session.scalars(campaigns)}
        return cls(purposes, numbers, known)

    def ended(self, response: ResponseRow, oldest: datetime) -> Ended | None:
        person = self.known[response.company, self.numbers[response.contact]]
        answered, kind = from_ms(response.at), self.purposes[response.campaign]
        return to_be_destroyed(answered, oldest, kind, person.consents, person.refused)
