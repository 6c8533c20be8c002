"""One piece of work in a process of its own, whose time and memory are told as JSON."""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from billing.metering import Metering
from billing.rules import Used
from billing.words import Language
from callcenter.settlement.again import opened
from callcenter.settlement.months import settle_month
from callcenter.settlement.pdf import Sheet, statement_pdf
from callcenter.store.corrections import Corrections
from callcenter.store.engine import open_sync_engine
from callcenter.store.periods import Actor
from callcenter.tariffs import read_text
from tests.benchmarks.billing.data import END_MS, MONTH, START_MS
from tests.web_centre import EXAMPLE

SEOUL = ZoneInfo("Asia/Seoul")
TEXT = (EXAMPLE / "tariffs" / "2026-01.toml").read_text(encoding="utf-8")
TARIFF = read_text(TEXT, "2026-01.toml")
CORE_CALLS = 500_000
PDFS = 500


def settle(url: str) -> int:
    """The month, as a worker does it; how many entries stand on statements."""
    engine = open_sync_engine(url)
    made = settle_month(
        engine,
        MONTH,
        tariff=TARIFF,
        text=TEXT,
        members=(),
        zone=SEOUL,
        actor=Actor(by="bench", at=END_MS + 3_600_000),
    )
    engine.dispose()
    return made.entries


def pdfs(url: str) -> int:
    """Statements of the settled month as PDF, read from the database; how many."""
    engine = open_sync_engine(url)
    with Session(engine) as session:
        rows = Corrections(session).statements(MONTH)[:PDFS]
        for row in rows:
            made, usage = opened(session, row, SEOUL)
            statement_pdf(made, usage, Sheet(centre="센터", company=row.company, number=None, language=Language.KO))
    engine.dispose()
    return len(rows)


def core(_: str) -> int:
    """Deciding and metering alone; how many calls."""
    things = [
        Used(f"cc-{n}", "inbound", "a", START_MS + n * 5000, START_MS + n * 5000 + 90_000, 60_000, "answered", str(n))
        for n in range(CORE_CALLS)
    ]
    began = time.monotonic()
    metering = Metering(TARIFF.rules, increment_ms=10_000)
    metering.decide(things)
    assert metering.tally().by_rule[0] == CORE_CALLS
    _Took.seconds = time.monotonic() - began
    return CORE_CALLS


class _Took:
    """Set by work that prepares something first."""

    seconds = 0.0


def _highest_mb() -> float:
    """The most memory that this program held; `getrusage` counts what the process was before it became this program."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def main() -> None:
    """`work NAME URL`."""
    works: dict[str, Callable[[str], int]] = {"settle": settle, "pdfs": pdfs, "core": core}
    began = time.monotonic()
    done = works[sys.argv[1]](sys.argv[2])
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = _Took.seconds or time.monotonic() - began
    told = {"done": done, "seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "mb": _highest_mb()}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
