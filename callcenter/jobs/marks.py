"""Every few minutes the copy of the marked numbers is made equal to the truth. Doing it again changes nothing."""

from __future__ import annotations

import time

import structlog

from callcenter.logs import configure_logs
from callcenter.marks import mirror_marks
from callcenter.redis import command_client
from callcenter.settings import Settings
from callcenter.store.engine import open_engine, sessions

log = structlog.get_logger()


async def mirror() -> int:
    """The job: how many marks differed."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    engine = open_engine(settings.database_url)
    redis = command_client(settings.redis_url)
    try:
        changed = await mirror_marks(redis, sessions(engine), time.time_ns() // 1_000_000)
    finally:
        await redis.aclose()
        await engine.dispose()
    if changed:
        log.info("marks.mirrored", changed=changed)
    return changed
