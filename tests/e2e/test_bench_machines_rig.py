"""The rig of `scripts/bench machines` judges what was played, and counts nothing when it was not listened."""

from __future__ import annotations

from pathlib import Path

import pytest

from dialplan.machines import AGENTS, ASTERISKS_OWN, VOICE
from tests.benchmarks.calls.load import RigError
from tests.benchmarks.machines.greetings import Greeting, Half, Kind, greetings
from tests.benchmarks.machines.measure import opened
from tests.benchmarks.machines.report import by_kind, table

pytestmark = [pytest.mark.e2e, pytest.mark.benchmark]


def one_of(kind: Kind) -> Greeting:
    return next(one for one in greetings(Half.REPORT) if one.kind is kind)


def test_each_greeting_is_judged_once_by_each_way(tmp_path: Path) -> None:
    played = [one_of(kind) for kind in (Kind.SILENT, Kind.CARRIER, Kind.RINGBACK)]
    ways = {"voice": VOICE, "asterisks-own": ASTERISKS_OWN}
    with opened(tmp_path, tmp_path / "sounds", ways, played) as rig:
        found = rig.judge(list(ways), played)
    judged = {way: {one.greeting.kind: one for one in all_of} for way, all_of in found.items()}
    assert {kind: one.machine for kind, one in judged["voice"].items()} == {
        Kind.SILENT: False, Kind.CARRIER: True, Kind.RINGBACK: False
    }  # fmt: skip
    # Five seconds of music before the answer are not listened to.
    assert judged["voice"][Kind.RINGBACK].ms < VOICE.total + 300
    silent = judged["asterisks-own"][Kind.SILENT]
    assert (silent.machine, silent.cause.split("-")[0]) == (True, "INITIALSILENCE")
    assert "| voice | 0 of 2: 0.0% (0.0% – 65.8%) | 0 of 1: 0.0%" in table(found)
    assert "| carrier's mailbox | 1 of 1 | 1 of 1 |" in by_kind(found)


def test_without_the_module_nothing_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.benchmarks.machines.measure.APPLICATION", "TryExec(NoSuchApplication({}))")
    played = [one_of(Kind.SILENT)]
    lost = pytest.raises(RigError, match="is app_amd loaded")
    with lost, opened(tmp_path, tmp_path / "sounds", {"agents": AGENTS}, played) as rig:
        rig.judge(["agents"], played)
