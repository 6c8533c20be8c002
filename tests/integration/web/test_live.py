"""Live push, commands to the engine, health and figures for Prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import orjson
import pytest

from callcenter.web.sessions import end_sessions
from tests.integration.web.conftest import Browser, browser
from tests.web_centre import WebCentre, now_ms, record

pytestmark = pytest.mark.integration


@asynccontextmanager
async def stream(viewer: Browser, path: str) -> AsyncIterator[aiohttp.StreamReader]:
    async with viewer.http.get(viewer.web.url + path) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        yield answer.content


async def event(content: aiohttp.StreamReader) -> str:
    """The next event's data."""
    lines: list[str] = []
    async with asyncio.timeout(8):
        while line := (await content.readline()).decode():
            if line.startswith("data: "):
                lines.append(line[6:])
            elif line == "\n" and lines:
                return "".join(lines)
    raise AssertionError("the stream ended")


async def until(content: aiohttp.StreamReader, words: str) -> str:
    """The first event that holds these words."""
    async with asyncio.timeout(8):
        while words not in (html := await event(content)):
            pass
    return html


async def test_a_waiting_caller_reaches_every_viewer_in_their_language(web: WebCentre) -> None:
    await web.feed_board()
    async with browser(web, "sup") as korean, browser(web, "admin") as english:
        await english.post("/language/en")
        async with stream(korean, "/board/live") as first, stream(english, "/board/live") as second:
            await until(first, "기다리는 전화가 없습니다")
            since = now_ms() - 25_000
            await web.feed_board(
                waiting=[
                    {
                        "call": "cc-1.5",
                        "company": "nurim",
                        "group": "kitchen",
                        "since": since,
                        "position": 1,
                        "stage": "queue",
                        "ring": 1,
                    }
                ]
            )
            seen = await until(first, 'id="waiting-cc-1-5"')
            assert "누림전자" in seen
            assert f'data-since="{since}"' in seen
            assert "Nurim Electronics" in await until(second, 'id="waiting-cc-1-5"')


async def test_the_day_joins_the_live_figures(web: WebCentre) -> None:
    await web.add(
        record("cc-1795400000.1"),
        record("cc-1795400000.2", wait_ms=40_000),
        record("cc-1795400000.3", outcome="abandoned_queue", answered_at=None, agent=None, wait_ms=30_000, talk_ms=0),
        record("cc-1795400000.4", outcome="abandoned_queue", answered_at=None, agent=None, wait_ms=2_000, talk_ms=0),
    )
    await web.feed_board()
    async with browser(web, "sup") as supervisor:
        page = (await supervisor.get("/board"))[1]
        assert 'id="answered">2<' in page
        assert "33 %" in page  # 1 within 20 s of 2 answered + 2 abandoned - 1 short


async def test_a_board_that_stands_still_or_an_engine_without_asterisk_is_told_loudly(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        assert "엔진이 멈춰 있습니다" in (await supervisor.get("/board"))[1]
        await web.feed_board(at=now_ms() - 9_000)
        assert "엔진이 멈춰 있습니다" in (await supervisor.get("/board"))[1]
        await web.feed_board()
        assert "엔진이 멈춰 있습니다" not in (await supervisor.get("/board"))[1]
        await web.feed_controller(ari=False)
        assert "Asterisk와 끊겼습니다" in (await supervisor.get("/board"))[1]


async def test_an_open_board_ends_with_its_session(web: WebCentre, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.web.push.CHECK_EVERY_S", 0)
    await web.feed_board()
    async with browser(web, "sup") as supervisor, stream(supervisor, "/board/live") as content:
        await event(content)
        await end_sessions(web.redis, "sup")
        async with asyncio.timeout(8):
            while await content.readline():
                pass


async def test_an_agent_sees_the_call_ring_and_nobody_elses(web: WebCentre) -> None:
    await web.feed_controller()
    await web.feed_agent("1001")
    async with browser(web, "a1001") as agent, stream(agent, "/agent/live") as content:
        await until(content, "상담 가능")
        call = {
            "id": "cc-1.9",
            "company": "hanbit",
            "group": "kitchen",
            "caller": "01012345678",
            "since": now_ms(),
            "stage": "ringing",
        }
        await web.feed_agent("1002", "ringing", call={**call, "id": "cc-1.8", "caller": "0311112222"})
        await web.feed_agent("1001", "ringing", call=call)
        seen = await until(content, "전화가 옵니다")
        assert "한빛주방" in seen
        assert "010-1234-5678" in seen
        assert "031-111-2222" not in seen


async def test_an_agents_wish_is_answered_by_the_engine(web: WebCentre) -> None:
    async with browser(web, "a1001") as agent:
        engine, first = await asyncio.gather(
            web.answer_commands({"ok": True}), agent.post("/agent/pause", {"reason": "meal"})
        )
        assert first == (200, "")
        assert [(told["agent"], told["verb"], told["reason"]) for told in engine] == [("1001", "pause", "meal")]
        assert abs(int(engine[0]["at"]) - now_ms()) < 5_000


async def test_an_engine_that_refuses_or_says_nothing_is_told_plainly(web: WebCentre) -> None:
    async with browser(web, "a1001") as agent:
        _, (status, said) = await asyncio.gather(
            web.answer_commands({"ok": False, "error": "not_logged_in"}), agent.post("/agent/ready")
        )
        assert (status, "먼저 로그인하세요" in said) == (200, True)
        await web.redis.delete("cc:commands")
        _, (status, said) = await asyncio.gather(
            web.answer_commands({"ok": False, "error": "something_new"}), agent.post("/agent/ready")
        )
        assert (status, "엔진이 거절했습니다" in said) == (200, True)
        status, said = await agent.post("/agent/ready")
        assert (status, "엔진이 응답하지 않습니다" in said) == (200, True)
        assert (await agent.post("/agent/pause", {"reason": "no_answer"}))[0] == 422
        assert (await agent.post("/agent/dance"))[0] == 422


async def test_ready_names_every_dependency(web: WebCentre) -> None:
    async with browser(web) as probe:
        assert await probe.get("/health/live") == (200, '{"status":"live"}')
        status, body = await probe.get("/health/ready")
        assert status == 503
        assert orjson.loads(body)["dependencies"] == {
            "database": "ok",
            "redis": "ok",
            "controller": "missing",
            "ari": "missing",
            "ami": "missing",
        }
        await web.feed_controller(ami=False)
        assert orjson.loads((await probe.get("/health/ready"))[1])["dependencies"]["ami"] == "missing"
        await web.feed_controller()
        status, body = await probe.get("/health/ready")
        assert (status, orjson.loads(body)["ready"]) == (200, True)


async def test_prometheus_reads_figures_without_personal_data(web: WebCentre) -> None:
    await web.add(record("cc-1795400000.1"), record("cc-1795400000.2", wait_ms=25_000, talk_ms=100_000))
    await web.feed_agent("1001")
    await web.feed_board(
        healed=3,
        waiting=[
            {
                "call": "cc-1.5",
                "company": "nurim",
                "group": "kitchen",
                "since": now_ms() - 60_000,
                "position": 1,
                "stage": "queue",
                "ring": 1,
            }
        ],
    )
    async with browser(web) as scraper:
        status, text = await scraper.get("/metrics")
        assert status == 200
        for line in (
            'callcenter_calls_answered_total{company="nurim",group="kitchen"} 2.0',
            'callcenter_queue_waiting_calls{group="kitchen"} 1.0',
            'callcenter_agents{state="ready"} 1.0',
            'callcenter_queue_wait_seconds_bucket{le="20.0"} 1.0',
            'callcenter_queue_wait_seconds_bucket{le="+Inf"} 2.0',
            "callcenter_talk_seconds_sum 130.0",
            "callcenter_service_level_ratio 0.5",
            "callcenter_ari_connected 1.0",
            "callcenter_divergences_healed_total 3.0",
            "callcenter_refused_requests_total 7.0",
            "callcenter_journal_waiting 2.0",
        ):
            assert line in text.splitlines(), line
        assert "1001" not in text
        assert "01012345678" not in text
        assert (await scraper.get("/metrics", **{"X-Forwarded-For": "203.0.113.9"}))[0] in {401, 303}


async def test_programs_read_the_board_and_records(web: WebCentre) -> None:
    await web.add(record("cc-1795400000.1"))
    await web.feed_agent(
        "1001",
        "talking",
        call={"id": "x", "company": "nurim", "group": "kitchen", "caller": "010", "since": 1, "stage": "talking"},
    )
    await web.feed_board()
    async with browser(web, "sup") as program:
        status, body = await program.get("/api/v1/records")
        found = orjson.loads(body)
        assert (status, found["total"], found["records"][0]["outcome"]) == (200, 1, "answered")
        board = orjson.loads((await program.get("/api/v1/board"))[1])
        assert (board["live"], board["total"]["talking"], board["companies"]["nurim"]["day"]["answered"]) == (
            True,
            1,
            1,
        )
        state = orjson.loads((await program.get("/api/v1/agents/1001/state"))[1])
        assert "caller" not in state["call"]
        schema = orjson.loads((await program.get("/api/openapi.json"))[1])
        assert "/api/v1/records" in schema["paths"]
        assert not any(path.startswith("/board") for path in schema["paths"])
    async with browser(web) as nobody:
        assert (await nobody.get("/api/v1/records"))[0] == 401
        assert (await nobody.get("/api/v1/records", Authorization="Bearer cc1.c3Vw.99999999999.00"))[0] == 401
