"""A centre where every page has something to show: calls, tickets, campaigns, contracts, books."""

from __future__ import annotations

from callcenter.store.models import UserRow
from tests.integration.web.test_campaigns import operator
from tests.integration.web.test_sheets import talking
from tests.integration.web.test_tenants import plant
from tests.integration.web.test_work import message, open_callback
from tests.web_centre import WebCentre, now_ms, record

CALL = "cc-1795400000.1"


async def furnish(web: WebCentre) -> str:
    """Fill it; the call of a campaign whose sheet agent 1001 has before them."""
    await plant(web)
    await operator(web)
    sheet = await talking(web)
    hour = 3_600_000
    for n in range(12):
        entered = now_ms() - n * hour // 3
        missed = {"answered_at": None, "agent": None, "agent_channel": None, "talk_ms": 0, "outcome": "abandoned_queue"}
        await web.add(
            record(
                f"cc-1795400000.{n}", entered_at=entered, reason="fault", product="공기청정기 AP-200",
                symptom="전원을 켜면 소음이 크고 바람이 약함", result="필터 청소를 안내함",
                **(missed if n % 4 == 3 else {})
            )
        )  # fmt: skip
    await message(web, "cc-1795429970.8")
    await open_callback(web, "cc-1795429970.9")
    await web.feed_agent("1002", "ready")
    await web.feed_agent("1003", "paused", reason="meal")
    await web.feed_agent("1004", "wrapup")
    return sheet


async def live(web: WebCentre) -> None:
    """Tell the board as of now."""
    await web.feed_board(waiting=[waits(n) for n in range(3)], in_menu=2)


def waits(n: int) -> dict[str, object]:
    return {
        "call": f"cc-1.{n}", "company": "hanbit", "group": "kitchen", "since": now_ms() - n * 17_000,
        "position": n + 1, "stage": "queue", "ring": n + 1,
    }  # fmt: skip


async def speaks(web: WebCentre, login: str, language: str) -> None:
    """Have this person read that language from the next sign-in on."""
    async with web.sessions.begin() as session:
        person = await session.get(UserRow, login)
        assert person is not None
        person.language = language
