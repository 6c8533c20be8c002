"""A web process on free ports with real Redis and SQLite, fed with the documented JSON as the controller would."""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from argon2 import PasswordHasher
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from callcenter.redis import command_client
from callcenter.settings import Settings
from callcenter.store.engine import Sessions, open_engine, open_sync_engine, sessions
from callcenter.store.models import Base, CallRow, Level, Role, UserRow
from callcenter.web.app import create_app
from callcenter.web.server import PageServer

EXAMPLE = Path(__file__).parents[1] / "callcenter" / "example"
PASSWORD = "correct horse battery"
#: Checked at once: how much work a check is stands in the hash.
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

PEOPLE = {
    "sup": {"role": Role.SUPERVISOR},
    "bill": {"role": Role.BILLING},
    "admin": {"role": Role.ADMIN},
    "a1001": {"role": Role.AGENT, "agent": "1001"},
    "nurim": {"role": Role.COMPANY, "company": "nurim", "level": Level.ADMIN},
    "hanbit": {"role": Role.COMPANY, "company": "hanbit", "level": Level.ADMIN},
}


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def agent_json(agent: str, state: str = "ready", **fields: Any) -> dict[str, Any]:
    """One agent as in `cc:agent:<id>`."""
    return {
        "id": agent,
        "state": state,
        "since": now_ms(),
        "reason": None,
        "registered": True,
        "peak": False,
        "called_up": False,
        "came": False,
        "groups": ["kitchen"],
        "call": None,
        "until": None,
        **fields,
    }


def record(call: str, **columns: Any) -> CallRow:
    """An answered call of a minute ago, changed as given."""
    entered = columns.pop("entered_at", now_ms() - 60_000)
    agent = columns.get("agent", "1001")
    rang = [{"agent": agent, "at": entered + 12_000, "status": "ANSWER", "ring_ms": 3_000}]
    return CallRow(
        **{
            "call": call,
            "company": "nurim",
            "category": "kitchen",
            "group": "kitchen",
            "dnis": "07000000101",
            "caller": "01012345678",
            "direction": "inbound",
            "via": "inbound",
            "entered_at": entered,
            "queued_at": entered + 8_000,
            "answered_at": entered + 15_000,
            "ended_at": entered + 45_000,
            "greeting_ms": 8_000,
            "wait_ms": 7_000,
            "ring_ms": 3_000,
            "talk_ms": 30_000,
            "agent": "1001",
            "agent_channel": "cc-1.2",
            "offers": rang if agent else [],
            "outcome": "answered",
            "ended_by": "caller",
            "cause": 16,
            "recording": None,
            "caller_audio": {"loss": 0.1, "jitter_ms": 4.0, "rtt_ms": 22.0, "mos": 4.3},
            "agent_audio": None,
            "reason": None,
            "product": None,
            "symptom": None,
            "result": None,
            "ticket": None,
            **columns,
        }
    )


@dataclass
class WebCentre:
    """A running web process and hands on everything around it."""

    url: str
    settings: Settings
    redis: Redis
    sessions: Sessions
    app: Any
    agents: dict[str, dict[str, Any]] = field(default_factory=dict)
    server: PageServer | None = None
    serving: asyncio.Task[None] | None = None

    async def start(self, tasks: asyncio.TaskGroup) -> None:
        """Serve, as a task of this group."""
        self.server = PageServer(self.app, self.settings)
        self.serving = tasks.create_task(self.server.serve())
        while not self.server.started:
            if self.serving.done():
                self.serving.result()
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Have the server end, as on SIGTERM."""
        assert self.server is not None
        assert self.serving is not None
        self.server.should_exit = True
        await self.serving

    async def feed_board(self, *, at: int | None = None, **fields: Any) -> None:
        """Write `cc:board` and `cc:controller` once."""
        board = {
            "at": at or now_ms(),
            "ari": True,
            "waiting": [],
            "talking": 0,
            "in_menu": 0,
            "agents": list(self.agents.values()),
            "called_up": False,
            "favoured": {},
            "healed": 0,
            **fields,
        }
        await self.redis.set("cc:board", orjson.dumps(board))
        await self.redis.publish("cc:board", orjson.dumps(board))
        await self.feed_controller()

    async def feed_controller(self, **fields: Any) -> None:
        state = {
            "at": now_ms(),
            "ari": True,
            "ami": True,
            "node": "cc",
            "version": "0.1.0",
            "counters": {"healed": 3, "refused_requests": 7, "journal_waiting": 2, "journal_lost": 0},
            **fields,
        }
        await self.redis.set("cc:controller", orjson.dumps(state), ex=60)

    async def feed_agent(self, agent: str, state: str = "ready", **fields: Any) -> None:
        """Change one agent as the controller does: key first, then the channel."""
        told = agent_json(agent, state, **fields)
        self.agents[agent] = told
        await self.redis.set(f"cc:agent:{agent}", orjson.dumps(told))
        await self.redis.publish("cc:agents", orjson.dumps(told))

    async def answer_commands(self, *replies: dict[str, Any]) -> list[dict[str, str]]:
        """Take as many commands as there are replies and answer each; returns the commands."""
        async with asyncio.timeout(20):
            return await self._answer(replies)

    async def _answer(self, replies: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
        seen: list[dict[str, str]] = []
        last = "0"
        for reply in replies:
            found = await self.redis.xread({"cc:commands": last}, count=1)
            while not found:
                await asyncio.sleep(0.02)
                found = await self.redis.xread({"cc:commands": last}, count=1)
            (messages,) = found.values() if isinstance(found, dict) else (found[0][1],)
            while isinstance(messages[0], list):
                messages = messages[0]
            last, fields = messages[0]
            told = {name.decode(): value.decode() for name, value in fields.items()}
            seen.append(told)
            await self.redis.rpush(f"cc:reply:{told['id']}", orjson.dumps(reply))
        return seen

    async def add(self, *rows: Any) -> None:
        """Write rows."""
        session: AsyncSession
        async with self.sessions.begin() as session:
            session.add_all(rows)


@cache
def _database() -> bytes:
    """The file of a database that knows `PEOPLE`."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "callcenter.db"
        engine = open_sync_engine(f"sqlite:///{file}")
        Base.metadata.create_all(engine)
        with Session(engine) as session, session.begin():
            for login, fields in PEOPLE.items():
                session.add(UserRow(login=login, name=login, password_hash=HASHED, language="ko", **fields))
        engine.dispose()
        return file.read_bytes()


@asynccontextmanager
async def running_web(redis_url: str, folder: Path) -> AsyncIterator[WebCentre]:
    """The example centre's web process, with one user of each role; their password is `PASSWORD`."""
    shutil.copy(EXAMPLE / "centre.toml", folder / "centre.toml")
    settings = Settings(
        data=folder,
        centre=folder / "centre.toml",
        tariffs=EXAMPLE / "tariffs",
        database_url=f"sqlite+aiosqlite:///{folder}/callcenter.db",
        redis_url=redis_url,
        media=folder / "media",
        web_port=free_port(),
        secret_key="a secret for tests only",
    )
    (folder / "callcenter.db").write_bytes(_database())
    engine = open_engine(settings.database_url)
    made = sessions(engine)
    redis = command_client(redis_url)
    await redis.flushall()
    app = create_app(settings)
    centre = WebCentre(f"http://127.0.0.1:{settings.web_port}", settings, redis, made, app)
    async with asyncio.TaskGroup() as tasks:
        await centre.start(tasks)
        try:
            yield centre
        finally:
            await centre.stop()
    await redis.aclose()
    await engine.dispose()
