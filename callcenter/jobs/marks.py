"""Every few minutes the copy of the marked numbers is made equal to the truth. Doing it again changes nothing."""

from __future__ import annotations

import time

import structlog

from callcenter.jobs.frame import opened
from callcenter.marks import mirror_marks
from callcenter.redis import command_client

log = structlog.get_logger()


async def mirror() -> int:
    """The job: how many marks differed."""
    async with opened() as (settings, made), command_client(settings.redis_url) as redis:
        changed = await mirror_marks(redis, made, time.time_ns() // 1_000_000)
    if changed:
        log.info("marks.mirrored", changed=changed)
    return changed
