"""`callcenter ledger`: the process that writes down."""

from __future__ import annotations

import os
import signal
import threading

from redis import Redis

from callcenter.ledger.writer import LedgerWriter
from callcenter.logs import configure_logs
from callcenter.settings import Settings
from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import upgrade_patiently

#: On a machine that is short of time a record may come later, a caller may not.
_NICE = 3


def ledger() -> None:
    """Bring the journal and Asterisk's spool into the database, for ever."""
    os.nice(_NICE)
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    upgrade_patiently(settings.database_url, stopped)
    engine = open_sync_engine(settings.database_url)
    redis = Redis.from_url(settings.redis_url, socket_timeout=None, socket_connect_timeout=2)
    queue_log = settings.data / "log" / "queue_log"
    LedgerWriter(redis, engine, spool=settings.spool, queue_log=queue_log).run(stopped)
    engine.dispose()
