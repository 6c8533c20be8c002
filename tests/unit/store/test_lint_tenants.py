"""The linter that proves that no query goes round the scope."""

from __future__ import annotations

import subprocess
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts" / "lint-tenants"
loader = SourceFileLoader("lint_tenants", str(SCRIPT))
spec = spec_from_loader("lint_tenants", loader)
assert spec
lint = module_from_spec(spec)
loader.exec_module(lint)


@pytest.mark.parametrize(
    "code",
    [
        "from sqlalchemy import select\nselect(CallRow)",
        "from sqlalchemy import select as choose\nchoose(CallRow)",
        "import sqlalchemy as sa\nsa.select(CallRow)",
        "from sqlalchemy.dialects import postgresql\npostgresql.insert(CallRow)",
        "from sqlalchemy import delete\ndelete(TicketRow)",
        "session.get(CallRow, 'x')",
        "session.query(CallRow)",
        "select_within(scope, CallRow, TicketRow.symptom)",
        "select_within(scope, CallRow).join(TicketRow)",
        "text('SELECT * FROM call_record')",
        "text(f'SELECT * FROM {table}')",
        "connection.exec_driver_sql(sql)",
    ],
)
def test_what_goes_round_the_scope_is_found(code: str) -> None:
    assert [line for line, _ in lint.problems(code)] == [code.count("\n") + 1]


@pytest.mark.parametrize(
    "code",
    [
        "select_within(scope, CallRow, CallRow.call).where(CallRow.call == call)",
        "from sqlalchemy import func\nselect_within(scope, CallRow, func.count())",
        "connection.execute(text('SELECT 1'))",
        "known.get(call)",
        "known.update(new)",
    ],
)
def test_what_begins_with_a_scope_passes(code: str) -> None:
    assert list(lint.problems(code)) == []


def test_the_engine_has_no_such_query() -> None:
    done = subprocess.run([SCRIPT], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")
