"""Redis, SQLite and PostgreSQL as they really are."""

from __future__ import annotations

import shutil
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


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a migrated SQLite database, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "callcenter.db"
    upgrade(f"sqlite+aiosqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: str) -> str:
    """The name of a migrated database in the server, to be copied."""
    upgrade(_created(postgresql_server, "migrated"))
    return "migrated"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without tables, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'callcenter.db'}"
    return _created(request.getfixturevalue("postgresql_server"), "callcenter")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a migrated database, once of each kind."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("migrated_sqlite"), tmp_path / "callcenter.db")
        return f"sqlite+aiosqlite:///{copy}"
    template = request.getfixturevalue("migrated_postgresql")
    return _created(request.getfixturevalue("postgresql_server"), "callcenter", template)


def _created(server: str, name: str, template: str = "template1") -> str:
    """The URL of a new database in this server, in place of the one of that name."""
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    engine.dispose()
    return make_url(server).set(database=name).render_as_string(hide_password=False)
