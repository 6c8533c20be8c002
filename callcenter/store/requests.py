"""What companies ask of the data that the centre holds for them, and the answers."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.contract_models import DataRequestRow
from callcenter.store.scope import Scope, select_within


class Requests:
    """The requests that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def get(self, number: int) -> DataRequestRow | None:
        """One request."""
        query = select_within(self._scope, DataRequestRow).where(DataRequestRow.id == number)
        return (await self._session.scalars(query)).one_or_none()

    async def all(self, limit: int = 500) -> list[DataRequestRow]:
        """Those without an answer first, the one due soonest on top; then the last answered."""
        query = select_within(self._scope, DataRequestRow).order_by(
            DataRequestRow.answered_at.is_not(None), DataRequestRow.answered_at.desc(), DataRequestRow.due
        )
        return list(await self._session.scalars(query.limit(limit)))
