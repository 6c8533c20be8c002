from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from sqlalchemy import inspect

from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import configuration, upgrade
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
