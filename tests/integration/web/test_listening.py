"""Listening from the board: who talks, and whose phone is rung."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre, agent_json, now_ms

pytestmark = pytest.mark.integration


def talks(agent: str, seconds: int) -> dict[str, object]:
    call = {"id": f"cc-1.{agent}", "company": "nurim", "group": "kitchen", "since": 0, "stage": "talking"}
    return agent_json(agent, "talking", since=now_ms() - seconds * 1000, call=call)


async def test_the_list_has_whoever_talks_the_longest_first(web: WebCentre) -> None:
    await web.feed_board(agents=[talks("1001", 5), agent_json("1002", "ready"), talks("1003", 90)])
    async with browser(web, "sup") as supervisor:
        status, said = await supervisor.get("/board/listening")
    assert status == 200
    assert [part.split('"')[0] for part in said.split('"agent": "')[1:]] == ["1003", "1001"]


async def test_the_engine_is_told_who_asks_and_the_supervisor_what_happens(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        replies = {"ok": True}, {"ok": False, "error": "no_phone"}
        answering = asyncio.create_task(web.answer_commands(*replies))  # noqa: TID251 - awaited three lines on
        rings = await supervisor.post("/board/listening", {"agent": "1001"})
        refused = await supervisor.post("/board/listening", {"agent": "1001"})
        told = await answering
    assert [(one["verb"], one["agent"], one["by"]) for one in told] == [("listen", "1001", "sup")] * 2
    assert (rings[0], "전화기가 울립니다" in rings[1]) == (200, True)
    assert "[[supervisor]]" in refused[1]


@pytest.mark.parametrize("login", ["a1001", "bill", "nurim"])
async def test_nobody_else_listens(web: WebCentre, login: str) -> None:
    async with browser(web, login) as other:
        assert (await other.get("/board/listening"))[0] == 403
        assert (await other.post("/board/listening", {"agent": "1001"}))[0] == 403
