"""The worker process: rq's worker, which runs each job in a process of its own, and the schedule beside it."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

from redis import Redis
from rq import Worker
from rq.serializers import JSONSerializer

from callcenter.jobs.schedule import job_queue, keep_schedule
from callcenter.settings import Settings

#: A job that is running when the worker is asked to stop gets this long; it runs again when it is next due.
_GRACE_S = 3.0


class PromptWorker(Worker):
    """Stops within seconds: rq would wait for the running job, however long it takes."""

    stopping = False

    def handle_warm_shutdown_request(self) -> None:
        """Called by rq when it is asked to stop."""
        self.stopping = True
        if self.horse_pid:
            timer = threading.Timer(_GRACE_S, self.kill_horse)
            timer.daemon = True
            timer.start()

    def kill_horse(self, sig: signal.Signals = signal.SIGKILL) -> None:
        """End the running job. Where it has just ended (its pid is then 0) rq's own way ends the worker's whole group,
        which may be that of whoever started it.
        """
        if pid := self.horse_pid:
            with suppress(ProcessLookupError):
                os.killpg(pid, sig)


def run_worker(settings: Settings) -> bool:
    """Work until SIGTERM or SIGINT; whether that was why it ended. Call it from the main thread.

    Raises `redis.exceptions.RedisError` when Redis is away at the start.
    """
    stopped = threading.Event()
    with Redis.from_url(settings.redis_url, socket_connect_timeout=2) as connection:
        worker = PromptWorker([job_queue(connection)], connection=connection, serializer=JSONSerializer)
        # A client of its own: rq lets the reads of the worker's client wait for minutes.
        with Redis.from_url(settings.redis_url, socket_timeout=2, socket_connect_timeout=2) as schedules_connection:
            schedule = threading.Thread(
                target=keep_schedule, args=(job_queue(schedules_connection), stopped), daemon=True
            )
            schedule.start()
            try:
                worker.work(logging_level="WARNING")
            finally:
                stopped.set()
                schedule.join()
    return worker.stopping
