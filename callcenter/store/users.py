"""People with a log-in. A row is a person; only administrators (and the log-in itself) read them."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.models import UserRow
from callcenter.store.scope import Scope, select_within


class Users:
    """The users that a scope may see: a company sees its own people."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def get(self, login: str) -> UserRow | None:
        """One user."""
        return (
            await self._session.scalars(select_within(self._scope, UserRow).where(UserRow.login == login))
        ).one_or_none()

    async def all(self) -> list[UserRow]:
        """All users by log-in."""
        return list(await self._session.scalars(select_within(self._scope, UserRow).order_by(UserRow.login)))

    async def save(self, user: UserRow) -> None:
        """Add the user, or change the one with this log-in."""
        await self._session.merge(user)
