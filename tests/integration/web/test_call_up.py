"""From the controller's word to the push service, through the running web process."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web as http_server

from callcenter.store.models import Role, UserRow
from callcenter.store.subscriptions import Subscriptions
from tests.integration.web.conftest import browser
from tests.unit.call_up.test_encryption import AUTH, P256DH
from tests.web_centre import HASHED, WebCentre, now_ms

pytestmark = pytest.mark.integration


async def test_an_agent_subscribes_is_called_up_and_the_push_service_gets_the_message(web: WebCentre) -> None:
    got: asyncio.Queue[http_server.Request] = asyncio.Queue()

    async def take(request: http_server.Request) -> http_server.Response:
        await request.read()
        got.put_nowait(request)
        return http_server.Response(status=201)

    app = http_server.Application()
    app.router.add_post("/x", take)
    runner = http_server.AppRunner(app)
    await runner.setup()
    site = http_server.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    (address,) = runner.addresses
    service = f"http://127.0.0.1:{address[1]}"
    web.settings.push_services = (service,)
    user = {"login": "a1010", "name": "a1010", "role": Role.AGENT, "agent": "1010", "language": "ko"}
    await web.add(UserRow(**user, company=None, password_hash=HASHED))
    fields = {"endpoint": f"{service}/x", "p256dh": P256DH, "auth": AUTH}
    async with browser(web, "a1010") as agent:
        assert (await agent.post("/agent/call-up/subscribe", fields | {"auth": "short"}))[0] == 422
        assert (await agent.post("/agent/call-up/subscribe", fields))[0] == 204
        status, worker = await agent.get("/agent/call-up/worker.js")
        assert (status, "showNotification" in worker) == (200, True)
    await web.feed_controller()
    await web.feed_agent("1010", "offline", peak=True, called_up=True, called_up_at=now_ms())
    async with asyncio.timeout(10):
        request = await got.get()
    assert request.headers["topic"] == "call-up"
    assert got.empty()
    await runner.cleanup()


async def test_only_agents_subscribe(web: WebCentre) -> None:
    fields = {"endpoint": "https://fcm.googleapis.com/x", "p256dh": P256DH, "auth": AUTH}
    async with browser(web, "sup") as supervisor:
        assert (await supervisor.post("/agent/call-up/subscribe", fields))[0] == 403
    async with web.sessions() as session:
        assert await Subscriptions(session).of("1001") == []


async def test_a_supervisor_calls_up_and_ends_it_and_nobody_else_may(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        replies = {"ok": True}, {"ok": True}, {"ok": False, "error": "no_peak"}
        answering = asyncio.create_task(web.answer_commands(*replies))  # noqa: TID251 - awaited four lines on
        called = await supervisor.post("/board/call-up", {"call": "true"})
        ended = await supervisor.post("/board/call-up", {"call": "false"})
        refused = await supervisor.post("/board/call-up", {"call": "true"})
        told = await answering
    assert [(one["verb"], one["by"]) for one in told] == [
        ("peak.call", "sup"), ("peak.stand_down", "sup"), ("peak.call", "sup"),
    ]  # fmt: skip
    assert "피크 상담사를 부르고 있습니다" in called[1]
    assert "더 부르지 않습니다" in ended[1]
    assert "[peak]" in refused[1]
    for login in ("a1001", "bill", "nurim"):
        async with browser(web, login) as other:
            assert (await other.post("/board/call-up", {"call": "true"}))[0] == 403


async def test_the_board_offers_it_where_there_are_peak_time_agents(web: WebCentre) -> None:
    async with browser(web, "sup") as supervisor:
        await web.feed_agent("1001")
        await web.feed_board()
        assert 'id="call-up"' not in (await supervisor.get("/board"))[1]
        await web.feed_agent("1010", "offline", peak=True)
        await web.feed_board()
        page = (await supervisor.get("/board"))[1]
        assert "피크 상담사 1명을 지금 부릅니다" in page
        await web.feed_board(called_up=True)
        assert "호출 그만" in (await supervisor.get("/board"))[1]
