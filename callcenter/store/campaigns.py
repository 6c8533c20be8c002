"""Campaigns, the versions of their forms, and their contacts."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.columns import Contact
from callcenter.campaigns.happy_call import HappyCall
from callcenter.campaigns.kinds import Kind
from callcenter.store.campaign_models import CampaignRow, ContactRow, FormRow, ImportRow
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.scope import OneCompany, Scope, select_within


class Campaigns:
    """What a scope may see and change."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    def _own(self, company: str) -> None:
        if isinstance(self._scope, OneCompany) and self._scope.company != company:
            raise PermissionError("a company's scope changes its own campaigns only")

    # -- campaigns

    async def add(self, campaign: CampaignRow) -> CampaignRow:
        """A new campaign; `number` is set. Raises `PermissionError` outside the scope."""
        self._own(campaign.company)
        self._session.add(campaign)
        await self._session.flush()
        return campaign

    async def get(self, number: int) -> CampaignRow | None:
        """One campaign."""
        query = select_within(self._scope, CampaignRow).where(CampaignRow.number == number)
        return (await self._session.scalars(query)).one_or_none()

    async def page(self, company: str | None = None, offset: int = 0, limit: int = 50) -> list[CampaignRow]:
        """The newest first."""
        query = select_within(self._scope, CampaignRow)
        if company is not None:
            query = query.where(CampaignRow.company == company)
        return list(await self._session.scalars(query.order_by(CampaignRow.number.desc()).offset(offset).limit(limit)))

    # -- forms

    async def save_form(self, company: str, name: str, text: str, by: str, now: int) -> FormRow:
        """The next version of the form of this name; the same text as the last version makes no new one."""
        self._own(company)
        versions = await self.versions(company, name)
        if versions and versions[0].text == text:
            return versions[0]
        number = versions[0].version + 1 if versions else 1
        row = FormRow(company=company, name=name, version=number, text=text, made_at=now, made_by=by)
        self._session.add(row)
        await self._session.flush()
        return row

    async def versions(self, company: str, name: str) -> list[FormRow]:
        """All versions of a form, the newest first."""
        query = select_within(self._scope, FormRow).where(FormRow.company == company, FormRow.name == name)
        return list(await self._session.scalars(query.order_by(FormRow.version.desc())))

    async def form(self, form: int | None) -> FormRow | None:
        """One version."""
        if form is None:
            return None
        return (
            await self._session.scalars(select_within(self._scope, FormRow).where(FormRow.id == form))
        ).one_or_none()

    async def forms(self) -> list[FormRow]:
        """The last version of each form."""
        query = select_within(self._scope, FormRow).order_by(FormRow.company, FormRow.name, FormRow.version)
        return list({(row.company, row.name): row for row in await self._session.scalars(query)}.values())

    # -- contacts

    async def known(self, campaign: int) -> dict[str, int | None]:
        """The numbers that the campaign has, and the import that brought each."""
        query = select_within(self._scope, ContactRow, ContactRow.number, ContactRow.import_).where(
            ContactRow.campaign == campaign
        )
        return {row.number: row[1] for row in await self._session.execute(query)}

    def add_contacts(self, campaign: CampaignRow, contacts: Iterable[Contact], now: int, source: int | None) -> None:
        """New contacts, due at once; they are there with the session's next flush."""
        self._session.add_all(
            ContactRow(
                company=campaign.company,
                campaign=campaign.number,
                import_=source,
                number=contact.number,
                name=contact.name,
                language=contact.language,
                segment=contact.segment,
                product=contact.product,
                more=dict(contact.more),
                case="",
                first_due_at=now,
                due_at=now,
                tries=0,
                held=False,
            )
            for contact in contacts
        )

    def follow_up(self, campaign: CampaignRow, calls: Iterable[HappyCall]) -> None:
        """Contacts for happy calls, each due at its hour; they are there with the session's next flush."""
        self._session.add_all(
            ContactRow(
                company=campaign.company,
                campaign=campaign.number,
                number=call.case.number,
                name="",
                language="ko",
                segment="",
                product="",
                more={},
                case=call.case.id,
                first_due_at=to_ms(call.due),
                due_at=to_ms(call.due),
                tries=0,
                held=False,
            )
            for call in calls
        )

    async def asked(self, campaign: int) -> dict[str, datetime]:
        """When each number was last to be called by this campaign."""
        query = select_within(self._scope, ContactRow, ContactRow.number, func.max(ContactRow.first_due_at)).where(
            ContactRow.campaign == campaign
        )
        return {row[0]: from_ms(row[1]) for row in await self._session.execute(query.group_by(ContactRow.number))}

    async def running(self, kind: Kind) -> list[CampaignRow]:
        """Campaigns of this kind that run."""
        query = select_within(self._scope, CampaignRow).where(CampaignRow.state == "running", CampaignRow.kind == kind)
        return list(await self._session.scalars(query.order_by(CampaignRow.number)))

    async def count(self, campaign: int) -> int:
        """How many contacts the campaign has."""
        query = select_within(self._scope, ContactRow, func.count()).where(ContactRow.campaign == campaign)
        return int((await self._session.scalars(query)).one())

    async def counts(self, campaigns: Sequence[int]) -> Counter[tuple[int, str | None, str | None, bool]]:
        """Contacts by campaign, outcome, reason set aside, and whether they were tried."""
        tried = ContactRow.tries > 0
        columns = (ContactRow.campaign, ContactRow.outcome, ContactRow.why, tried)
        query = select_within(self._scope, ContactRow, *columns, func.count()).where(ContactRow.campaign.in_(campaigns))
        found: Counter[tuple[int, str | None, str | None, bool]] = Counter()
        for campaign, outcome, why, was_tried, count in await self._session.execute(query.group_by(*columns)):
            found[campaign, outcome, why, bool(was_tried)] += count
        return found

    async def standing(self, campaign: int, batch: int = 5_000) -> AsyncIterator[list[tuple[str, str, bool]]]:
        """All contacts of a campaign in batches: the number, the segment, and whether it is done with."""
        last = 0
        while True:
            columns = (ContactRow.id, ContactRow.number, ContactRow.segment, ContactRow.outcome, ContactRow.due_at)
            query = select_within(self._scope, ContactRow, *columns).where(
                ContactRow.campaign == campaign, ContactRow.id > last
            )
            rows = list(await self._session.execute(query.order_by(ContactRow.id).limit(batch)))
            if not rows:
                return
            last = rows[-1].id
            yield [(row.number, row.segment, row.outcome is not None and row.due_at is None) for row in rows]

    async def contact(self, contact: int) -> ContactRow | None:
        """One contact."""
        query = select_within(self._scope, ContactRow).where(ContactRow.id == contact)
        return (await self._session.scalars(query)).one_or_none()

    async def put_off(self, contact: int, until: datetime) -> None:
        """Not to be dialled before this; whom an attempt holds is left alone."""
        row = await self.contact(contact)
        if row is not None and not row.held and row.due_at is not None:
            row.due_at = to_ms(until)
            await self._session.flush()

    async def due(self, campaign: int, now: int, limit: int, without: Collection[str] = ()) -> list[ContactRow]:
        """Contacts that may be tried now and that no attempt holds, the longest due first; none of some segments."""
        query = select_within(self._scope, ContactRow).where(
            ContactRow.campaign == campaign, ContactRow.due_at <= now, ContactRow.held.is_(False)
        )
        if without:
            query = query.where(ContactRow.segment.not_in(without))
        return list(await self._session.scalars(query.order_by(ContactRow.due_at, ContactRow.id).limit(limit)))

    async def under_way(self, campaign: int) -> dict[str, int]:
        """Contacts that an attempt without an outcome holds, by segment."""
        query = select_within(self._scope, ContactRow, ContactRow.segment, func.count()).where(
            ContactRow.campaign == campaign, ContactRow.held.is_(True)
        )
        return {row[0]: row[1] for row in await self._session.execute(query.group_by(ContactRow.segment))}

    # -- files of contacts

    async def add_import(self, row: ImportRow) -> ImportRow:
        """A file that was uploaded; `id` is set."""
        self._own(row.company)
        self._session.add(row)
        await self._session.flush()
        return row

    async def import_(self, number: int) -> ImportRow | None:
        """One import."""
        return (
            await self._session.scalars(select_within(self._scope, ImportRow).where(ImportRow.id == number))
        ).first()

    async def imports(self, campaign: int) -> list[ImportRow]:
        """A campaign's imports, the newest first."""
        query = select_within(self._scope, ImportRow).where(ImportRow.campaign == campaign)
        return list(await self._session.scalars(query.order_by(ImportRow.id.desc())))
