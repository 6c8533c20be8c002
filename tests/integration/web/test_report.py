"""Reports: by interval, group, company and agent; what cannot be asked; the table for spreadsheets."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta

import pytest

from callcenter.web.formats import ZONE
from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre, record

pytestmark = pytest.mark.integration

#: A Monday's calls, well before now.
NINE = datetime(2026, 11, 2, 9, 0, tzinfo=ZONE)
DAY = "since=2026-11-02&until=2026-11-02"


def at(minutes: int) -> int:
    return int((NINE + timedelta(minutes=minutes)).timestamp() * 1000)


async def monday(web: WebCentre) -> None:
    await web.add(
        record("cc-1.1", entered_at=at(0), wait_ms=7_000, talk_ms=60_000),
        record("cc-1.2", entered_at=at(29), wait_ms=40_000, talk_ms=120_000, agent="1002", company="hanbit"),
        record("cc-1.3", entered_at=at(95), outcome="abandoned_queue", answered_at=None, agent=None, wait_ms=30_000),
        record("cc-1.4", entered_at=at(24 * 60)),
    )


async def table(web: WebCentre, query: str) -> list[dict[str, str]]:
    async with browser(web, "sup") as supervisor:
        status, text = await supervisor.get(f"/report.csv?{query}")
    assert status == 200
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


async def test_half_hours_in_their_order_with_the_empty_ones_between(web: WebCentre) -> None:
    await monday(web)
    rows = await table(web, f"{DAY}&by=half_hour")
    assert [(row["30분"], row["인입"], row["응답"], row["포기"]) for row in rows] == [
        ("11-02 09:00", "2", "2", "0"),
        ("11-02 09:30", "0", "0", "0"),
        ("11-02 10:00", "0", "0", "0"),
        ("11-02 10:30", "1", "0", "1"),
    ]
    assert (rows[0]["서비스 레벨"], rows[0]["평균 통화"]) == ("50.0", "90.0")
    assert (rows[1]["서비스 레벨"], rows[3]["서비스 레벨"]) == ("", "0.0")


@pytest.mark.parametrize(
    ("by", "first", "keys"),
    [
        ("agent", "상담사", ["–", "김서연", "이준호"]),
        ("company", "기업", ["누림전자", "한빛주방"]),
        ("group", "그룹", ["주방가전"]),
        ("day", "날짜", ["2026-11-02"]),
    ],
)
async def test_other_rows(web: WebCentre, by: str, first: str, keys: list[str]) -> None:
    await monday(web)
    rows = await table(web, f"{DAY}&by={by}")
    assert sorted(row[first] for row in rows) == sorted(keys)
    assert sum(int(row["인입"]) for row in rows) == 3


async def test_the_page_narrows_and_adds_up(web: WebCentre) -> None:
    await monday(web)
    async with browser(web, "sup") as supervisor:
        status, page = await supervisor.get(f"/report?{DAY}&company=hanbit")
        assert status == 200
        total = page[page.index("<tfoot>") :]
        assert '<td class="number">1</td>' in total
        assert "<svg" in page
        status, page = await supervisor.get("/report?since=2020-01-01&until=2020-01-01")
        assert status == 200
        assert "조건에 맞는 통화가 없습니다." in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2026-01-01&until=2026-02-20&by=half_hour", "14일까지"),
        ("since=2024-01-01&until=2026-02-20&by=day", "366일까지"),
        ("by=moon", "할 수 없습니다"),
        ("since=yesterday", "날짜는"),
    ],
)
async def test_what_cannot_be_asked_is_told(web: WebCentre, query: str, said: str) -> None:
    async with browser(web, "sup") as supervisor:
        status, page = await supervisor.get(f"/report?{query}")
        assert status == 422
        assert said in page
