"""Who is still to be told what became of a consent or a refusal, and the evidence of those who were."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.consent import Act, Matter
from callcenter.campaigns.notices import Owed, owed
from callcenter.store.aftermath_models import NoticeRow
from callcenter.store.campaign_models import ConsentRow, DoNotCallRow
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.scope import Scope, select_within


class Notices:
    """What a scope owes and has told."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def owed(self, company: str) -> list[Owed]:
        """Everybody who is to be told, the soonest due first."""
        told = select_within(self._scope, NoticeRow, NoticeRow.consent).where(NoticeRow.consent.is_not(None))
        lines = select_within(self._scope, ConsentRow).where(
            ConsentRow.company == company, ConsentRow.act != Act.CONFIRMED, ConsentRow.id.not_in(told)
        )
        found = [
            Owed(id=f"c{row.id}", number=row.number, matter=Matter(row.matter), act=Act(row.act), at=from_ms(row.at))
            for row in await self._session.scalars(lines)
            if owed(Act(row.act), from_ms(row.at), from_ms(row.written_at))
        ]
        told = select_within(self._scope, NoticeRow, NoticeRow.refusal).where(NoticeRow.refusal.is_not(None))
        refusals = select_within(self._scope, DoNotCallRow).where(
            DoNotCallRow.company == company, DoNotCallRow.id.not_in(told)
        )
        found += [
            Owed(id=f"r{row.id}", number=row.number, matter=None, act=Act.WITHDRAWN, at=from_ms(row.at))
            for row in await self._session.scalars(refusals)
        ]
        return sorted(found, key=lambda one: (one.at, one.id))

    async def tell(self, company: str, ids: Collection[str], channel: str, by: str, now: datetime) -> int:
        """These were told; how many of them were owed. Told again, the first time counts."""
        open_ = {one.id for one in await self.owed(company)}
        wanted = sorted(open_ & set(ids))
        self._session.add_all(
            NoticeRow(
                company=company,
                consent=int(one[1:]) if one[0] == "c" else None,
                refusal=int(one[1:]) if one[0] == "r" else None,
                channel=channel,
                at=to_ms(now),
                by=by,
            )
            for one in wanted
        )
        await self._session.flush()
        return len(wanted)

    async def told(self, company: str) -> list[tuple[int, str, str, int]]:
        """The evidence in brief, the newest first: when, by whom, over which channel, how many."""
        columns = (NoticeRow.at, NoticeRow.by, NoticeRow.channel)
        query = select_within(self._scope, NoticeRow, *columns, func.count()).where(NoticeRow.company == company)
        rows = await self._session.execute(query.group_by(*columns).order_by(NoticeRow.at.desc()).limit(50))
        return [(at, by, channel, int(count)) for at, by, channel, count in rows]
