"""From the controller's word to the push service, through the running web process."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web as http_server

from callcenter.store.models import Role, UserRow
from callcenter.store.subscriptions import Subscriptions
from callcenter.web.passwords import hash_password
from tests.integration.web.conftest import browser
from tests.unit.call_up.test_encryption import AUTH, P256DH
from tests.web_centre import PASSWORD, WebCentre, now_ms

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
    hashed = await hash_password(PASSWORD)
    user = {"login": "a1010", "name": "a1010", "role": Role.AGENT, "agent": "1010", "language": "ko"}
    await web.add(UserRow(**user, company=None, password_hash=hashed))
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
