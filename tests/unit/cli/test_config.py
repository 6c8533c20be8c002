"""`callcenter config`: what it says, in which language, and what it leaves on disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.config.versions import Versions
from callcenter.house import furnish

run = CliRunner()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A furnished folder whose Redis is away."""
    furnish(tmp_path / "data", redis_url="redis://127.0.0.1:1/0")
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def other(data: Path, before: str, after: str) -> str:
    """A changed copy of the centre's file."""
    text = (data / "centre.toml").read_text("utf-8")
    assert before in text
    path = data.parent / "other.toml"
    path.write_text(text.replace(before, after, 1), "utf-8")
    return str(path)


def test_check_tells_every_mistake_and_fails(data: Path) -> None:
    file = other(data, "ring_s = 20\nwrapup_s = 20", "ring_s = 1\nwrapup_s = -1")
    done = run.invoke(app, ["config", "check", file])
    assert done.exit_code == 2
    assert done.stderr.splitlines() == [
        f"{file}:22: waiting.ring_s: 1은(는) 너무 작습니다. 3 이상이어야 합니다.",
        f"{file}:23: waiting.wrapup_s: -1은(는) 너무 작습니다. 0 이상이어야 합니다.",
    ]
    assert run.invoke(app, ["config", "apply", file, "--yes"]).exit_code == 2
    assert len(Versions(data / "centre.toml").all()) == 1


def test_check_of_a_right_file_and_of_none(data: Path) -> None:
    right = run.invoke(app, ["config", "check", str(data / "centre.toml"), "--lang", "en"])
    assert right.stdout == "No mistakes: 17 groups, 10 companies, 12 agents.\n"
    assert run.invoke(app, ["config", "check", str(data / "none.toml")]).exit_code == 2


def test_diff_changes_nothing(data: Path) -> None:
    file = other(data, "ring_s = 20", "ring_s = 15")
    assert run.invoke(app, ["config", "diff", file]).stdout == "센터: 대기 · 벨 울림(초) 20 → 15\n"
    assert run.invoke(app, ["config", "diff", str(data / "centre.toml")]).stdout == "달라지는 것이 없습니다.\n"


def test_apply_asks_and_leaves_everything_when_the_answer_is_no(data: Path) -> None:
    file = other(data, "ring_s = 20", "ring_s = 15")
    done = run.invoke(app, ["config", "apply", file], input="n\n")
    assert done.exit_code == 2
    assert "적용하지 않았습니다." in done.stderr
    assert "ring_s = 20" in (data / "centre.toml").read_text("utf-8")


def test_a_version_without_redis_is_kept_and_said_to_count_later_and_there_is_a_way_back(data: Path) -> None:
    before = (data / "centre.toml").read_text("utf-8")
    file = other(data, "ring_s = 20", "ring_s = 15")
    done = run.invoke(app, ["config", "apply", file, "--yes", "--why", "shorter", "--lang", "en"])
    assert done.stdout.splitlines()[-1] == (
        "Version 2 is kept. The controller does not answer; it takes effect when the controller starts."
    )
    assert "ring_s = 15" in (data / "centre.toml").read_text("utf-8")
    assert run.invoke(app, ["config", "back", "1", "--yes"]).exit_code == 0
    assert (data / "centre.toml").read_text("utf-8") == before
    lines = run.invoke(app, ["config", "history", "--lang", "en"]).stdout.splitlines()
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert lines[1].endswith("shorter")
    assert lines[2].endswith("(as the file was at a start)")
    assert run.invoke(app, ["config", "back", "9"]).exit_code == 2
