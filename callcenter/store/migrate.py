"""Brings a database to the tables of this version, from nothing or from any earlier one."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select

from callcenter.store.engine import open_sync_engine

#: Any number will do, as long as every process takes the same.
_MIGRATION_LOCK = 7244


def configuration(connection: Connection) -> Config:
    """Alembic's configuration for this connection; no ini file is needed."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.attributes["connection"] = connection
    return config


def upgrade(url: str) -> None:
    """Migrate the database to the newest version, all or nothing; processes that start together wait for each other.

    Raises `sqlalchemy.exc.OperationalError`: the database cannot be reached.
    """
    engine = open_sync_engine(url)
    try:
        with engine.connect() as connection:
            if engine.dialect.name == "sqlite":
                # A table is changed by copying it, which its references must survive.
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            command.upgrade(configuration(connection), "head")
            connection.commit()
    finally:
        engine.dispose()
