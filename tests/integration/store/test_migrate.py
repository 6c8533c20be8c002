from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import inspect, text
from structlog.testing import capture_logs

from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import configuration, upgrade, upgrade_patiently
from callcenter.store.models import Base

pytestmark = pytest.mark.integration


def test_the_migrations_lead_to_exactly_the_tables_of_the_models(database_url: str) -> None:
    engine = open_sync_engine(database_url)
    with engine.connect() as connection:
        command.check(configuration(connection))
        assert set(Base.metadata.tables) < set(inspect(connection).get_table_names())
    engine.dispose()


def test_processes_that_start_together_migrate_once(empty_database_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(upgrade, empty_database_url) for _ in range(4)]:
            done.result()
    engine = open_sync_engine(empty_database_url)
    with engine.connect() as connection:
        assert "call_record" in inspect(connection).get_table_names()
    engine.dispose()


def test_a_process_that_starts_before_its_database_waits_for_it(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'later' / 'callcenter.db'}"
    stopped = threading.Event()
    with ThreadPoolExecutor(1) as pool, capture_logs() as log:
        waiting = pool.submit(upgrade_patiently, url, stopped)
        while not log:
            assert not waiting.done()
        (tmp_path / "later").mkdir()
        waiting.result(30)
    engine = open_sync_engine(url)
    with engine.connect() as connection:
        assert "call_record" in inspect(connection).get_table_names()
    engine.dispose()
    stopped.set()
    upgrade_patiently(f"sqlite+aiosqlite:///{tmp_path / 'never' / 'callcenter.db'}", stopped)


def test_companies_users_of_the_first_version_keep_all_that_they_could_see(empty_database_url: str) -> None:
    engine = open_sync_engine(empty_database_url)
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0001")
        for login, role, company in (("nurim", "company", "nurim"), ("sup", "supervisor", None)):
            connection.execute(
                text(
                    "INSERT INTO user_account (login, name, role, company, password_hash, language)"
                    " VALUES (:login, 'x', :role, :company, 'x', 'ko')"
                ),
                {"login": login, "role": role, "company": company},
            )
    engine.dispose()
    upgrade(empty_database_url)
    engine = open_sync_engine(empty_database_url)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT login, level, disabled_at FROM user_account ORDER BY login"))
        assert [tuple(row) for row in found] == [("nurim", "admin", None), ("sup", None, None)]
    engine.dispose()
