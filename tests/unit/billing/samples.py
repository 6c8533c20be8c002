"""Tariffs and calls to test with. The tariffs are the example's, so that the example is tested as well."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from billing.month import Month
from billing.rules import Kind, Used
from billing.statement import Adjustment, Statement, statement
from billing.tariff import Tariff
from billing.tariff_reading import read_tariff
from billing.usage import Usage, usage
from callcenter.ledger.record import Outcome

EXAMPLES = Path(__file__).parents[3] / "callcenter" / "example" / "tariffs"
SEOUL = ZoneInfo("Asia/Seoul")
NOVEMBER = Month(2026, 11)
MORNING = int(datetime(2026, 11, 23, 0, 0, tzinfo=UTC).timestamp()) * 1000

CONTINUOUS, BANDS = "2025-01", "2026-01"


def raw(version: str, **changes: Any) -> dict[str, Any]:
    """An example tariff's TOML with other values for some top-level keys; None removes a key."""
    whole = tomllib.loads((EXAMPLES / f"{version}.toml").read_text(encoding="utf-8")) | changes
    return {key: value for key, value in whole.items() if value is not None}


def tariff(version: str = CONTINUOUS, **changes: Any) -> Tariff:
    source = str(changes.pop("source", f"{version}.toml"))
    return read_tariff(raw(version, **changes), source, outcomes=list(Outcome))


def payer(name: str, share: str | Fraction) -> dict[str, str]:
    return {"id": name, "name": name, "name_en": name, "share": str(share)}


def rule(name: str, *kinds: str, charge: str = "nothing", **narrower: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "name_en": name, "kinds": list(kinds), "charge": charge, **narrower}


def ms(written: str) -> int:
    """A moment such as 2026-11-30T23:59:59+09:00."""
    return int(datetime.fromisoformat(written).timestamp() * 1000)


def call(number: int, *, talk_s: float = 60, outcome: str = "answered", **changes: Any) -> Used:
    """The n-th call of the morning, a minute after the one before."""
    entered = changes.pop("at", MORNING + number * 60_000)
    values: dict[str, Any] = {
        "id": f"demo-{number}",
        "kind": Kind.INBOUND,
        "company": "nurim",
        "at": entered,
        "ended_at": entered + round(talk_s * 1000) + 30_000,
        "talk_ms": round(talk_s * 1000),
        "outcome": outcome,
        "caller": "",
    }
    return Used(**(values | changes))


def response(number: int, outcome: str = "completed", **changes: Any) -> Used:
    """A survey that ended so."""
    return call(number, kind=Kind.SURVEY, id=f"survey-{number}", outcome=outcome, **changes)


def november_usage(of: Tariff, calls: list[Used], company: str = "nurim") -> Usage:
    return usage(
        calls,
        company=company,
        month=NOVEMBER,
        zone=SEOUL,
        rules=of.rules,
        increment_ms=of.call_price.increment_ms,
    )


def november(of: Tariff, calls: list[Used], company: str = "nurim", *adjustments: Adjustment) -> Statement:
    found = november_usage(of, calls, company)
    return statement(of, found.tally, company=company, month=NOVEMBER, adjustments=adjustments)
