"""A ledger that kills itself at one point of its work: `dying_ledger.py POINT REDIS_URL DATABASE_URL FOLDER`."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from redis import Redis
from sqlalchemy import event

from callcenter.ledger.writer import LedgerWriter
from callcenter.store.engine import open_sync_engine

POINTS = ("before commit", "after the queue_log", "after commit", "after acknowledgement", "soon after commit")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class DyingRedis(Redis):
    """Dies before or after acknowledging; reads little at a time, so that there are many batches."""

    point = ""
    acknowledged = False

    def xreadgroup(self, *arguments: Any, **options: Any) -> Any:
        return super().xreadgroup(*arguments, **{**options, "count": 50})

    def xack(self, *arguments: Any) -> Any:
        if self.point == "after commit":
            die()
        answer = super().xack(*arguments)
        self.acknowledged = True
        if self.point == "after acknowledgement":
            die()
        return answer

    def set(self, *arguments: Any, **options: Any) -> Any:
        # The ledger's state is told after its lines are in the file.
        if self.point == "after the queue_log" and self.acknowledged:
            die()
        return super().set(*arguments, **options)


def main(point: str, redis_url: str, database_url: str, folder: Path) -> None:
    redis = DyingRedis.from_url(redis_url, socket_timeout=None)
    redis.point = point
    engine = open_sync_engine(database_url)
    if point == "before commit":
        event.listen(engine, "commit", lambda _connection: die())
    if point == "soon after commit":
        event.listen(engine, "commit", lambda _connection: threading.Timer(0.003, die).start())
    LedgerWriter(redis, engine, spool=folder / "spool", queue_log=folder / "queue_log").run(threading.Event())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Path(sys.argv[4]))
