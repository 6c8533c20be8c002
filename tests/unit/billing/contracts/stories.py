"""Participations told as scripts: each line an event, its day first."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from billing.contracts import events
from billing.contracts.events import AnyEvent
from billing.contracts.participation import Participation, fold
from billing.contracts.problem import ContractError
from billing.month import Month

START = date(2027, 1, 1)
DUE = {"insured_sum": 4_700_000, "deposit": 4_700_000}


def day(written: str) -> date:
    return date.fromisoformat(written)


def did(on: str, what: str, **fields: Any) -> AnyEvent:
    """An event; days and months may be written as text."""
    rich = {name: Month.parse(value) if name == "month" else value for name, value in fields.items()}
    for name in ("start", "valid_from", "valid_to", "last", "due"):
        if name in rich:
            rich[name] = day(rich[name])
    return events.KINDS[what](on=day(on), **rich)


APPLIED = (did("2026-10-01", "applied"),)
SELECTED = (*APPLIED, did("2026-10-20", "selected", company="nurim", start="2027-01-01"))
CERTIFICATE = did("2026-12-20", "insured", amount=4_700_000, valid_from="2027-01-01", valid_to="2027-12-31")
GUARANTEED = (*SELECTED, CERTIFICATE)
SIGNED = (*GUARANTEED, did("2026-12-21", "signed", year=1, **DUE))
NO_INSURER = (*SELECTED, did("2026-10-25", "insurer_refused", proof=7))


def renewed(years: int) -> tuple[AnyEvent, ...]:
    """Under contract for so many years, each with a certificate of its own."""
    told = list(SIGNED)
    for number in range(2, years + 1):
        before = 2025 + number
        if number == 4:
            told.append(did(f"{before}-11-15", "extended"))
        told += [
            did(f"{before}-12-01", "insured", amount=5_000_000, valid_from=f"{before + 1}-01-01",
                valid_to=f"{before + 1}-12-31"),
            did(f"{before}-12-02", "signed", year=number, **DUE),
        ]  # fmt: skip
    return tuple(told)


def refusal(story: tuple[AnyEvent, ...], event: AnyEvent) -> str:
    """Why the event cannot follow the story."""
    state: Participation = fold(story)
    with pytest.raises(ContractError) as caught:
        state.after(event)
    return caught.value.key
