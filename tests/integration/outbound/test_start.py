"""The dialler's start beside the other processes, none of which it may rely on to be there first."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from sqlalchemy import inspect

import callcenter
from callcenter.forked import Forked
from callcenter.store.engine import open_sync_engine

pytestmark = pytest.mark.integration


def tables(url: str) -> list[str]:
    engine = open_sync_engine(url)
    try:
        with engine.connect() as connection:
            return inspect(connection).get_table_names()
    finally:
        engine.dispose()


def test_on_a_new_database_it_makes_the_tables_instead_of_dying(
    empty_database_url: str, redis_url: str, tmp_path: Path
) -> None:
    centre = Path(callcenter.__file__).with_name("example") / "centre.toml"
    environment = {
        **os.environ,
        "CALLCENTER_DATA": str(tmp_path),
        "CALLCENTER_CENTRE": str(centre),
        "CALLCENTER_DATABASE_URL": empty_database_url,
        "CALLCENTER_REDIS_URL": redis_url,
    }
    os.mkfifo(tmp_path / "log")
    dialler = Forked(["dialler"], environment, tmp_path / "log")
    with (tmp_path / "log").open() as log:
        try:
            # The lines end without it if the dialler dies.
            assert any("dialler.started" in line for line in log)
            assert "attempt" in tables(empty_database_url)
        finally:
            if dialler.poll() is None:
                dialler.send_signal(signal.SIGTERM)
                dialler.wait(10)
