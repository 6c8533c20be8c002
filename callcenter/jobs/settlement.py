"""Settling and closing a month as jobs: a month is worked on once at a time, different months by different workers.

A job that is killed, or loses the database, is repeated; it goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog
from redis import Redis
from rq import Queue, Retry
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer
from sqlalchemy.exc import OperationalError

from billing.month import Month
from callcenter.jobs.schedule import job_queue
from callcenter.logs import configure_logs
from callcenter.settings import Settings
from callcenter.settlement.bookkeeping import bookkeeping
from callcenter.store.periods import Actor

_TIMEOUT_S = 6 * 3600
_REMEMBERED_S = 24 * 3600
#: For a worker that dies; without pauses, which would need rq's scheduler.
_RETRY = Retry(max=3)
#: While the database is away or busy.
_PAUSES_S = (5.0, 15.0, 60.0, 300.0)
UNDER_WAY = {JobStatus.QUEUED, JobStatus.STARTED, JobStatus.SCHEDULED, JobStatus.DEFERRED}

_Result = TypeVar("_Result")

log = structlog.get_logger()


def settle(month: str, by: str) -> int:
    """Make the month's statements; how many there are."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    with bookkeeping(settings) as books:
        settled = patiently(lambda: books.settle(Month.parse(month), Actor(by=by, at=time.time_ns() // 1_000_000)))
    log.info("settlement.settled", month=month, companies=settled.companies, entries=settled.entries)
    return settled.companies


def close(month: str, by: str) -> int:
    """Number the month's statements; how many were numbered."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    with bookkeeping(settings) as books:
        actor = Actor(by=by, at=time.time_ns() // 1_000_000)
        numbered, booked = patiently(lambda: books.close(Month.parse(month), actor))
    log.info("settlement.closed", month=month, statements=numbered, charged=booked.entries)
    return numbered


def patiently(work: Callable[[], _Result], pauses_s: Sequence[float] = _PAUSES_S) -> _Result:
    """Do it, again after each pause as long as the database cannot. Raises `OperationalError` when it never could."""
    for pause_s in pauses_s:
        try:
            return work()
        except OperationalError as error:
            log.warning("settlement.waiting", error=type(error.orig).__name__, pause_s=pause_s)
            time.sleep(pause_s)
    return work()


def enqueue(redis: Redis, what: str, month: Month, by: str) -> Job:
    """Have a worker `settle` or `close` the month; the job that is under way already, if one is."""
    queue, number = job_queue(redis), f"{what}-{month}"
    try:
        return _enqueue(queue, what, month, by, number)
    except DuplicateJobError:
        before = job_of(redis, what, month)
    if before is not None and before.get_status() in UNDER_WAY:
        return before
    if before is not None:
        before.delete()
    return _enqueue(queue, what, month, by, number)


def job_of(redis: Redis, what: str, month: Month) -> Job | None:
    """The month's last job of this kind; None if it is forgotten."""
    try:
        return Job.fetch(f"{what}-{month}", connection=redis, serializer=JSONSerializer)
    except NoSuchJobError:
        return None


def _enqueue(queue: Queue, what: str, month: Month, by: str, number: str) -> Job:
    return queue.enqueue(
        f"callcenter.jobs.settlement.{what}",
        str(month),
        by,
        job_id=number,
        unique=True,
        retry=_RETRY,
        job_timeout=_TIMEOUT_S,
        result_ttl=_REMEMBERED_S,
        failure_ttl=7 * _REMEMBERED_S,
    )
