from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from callcenter.cli import app
from tests.unit.billing.samples import EXAMPLES


@pytest.fixture(autouse=True)
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with the example centre and a copy of its tariffs, and no database."""
    shutil.copytree(EXAMPLES, tmp_path / "tariffs")
    shutil.copy(EXAMPLES.parent / "centre.toml", tmp_path)
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    monkeypatch.setenv("CALLCENTER_TARIFFS", str(tmp_path / "tariffs"))
    monkeypatch.setenv("CALLCENTER_CENTRE", str(tmp_path / "centre.toml"))
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/none/callcenter.db")
    return tmp_path


def bill(*words: str) -> Result:
    return CliRunner().invoke(app, ["bill", *words])


def refused(*words: str) -> str:
    result = bill(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def test_compare_prints_the_table_in_korean_unless_asked_otherwise() -> None:
    result = bill("compare", "--calls-per-day", "100")
    assert result.exit_code == 0
    assert result.stdout.startswith("하루 100콜의 연간 비용 비교 (백만원)\n")
    assert bill("compare", "--calls-per-day", "100", "--lang", "en").stdout.startswith(
        "A year's cost at 100 calls a day"
    )


def test_compare_as_json() -> None:
    told = json.loads(bill("compare", "--calls-per-day", "7", "--format", "json").stdout)
    assert told["joint"]["per_month"] == 128_750


def test_compare_works_before_the_first_start_and_says_whose_figures_it_shows(installation: Path) -> None:
    shutil.rmtree(installation / "tariffs")
    result = bill("compare", "--calls-per-day", "100")
    assert (result.exit_code, "87.6" in result.stdout) == (0, True)
    assert "these figures are those of the example tariff" in result.stderr


@pytest.mark.parametrize("calls", ["0", "-5", "1000001"])
def test_compare_refuses_an_impossible_volume(calls: str) -> None:
    assert refused("compare", f"--calls-per-day={calls}") == (
        f"{calls} calls a day; expected a whole number from 1 to 1000000\n"
    )


@pytest.mark.parametrize("calls", ["abc", "1.5", "", "9" * 5000])
def test_compare_refuses_what_is_no_whole_number(calls: str) -> None:
    assert "--calls-per-day" in refused("compare", f"--calls-per-day={calls}")


def test_compare_uses_the_tariff_of_the_month() -> None:
    assert refused("compare", "--calls-per-day=1", "--month=2024-12") == (
        "no tariff for 2024-12; the first is valid from 2025-01\n"
    )


def test_check_lists_the_versions() -> None:
    assert bill("check").stdout == "2025-01.toml: from 2025-01, continuous\n2026-01.toml: from 2026-01, bands\n"


def test_check_names_file_key_and_what_is_expected(installation: Path) -> None:
    file = installation / "tariffs" / "2026-01.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('"7/10"', '"6/10"'), encoding="utf-8")
    assert refused("check") == "2026-01.toml: payer: the shares add up to 9/10; expected exactly 1\n"


@pytest.mark.parametrize("command", [["statement", "--company=nurim"], ["unattributed"]])
def test_a_bad_month_is_refused(command: list[str]) -> None:
    assert refused(*command, "--month=2026-13") == (
        "--month: '2026-13' is no month; expected one of this century such as 2026-11\n"
    )


def test_statement_needs_a_centre(installation: Path) -> None:
    (installation / "centre.toml").unlink()
    assert "no such file" in refused("statement", "--company=nurim", "--month=2026-11")


def test_without_a_database_it_says_what_to_do_and_makes_none(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", f"sqlite+aiosqlite:///{installation}/callcenter.db")
    assert "has the centre been started once" in refused("unattributed", "--month=2026-11")
    assert not (installation / "callcenter.db").exists()


def test_a_database_without_tables_is_no_database(installation: Path) -> None:
    (installation / "none").mkdir()
    (installation / "none" / "callcenter.db").touch()
    assert "has the centre been started once" in refused("statement", "--company=nurim", "--month=2026-11")


def test_a_database_that_is_not_running_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", "postgresql+psycopg://127.0.0.1:1/none")
    assert "is its database up" in refused("unattributed", "--month=2026-11")
