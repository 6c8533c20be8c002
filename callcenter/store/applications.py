"""Applications and what became of them: found by the applicant's code, continued by events, never rewritten.

An application is read inside a scope; its history, papers and letters are then read by its row.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from billing.contracts.coverage import Coverage, coverage
from billing.contracts.eligibility import Standing
from billing.contracts.events import AnyEvent, Charged, Selected, from_data, to_data
from billing.contracts.participation import Participation, fold
from billing.contracts.problem import ContractError
from billing.month import Month
from callcenter.store.contract_models import ApplicationRow, ContractDocumentRow, ContractEventRow, LetterRow
from callcenter.store.scope import Scope, WholeCentre, select_within


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Who enters an event, when, and which day it is in the centre."""

    #: The log-in; None: the applicant.
    by: str | None
    #: Epoch ms.
    at: int
    today: date


class Applications:
    """The applications that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def begin(self, *, code_hash: str, cookie_hash: str, at: int) -> ApplicationRow:
        """An empty draft."""
        row = ApplicationRow(
            code_hash=code_hash,
            cookie_hash=cookie_hash,
            form={},
            begun_at=at,
            touched_at=at,
            submitted_at=None,
            registration=None,
            company=None,
            going_on=False,
        )
        self._session.add(row)
        await self._session.flush()
        return row

    async def get(self, number: int) -> ApplicationRow | None:
        """One that was submitted."""
        query = select_within(self._scope, ApplicationRow).where(
            ApplicationRow.number == number, ApplicationRow.submitted_at.is_not(None)
        )
        return (await self._session.scalars(query)).one_or_none()

    async def by_code(self, code_hash: str) -> ApplicationRow | None:
        """The draft or application that this code opens."""
        query = select_within(self._scope, ApplicationRow).where(ApplicationRow.code_hash == code_hash)
        return (await self._session.scalars(query)).one_or_none()

    async def by_cookie(self, cookie_hash: str) -> ApplicationRow | None:
        """The draft or application that this browser has open."""
        query = select_within(self._scope, ApplicationRow).where(ApplicationRow.cookie_hash == cookie_hash)
        return (await self._session.scalars(query)).one_or_none()

    async def all(self, *, going_on: bool, limit: int = 5000) -> list[ApplicationRow]:
        """Those submitted, the newest first: still going on, or over."""
        query = select_within(self._scope, ApplicationRow).where(
            ApplicationRow.submitted_at.is_not(None), ApplicationRow.going_on == going_on
        )
        return list(await self._session.scalars(query.order_by(ApplicationRow.number.desc()).limit(limit)))

    async def of_company(self, company: str) -> list[ApplicationRow]:
        """A company's participations, the newest first."""
        query = select_within(self._scope, ApplicationRow).where(ApplicationRow.company == company)
        return list(await self._session.scalars(query.order_by(ApplicationRow.number.desc())))

    async def coverage(self, company: str) -> Coverage | None:
        """The company's days under contract; None: no contract of it is kept here."""
        states = await participations(self._session, await self.of_company(company))
        return coverage(states.values())

    async def charged(self, month: Month) -> set[str]:
        """Companies whose contract has this month on its account."""
        event = ContractEventRow
        query = select_within(self._scope, event, event.company).where(
            event.kind == Charged.kind, event.data["month"].as_string() == str(month)
        )
        return {company for company in await self._session.scalars(query) if company}

    async def untouched(self, before: int) -> list[ApplicationRow]:
        """Drafts that nobody went on with since."""
        query = select_within(self._scope, ApplicationRow).where(
            ApplicationRow.submitted_at.is_(None), ApplicationRow.touched_at < before
        )
        return list(await self._session.scalars(query))

    async def standing(self, registration: str, *, apart_from: int, today: date) -> Standing:
        """What this business did with the centre before, by its registration number."""
        query = select_within(self._scope, ApplicationRow).where(
            ApplicationRow.registration == registration, ApplicationRow.number != apart_from
        )
        found = [await participation(self._session, row) for row in await self._session.scalars(query)]
        return Standing(
            years=sum(1 for one in found for year in one.years if year.first <= min(today, one.last_day or today)),
            taking_part=any(not one.over(today) for one in found),
        )

    async def append(self, row: ApplicationRow, event: AnyEvent, entry: Entry) -> Participation:
        """Let the event happen. Raises `ContractError`: it cannot; roll the transaction back then."""
        told = await history(self._session, row)
        state = fold(_events(told)).after(event)
        company = row.company
        if isinstance(event, Selected):
            company = event.company
            await self._make_room(company, entry.today)
            for paper in await papers(self._session, row):
                paper.company = company
        row.company, row.going_on = company, not state.over(entry.today)
        self._session.add(
            ContractEventRow(
                application=row.number,
                place=len(told) + 1,
                company=company,
                kind=event.kind,
                data=to_data(event),
                at=entry.at,
                by=entry.by,
            )
        )
        try:
            await self._session.flush()
        except IntegrityError as error:
            key = "company_taken" if isinstance(event, Selected) else "changed_meanwhile"
            raise ContractError(key) from error
        return state

    async def _make_room(self, company: str, today: date) -> None:
        """Participations of the company that ended by themselves, as a year does, no longer go on."""
        for row in await self.of_company(company):
            row.going_on = not (await participation(self._session, row)).over(today)
        await self._session.flush()


async def history(session: AsyncSession, row: ApplicationRow) -> list[ContractEventRow]:
    """Everything that happened to this application, in its order."""
    query = select_within(WholeCentre(), ContractEventRow).where(ContractEventRow.application == row.number)
    return list(await session.scalars(query.order_by(ContractEventRow.place)))


async def participation(session: AsyncSession, row: ApplicationRow) -> Participation:
    """Where this application stands."""
    return fold(_events(await history(session, row)))


async def participations(session: AsyncSession, rows: Sequence[ApplicationRow]) -> dict[int, Participation]:
    """The same for many at once, by number."""
    event = ContractEventRow
    told: dict[int, list[tuple[str, dict[str, Any]]]] = {row.number: [] for row in rows}
    query = select_within(WholeCentre(), ContractEventRow, event.application, event.kind, event.data)
    query = query.where(event.application.in_(list(told))).order_by(event.application, event.place)
    for number, kind, data in await session.execute(query):
        told[number].append((kind, data))
    # Hundreds of companies with years of payments are a second's work, which nobody else should wait for.
    return await asyncio.to_thread(
        lambda: {number: fold(from_data(*one) for one in events) for number, events in told.items()}
    )


async def papers(session: AsyncSession, row: ApplicationRow) -> list[ContractDocumentRow]:
    """The papers that were handed in with it, in their order."""
    query = select_within(WholeCentre(), ContractDocumentRow).where(ContractDocumentRow.application == row.number)
    return list(await session.scalars(query.order_by(ContractDocumentRow.id)))


async def letters(session: AsyncSession, row: ApplicationRow) -> list[LetterRow]:
    """The letters that were made about it, the newest first."""
    query = select_within(WholeCentre(), LetterRow).where(LetterRow.application == row.number)
    return list(await session.scalars(query.order_by(LetterRow.id.desc())))


def new_letter(row: ApplicationRow, *, kind: str, language: str, data: dict[str, Any], at: int, by: str) -> LetterRow:
    """A letter about this application, for its company once it has one."""
    return LetterRow(application=row.number, company=row.company, kind=kind, language=language, data=data, at=at, by=by)


def _events(rows: Sequence[ContractEventRow]) -> list[AnyEvent]:
    return [from_data(row.kind, row.data) for row in rows]
