"""Supervisors move an agent from the board."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.web.conftest import browser
from tests.web_centre import WebCentre

pytestmark = pytest.mark.integration


async def test_the_choices_are_those_of_an_agent_at_work(web: WebCentre) -> None:
    await web.feed_agent("1001", "ready")
    await web.feed_agent("1002", "offline")
    async with browser(web, "sup") as supervisor:
        status, said = await supervisor.get("/board/agents/1001")
        assert status == 200
        assert [part.split('"')[0] for part in said.split('"verb": "')[1:]] == ["ready", "pause", "logout"]
        assert "hx-post" not in (await supervisor.get("/board/agents/1002"))[1]
        assert (await supervisor.get("/board/agents/9999"))[0] == 404


async def test_the_engine_is_told_who_wishes_it(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        replies = {"ok": True}, {"ok": False, "error": "resting"}
        answering = asyncio.create_task(web.answer_commands(*replies))  # noqa: TID251 - awaited three lines on
        done = await supervisor.post("/board/agents", {"agent": "1001", "verb": "pause"})
        refused = await supervisor.post("/board/agents", {"agent": "1001", "verb": "ready"})
        told = await answering
        assert (await supervisor.post("/board/agents", {"agent": "1001", "verb": "login"}))[0] == 422
    assert [(one["agent"], one["verb"], one["reason"], one["by"]) for one in told] == [
        ("1001", "pause", "other", "sup"), ("1001", "ready", "", "sup"),
    ]  # fmt: skip
    assert "김서연: 요청했습니다" in done[1]
    assert "보호 휴식" in refused[1]


@pytest.mark.parametrize("login", ["a1001", "bill", "nurim"])
async def test_nobody_else_may(web: WebCentre, login: str) -> None:
    async with browser(web, login) as other:
        assert (await other.get("/board/agents/1001"))[0] == 403
        assert (await other.post("/board/agents", {"agent": "1001", "verb": "logout"}))[0] == 403
