"""A company's month as money: pure computation from its usage and the tariff in force.

The statement is for the company; what other payers owe stands on it but is not due by the company. Every amount opens
to the calls it was computed from.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from billing.tariff import COMPANY, Band, Meter, Tariff
from billing.usage import Usage


class LineKind(StrEnum):
    """What a line tells, in the order of the statement."""

    USAGE = "usage"
    AGENTS = "agents"
    LABOUR = "labour"
    SHARE = "share"
    BASE_FEE = "base_fee"
    FREE = "free"
    VAT = "vat"


class Unit(StrEnum):
    """What a line's quantity counts."""

    CALL = "call"
    AGENT_MONTH = "agent_month"
    #: A payer's part of the labour cost, or the rate of VAT.
    PART = "part"
    MONTH = "month"
    MINUTE = "minute"
    LINE = "line"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line; `amount` in whole won."""

    kind: LineKind
    #: The payer of a share or the meter of a free service; else empty.
    of: str = ""
    quantity: Fraction
    unit: Unit
    amount: int
    #: Whether the company pays it on this statement; the due amounts add up to the total.
    due: bool
    #: Ids of the calls the line was computed from; the base fee needs none.
    calls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A company's month."""

    usage: Usage
    tariff: Tariff
    #: The step of the tariff; None in its continuous form.
    band: Band | None
    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        """What the company pays, whole won."""
        return sum(line.amount for line in self.lines if line.due)


def statement(tariff: Tariff, usage: Usage) -> Statement:
    """The statement of this usage under this tariff.

    Raises `ValueError` if the tariff is not valid in the usage's month.
    """
    month = usage.month
    if month < tariff.valid_from or (tariff.valid_to is not None and month > tariff.valid_to):
        raise ValueError(f"{tariff.source} is not valid in {month}")
    counted = usage.counted
    agents = tariff.agents(len(counted))
    labour = tariff.labour(len(counted))
    lines = [
        _line(LineKind.USAGE, Fraction(len(counted)), Unit.CALL, calls=counted),
        _line(LineKind.AGENTS, agents, Unit.AGENT_MONTH, calls=counted),
        _line(LineKind.LABOUR, agents, Unit.AGENT_MONTH, amount=tariff.rounding.won(labour), calls=counted),
    ]
    for payer, amount in tariff.split(labour):
        due = payer.id == COMPANY
        lines.append(_line(LineKind.SHARE, payer.share, Unit.PART, of=payer.id, amount=amount, due=due, calls=counted))
    lines.append(_line(LineKind.BASE_FEE, Fraction(1), Unit.MONTH, amount=tariff.base_fee, due=True))
    for service in tariff.free:
        quantity, unit, calls = _metered(service.meter, usage, agents)
        lines.append(_line(LineKind.FREE, quantity, unit, of=service.meter, due=True, calls=calls))
    if tariff.vat is not None:
        supply = sum(line.amount for line in lines if line.due)
        amount = tariff.rounding.won(supply * tariff.vat)
        lines.append(_line(LineKind.VAT, tariff.vat, Unit.PART, amount=amount, due=True, calls=counted))
    return Statement(usage=usage, tariff=tariff, band=tariff.band(len(counted)), lines=tuple(lines))


def _line(
    kind: LineKind,
    quantity: Fraction,
    unit: Unit,
    *,
    of: str = "",
    amount: int = 0,
    due: bool = False,
    calls: tuple[str, ...] = (),
) -> Line:
    return Line(kind=kind, of=of, quantity=quantity, unit=unit, amount=amount, due=due, calls=calls)


def _metered(meter: Meter, usage: Usage, agents: Fraction) -> tuple[Fraction, Unit, tuple[str, ...]]:
    match meter:
        case Meter.TALK_MINUTES:
            return Fraction(usage.talk_ms, 60_000), Unit.MINUTE, usage.spoken
        case Meter.LINES:
            busiest = usage.busiest
            return Fraction(len(busiest)), Unit.LINE, busiest
        case Meter.SEATS:
            return agents, Unit.AGENT_MONTH, usage.counted
