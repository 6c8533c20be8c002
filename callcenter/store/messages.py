"""Messages that callers left: which wait, who sees to them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, func, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from callcenter.store.scope import Scope, select_within
from callcenter.store.work_models import MessageRow, MessageState


class MessageMovedError(Exception):
    """Somebody else has taken or finished the message."""


class Messages:
    """The messages that a scope may see. Where `groups` is asked for, those that belong to no group are included:
    whoever serves any group may see to them.
    """

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def get(self, call: str) -> MessageRow | None:
        """The message that this call left."""
        found = await self._session.scalars(select_within(self._scope, MessageRow).where(MessageRow.call == call))
        return found.one_or_none()

    async def waiting(self, *, groups: Collection[str] | None = None, limit: int = 200) -> list[MessageRow]:
        """Those that are not done, the oldest first; of all groups when `groups` is None."""
        query = select_within(self._scope, MessageRow).where(MessageRow.state != MessageState.DONE, *_of(groups))
        return list(await self._session.scalars(query.order_by(MessageRow.left_at, MessageRow.call).limit(limit)))

    async def done(self, *, since: int, groups: Collection[str] | None = None, limit: int = 100) -> list[MessageRow]:
        """Those finished since then, the last first."""
        query = select_within(self._scope, MessageRow).where(
            MessageRow.state == MessageState.DONE, MessageRow.at >= since, *_of(groups)
        )
        return list(await self._session.scalars(query.order_by(MessageRow.at.desc(), MessageRow.call).limit(limit)))

    async def new_by_group(self) -> dict[str | None, int]:
        """How many nobody has taken."""
        query = select_within(self._scope, MessageRow, MessageRow.group, func.count()).where(
            MessageRow.state == MessageState.NEW
        )
        return {group: int(n) for group, n in await self._session.execute(query.group_by(MessageRow.group))}

    async def move(self, message: MessageRow, state: MessageState, *, agent: str | None, now: int) -> None:
        """Set how far a message that this session has read is. Raises `MessageMovedError`: somebody was quicker."""
        call = message.call
        message.state, message.agent = state, agent
        message.at = max(now, message.at + 1)
        try:
            await self._session.flush()
        except StaleDataError as error:
            raise MessageMovedError(call) from error


def _of(groups: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if groups is None else [or_(MessageRow.group.in_(groups), MessageRow.group.is_(None))]
