"""The sender between a real Redis, both databases and a real HTTP server that is a push service and an SMS gateway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from redis.asyncio import Redis
from structlog.testing import capture_logs

from callcenter.call_up.delivery import deliver
from callcenter.call_up.encryption import encode, public_point
from callcenter.call_up.push import Push
from callcenter.call_up.report import Report, last
from callcenter.call_up.sender import CallUpSender
from callcenter.call_up.sms import Sms, signature
from callcenter.call_up.vapid import ensure_key
from callcenter.centre import Centre
from callcenter.redis import command_client
from callcenter.settings import Settings
from callcenter.store.engine import Sessions, open_engine, sessions
from callcenter.store.models import PushSubscriptionRow
from callcenter.store.subscriptions import MOST, Subscriptions
from tests.integration.servers import free_port
from tests.unit.calls.script import centre
from tests.web_centre import agent_json

pytestmark = pytest.mark.integration
MOBILE = "01055556666"
#: The browser's own secrets.
BROWSER = generate_private_key(SECP256R1())
AUTH = bytes(range(16))


@dataclass
class World:
    """Everything around the sender; `answers` are the next HTTP statuses by path, 201 where none is left."""

    redis: Redis
    sessions: Sessions
    settings: Settings
    http: ClientSession
    url: str
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)

    def sender(self, mobile: str | None = MOBILE) -> CallUpSender:
        peak = {"peak": {"box_min": 30}, "1002": {"peak": True, "mobile": mobile}, "1003": {"peak": True}}
        made: Centre = centre(peak)
        no_pauses = (0.0, 0.0)
        push = Push(self.settings, ensure_key(self.settings.data), self.http, pauses_s=no_pauses)
        return CallUpSender(self.redis, self.sessions, made, push, Sms(self.settings, self.http, pauses_s=no_pauses))

    async def agent(self, agent: str, state: str, called_up_at: int | None) -> None:
        told = agent_json(agent, state, peak=True, called_up=called_up_at is not None, called_up_at=called_up_at)
        await self.redis.set(f"cc:agent:{agent}", orjson.dumps(told))

    async def subscribe(self, agent: str, path: str, at: int = 1) -> None:
        row = PushSubscriptionRow(
            endpoint=f"{self.url}/{path}",
            agent=agent,
            language="en",
            p256dh=encode(public_point(BROWSER.public_key())),
            auth=encode(AUTH),
            subscribed_at=at,
        )
        async with self.sessions.begin() as session:
            await Subscriptions(session).save(row)

    async def browsers(self, agent: str) -> list[str]:
        async with self.sessions() as session:
            return [row.endpoint.removeprefix(self.url + "/") for row in await Subscriptions(session).of(agent)]

    def paths(self) -> list[str]:
        return sorted(path for path, _, _ in self.got)


@asynccontextmanager
async def serving(world: World, port: int) -> AsyncIterator[None]:
    async def take(request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        world.got.append((request.path[1:], headers, await request.read()))
        left = world.answers.get(request.path[1:], [])
        return web.Response(status=left.pop(0) if left else 201)

    app = web.Application()
    app.router.add_post("/{path}", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield
    await runner.cleanup()


@pytest.fixture
async def world(redis_url: str, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = Settings(data=tmp_path, sms_gateway=f"{url}/sms", sms_secret="shared")
    redis, engine = command_client(redis_url), open_engine(database_url)
    async with ClientSession() as http:
        made = World(redis, sessions(engine), settings, http, url)
        async with serving(made, port):
            await redis.set("cc:controller", "{}")
            yield made
    await redis.aclose()
    await engine.dispose()


def read_push(body: bytes) -> Any:
    """As the browser does (RFC 8188 and 8291)."""
    salt, theirs, sealed = body[:16], body[21:86], body[86:]
    shared = BROWSER.exchange(ECDH(), EllipticCurvePublicKey.from_encoded_point(SECP256R1(), theirs))
    info = b"WebPush: info\0" + public_point(BROWSER.public_key()) + theirs
    secret = HKDF(algorithm=SHA256(), length=32, salt=AUTH, info=info).derive(shared)
    key, nonce = (
        HKDF(algorithm=SHA256(), length=n, salt=salt, info=b"Content-Encoding: " + what + b"\0").derive(secret)
        for n, what in ((16, b"aes128gcm"), (12, b"nonce"))
    )
    plain = AESGCM(key).decrypt(nonce, sealed, None)
    assert plain[-1:] == b"\x02"
    return orjson.loads(plain[:-1])


async def test_who_is_off_line_is_told_once_by_both_ways_and_nobody_else(world: World) -> None:
    await world.subscribe("1002", "phone")
    await world.subscribe("1003", "other")
    await world.agent("1002", "offline", 1000)
    await world.agent("1003", "ready", 1000)
    one, two = world.sender(), world.sender()
    await asyncio.gather(one.look(), two.look())
    await one.look()
    assert world.paths() == ["phone", "sms"]
    by_path = {path: (headers, body) for path, headers, body in world.got}
    headers, body = by_path["phone"]
    assert read_push(body) == {
        "title": "Please help with calls now",
        "body": "Many callers are waiting. Tap and log in to take the next one.",
        "lang": "en",
    }
    assert (headers["content-encoding"], headers["urgency"], headers["ttl"]) == ("aes128gcm", "high", "300")
    assert headers["authorization"].startswith("vapid t=")
    headers, body = by_path["sms"]
    told = orjson.loads(body)
    assert (told["id"], told["to"]) == ("call-up-1000-1002", MOBILE)
    assert len(told["text"].encode("cp949")) <= 90, "one Korean text message"
    stamp = int(headers["callcenter-signature"].removeprefix("t=").split(",")[0])
    assert abs(stamp - time.time()) < 60
    assert headers["callcenter-signature"] == signature("shared", body, stamp)
    assert await last(world.redis) == Report(at=1000, asked=1, pushed=1, texted=1, reached=1)


async def test_whoever_has_a_phone_by_the_present_description_is_told(world: World) -> None:
    sender = world.sender(mobile=None)
    await world.agent("1002", "offline", 1000)
    await sender.look()
    assert world.paths() == []
    sender.centre = world.sender().centre
    await world.agent("1002", "offline", 2000)
    await sender.look()
    assert world.paths() == ["sms"]


async def test_the_next_call_up_tells_again(world: World) -> None:
    sender = world.sender()
    await world.agent("1002", "offline", 1000)
    await sender.look()
    await world.agent("1002", "offline", None)
    await sender.look()
    await world.agent("1002", "offline", 2000)
    await sender.look()
    assert world.paths() == ["sms", "sms"]


async def test_nobody_is_told_while_no_controller_lives(world: World) -> None:
    await world.redis.delete("cc:controller")
    await world.agent("1002", "offline", 1000)
    await world.sender().look()
    assert world.got == []


async def test_a_busy_gateway_is_tried_again_with_the_same_id_and_a_refusal_is_final(world: World) -> None:
    world.answers["sms"] = [503, 429, 200]
    await world.agent("1002", "offline", 1000)
    await world.sender().look()
    assert len({body for _, _, body in world.got}) == 1
    assert world.paths() == ["sms"] * 3
    world.got.clear()
    world.answers["sms"] = [400]
    await world.agent("1002", "offline", 2000)
    await world.sender().look()
    assert world.paths() == ["sms"]
    assert await last(world.redis) == Report(at=2000, asked=1, text_error="status_400")


async def test_a_gateway_that_is_away_is_told_without_numbers(world: World) -> None:
    world.settings.sms_gateway = f"http://127.0.0.1:{free_port()}/sms"
    await world.agent("1002", "offline", 1000)
    with capture_logs() as logs:
        await world.sender().look()
    assert await last(world.redis) == Report(at=1000, asked=1, text_error="unreachable")
    assert [(line["event"], line["channel"], line["error"]) for line in logs] == [
        ("call_up.not_sent", "sms", "unreachable")
    ]
    assert MOBILE not in str(logs)


async def test_a_gateway_that_says_nothing_is_given_up(world: World) -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        hung_up.set()

    hung_up = asyncio.Event()
    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    found = await deliver(world.http, f"http://127.0.0.1:{port}/", b"", {}, pauses_s=(), timeout_s=0.1)
    assert (found.accepted, found.told) == (False, "timeout")
    await hung_up.wait()
    server.close()
    await server.wait_closed()


async def test_a_browser_that_is_gone_is_forgotten_and_others_still_hear(world: World) -> None:
    await world.subscribe("1002", "old", at=1)
    await world.subscribe("1002", "new", at=2)
    world.answers["old"] = [410]
    await world.agent("1002", "offline", 1000)
    await world.sender(mobile=None).look()
    assert world.paths() == ["new", "old"]
    assert await world.browsers("1002") == ["new"]
    assert await last(world.redis) == Report(at=1000, asked=1, pushed=1, reached=1)


async def test_without_a_gateway_the_file_takes_the_messages_and_without_either_nothing_is_sent(world: World) -> None:
    world.settings.sms_gateway = "file"
    await world.agent("1002", "offline", 1000)
    await world.sender().look()
    file = world.settings.data / "sms.jsonl"
    assert orjson.loads(file.read_bytes())["to"] == MOBILE
    assert file.stat().st_mode & 0o777 == 0o600
    world.settings.sms_gateway = ""
    await world.agent("1002", "offline", 2000)
    await world.sender().look()
    assert len(file.read_bytes().splitlines()) == 1
    assert world.got == []
    assert await last(world.redis) == Report(at=2000, asked=1)


async def test_an_agent_has_a_few_browsers_and_a_browser_one_agent(world: World) -> None:
    for n in range(MOST + 2):
        await world.subscribe("1002", f"b{n}", at=n)
    assert await world.browsers("1002") == ["b6", "b5", "b4", "b3", "b2"]
    await world.subscribe("1003", "b6", at=9)
    assert await world.browsers("1003") == ["b6"]
    assert "b6" not in await world.browsers("1002")
