"""Opening the database: SQLite in WAL mode on one machine, PostgreSQL on many."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

Sessions = async_sessionmaker[AsyncSession]

#: FULL, because a journal entry is acknowledged in Redis once SQL has it: a commit must survive a power cut.
#: The ledger commits a batch at a time, so that a few syncs a second is what it costs.
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA busy_timeout=5000",
    "PRAGMA foreign_keys=ON",
)


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(pragma)
    cursor.close()


def _options() -> dict[str, Any]:
    return {
        "json_serializer": lambda value: orjson.dumps(value).decode(),
        "json_deserializer": orjson.loads,
        "pool_pre_ping": True,
        # They hold names and telephone numbers, and an error's text ends in a log.
        "hide_parameters": True,
    }


def open_engine(url: str) -> AsyncEngine:
    """An engine for pages and jobs; dispose of it at the end."""
    engine = create_async_engine(url, **_options())
    if engine.dialect.name == "sqlite":
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    return engine


def open_sync_engine(url: str) -> Engine:
    """The same database for a process that does nothing else while SQL works: the ledger, migrations."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        parsed = parsed.set(drivername="sqlite+pysqlite")
    engine = create_engine(parsed, **_options())
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def sessions(engine: AsyncEngine) -> Sessions:
    """A factory of sessions: `async with sessions.begin() as session:` is one transaction."""
    return async_sessionmaker(engine, expire_on_commit=False)
