"""What a campaign's rows come to for the pure decisions: its rules, and who of its contacts would be called."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.form import Form, FormError, read_form
from callcenter.campaigns.kinds import Kind, Purpose, purpose_of
from callcenter.campaigns.pacing import Mode
from callcenter.campaigns.permission import Permit, Rules, foretell
from callcenter.campaigns.plan import Hindrance, Plan, hindrances
from callcenter.campaigns.windows import next_opening
from callcenter.store.campaign_models import CampaignRow
from callcenter.store.campaigns import Campaigns
from callcenter.store.permissions import Permissions
from callcenter.store.scope import Scope

#: Named for each reason in the dry run.
_NAMED = 5


def purpose(campaign: CampaignRow) -> Purpose:
    """What the campaign's calls are for."""
    return purpose_of(Kind(campaign.kind), own_reward=campaign.own_reward)


def form_of(text: str | None) -> Form | None:
    """A stored version; None without one. It was checked when it was saved."""
    try:
        return read_form(text) if text is not None else None
    except FormError:
        return None


@dataclass(slots=True)
class DryRun:
    """Who would be called when the window next opens, and who not, and why."""

    permitted: int = 0
    #: Reason → contacts.
    refused: Counter[str] = field(default_factory=Counter)
    #: Contacts that are done with already.
    over: int = 0
    opens: datetime | None = None
    #: Some numbers for each reason; "" are permitted ones.
    named: dict[str, list[str]] = field(default_factory=dict)
    #: Segment → contacts that would be called.
    segments: Counter[str] = field(default_factory=Counter)

    def add(self, number: str, segment: str, why: str) -> None:
        """One contact's decision; an empty reason is a permit."""
        if why:
            self.refused[why] += 1
        else:
            self.permitted += 1
            self.segments[segment] += 1
        if len(named := self.named.setdefault(why, [])) < _NAMED:
            named.append(number)


class CampaignRules:
    """The rules of campaigns inside a scope, at this local time."""

    def __init__(self, session: AsyncSession, scope: Scope, holidays: frozenset[date], now: datetime) -> None:
        self._campaigns = Campaigns(session, scope)
        self._permissions = Permissions(session, scope)
        self._holidays = holidays
        self._now = now

    async def rules(self, campaign: CampaignRow) -> Rules:
        """What it asks of every call."""
        plan = Plan.model_validate(campaign.plan)
        return Rules(
            purpose=purpose(campaign),
            window=plan.window(self._holidays),
            caller=await self._permissions.caller_number(campaign.company, campaign.caller, self._now),
            caps=plan.caps(),
        )

    async def hindrances(self, campaign: CampaignRow) -> list[Hindrance]:
        """What keeps it from starting now."""
        rules = await self.rules(campaign)
        row = await self._campaigns.form(campaign.form)
        return hindrances(
            Kind(campaign.kind),
            rules.purpose,
            rules.window,
            form_of(row.text if row else None),
            rules.caller,
            await self._campaigns.count(campaign.number),
            await self._permissions.compared(campaign.company),
            self._now,
            Plan.model_validate(campaign.plan).quotas,
            nobody_works=campaign.mode != Mode.AGENTLESS and not Plan.model_validate(campaign.plan).groups,
        )

    async def dry_run(self, campaign: CampaignRow) -> DryRun:
        """Every contact's decision, without calling anybody."""
        rules = await self.rules(campaign)
        found = DryRun(opens=next_opening(rules.window, self._now))
        async for batch in self._campaigns.standing(campaign.number):
            people = await self._permissions.people(campaign.company, [number for number, _, _ in batch], self._now)
            for number, segment, over in batch:
                if over:
                    found.over += 1
                    continue
                decision = foretell(people[number], rules, self._now, found.opens)
                found.add(number, segment, "" if isinstance(decision, Permit) else decision.why)
        return found
