from __future__ import annotations

import json
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from callcenter.cli import app


def simulate(*words: str) -> Result:
    return CliRunner().invoke(app, ["simulate", "--calls", "400", "--seeds", "2", *words])


def test_tables_of_both_policies_and_a_chart(tmp_path: Path) -> None:
    result = simulate("--svg", str(tmp_path / "day.svg"))
    assert result.exit_code == 0
    assert result.stdout.startswith("34 agents, 17 groups, 500 companies; 2 days")
    assert "app_queue leastrecent" in result.stdout
    assert (tmp_path / "day.svg").read_text().startswith("<svg")


def test_json_of_another_way_to_set_up_app_queue() -> None:
    told = json.loads(simulate("--against", "longest", "--json").stdout)
    assert told["policies"] == ["app_queue longest", "ours"]


def test_a_chart_that_cannot_be_written_is_said() -> None:
    result = simulate("--svg", "/nowhere/day.svg")
    assert (result.exit_code, "No such file" in result.stderr) == (2, True)


def test_mondays_with_callbacks_and_peak_time_agents() -> None:
    result = simulate("--monday", "--against", "wide")
    assert result.exit_code == 0
    assert "2 days, Mondays: the same callers, rosters and further people." in result.stdout
    assert "Callers lost under ours for each lost under app_queue wide" in result.stdout


def test_mondays_on_which_each_group_calls_up_its_own() -> None:
    by_line, by_groups = (
        json.loads(simulate("--monday", "--json", "--call-up", by).stdout) for by in ("line", "groups")
    )
    hours = [told["figures"]["more_hours"]["second"]["mean"] for told in (by_line, by_groups)]
    assert hours[0] != hours[1]
    assert all(hours)


def test_outbound_days_as_a_table() -> None:
    words = ["simulate", "outbound", "--agents", "10", "--hit-rate", "0.3", "--days", "2", "--hours", "1"]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0
    rows = [line.split() for line in result.stdout.splitlines()[2:]]
    assert [row[2] for row in rows] == ["progressive", "ours", "fixed"]
    assert rows[0][6] == "0.00"
