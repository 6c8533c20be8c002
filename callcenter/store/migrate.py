"""Brings a database to the tables of this version, from nothing or from any earlier one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection

from callcenter.store.engine import open_sync_engine


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for this connection; no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> None:
    """Migrate the database to the newest version."""
    engine = open_sync_engine(url)
    try:
        with engine.begin() as connection:
            command.upgrade(configuration(connection), "head")
    finally:
        engine.dispose()
