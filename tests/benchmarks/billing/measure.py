"""A month settled by the product beside the same month settled by a script, on each database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from callcenter.store.engine import open_sync_engine
from callcenter.store.migrate import upgrade
from tests.benchmarks.billing.data import Size, fill, sign
from tests.benchmarks.billing.script import run_script, undo
from tests.benchmarks.calls.load import RigError
from tests.benchmarks.calls.processes import busy_seconds, own_seconds
from tests.integration.servers import postgresql


@dataclass(frozen=True, kw_only=True, slots=True)
class Worked:
    """One piece of work."""

    done: int
    seconds: float
    #: Of the process itself; a database server's is not in it.
    cpu: float
    mb: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One size on one database."""

    database: str
    size: Size
    #: How long the script took.
    script: float
    settle: Worked
    #: Five hundred statements as PDF; None where that was not measured.
    pdfs: Worked | None
    #: Share of the machine that other programs used, the database's server among them.
    disturbed: float


def measure(database: str, size: Size, *, pdfs: bool) -> Measured:
    """Fill, script, undo, settle. Raises `RigError`: the two did not bring the same rows."""
    with _empty(database) as url:
        upgrade(url)
        engine = open_sync_engine(url)
        with engine.connect() as connection:
            fill(connection, size)
        sign(engine, size)
        with engine.connect() as connection:
            seconds = run_script(connection)
            rows = connection.exec_driver_sql("SELECT count(*), sum(talk_ms) FROM usage_entry").one()
            counted = connection.exec_driver_sql("SELECT sum(counted) FROM statement").scalar_one()
            undo(connection)
        began, machine, own = time.monotonic(), busy_seconds(), own_seconds()
        settled = work("settle", url)
        others = busy_seconds() - machine - own_seconds() + own - settled.cpu
        disturbed = max(others / (time.monotonic() - began) / (os.cpu_count() or 1), 0.0)
        with engine.connect() as connection:
            ours = connection.exec_driver_sql("SELECT count(*), sum(talk_ms) FROM usage_entry").one()
            ours_counted = connection.exec_driver_sql("SELECT sum(counted) FROM statement").scalar_one()
        engine.dispose()
        if tuple(rows) != tuple(ours) or counted != ours_counted:
            raise RigError(
                f"the script has {tuple(rows)}, {counted} counted; the product {tuple(ours)}, {ours_counted}"
            )
        return Measured(
            database=database,
            size=size,
            script=seconds,
            settle=settled,
            pdfs=work("pdfs", url) if pdfs else None,
            disturbed=disturbed,
        )


def work(what: str, url: str = "") -> Worked:
    """A piece of work in a process of its own. Raises `RigError`."""
    command = [sys.executable, "-m", "tests.benchmarks.billing.work", what, url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RigError(f"{what}: {done.stderr.strip().splitlines()[-1:]}")
    return Worked(**json.loads(done.stdout))


@contextmanager
def _empty(database: str) -> Iterator[str]:
    if database == "postgresql":
        with postgresql() as url:
            yield url
        return
    with TemporaryDirectory(prefix="callcenter-bench-") as folder:
        yield f"sqlite+aiosqlite:///{Path(folder) / 'callcenter.db'}"
