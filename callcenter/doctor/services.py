"""Redis, the controller's sign of life, the ledger, the database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from redis import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from callcenter.doctor import judge
from callcenter.doctor.finding import Finding, failed, ok
from callcenter.journal import STREAM, stream_id
from callcenter.ledger.writer import CONSUMER, GROUP
from callcenter.settings import Settings
from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import configuration

_ANSWER_S = 3.0

#: Name of a part → how many seconds its clock is ahead of ours.
Clocks = dict[str, float]


def redis_answers(settings: Settings) -> bool:
    """Whether anything of Redis can be examined."""
    try:
        with _redis(settings) as redis:
            return bool(redis.ping())
    except RedisError:
        return False


def examine_redis(settings: Settings, clocks: Clocks) -> Iterator[Finding]:
    """Redis itself and what stands in it: the controller's heartbeat, the journal and its reader."""
    try:
        with _redis(settings) as redis:
            known: Any = redis.config_get("appendonly", "maxmemory-policy")
            memory: Any = redis.info("memory")
            wrong = list(judge.redis_settings(known, memory["used_memory"], memory["maxmemory"]))
            yield from wrong or [ok("redis.sound", used=memory["used_memory"] // 2**20)]
            raw: Any = redis.get("cc:controller")
            yield judge.controller(orjson.loads(raw) if raw else None)
            yield judge.ledger(*_ledger(redis))
            yield from _journal_clock(redis)
            seconds, micros = redis.time()
            clocks["Redis"] = seconds + micros / 1e6 - time.time()
    except RedisError as error:
        yield failed("redis.silent", why=type(error).__name__)


def _redis(settings: Settings) -> Redis:
    return Redis.from_url(
        settings.redis_url, socket_timeout=_ANSWER_S, socket_connect_timeout=_ANSWER_S, decode_responses=True
    )


def _ledger(redis: Redis) -> tuple[int | None, int]:
    try:
        groups: Any = redis.xinfo_groups(STREAM)
        consumers: Any = redis.xinfo_consumers(STREAM, GROUP)
    except ResponseError:  # no journal or no reader of it yet
        return None, 0
    group = next(g for g in groups if g["name"] == GROUP)
    idle = next((c["idle"] for c in consumers if c["name"] == CONSUMER), None)
    return idle, (group["lag"] or 0) + group["pending"]


def _journal_clock(redis: Redis) -> Iterator[Finding]:
    try:
        stream: Any = redis.xinfo_stream(STREAM)
    except ResponseError:
        return
    newest_ms, _ = stream_id(stream["last-generated-id"].encode())
    yield from judge.clocks({}, newest_ms / 1000 - time.time())


def examine_database(settings: Settings, clocks: Clocks) -> Finding:
    """Whether the database is there and has this version's tables."""
    url = make_url(settings.database_url)
    on_this_disk = url.get_backend_name() == "sqlite"
    # Connecting would make an empty file.
    if on_this_disk and not Path(url.database or "").is_file():
        return failed("database.absent", file=str(url.database))
    engine = open_sync_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            present, newest = _versions(connection)
            if not on_this_disk:
                now = connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))
                clocks["PostgreSQL"] = float(now or 0) - time.time()
    except SQLAlchemyError as error:
        return failed("database.silent", why=str(getattr(error, "orig", None) or error).splitlines()[0])
    finally:
        engine.dispose()
    if present != newest:
        return failed("database.old", present=present or "-", newest=newest)
    return ok("database.current", version=newest)


def _versions(connection: Connection) -> tuple[str | None, str]:
    newest = ScriptDirectory.from_config(configuration(connection)).get_current_head()
    assert newest is not None
    return MigrationContext.configure(connection).get_current_revision(), newest
