"""The rig of `scripts/bench billing`: both bring the same rows, a difference is reported, the verdict is said."""

from __future__ import annotations

from typing import Any

import pytest

from tests.benchmarks.billing import measure as rig
from tests.benchmarks.billing.data import Size
from tests.benchmarks.billing.measure import Measured, Worked, measure
from tests.benchmarks.billing.report import months, target
from tests.benchmarks.calls.load import RigError

_SIZE = Size(20, 2_000)


def test_both_bring_the_same_rows() -> None:
    found = measure("sqlite", _SIZE, pdfs=True)
    assert found.settle.done == 2_000
    assert found.pdfs is not None
    assert found.pdfs.done == 20
    assert "| sqlite | 20 | 2,000 |" in months([found])


def test_a_difference_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    script = rig.run_script

    def one_less(connection: Any) -> float:
        seconds = script(connection)
        connection.exec_driver_sql("DELETE FROM usage_entry WHERE call = (SELECT min(call) FROM usage_entry)")
        connection.commit()
        return seconds

    monkeypatch.setattr(rig, "run_script", one_less)
    with pytest.raises(RigError, match=r"the script has \(1999, .* the product \(2000, "):
        measure("sqlite", _SIZE, pdfs=False)


def worked(seconds: float, done: int = 1_000_000, mb: float = 100) -> Worked:
    return Worked(done=done, seconds=seconds, cpu=seconds, mb=mb)


def test_the_target_is_reached_or_not() -> None:
    def told(seconds: float, mb: float, core_s: float) -> str:
        one = Measured(
            database="sqlite",
            size=_SIZE,
            script=10,
            settle=worked(seconds, mb=mb),
            pdfs=worked(seconds, done=500),
            disturbed=0,
        )
        return target([one], worked(core_s))

    assert told(30, 299, 5).count("| reached |") == 4
    assert told(61, 300, 5.1).count("| **not reached** |") == 4
