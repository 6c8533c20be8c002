"""The job that chooses happy calls: finished calls and tickets of companies with a running happy-call campaign.

Doing it again changes nothing: a case that was chosen has its contact, and a person who was chosen is spared.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import holidays
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.campaigns.happy_call import Case, select
from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.plan import Plan
from callcenter.campaigns.telephone import NumberError, number_of_a_person
from callcenter.centre import load_centre
from callcenter.jobs.frame import opened
from callcenter.ledger.record import Outcome
from callcenter.store.campaigns import Campaigns
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.models import TicketStatus
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.store.span import Span
from callcenter.store.tickets import Tickets

#: Cases older than this are let go (`HappyRule.stale`).
_LOOKS_BACK = timedelta(days=8)
#: Closed tickets looked at for a company.
_TICKETS = 2_000

log = structlog.get_logger()


async def follow_up_cases() -> int:
    """The job: how many happy calls were chosen."""
    async with opened() as (settings, made), made.begin() as session:
        now = datetime.now(UTC).astimezone(load_centre(settings.centre).zone)
        closed = frozenset(holidays.country_holidays("KR", years=(now.year, now.year + 1)))
        chosen = await choose(session, closed, now)
    if chosen:
        log.info("happy_calls.chosen", count=chosen)
    return chosen


async def choose(session: AsyncSession, closed: frozenset[date], now: datetime) -> int:
    """Give every running happy-call campaign its contacts; `closed`: the holidays. How many there were."""
    campaigns = Campaigns(session, WholeCentre())
    count = 0
    for campaign in await campaigns.running(Kind.HAPPY_CALL):
        plan = Plan.model_validate(campaign.plan)
        cases = await finished(session, campaign.company, now)
        asked = await campaigns.asked(campaign.number)
        chosen = select(cases, plan.follow_up.rule(), plan.window(closed), asked, now)
        campaigns.follow_up(campaign, chosen)
        count += len(chosen)
    await session.flush()
    return count


async def finished(session: AsyncSession, company: str, now: datetime) -> list[Case]:
    """The company's calls that an agent took and its closed tickets of the last days, with numbers to call."""
    since = to_ms(now - _LOOKS_BACK)
    records = await Records(session, WholeCentre()).closed(company, Span(since, to_ms(now)))
    found = [
        Case(record.call, record.caller, from_ms(record.ended_at))
        for record in records
        if record.outcome is Outcome.ANSWERED and record.ended_at is not None
    ]
    tickets = await Tickets(session, WholeCentre()).page(company=company, status=TicketStatus.CLOSED, limit=_TICKETS)
    found += [
        Case(f"ticket-{ticket.number}", ticket.customer_phone, from_ms(ticket.changed_at))
        for ticket in tickets
        if ticket.changed_at >= since
    ]
    return [case for case in found if _callable(case.number)]


def _callable(number: str) -> bool:
    try:
        return number_of_a_person(number).digits == number
    except NumberError:
        return False
