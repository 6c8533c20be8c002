"""`callcenter call replay` as a person types it, on a journal that the floor wrote and the ledger stored."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from callcenter.calls.floor import Floor
from callcenter.calls.journal import Entry
from callcenter.calls.reconfigure import reconfigure
from callcenter.centre import load_centre
from callcenter.cli import app
from callcenter.config.versions import Versions
from callcenter.ledger.tables import Tables
from callcenter.store.engine import open_sync_engine
from callcenter.store.models import EventRow
from tests.unit.calls.script import Script

pytestmark = pytest.mark.integration
EXAMPLE = Path(__file__).parents[3] / "callcenter" / "example"
NURIM, HANBIT = "07000000101", "07000000102"


@pytest.fixture
def centre_file(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = Path(shutil.copy(EXAMPLE / "centre.toml", tmp_path))
    Versions(file).begin()
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    monkeypatch.setenv("CALLCENTER_CENTRE", str(file))
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", database_url)
    return file


@pytest.fixture
def script(centre_file: Path) -> Script:
    """The engine has been started with the first version."""
    script = Script()
    script.floor = Floor(load_centre(centre_file))
    script.floor.version = 1
    script.floor.stands("start", script.now)
    return script


def a_morning(script: Script, name: str) -> None:
    """Many wait for few agents, who miss the first call, take the next ones and become ready again."""
    agents = ("1001", "1002", "1003")
    for n in range(30):
        script.call(f"cc-{name}.{n}", (NURIM, HANBIT)[n % 2])
        script.prompt_ends()
        script.passes(0.001 if n % 3 else 7)
    for agent in agents:
        script.agent_ready(agent)
    for _ in range(8):
        for agent in agents:
            presence = script.floor.staff.agents[agent]
            if presence.call:
                call = presence.call
                script.hangs_up(call, script.answers(call, agent))
                script.passes(31)
        for agent in agents:
            script.agent_ready(agent)


def stored(database_url: str, journal: Iterable[Entry]) -> None:
    engine = open_sync_engine(database_url)
    tables = Tables(engine.dialect.name)
    with engine.connect() as connection:
        tables.begin(connection)
        tables.write(connection, list(journal))
        connection.commit()
    engine.dispose()


def replay(*words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["call", "replay", "--date", "2026-11-23", *words])
    assert result.exit_code == code, result.output
    return result


def test_a_day_is_decided_again_across_a_configuration(script: Script, centre_file: Path, database_url: str) -> None:
    a_morning(script, "1")
    text = centre_file.read_text("utf-8").replace(
        'groups = ["furniture", "interior", "household"]', 'groups = ["kitchen"]'
    )
    Versions(centre_file).add(text, by="sup", why="", at=datetime(2026, 11, 23, 2, tzinfo=UTC))
    script._came(reconfigure(script.floor, load_centre(centre_file), script.now, version=2, by="sup"))
    a_morning(script, "2")
    stored(database_url, script.journal)
    decisions = sum("rule" in entry.data for entry in script.journal)
    assert decisions > 20
    assert replay().stdout == f"2026-11-23 분배 결정 {decisions}건: 같음 {decisions}건, 다름 0건\n"
    (centre_file.parent / "centre.versions" / "0002.json").unlink()
    said = replay("--lang", "en").stdout
    assert "version 2 of the configuration, in effect then, is not kept" in said
    assert ", 0 different" in said


def test_a_journal_that_was_changed_is_found_out(script: Script, database_url: str) -> None:
    a_morning(script, "1")
    stored(database_url, script.journal)
    engine = open_sync_engine(database_url)
    offer = next(entry for entry in script.journal if "rule" in entry.data)
    with Session(engine) as session, session.begin():
        row = session.get_one(EventRow, offer.key)
        row.agent, row.data = "1011", row.data | {"agent": "1011"}
    engine.dispose()
    lines = replay("--lang", "en", code=1).stdout.splitlines()
    assert lines[0].endswith(", 1 different")
    assert [line[:7] for line in lines[2:]] == ["  then ", "  now  "]
    assert "1011" in lines[2]
    assert f"{offer.agent} " in lines[3]


def test_a_day_of_an_earlier_engine_is_told_not_to_be_replayable(script: Script, database_url: str) -> None:
    a_morning(script, "1")
    stored(database_url, (e for e in script.journal if e.kind.value != "line.stands"))
    said = replay().stdout
    assert said.startswith("2026-11-23: 다시 확인할 분배 결정이 없습니다.\n재현할 수 없음  2026-11-23 00:00:00")


@pytest.mark.usefixtures("script")
def test_mistakes_are_told() -> None:
    assert "no decisions" in replay("--lang", "en").stdout
    assert "expected one of ko, en" in replay("--lang", "fr", code=2).stderr
    assert "expected a day such as" in replay("--date", "yesterday", code=2).stderr
