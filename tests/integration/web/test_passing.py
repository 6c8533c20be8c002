"""Passing the call at hand on: where to, and what goes with it."""

from __future__ import annotations

import asyncio

import pytest

from callcenter.calls.journal import Kind
from callcenter.centre import load_centre
from callcenter.journal import STREAM, decode
from tests.integration.web.conftest import browser
from tests.integration.web.test_notes import CALL, rings
from tests.web_centre import WebCentre, agent_json, now_ms, record

pytestmark = pytest.mark.integration


async def centre_at_work(web: WebCentre) -> None:
    await rings(web)
    waiting = [
        {"call": f"cc-{n}.1", "company": "nurim", "group": "furniture", "since": now_ms(), "position": n, "ring": 1,
         "stage": stage}
        for n, stage in enumerate(("queue", "queue", "ringing"))
    ]  # fmt: skip
    agents = [
        agent_json("1001", "talking", groups=["kitchen"]),
        agent_json("1003", "ready", groups=["furniture", "interior"]),
        agent_json("1004", "ready", groups=["furniture"], registered=False),
        agent_json("1005", "paused", groups=["furniture"]),
    ]
    await web.feed_board(waiting=waiting, agents=agents)


async def test_the_list_begins_with_the_company_s_groups_and_tells_who_waits_and_who_is_free(web: WebCentre) -> None:
    await centre_at_work(web)
    async with browser(web, "a1001") as agent:
        status, said = await agent.get("/agent/passing")
    assert status == 200
    targets = [part.split('"')[0] for part in said.split('"target": "')[1:]]
    centre = load_centre(web.settings.centre)
    company = next(one for one in centre.company if one.id == "nurim")
    assert tuple(targets[: len(company.categories)]) == tuple(f"group:{group}" for group in company.categories)
    assert len(targets) == len(centre.group) + 1
    assert targets[-1] == "agent:1003"
    furniture = said.split('"target": "group:furniture"')[1]
    assert "대기 2 · 상담 가능 1" in furniture.split("</button>")[0]


async def test_without_a_conversation_there_is_nothing_to_pass_on(web: WebCentre) -> None:
    await web.feed_agent("1001", "ready")
    await web.feed_board()
    async with browser(web, "a1001") as agent:
        assert "통화 중이 아닙니다" in (await agent.get("/agent/passing"))[1]


async def test_what_was_typed_so_far_goes_with_the_call_and_the_engine_is_told_where(web: WebCentre) -> None:
    await centre_at_work(web)
    fields = {"target": "group:furniture", "company": "nurim", "symptom": "흔들림", "reason": "fault"}
    async with browser(web, "a1001") as agent:
        answering = asyncio.create_task(web.answer_commands({"ok": True}))  # noqa: TID251 - awaited two lines on
        status, said = await agent.post("/agent/passing", fields)
        (told,) = await answering
    assert (status, said.strip()) == (200, "")
    assert (told["agent"], told["verb"], told["reason"]) == ("1001", "pass", "group:furniture")
    [(_, raw)] = await web.redis.xrange(STREAM)
    entry = decode(raw)
    assert (entry.kind, entry.call, entry.agent) == (Kind.NOTED, CALL, "1001")
    assert (entry.data["symptom"], entry.data["reason"], entry.data["company"]) == ("흔들림", "fault", "nurim")


async def test_a_refusal_is_told_in_words_and_nothing_is_noted(web: WebCentre) -> None:
    await centre_at_work(web)
    async with browser(web, "a1001") as agent:
        answering = asyncio.create_task(web.answer_commands({"ok": False, "error": "colleague_busy"}))  # noqa: TID251
        _, said = await agent.post("/agent/passing", {"target": "agent:1003", "symptom": "흔들림"})
        await answering
    assert "방금 다른 일을 시작했습니다" in said
    assert await web.redis.xlen(STREAM) == 0


async def test_only_agents_pass_calls_on(web: WebCentre) -> None:
    async with browser(web, "sup") as other:
        assert (await other.get("/agent/passing"))[0] == 403
        assert (await other.post("/agent/passing", {"target": "group:av"}))[0] == 403


async def test_who_passed_a_call_on_may_still_write_its_note(web: WebCentre) -> None:
    last = {"agent": "1003", "at": 2, "status": "ANSWER", "ring_ms": 1, "talk_ms": 1}
    await web.add(
        record(CALL, agent="1003", offers=[{**last, "agent": "1001", "at": 1}, last]),
        record("cc-1795429970.8", agent="1003", offers=[last]),
    )
    await web.feed_agent("1001", "ready")
    async with browser(web, "a1001") as agent:
        assert (await agent.get(f"/agent/calls/{CALL}/form"))[0] == 200
        assert (await agent.get("/agent/calls/cc-1795429970.8/form"))[0] == 404
