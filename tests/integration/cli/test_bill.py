from __future__ import annotations

import csv
import io
import json
import shutil
import tomllib
from datetime import datetime
from pathlib import Path

import pytest
import tomlkit
from click.testing import Result
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from callcenter.cli import app
from callcenter.ledger.record import Direction, Outcome, Via
from callcenter.store.engine import open_sync_engine
from callcenter.store.models import CallRow

pytestmark = pytest.mark.integration
EXAMPLE = Path(__file__).parents[3] / "callcenter" / "example"


def record(
    call: str, entered: str, outcome: Outcome | None, *, company: str | None = "nurim", talk_s: int = 0
) -> CallRow:
    at = int(datetime.fromisoformat(entered).timestamp() * 1000)
    return CallRow(
        call=call,
        company=company,
        dnis="07000000101",
        caller="",
        direction=Direction.INBOUND,
        via=Via.INBOUND,
        entered_at=at,
        answered_at=at + 5000 if talk_s else None,
        ended_at=None if outcome is None else at + 5000 + talk_s * 1000,
        greeting_ms=0,
        wait_ms=5000,
        ring_ms=0,
        talk_ms=talk_s * 1000,
        offers=[],
        outcome=outcome,
    )


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, migrated_sqlite: Path) -> None:
    shutil.copy(migrated_sqlite, tmp_path / "callcenter.db")
    url = f"sqlite+aiosqlite:///{tmp_path}/callcenter.db"
    engine = open_sync_engine(url)
    with Session(engine) as session, session.begin():
        session.add_all(
            [
                record("demo-1", "2026-10-31T23:59:59+09:00", Outcome.ANSWERED, talk_s=90),
                record("demo-2", "2026-11-01T00:00:00+09:00", Outcome.ANSWERED, talk_s=90),
                record("demo-3", "2026-11-15T12:00:00+09:00", Outcome.ABANDONED_QUEUE),
                record("demo-4", "2026-11-15T12:00:01+09:00", None),
                record("demo-5", "2026-11-30T23:59:59+09:00", Outcome.FALLBACK_ANSWERED, talk_s=30),
                record("demo-6", "2026-12-01T00:00:00+09:00", Outcome.ANSWERED, talk_s=90),
                record("demo-7", "2026-11-15T12:00:00+09:00", Outcome.ANSWERED, company="hanbit", talk_s=60),
                record("demo-8", "2026-11-15T12:00:00+09:00", Outcome.FALLBACK_ANSWERED, company=None, talk_s=60),
            ]
        )
    engine.dispose()
    shutil.copytree(EXAMPLE / "tariffs", tmp_path / "tariffs")
    monkeypatch.setenv("CALLCENTER_DATA", str(tmp_path))
    monkeypatch.setenv("CALLCENTER_CENTRE", str(EXAMPLE / "centre.toml"))
    monkeypatch.setenv("CALLCENTER_TARIFFS", str(tmp_path / "tariffs"))
    monkeypatch.setenv("CALLCENTER_DATABASE_URL", url)


def statement(*words: str, company: str = "nurim", month: str = "2026-11") -> Result:
    result = CliRunner().invoke(app, ["bill", "statement", f"--company={company}", f"--month={month}", *words])
    assert result.exit_code == 0, result.stderr
    return result


def test_a_statement_holds_the_companys_closed_calls_of_the_month_in_seoul() -> None:
    told = json.loads(statement("--format=json").stdout)
    assert [(call["call"], call["counted"]) for call in told["calls"]] == [
        ("demo-2", True),
        ("demo-3", False),
        ("demo-5", True),
    ]
    assert told["calls"][0]["entered_at"] == "2026-11-01T00:00:00.000+09:00"
    assert told["total"] == 162_500


def test_each_month_takes_the_calls_at_its_own_edge() -> None:
    for month, call in (("2026-10", "demo-1"), ("2026-12", "demo-6")):
        told = json.loads(statement("--format=json", month=month).stdout)
        assert [one["call"] for one in told["calls"]] == [call]


def test_the_continuous_tariff_of_2025_makes_a_month_without_calls_cost_the_base_fee() -> None:
    assert json.loads(statement("--format=json", month="2025-06").stdout)["total"] == 50_000


def test_the_same_statement_is_the_same_bytes() -> None:
    for form in ("json", "csv", "text"):
        assert statement(f"--format={form}").stdout_bytes == statement(f"--format={form}").stdout_bytes


def test_csv_and_text_show_the_call() -> None:
    rows = list(csv.DictReader(io.StringIO(statement("--format=csv").stdout)))
    assert [row["key"] for row in rows if row["record"] == "call"] == ["demo-2", "demo-3", "demo-5"]
    korean, english = statement().stdout, statement("--lang=en").stdout
    assert korean.startswith("이용요금 명세서 2026-11\n")
    assert english.startswith("Statement 2026-11\n")
    assert all("demo-2" in text and "162,500" in text for text in (korean, english))


def test_another_companys_calls_are_never_on_it() -> None:
    assert "demo-7" not in statement().stdout
    assert "demo-7" in statement(company="hanbit").stdout


def test_calls_of_nobody_are_counted_beside_the_statements() -> None:
    told = statement()
    assert "demo-8" not in told.stdout
    assert "Not attributable to any company in 2026-11: 1 calls" in told.stderr
    result = CliRunner().invoke(app, ["bill", "unattributed", "--month=2026-11"])
    assert (result.exit_code, result.stdout) == (0, "1\n")


def bill(*words: str) -> Result:
    return CliRunner().invoke(app, ["bill", *words])


def test_a_statement_is_provisional_until_its_month_is_closed() -> None:
    assert "provisional" in statement().stderr
    assert "not over" in bill("settle", "--month=2090-01").stderr
    settled = bill("settle", "--month=2026-10")
    assert settled.stdout == "2026-10: 10 statements, 1 entries; now in review\n", settled.stderr
    assert "provisional" in statement(month="2026-10").stderr
    assert (
        bill("close", "--month=2026-10").stdout
        == "2026-10: closed, 10 statements numbered, 0 entries on contracts' accounts\n"
    )
    told = statement(month="2026-10")
    assert "provisional" not in told.stderr
    assert "demo-1" in told.stdout
    assert bill("months").stdout == "2026-10  closed  10/10 statements, 1 entries\n"
    assert bill("verify", "--month=2026-10").exit_code == 0


def test_a_closed_month_is_corrected_by_notes_and_invoiced(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "parties.toml", tmp_path / "parties.toml")
    assert "no statement of" in correct("-1000").stderr
    bill("settle", "--month=2026-10")
    assert "not closed" in correct("-1000").stderr
    bill("close", "--month=2026-10")
    assert correct("-2500").stdout.endswith("-00001\n")
    assert "more than is left" in correct("-160001").stderr
    invoices = json.loads(bill("tax-invoice", "--company=nurim", "--month=2026-10").stdout)
    assert [(one["type_code"], one["amendment"], one["supply"], one["original"]) for one in invoices] == [
        ("0301", None, 162_500, None),
        ("0401", "01", -162_500, invoices[0]["number"]),
        ("0401", "01", 160_000, invoices[0]["number"]),
    ]
    assert {one["written_on"] for one in invoices} == {"2026-10-31"}
    assert invoices[0]["issue_by"] == "2026-11-10"


def correct(supply: str) -> Result:
    return bill(
        "correct", "--company=nurim", "--month=2026-10", f"--supply={supply}", "--reason=mistake", "--note=착오"
    )


def test_rerating_shows_a_difference_and_waits_for_approval(tmp_path: Path) -> None:
    bill("settle", "--month=2026-10")
    bill("close", "--month=2026-10")
    other = tmp_path / "other.toml"
    other.write_text((EXAMPLE / "tariffs" / "2026-01.toml").read_text("utf-8").replace("50_000", "40_000"), "utf-8")
    told = bill("rerate", "--month=2026-10", f"--tariff={other}").stdout
    assert told.count("-10,000") == 10
    assert told.endswith(
        "proposal 1: 10 statements differ; nothing was changed. Approving it issues 10 notes, changes only other "
        "payers' shares of 0, and leaves 0 to you\n"
    )
    assert "162,500" in statement(month="2026-10").stdout
    assert bill("approve", "1").stdout.count("-10,000") == 10
    assert bill("approve", "1").exit_code == 2


def test_who_was_credited_more_than_another_tariff_leaves_is_named_and_left_to_a_person(tmp_path: Path) -> None:
    bill("settle", "--month=2026-10")
    bill("close", "--month=2026-10")
    correct("-120000")
    other = tmp_path / "other.toml"
    half = (EXAMPLE / "tariffs" / "2026-01.toml").read_text("utf-8").replace('agents = "1/6"', 'agents = "1/12"', 1)
    other.write_text(half, "utf-8")
    told = bill("rerate", "--month=2026-10", f"--tariff={other}").stdout
    (why,) = (line for line in told.splitlines() if "by hand:" in line)
    assert "have left 42,500 won" in why
    assert "at most 42,500" in why
    assert "issues 9 notes" in told
    assert "leaves 1 to you" in told
    done = bill("approve", "1")
    assert done.exit_code == 0
    assert done.stdout.count("-56,250") == 9
    assert "no note  nurim  government -131,250" in done.stdout
    assert "nurim: what it pays was left as it is" in done.stderr
    told = bill("history", "--company=nurim").stdout
    assert "rerating.kept" in told
    assert "shares.corrected" in told


def test_the_payers_report_adds_up_over_all_companies() -> None:
    bill("settle", "--month=2026-10")
    rows = list(csv.reader(io.StringIO(bill("payers", "--month=2026-10", "--lang=en").stdout)))
    assert rows[0] == ["Company", "the company", "the government", "Base fee, adjustments", "VAT", "Company pays"]
    assert rows[11] == ["Statements", "1125000", "2625000", "500000", "0", "1625000"]
    assert rows[12] == ["Total", "1125000", "2625000", "500000", "0", "1625000"]
    assert rows[13] == ["This year", "1125000", "2625000"]


def test_pdf_xlsx_and_csv_of_every_company(tmp_path: Path) -> None:
    assert "needs --out" in bill("statement", "--company=nurim", "--month=2026-11", "--format=pdf").stderr
    assert bill("export", "--month=2026-11", f"--to={tmp_path / 'out'}").stdout.startswith("30 files")
    made = sorted(path.name for path in (tmp_path / "out").iterdir() if "nurim" in path.name)
    assert made == ["2026-11-nurim.csv", "2026-11-nurim.pdf", "2026-11-nurim.xlsx"]


def test_a_company_that_has_left_the_centre_keeps_its_statements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bill("settle", "--month=2026-10").exit_code == 0
    whole = tomllib.loads((EXAMPLE / "centre.toml").read_text("utf-8"))
    whole["company"] = [one for one in whole["company"] if one["id"] != "nurim"]
    (tmp_path / "centre.toml").write_text(tomlkit.dumps(whole), "utf-8")
    monkeypatch.setenv("CALLCENTER_CENTRE", str(tmp_path / "centre.toml"))
    assert bill("export", "--month=2026-10", f"--to={tmp_path / 'out'}").stdout.startswith("30 files")
    assert (tmp_path / "out/2026-10-nurim.pdf").stat().st_size > 1000
    assert "162,500" in statement(month="2026-10").stdout
    unknown = bill("statement", "--company=nurim", "--month=2026-11")
    assert unknown.exit_code == 2
    assert unknown.stderr.startswith("no company 'nurim'; expected one of hanbit, ")


def test_a_statement_needs_a_tariff_for_the_month() -> None:
    result = CliRunner().invoke(app, ["bill", "statement", "--company=nurim", "--month=2024-11"])
    assert result.exit_code == 2
    assert "no tariff for 2024-11" in result.stderr
