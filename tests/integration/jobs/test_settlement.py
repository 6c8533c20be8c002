"""Settling as a job: patient with the database, once at a time for a month."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from billing.month import Month
from callcenter.jobs.schedule import job_queue
from callcenter.jobs.settlement import enqueue, job_of, patiently

pytestmark = pytest.mark.integration
NOVEMBER, DECEMBER = Month(2026, 11), Month(2026, 12)


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    with Redis.from_url(redis_url) as client:
        yield client


def test_a_database_that_comes_back_is_waited_for(tmp_path: Path) -> None:
    folder, tries = tmp_path / "away", []

    def ask() -> int:
        tries.append(1)
        if len(tries) == 3:
            folder.mkdir()
        engine = create_engine(f"sqlite:///{folder}/db")
        try:
            with engine.connect() as connection:
                return int(connection.exec_driver_sql("SELECT 7").scalar_one())
        finally:
            engine.dispose()

    assert patiently(ask, (0, 0, 0)) == 7
    assert len(tries) == 3


def test_one_that_stays_away_is_an_error(tmp_path: Path) -> None:
    def ask() -> None:
        create_engine(f"sqlite:///{tmp_path}/none/db").connect()

    with pytest.raises(OperationalError):
        patiently(ask, (0, 0))


def test_a_month_is_worked_on_once_at_a_time_and_months_beside_each_other(redis: Redis) -> None:
    first = enqueue(redis, "settle", NOVEMBER, "bill")
    assert enqueue(redis, "settle", NOVEMBER, "bill").id == first.id
    enqueue(redis, "settle", DECEMBER, "bill")
    assert len(job_queue(redis)) == 2
    assert job_of(redis, "close", NOVEMBER) is None


def test_a_job_that_is_over_may_be_asked_for_again(redis: Redis) -> None:
    first = enqueue(redis, "settle", NOVEMBER, "bill")
    job_queue(redis).remove(first)
    first.set_status("failed")
    enqueue(redis, "settle", NOVEMBER, "other")
    again = job_of(redis, "settle", NOVEMBER)
    assert again is not None
    assert list(again.args) == ["2026-11", "other"]
    assert len(job_queue(redis)) == 1
