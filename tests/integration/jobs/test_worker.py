"""`callcenter worker` as a process, with a real Redis."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis import Redis
from rq.job import Job, JobStatus
from rq.serializers import JSONSerializer

from callcenter.jobs.schedule import SCHEDULE, Scheduled, enqueue_due, job_queue
from tests.web_centre import EXAMPLE

pytestmark = pytest.mark.integration
#: Within this a worker must be gone.
STOPS_S = 30.0


@contextmanager
def worker(redis_url: str, data: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        "CALLCENTER_DATA": str(data),
        "CALLCENTER_CENTRE": str(EXAMPLE / "centre.toml"),
        "CALLCENTER_REDIS_URL": redis_url,
        "CALLCENTER_DATABASE_URL": f"sqlite+aiosqlite:///{data}/callcenter.db",
    }
    process = subprocess.Popen([sys.executable, "-m", "callcenter", "worker"], env=environment, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


def eventually(holds: Callable[[], object], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "did not happen in time"
        time.sleep(0.02)


def jobs(redis: Redis) -> list[Job]:
    numbers = [key.decode().removeprefix("rq:job:") for key in redis.scan_iter("rq:job:*")]
    return [Job.fetch(number, connection=redis, serializer=JSONSerializer) for number in numbers]


def stops(process: subprocess.Popen[bytes]) -> int:
    process.terminate()
    return process.wait(STOPS_S)


def test_two_workers_on_a_new_database_do_what_is_due_once(redis_url: str, redis: Redis, tmp_path: Path) -> None:
    with worker(redis_url, tmp_path) as one, worker(redis_url, tmp_path) as other:
        eventually(lambda: redis.scard("rq:workers") == 2)
        eventually(
            lambda: (
                {"marks", "reconcile"}
                <= {job.id.partition("-")[0] for job in jobs(redis) if job.get_status() is JobStatus.FINISHED}
            )
        )
        (job,) = [job for job in jobs(redis) if job.id.startswith("reconcile-")]
        assert job.return_value() == 0
        assert 0 < redis.ttl(f"rq:job:{job.id}") <= 24 * 3600
        assert (stops(one), stops(other)) == (0, 0)
    assert redis.scard("rq:workers") == 0


def test_a_worker_is_gone_within_seconds_even_while_a_long_job_runs(
    redis_url: str, redis: Redis, tmp_path: Path
) -> None:
    job = job_queue(redis).enqueue("time.sleep", 600, failure_ttl=60)
    with worker(redis_url, tmp_path) as process:
        eventually(lambda: job.get_status() is JobStatus.STARTED)
        assert stops(process) == 0
    assert job.get_status() is JobStatus.FAILED


def test_a_job_that_has_just_ended_takes_nobody_with_it() -> None:
    program = (
        "from callcenter.jobs.worker import PromptWorker\n"
        "worker = PromptWorker.__new__(PromptWorker)\nworker._horse_pid = 0\n"
        "worker.kill_horse()\nprint('lives')\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        capture_output=True,
        text=True,
        timeout=100,
        start_new_session=True,
    )
    assert (ran.returncode, ran.stdout) == (0, "lives\n")


def test_without_redis_a_worker_ends_and_asks_to_be_started_anew(tmp_path: Path) -> None:
    with worker("redis://127.0.0.1:1/0", tmp_path) as process:
        assert process.wait(60) == 1


def test_what_is_due_is_enqueued_once_an_hour_and_forgotten_when_it_failed_long_ago(redis: Redis) -> None:
    queue, noon = job_queue(redis), datetime(2026, 11, 23, 12, tzinfo=UTC)
    hourly = [job for job in SCHEDULE if job.name == "reconcile"]
    assert enqueue_due(queue, noon, hourly) == ["reconcile-20261123T1200Z"]
    assert enqueue_due(queue, noon + timedelta(minutes=59, seconds=59), hourly) == []
    assert enqueue_due(queue, noon + timedelta(hours=1), hourly) == ["reconcile-20261123T1300Z"]
    assert [job.failure_ttl for job in jobs(redis)] == [7 * 24 * 3600] * 2
    assert {job.name for job in SCHEDULE} >= {"reconcile", "destroy"}


def test_marked_numbers_are_mirrored_every_five_minutes(redis: Redis) -> None:
    queue, noon = job_queue(redis), datetime(2026, 11, 23, 12, tzinfo=UTC)
    marks = [job for job in SCHEDULE if job.name == "marks"]
    assert enqueue_due(queue, noon, marks) == ["marks-20261123T1200Z"]
    assert enqueue_due(queue, noon + timedelta(minutes=4, seconds=59), marks) == []
    assert enqueue_due(queue, noon + timedelta(minutes=5), marks) == ["marks-20261123T1205Z"]


def test_a_daily_job_is_due_at_midnight() -> None:
    daily = Scheduled(name="daily", function="time.time", every=timedelta(days=1))
    assert daily.due(datetime(2026, 11, 23, 12, tzinfo=UTC)) == datetime(2026, 11, 23, tzinfo=UTC)
