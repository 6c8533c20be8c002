"""Tariffs and calls to test with. The tariffs are the example's, so that the example is tested as well."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from billing.month import Month
from billing.statement import Statement, statement
from billing.tariff import Tariff
from billing.tariff_reading import read_tariff
from billing.usage import UsedCall, usage

EXAMPLES = Path(__file__).parents[3] / "callcenter" / "example" / "tariffs"
SEOUL = ZoneInfo("Asia/Seoul")
NOVEMBER = Month(2026, 11)
MORNING = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)

CONTINUOUS, BANDS = "2025-01", "2026-01"
DIRECTIONS = ("inbound",)
OUTCOMES = ("answered", "fallback_answered", "abandoned_queue")


def raw(version: str, **changes: Any) -> dict[str, Any]:
    """An example tariff's TOML with other values for some top-level keys; None removes a key."""
    whole = tomllib.loads((EXAMPLES / f"{version}.toml").read_text(encoding="utf-8")) | changes
    return {key: value for key, value in whole.items() if value is not None}


def tariff(version: str = CONTINUOUS, **changes: Any) -> Tariff:
    source = str(changes.pop("source", f"{version}.toml"))
    return read_tariff(raw(version, **changes), source, directions=DIRECTIONS, outcomes=OUTCOMES)


def payer(name: str, share: str | Fraction) -> dict[str, str]:
    return {"id": name, "name": name, "name_en": name, "share": str(share)}


def call(number: int, *, talk_s: float = 60, outcome: str = "answered", **changes: Any) -> UsedCall:
    """The n-th call of the morning, a minute after the one before."""
    entered = MORNING + timedelta(minutes=number)
    values: dict[str, Any] = {
        "id": f"demo-{number}",
        "company": "nurim",
        "direction": "inbound",
        "entered_at": entered,
        "ended_at": entered + timedelta(seconds=talk_s + 30),
        "talk_ms": round(talk_s * 1000),
        "outcome": outcome,
    }
    return UsedCall(**(values | changes))


def november(of: Tariff, calls: list[UsedCall], company: str = "nurim") -> Statement:
    return statement(of, usage(calls, company=company, month=NOVEMBER, zone=SEOUL, billable=of.billable))
