"""Who is owed a notice and who was told, on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.refusals import By, Extent
from callcenter.store.engine import Sessions
from callcenter.store.epoch import to_ms
from callcenter.store.notices import Notices
from callcenter.store.permissions import Permissions
from callcenter.store.scope import OneCompany, WholeCentre

pytestmark = pytest.mark.integration
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def entry(matter: Matter, act: Act, days_ago: int) -> Entry:
    return Entry(matter=matter, act=act, at=NOW - timedelta(days=days_ago), proof="form")


async def test_each_is_told_once_and_the_evidence_stays(made: Sessions) -> None:
    async with made.begin() as session:
        mine = Permissions(session, WholeCentre())
        lines = [
            entry(Matter.MARKETING, Act.GIVEN, 3),
            entry(Matter.ADVERTISING, Act.GIVEN, 15),
            entry(Matter.NIGHT, Act.CONFIRMED, 1),
            entry(Matter.ADVERTISING, Act.WITHDRAWN, 2),
        ]
        mine.add_consents("nurim", "01022223333", lines, "op", NOW)
        await mine.refuse("nurim", "01022224444", Extent.MARKETING, By.FREE_NUMBER, NOW)
        await mine.refuse("hanbit", "01022225555", Extent.ALL, By.KEY, NOW)
    async with made.begin() as session:
        notices = Notices(session, WholeCentre())
        owed = await notices.owed("nurim")
        told_of = [(one.matter, one.act, one.number[-4:]) for one in owed]
        assert told_of == [
            (Matter.MARKETING, Act.GIVEN, "3333"),
            (Matter.ADVERTISING, Act.WITHDRAWN, "3333"),
            (None, Act.WITHDRAWN, "4444"),
        ]
        assert await Notices(session, OneCompany("hanbit")).owed("nurim") == []
        # Of the list some were not reached; foreign ids and other companies' are nobody's.
        sent = {owed[0].id, owed[2].id, "c999", "x", "", "알림 번호"}
        assert await notices.tell("nurim", sent, "sms", "op", NOW) == 2
    async with made.begin() as session:
        notices = Notices(session, WholeCentre())
        assert [one.id for one in await notices.owed("nurim")] == [owed[1].id]
        assert await notices.tell("nurim", sent, "letter", "op", NOW + timedelta(days=1)) == 0
        assert await notices.told("nurim") == [(to_ms(NOW), "op", "sms", 2)]
        assert len(await notices.owed("hanbit")) == 1
