"""Brings a database to the tables of this version, from nothing or from any earlier one."""

from __future__ import annotations

import threading
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError

from callcenter.store.engine import open_sync_engine

#: Any number will do, as long as every process takes the same.
_MIGRATION_LOCK = 7244
_TRIES_EVERY_S = 1.0

log = structlog.get_logger()


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


def upgrade_patiently(url: str, stopped: threading.Event) -> None:
    """The same for a process that may start before its database: return once it is done, or stopped."""
    while not stopped.is_set():
        try:
            upgrade(url)
        except OperationalError as error:
            log.warning("database.away", error=str(error.orig))
            stopped.wait(_TRIES_EVERY_S)
        else:
            return
