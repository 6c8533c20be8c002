"""The short way for what the dialler does at every call: one statement over contacts and attempts, inside a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.campaign_models import AttemptRow, ContactRow
from callcenter.store.epoch import to_ms
from callcenter.store.scope import Scope, within


@dataclass(frozen=True, slots=True)
class Taken:
    """A contact that an attempt has now."""

    company: str
    number: str
    language: str
    segment: str


async def take(session: AsyncSession, scope: Scope, asked: Mapping[str, int], now: datetime) -> dict[str, Taken]:
    """Take these contacts for these attempts and write the attempts down; those that another has are left out.

    An attempt's id ends in its running number, which the contact gives once.
    """
    wanted = {(contact, int(attempt.rsplit("-", 1)[1]) - 1): attempt for attempt, contact in asked.items()}
    free = (
        update(ContactRow)
        .where(
            within(scope, ContactRow),
            tuple_(ContactRow.id, ContactRow.tries).in_(list(wanted)),
            ContactRow.held.is_(False),
            ContactRow.due_at.is_not(None),
        )
        .values(held=True, tries=ContactRow.tries + 1)
        .returning(
            ContactRow.id, ContactRow.tries, ContactRow.company, ContactRow.campaign, ContactRow.number,
            ContactRow.language, ContactRow.segment,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    taken: dict[str, Taken] = {}
    rows = []
    for contact, tries, company, campaign, number, language, segment in await session.execute(free):
        attempt = wanted[contact, tries - 1]
        taken[attempt] = Taken(company, number, language, segment)
        rows.append(
            {"id": attempt, "company": company, "campaign": campaign, "contact": contact, "try_": tries,
             "number": number, "at": to_ms(now)}
        )  # fmt: skip
    if rows:
        await session.execute(insert(AttemptRow), rows)
    return taken


async def attempt_and_contact(
    session: AsyncSession, scope: Scope, attempt: str
) -> tuple[AttemptRow, ContactRow] | None:
    """Both rows of an attempt."""
    query = select(AttemptRow, ContactRow).join(ContactRow, ContactRow.id == AttemptRow.contact)
    both = query.where(within(scope, AttemptRow), within(scope, ContactRow), AttemptRow.id == attempt)
    found = (await session.execute(both)).first()
    return (found[0], found[1]) if found else None
