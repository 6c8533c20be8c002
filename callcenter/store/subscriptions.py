"""Browsers that agents subscribed to call-ups. They belong to agents, who serve all companies."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.models import PushSubscriptionRow

#: An agent's newest browsers; a browser that changes its address leaves the old one behind.
MOST = 5


class Subscriptions:
    """Who is told by Web Push."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def of(self, agent: str) -> list[PushSubscriptionRow]:
        """The agent's browsers, the newest first."""
        query = select(PushSubscriptionRow).where(PushSubscriptionRow.agent == agent)
        newest = query.order_by(PushSubscriptionRow.subscribed_at.desc(), PushSubscriptionRow.endpoint)
        return list(await self._session.scalars(newest))

    async def save(self, browser: PushSubscriptionRow) -> None:
        """Remember the browser for this agent, whoever used it before; the oldest beyond `MOST` are forgotten."""
        await self._session.merge(browser)
        await self._session.flush()
        for old in (await self.of(browser.agent))[MOST:]:
            await self._session.delete(old)

    async def forget(self, endpoint: str) -> None:
        """The browser is not told any more."""
        await self._session.execute(delete(PushSubscriptionRow).where(PushSubscriptionRow.endpoint == endpoint))
