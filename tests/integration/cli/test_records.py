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
from callcenter.store.models import Base, EventRow, QueueLogRow
from tests.web_centre import record

pytestmark = pytest.mark.integration
EXAMPLE = Path(__file__).parents[3] / "callcenter" / "example"


def at(local: str) -> int:
    return int(datetime.fromisoformat(f"{local}+09:00").timestamp() * 1000)


NOON = at("2026-11-23T12:00:00")


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/callcenter.db"
    engine = open_sync_engine(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        session.add_all(
            [
                record("cc-1", entered_at=at("2026-11-22T23:59:59")),
                record("cc-2", entered_at=at("2026-11-23T00:00:00")),
                record("cc-3", entered_at=NOON, company="hanbit"),
                record("cc-4", entered_at=NOON + 1, answered_at=None, ended_at=None, outcome=None),
                record("cc-5", entered_at=at("2026-11-24T00:00:00")),
                EventRow(key="b", at=NOON + 15_000, kind="call.answered", call="cc-3", data={"agent": "1001"}),
                EventRow(key="a", at=NOON, kind="call.entered", call="cc-3", data={"dnis": "07000000101"}),
                EventRow(key="c", at=NOON, kind="call.entered", call="cc-4", data={}),
            ]
        )
        for n, time in enumerate((NOON + 15_000, NOON, at("2026-11-22T23:59:59"), at("2026-11-24T00:00:00"))):
            session.add(QueueLogRow(id=n + 1, key=str(n), line=f"{time // 1000}|cc-{n}|kitchen|NONE|ENTERQUEUE||1|1"))
    engine.dispose()
    shutil.copy(EXAMPLE / "centre.toml", tmp_path)
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    monkeypatch.setenv("CALLCENTER_CENTRE", str(tmp_path / "centre.toml"))
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", url)


def run(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["records", *words])
    assert result.exit_code == code, result.output
    return result


def listed(*words: str) -> list[str]:
    return [line.split("\t")[1] for line in run("list", *words).stdout.splitlines()]


def test_a_day_in_seoul_newest_first() -> None:
    assert listed("--day=2026-11-23") == ["cc-4", "cc-3", "cc-2"]
    assert run("list", "--day=2026-11-23", "--company=hanbit").stdout == (
        "2026-11-23 12:00:00+09:00\tcc-3\thanbit\tkitchen\t1001\t7 s\t30 s\tanswered\n"
    )


def test_a_cut_list_says_so() -> None:
    told = run("list", "--day=2026-11-23", "--limit=1")
    assert (told.stdout.count("\n"), told.stderr) == (1, "1 of 3; --limit shows more.\n")


def test_a_calls_record_and_its_timeline() -> None:
    told = run("show", "cc-3").stdout
    document, _, timeline = told.partition("\n}\n")
    assert json.loads(document + "}")["company"] == "hanbit"
    assert timeline.splitlines() == [
        '2026-11-23 12:00:00.000+09:00  call.entered      {"dnis":"07000000101"}',
        '2026-11-23 12:00:15.000+09:00  call.answered     {"agent":"1001"}',
    ]


def test_the_cdr_export_has_the_closed_calls_oldest_first() -> None:
    rows = list(csv.reader(run("export", "--format=cdr", "--month=2026-11").stdout.splitlines()))
    assert [row[16] for row in rows] == ["cc-1", "cc-2", "cc-3", "cc-5"]
    one = run("export", "--format=cdr", "--day=2026-11-23", "--company=nurim").stdout
    assert [row[16] for row in csv.reader(one.splitlines())] == ["cc-2"]


def test_the_queue_log_export_is_in_the_order_of_time() -> None:
    lines = run("export", "--format=queue_log", "--day=2026-11-23").stdout.splitlines()
    assert [line.split("|")[1] for line in lines] == ["cc-1", "cc-0"]


def test_reconcile_says_what_differs(tmp_path: Path) -> None:
    folder = tmp_path / "asterisk" / "log" / "cdr-csv"
    folder.mkdir(parents=True)
    (folder / "Master.csv").touch()
    told = run("reconcile", "--day=2026-11-23", code=1)
    assert told.stdout.splitlines() == [
        "2026-11-23 00:00:00+09:00  cc-2  missing_cdr  ours: answered  asterisk: -",
        "2026-11-23 12:00:00+09:00  cc-3  missing_cdr  ours: answered  asterisk: -",
    ]
    assert told.stderr == "2 differences.\n"
    assert run("reconcile", "--day=2026-11-25").stderr == "0 differences.\n"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("list", "--day=yesterday"), "--day: expected a day such as 2026-11-23"),
        (("list", "--day=2026-11-23", "--company=nobody"), "no company 'nobody'; expected one of "),
        (("show", "cc-9"), "no call 'cc-9'"),
        (("export", "--format=cdr"), "expected either --day or --month"),
        (("export", "--format=cdr", "--day=2026-11-23", "--month=2026-11"), "expected either --day or --month"),
        (("export", "--format=cdr", "--month=2026-13"), "--month: "),
        (("export", "--format=queue_log", "--day=2026-11-23", "--company=nurim"), "the whole centre's"),
        (("reconcile", "--day=2026-11-23"), "no Master.csv in "),
    ],
)
def test_a_wrong_request_is_told_in_words(words: tuple[str, ...], why: str) -> None:
    assert why in run(*words, code=2).stderr


def test_no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", f"sqlite+aiosqlite:///{tmp_path}/other.db")
    assert "cannot be read" in run("list", "--day=2026-11-23", code=2).stderr
