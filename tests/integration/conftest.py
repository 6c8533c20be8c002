"""Redis, SQLite and PostgreSQL as they really are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import create_engine, make_url

from callcenter.embedded_redis import embedded_redis
from callcenter.store.migrate import upgrade
from tests.integration.servers import free_port, postgresql


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a Redis for all tests."""
    url = f"redis://127.0.0.1:{free_port()}/0"
    with embedded_redis(url, tmp_path_factory.mktemp("redis")):
        yield url


@pytest.fixture
def redis_url(redis_server: str) -> str:
    """The URL of an empty Redis."""
    with Redis.from_url(redis_server) as client:
        client.flushall()
    return redis_server


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL for all tests."""
    with postgresql() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'callcenter.db'}"
    server = make_url(request.getfixturevalue("postgresql_server"))
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("DROP DATABASE IF EXISTS callcenter WITH (FORCE)")
        connection.exec_driver_sql("CREATE DATABASE callcenter")
    engine.dispose()
    return server.set(database="callcenter").render_as_string(hide_password=False)


@pytest.fixture
def database_url(empty_database_url: str) -> str:
    """The URL of a migrated database, once of each kind."""
    upgrade(empty_database_url)
    return empty_database_url
