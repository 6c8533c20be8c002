"""The rig of `scripts/bench dial` tells the truth about its own trouble, and counts only surveys that are exact."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.benchmarks.calls.load import RigError
from tests.benchmarks.dial.measure import Measured, NotSustained, Sustained, measure
from tests.benchmarks.dial.phones import phones
from tests.benchmarks.dial.report import highest, table
from tests.benchmarks.dial.ways import Way
from tests.e2e.harness.ports import free_ports
from tests.e2e.test_bench_rig import children

pytestmark = [pytest.mark.e2e, pytest.mark.benchmark]

_PARTS = {
    Way.FILES: {"asterisk"},
    Way.SQLITE: {"asterisk", "dialler", "Redis"},
    Way.POSTGRESQL: {"asterisk", "dialler", "Redis", "PostgreSQL"},
}


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each system under test names its own data folder there.
    monkeypatch.setenv("CALLCENTER_DATA", "")


@pytest.mark.parametrize("way", list(Way))
def test_every_way_is_measured(way: Way, tmp_path: Path) -> None:
    one = measure(way, 4, 8, tmp_path / "run")
    assert set(one.ms) == _PARTS[way]
    assert one.ms["asterisk"] > 0
    assert one.ms.get("dialler", 1) > 0
    assert 1 < one.rate < 5


@pytest.mark.parametrize("way", [Way.FILES, Way.SQLITE])
def test_a_survey_with_other_answers_is_not_counted(way: Way, tmp_path: Path) -> None:
    with pytest.raises(NotSustained, match="10 of 10 surveys not complete"):
        measure(way, 4, 8, tmp_path / "run", keys=("1", "4", "3"))


def test_phones_that_went_away_are_reported(tmp_path: Path) -> None:
    before = children()

    def lose_the_phones() -> None:
        with phones(tmp_path / "phones", free_ports(2)):
            (pid,) = children() - before
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)

    with pytest.raises(RigError, match="phones' SIPp ended"):
        lose_the_phones()


def test_phones_that_could_not_keep_up_are_reported(tmp_path: Path) -> None:
    before = children()

    def stall() -> None:
        with phones(tmp_path / "phones", free_ports(2)):
            (pid,) = children() - before
            time.sleep(1)  # One that stands still before it has begun is only late.
            os.kill(pid, signal.SIGSTOP)
            time.sleep(4)
            os.kill(pid, signal.SIGCONT)
            time.sleep(1)

    with pytest.raises(RigError, match="over-loaded"):
        stall()


def test_the_report_compares_with_call_files() -> None:
    parts = {"asterisk": 10.0, "dialler": 6.0, "Redis": 1.0, "PostgreSQL": 3.0}
    found = [Measured(way=way, ms={part: parts[part] for part in _PARTS[way]}, rate=10, disturbed=0.0) for way in Way]
    said = table(found)
    assert "| call files | 10.0 | – | – | – | 10.0 | 1.00 |" in said
    assert "| dialler, SQLite | 10.0 | 6.0 | – | 1.0 | 17.0 | 1.70 |" in said
    assert "| dialler, PostgreSQL | 10.0 | 6.0 | 3.0 | 1.0 | 20.0 | 2.00 |" in said
    assert "- call files: 9.8 calls a second; above it 3 of 9" in highest(
        {Way.FILES: Sustained(rate=9.8, why="3 of 9")}
    )
