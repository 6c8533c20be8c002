"""What agents enter about the calls of campaigns, until the dialler makes an outcome of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.sheet import Verdict
from callcenter.store.campaign_models import AttemptRow, SheetRow
from callcenter.store.epoch import to_ms
from callcenter.store.scope import Scope, select_within


class Sheets:
    """The sheets that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def get(self, attempt: str) -> SheetRow | None:
        """The attempt's sheet."""
        return (
            await self._session.scalars(select_within(self._scope, SheetRow).where(SheetRow.attempt == attempt))
        ).first()

    async def of(self, attempts: Collection[str]) -> dict[str, SheetRow]:
        """The sheets of these attempts, by attempt."""
        if not attempts:
            return {}
        query = select_within(self._scope, SheetRow).where(SheetRow.attempt.in_(attempts))
        return {row.attempt: row for row in await self._session.scalars(query)}

    async def open(self, attempt: str, agent: str, at: datetime) -> SheetRow:
        """The attempt's sheet, an empty one if there was none. Raises `LookupError`: no such attempt."""
        row = await self.get(attempt)
        if row is None:
            query = select_within(self._scope, AttemptRow).where(AttemptRow.id == attempt)
            found = (await self._session.scalars(query)).first()
            if found is None:
                raise LookupError(attempt)
            row = SheetRow(attempt=attempt, company=found.company, agent=agent, at=to_ms(at), answers={})
            self._session.add(row)
        row.agent = agent
        await self._session.flush()
        return row

    async def keep(
        self, row: SheetRow, answers: Mapping[str, str], verdict: Verdict | None = None, wished: datetime | None = None
    ) -> bool:
        """Keep what was entered; with a verdict for good. False: it was for good already, and stays as it is."""
        # As it is now, and as nobody else can change it meanwhile: a draft may come after the last word.
        await self._session.refresh(row, with_for_update=True)
        if row.verdict is not None:
            return False
        row.answers, row.verdict = dict(answers), verdict
        row.wished_at = to_ms(wished) if wished else None
        await self._session.flush()
        return True
