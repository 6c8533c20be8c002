"""`callcenter ledger`: the process that writes down."""

from __future__ import annotations

import signal
import threading

from redis import Redis

from callcenter.ledger.writer import LedgerWriter
from callcenter.logs import configure_logs
from callcenter.settings import Settings
from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import upgrade


def ledger() -> None:
    """Bring the journal and Asterisk's spool into the database, for ever."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    upgrade(settings.database_url)
    engine = open_sync_engine(settings.database_url)
    redis = Redis.from_url(settings.redis_url, socket_timeout=None, socket_connect_timeout=2)
    LedgerWriter(redis, engine, settings.spool).run(stopped)
    engine.dispose()
