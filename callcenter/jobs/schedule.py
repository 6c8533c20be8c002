"""When which job is due. Any number of workers may run this: a job's id names the time at which it was due, and Redis
takes an id once. (rq's own cron knows no such thing and enqueues once for each scheduler.)
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer

QUEUE = "callcenter"
#: A failed job is remembered a week, as is what a job returned a day: longer than the time that its id names lasts.
_FAILURE_TTL_S = 7 * 24 * 3600
_RESULT_TTL_S = 24 * 3600
_TIMEOUT_S = 600
_LOOK_EVERY_S = 30.0

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Scheduled:
    """A job that takes no arguments and does no harm when it runs again."""

    name: str
    #: Dotted path, so that only the process that runs the job imports it.
    function: str
    #: At most a day.
    every: timedelta

    def due(self, now: datetime) -> datetime:
        """The latest time at which it was due, counted from the epoch."""
        epoch = datetime.fromtimestamp(0, UTC)
        return now - (now - epoch) % self.every


SCHEDULE = (
    Scheduled(
        name="reconcile",
        function="callcenter.jobs.reconciliation.reconcile_last_day",
        every=timedelta(hours=1),
    ),
    Scheduled(name="evidence", function="callcenter.jobs.evidence.keep_evidence", every=timedelta(minutes=1)),
    Scheduled(
        name="marks",
        function="callcenter.jobs.marks.mirror",
        every=timedelta(minutes=5),
    ),
    Scheduled(
        name="destroy",
        function="callcenter.jobs.destruction.destroy_what_is_over",
        every=timedelta(days=1),
    ),
    Scheduled(name="retention", function="callcenter.jobs.retention.destroy_answers", every=timedelta(hours=1)),
    Scheduled(
        name="recordings",
        function="callcenter.jobs.call_recordings.destroy_recordings",
        every=timedelta(days=1),
    ),
    Scheduled(
        name="happy-calls",
        function="callcenter.jobs.happy_calls.follow_up_cases",
        every=timedelta(minutes=10),
    ),
)


def job_queue(redis: Redis) -> Queue:
    """Where jobs wait. JSON, because unpickling would run whatever somebody put into Redis."""
    return Queue(QUEUE, connection=redis, serializer=JSONSerializer)


def enqueue_due(queue: Queue, now: datetime, schedule: Iterable[Scheduled] = SCHEDULE) -> list[str]:
    """Enqueue what is due and was not enqueued yet; the ids of these jobs."""
    enqueued = []
    for job in schedule:
        number = f"{job.name}-{job.due(now):%Y%m%dT%H%MZ}"
        try:
            queue.enqueue(
                job.function,
                job_id=number,
                unique=True,
                job_timeout=_TIMEOUT_S,
                result_ttl=_RESULT_TTL_S,
                failure_ttl=_FAILURE_TTL_S,
            )
        except DuplicateJobError:
            continue
        enqueued.append(number)
    return enqueued


def keep_schedule(queue: Queue, stopped: threading.Event) -> None:
    """Enqueue what becomes due until `stopped`; while Redis is away, try again."""
    while not stopped.is_set():
        try:
            enqueue_due(queue, datetime.now(UTC))
        except RedisError as error:
            log.warning("schedule.waiting", error=type(error).__name__)
        stopped.wait(_LOOK_EVERY_S)
