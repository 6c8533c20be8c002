"""Happy calls choose themselves from finished calls and tickets."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from callcenter.campaigns.kinds import Kind
from callcenter.campaigns.plan import FollowUp, Plan
from callcenter.jobs.happy_calls import choose
from callcenter.store.campaigns import Campaigns
from callcenter.store.engine import Sessions
from callcenter.store.epoch import to_ms
from callcenter.store.models import TicketRow, TicketStatus
from callcenter.store.scope import WholeCentre
from tests.integration.campaigns.test_store import campaign
from tests.web_centre import record

pytestmark = pytest.mark.integration
CENTRE = WholeCentre()
NOW = datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("Asia/Seoul"))
YESTERDAY = to_ms(NOW - timedelta(days=1))


async def test_finished_cases_are_followed_up_once(made: Sessions) -> None:
    plan = Plan(follow_up=FollowUp(share=1.0)).model_dump(mode="json")
    ticket = TicketRow(
        company="nurim", customer_name="", customer_phone="01033334444", product="", symptom="",
        status=TicketStatus.CLOSED, opened_at=YESTERDAY, changed_at=YESTERDAY,
    )  # fmt: skip
    async with made.begin() as session:
        campaigns = Campaigns(session, CENTRE)
        row = await campaigns.add(campaign(kind=Kind.HAPPY_CALL, state="running", plan=plan))
        await campaigns.add(campaign("hanbit", kind=Kind.HAPPY_CALL, state="paused", plan=plan))
        session.add_all(
            [
                record("one", entered_at=YESTERDAY),
                record("again the same person", entered_at=YESTERDAY + 60_000),
                record("gave up", entered_at=YESTERDAY, caller="01055556666", outcome="abandoned_queue"),
                record("a service", entered_at=YESTERDAY, caller="15880000"),
                record("of another", entered_at=YESTERDAY, caller="01077778888", company="hanbit"),
                record("long ago", entered_at=to_ms(NOW - timedelta(days=9)), caller="01099990000"),
                ticket,
            ]
        )
        await session.flush()
        assert await choose(session, frozenset(), NOW) == 2
    async with made.begin() as session:
        assert await choose(session, frozenset(), NOW + timedelta(minutes=10)) == 0
        campaigns = Campaigns(session, CENTRE)
        due = await campaigns.due(row.number, to_ms(NOW + timedelta(hours=1)), 10)
        assert {(one.number, one.case) for one in due} == {
            ("01012345678", "one"),
            ("01033334444", f"ticket-{ticket.number}"),
        }
        assert await campaigns.due(row.number, YESTERDAY, 10) == []
