"""`callcenter staff` as a person types it."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.store.engine import open_sync_engine
from callcenter.store.models import Base, EventRow
from tests.web_centre import record

pytestmark = pytest.mark.integration
EXAMPLE = Path(__file__).parents[3] / "callcenter" / "example"


def at(local: str) -> int:
    return int(datetime.fromisoformat(f"{local}+09:00").timestamp()) * 1000


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/callcenter.db"
    engine = open_sync_engine(url)
    Base.metadata.create_all(engine)
    came, left = at("2026-11-30T23:50"), at("2026-12-01T00:20")
    with Session(engine) as session, session.begin():
        for week in ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"):
            session.add_all(record(f"{week}-{n}", entered_at=at(f"{week}T10:05") + n) for n in range(12))
        session.add(EventRow(key="c", at=came, kind="peak.came", call=None, agent="1010", data={"until": left}))
        session.add(EventRow(key="l", at=left, kind="peak.left", call=None, agent="1010", data={"came": came}))
    engine.dispose()
    shutil.copy(EXAMPLE / "centre.toml", tmp_path)
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    monkeypatch.setenv("CALLCENTER_CENTRE", str(tmp_path / "centre.toml"))
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", url)


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["staff", *words])
    assert result.exit_code == code, result.output
    return result


def test_the_plan_is_text_json_or_csv() -> None:
    text = run("plan", "--date", "2026-11-23").stdout
    assert "2026-11-23 월요일" in text
    assert "10:00     12.0" in text
    assert "같은 성격의 날 4일" in text
    told = json.loads(run("plan", "--date", "2026-11-23", "--json").stdout)
    assert (told["days_alike"], told["lacks"]) == (4, ["no_patience", "no_attendance"])
    rows = list(csv.DictReader(run("plan", "--date", "2026-11-23", "--csv").stdout.splitlines()))
    (ten,) = [row for row in rows if row["quarter"] == "10:00" and "kitchen" in row["pool"]]
    assert (ten["expected_calls"], ten["came"]) == ("12.0", "0")
    assert int(ten["needed"]) > 0


def test_without_history_it_says_what_it_takes() -> None:
    said = run("plan", "--date", "2026-11-24", "--lang", "en").stdout
    assert "2026-11-24 Tuesday" in said
    assert "about four weeks of calls" in said


def test_paid_minutes_fall_into_the_month_of_their_day() -> None:
    assert run("paid", "--month", "2026-11", "--csv").stdout.splitlines()[1:] == ["2026-11-30,1010,1,10,0"]
    assert json.loads(run("paid", "--month", "2026-12", "--json").stdout)[0]["minutes"] == 20
    assert "한지우  20분" in run("paid", "--month", "2026-12").stdout
    assert "No peak-time agent" in run("paid", "--month", "2026-10", "--lang", "en").stdout


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("plan", "--date", "yesterday"), "expected a day such as"),
        (("plan", "--json", "--csv"), "not both"),
        (("paid", "--month", "2026-13"), "--month"),
        (("plan", "--lang", "fr"), "expected one of ko, en"),
    ],
)
def test_mistakes_are_told(words: tuple[str, ...], why: str) -> None:
    assert why in run(*words, code=2).stderr
