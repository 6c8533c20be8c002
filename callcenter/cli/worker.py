"""`callcenter worker`: jobs that may take long, and what is done by the clock."""

from __future__ import annotations

import os
import threading

import structlog
import typer
from redis.exceptions import RedisError

from callcenter.jobs.worker import run_worker
from callcenter.logs import configure_logs
from callcenter.settings import Settings
from callcenter.store.migrate import upgrade_patiently

#: A month being closed takes a core for minutes; calls, pages and the ledger come first.
_NICE = 5


def worker() -> None:
    """Run the jobs, and enqueue those that are due."""
    os.nice(_NICE)
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    # On a new database the first jobs would find no tables, and come again an hour later.
    upgrade_patiently(settings.database_url, threading.Event())
    try:
        asked_to_stop = run_worker(settings)
    except RedisError as error:
        structlog.get_logger().error("worker.redis_away", error=type(error).__name__)
        asked_to_stop = False
    # Whoever keeps the processes running starts a worker that ended by itself anew.
    raise typer.Exit(0 if asked_to_stop else 1)
