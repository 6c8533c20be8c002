"""What people agreed to and refused, the comparisons with the national register, and the numbers a company may show.

Everything here is only ever added to; a company's history is the sum of its rows.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.attempts import NOT_RUNG
from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.permission import CallerNumber, Person
from callcenter.campaigns.refusals import SCRUB_HOLDS, By, Extent, Scrub
from callcenter.store.campaign_models import (
    AttemptRow,
    CallerNumberRow,
    ConsentRow,
    ContactRow,
    DoNotCallRow,
    ScrubbedRow,
    ScrubRow,
)
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.scope import Scope, WholeCentre, select_within

#: The longest cap on ringing looks so far back.
_RUNG_MS = 30 * 24 * 3_600_000
_BATCH = 2_000


class Permissions:
    """What a scope may see and add."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    # -- consent

    def add_consents(self, company: str, number: str, entries: Iterable[Entry], by: str, now: datetime) -> None:
        """Write consents down; they are there with the session's next flush."""
        self._session.add_all(
            ConsentRow(
                company=company,
                number=number,
                matter=entry.matter,
                act=entry.act,
                at=to_ms(entry.at),
                proof=entry.proof,
                written_at=to_ms(now),
                written_by=by,
            )
            for entry in entries
        )

    async def ledger(self, company: str, number: str) -> list[ConsentRow]:
        """A person's lines with a company, the newest first."""
        query = select_within(self._scope, ConsentRow).where(ConsentRow.company == company, ConsentRow.number == number)
        return list(await self._session.scalars(query.order_by(ConsentRow.at.desc(), ConsentRow.id.desc())))

    # -- refusals

    async def refuse(self, company: str, number: str, extent: Extent, by: By, now: datetime) -> bool:
        """Put a number on the company's do-not-call list; whether it was not there yet."""
        query = select_within(self._scope, DoNotCallRow).where(
            DoNotCallRow.company == company, DoNotCallRow.number == number, DoNotCallRow.extent == extent
        )
        if (await self._session.scalars(query)).first() is not None:
            return False
        self._session.add(DoNotCallRow(company=company, number=number, extent=extent, by=by, at=to_ms(now)))
        await self._session.flush()
        return True

    async def refusals(self, company: str | None, offset: int = 0, limit: int = 50) -> list[DoNotCallRow]:
        """The list, the newest first."""
        query = select_within(self._scope, DoNotCallRow)
        if company is not None:
            query = query.where(DoNotCallRow.company == company)
        return list(await self._session.scalars(query.order_by(DoNotCallRow.id.desc()).offset(offset).limit(limit)))

    # -- the national register

    async def export_scrub(self, company: str, by: str, now: datetime) -> tuple[ScrubRow, list[str]]:
        """A new comparison: all numbers of the company's contacts, for the register to strike out of."""
        query = select_within(self._scope, ContactRow, ContactRow.number).where(ContactRow.company == company)
        numbers = list(await self._session.scalars(query.distinct().order_by(ContactRow.number)))
        scrub = ScrubRow(
            company=company,
            exported_at=to_ms(now),
            exported_by=by,
            exported=len(numbers),
            exported_hash=digest("\n".join(numbers).encode()),
        )
        self._session.add(scrub)
        await self._session.flush()
        for batch in _batches(numbers):
            self._session.add_all(ScrubbedRow(scrub=scrub.id, number=n, company=company) for n in batch)
            await self._session.flush()
        return scrub, numbers

    async def import_scrub(self, scrub: ScrubRow, returned: set[str], file_hash: str, by: str, now: datetime) -> None:
        """The answer: who came back may be called. Raises `ValueError` for one that is answered already, or for
        numbers that were never sent: then it is the answer to another comparison.
        """
        if scrub.imported_at is not None:
            raise ValueError("answered")
        rows = list(
            await self._session.scalars(select_within(self._scope, ScrubbedRow).where(ScrubbedRow.scrub == scrub.id))
        )
        if returned - {row.number for row in rows}:
            raise ValueError("foreign")
        for row in rows:
            row.cleared = row.number in returned
        scrub.imported_at, scrub.imported_by = to_ms(now), by
        scrub.returned, scrub.returned_hash = len(returned), file_hash
        await self._session.flush()

    async def scrubs(self, company: str | None = None) -> list[ScrubRow]:
        """The comparisons, the newest first."""
        query = select_within(self._scope, ScrubRow)
        if company is not None:
            query = query.where(ScrubRow.company == company)
        return list(await self._session.scalars(query.order_by(ScrubRow.id.desc()).limit(100)))

    async def scrub(self, number: int) -> ScrubRow | None:
        """One comparison."""
        return (await self._session.scalars(select_within(self._scope, ScrubRow).where(ScrubRow.id == number))).first()

    async def compared(self, company: str) -> datetime | None:
        """When the last comparison was answered."""
        query = select_within(self._scope, ScrubRow, func.max(ScrubRow.imported_at)).where(ScrubRow.company == company)
        at = (await self._session.scalars(query)).one()
        return from_ms(at) if at is not None else None

    async def uncompared(self, campaign: int, now: datetime) -> int:
        """How many of a campaign's contacts that are not done with were in no comparison that still counts."""
        counts = select_within(self._scope, ScrubbedRow, ScrubbedRow.number).where(
            ScrubbedRow.company == ContactRow.company,
            ScrubbedRow.number == ContactRow.number,
            ScrubbedRow.scrub == ScrubRow.id,
            ScrubRow.imported_at > to_ms(now - SCRUB_HOLDS),
        )
        query = select_within(self._scope, ContactRow, func.count()).where(
            ContactRow.campaign == campaign, ContactRow.due_at.is_not(None), ~counts.exists()
        )
        return int((await self._session.scalars(query)).one())

    # -- numbers that may be shown

    async def caller_numbers(self, company: str | None = None) -> list[CallerNumberRow]:
        """The registry."""
        query = select_within(self._scope, CallerNumberRow)
        if company is not None:
            query = query.where(CallerNumberRow.company == company)
        return list(await self._session.scalars(query.order_by(CallerNumberRow.company, CallerNumberRow.number)))

    def add_caller_number(self, company: str, number: str, proof: str, since: datetime, until: datetime | None) -> None:
        """Register a proven number."""
        ends = to_ms(until) if until else None
        self._session.add(CallerNumberRow(company=company, number=number, proof=proof, since=to_ms(since), until=ends))

    async def caller_number(self, company: str, number: str, now: datetime) -> CallerNumber | None:
        """The number if it stands in the registry, proven now if any of its entries is."""
        found = [
            CallerNumber(
                number=row.number,
                proof=row.proof,
                since=from_ms(row.since),
                until=from_ms(row.until) if row.until is not None else None,
            )
            for row in await self.caller_numbers(company)
            if row.number == number
        ]
        return next((one for one in found if one.proven(now)), found[0] if found else None)

    # -- all that is known

    async def people(
        self, company: str, numbers: Sequence[str], now: datetime, *, compared: bool = True
    ) -> dict[str, Person]:
        """What a decision about each of these numbers needs, as of now; ask for a few thousand at a time.

        `compared`: whether the comparisons with the national register matter for it.
        """
        consents: dict[str, list[Entry]] = defaultdict(list)
        columns = (ConsentRow.number, ConsentRow.matter, ConsentRow.act, ConsentRow.at, ConsentRow.proof)
        query = select_within(self._scope, ConsentRow, *columns).where(
            ConsentRow.company == company, ConsentRow.number.in_(numbers)
        )
        for number, matter, act, at, proof in await self._session.execute(query):
            consents[number].append(Entry(matter=Matter(matter), act=Act(act), at=from_ms(at), proof=proof))
        refused: dict[str, list[Extent]] = defaultdict(list)
        refusals = select_within(self._scope, DoNotCallRow, DoNotCallRow.number, DoNotCallRow.extent).where(
            DoNotCallRow.company == company, DoNotCallRow.number.in_(numbers)
        )
        for number, extent in await self._session.execute(refusals):
            refused[number].append(Extent(extent))
        scrubs = await self._scrubbed(company, numbers) if compared else {}
        rung: dict[str, list[datetime]] = defaultdict(list)
        # A phone rings the same whichever company lets it: counted over the whole centre, and only counted.
        attempts = select_within(WholeCentre(), AttemptRow, AttemptRow.number, AttemptRow.at).where(
            AttemptRow.number.in_(numbers),
            AttemptRow.at > to_ms(now) - _RUNG_MS,
            AttemptRow.outcome.is_(None) | AttemptRow.outcome.not_in(NOT_RUNG),
        )
        for number, at in await self._session.execute(attempts):
            rung[number].append(from_ms(at))
        return {
            number: Person(
                number=number,
                consents=tuple(consents[number]),
                refused=tuple(refused[number]),
                scrub=scrubs.get(number),
                rung=tuple(rung[number]),
            )
            for number in numbers
        }

    async def _scrubbed(self, company: str, numbers: Sequence[str]) -> dict[str, Scrub]:
        """The last answered comparison that each number was in."""
        answered = {s.id: s.imported_at for s in await self.scrubs(company) if s.imported_at is not None}
        if not answered:
            return {}
        columns = (ScrubbedRow.number, ScrubbedRow.scrub, ScrubbedRow.cleared)
        query = select_within(self._scope, ScrubbedRow, *columns).where(
            ScrubbedRow.company == company,
            ScrubbedRow.number.in_(numbers),
            ScrubbedRow.scrub.in_(answered),
        )
        found: dict[str, Scrub] = {}
        for number, scrub, cleared in await self._session.execute(query.order_by(ScrubbedRow.scrub)):
            found[number] = Scrub(at=from_ms(answered[scrub]), cleared=bool(cleared))
        return found


def digest(content: bytes) -> str:
    """The evidence of what a file held."""
    return hashlib.sha256(content).hexdigest()


def _batches(numbers: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(numbers), _BATCH):
        yield numbers[start : start + _BATCH]
