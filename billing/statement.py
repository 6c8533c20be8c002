"""A company's month as money: pure computation from what its usage comes to and the tariff in force.

The statement is for the company; what other payers owe stands on it but is not due by the company. Every amount opens
to the calls it was computed from (`opening.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from billing.month import Month
from billing.rules import Charge, Tally
from billing.tariff import COMPANY, Band, Meter, PartMonth, Tariff


class LineKind(StrEnum):
    """What a line tells, in the order of the statement."""

    #: All that counts.
    USAGE = "usage"
    #: What one rule of the tariff decided; every entry belongs to exactly one of these lines.
    RULE = "rule"
    #: Survey responses that count, because basic calls remained.
    SURVEY = "survey"
    AGENTS = "agents"
    LABOUR = "labour"
    CONNECT = "connect"
    MINUTES = "minutes"
    SHARE = "share"
    BASE_FEE = "base_fee"
    #: What is missing to the least, or too much for the most, that the company pays.
    MINIMUM = "minimum"
    CAP = "cap"
    FREE = "free"
    ADJUSTMENT = "adjustment"
    VAT = "vat"


class Unit(StrEnum):
    """What a line's quantity counts."""

    CALL = "call"
    AGENT_MONTH = "agent_month"
    #: A payer's part of the service fee, or the rate of VAT.
    PART = "part"
    MONTH = "month"
    MINUTE = "minute"
    LINE = "line"
    MESSAGE = "message"


@dataclass(frozen=True, kw_only=True, slots=True)
class Adjustment:
    """Won that somebody added to the statement, or took off, before it was closed, and why."""

    id: str
    amount: int
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One line; amounts in whole won."""

    kind: LineKind
    #: The rule, the payer of a share, the meter of a free service, the id of an adjustment; else empty.
    of: str = ""
    quantity: Fraction
    unit: Unit
    amount: int
    #: Whether the company pays it on this statement; the due amounts add up to the total.
    due: bool
    #: What a free service would have cost.
    worth: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A company's month."""

    company: str
    month: Month
    tariff: Tariff
    tally: Tally
    #: Calls and survey responses that count.
    counted: int
    #: Basic calls that the company's own calls left for surveys.
    remaining: int
    #: The step of the tariff; None in its continuous form.
    band: Band | None
    adjustments: tuple[Adjustment, ...]
    #: Of the month, under contract; None: all, as far as anybody knows.
    days: int | None
    lines: tuple[Line, ...]

    @property
    def supply(self) -> int:
        """What the company pays without VAT, whole won."""
        return self.total - self.vat

    @property
    def vat(self) -> int:
        """The VAT in the total, whole won."""
        return sum(line.amount for line in self.lines if line.kind is LineKind.VAT)

    @property
    def total(self) -> int:
        """What the company pays, whole won."""
        return sum(line.amount for line in self.lines if line.due)


class StatementError(ValueError):
    """A statement that cannot be made; the text says why."""


def statement(
    tariff: Tariff,
    tally: Tally,
    *,
    company: str,
    month: Month,
    adjustments: Sequence[Adjustment] = (),
    days: int | None = None,
) -> Statement:
    """The statement of this usage under this tariff.

    `days` of the month are under contract; None: all, as far as anybody knows.
    Raises `StatementError` if the tariff is not valid in the month, the usage was not decided by its rules, or the
    adjustments take more off than there is.
    """
    if month < tariff.valid_from or (tariff.valid_to is not None and month > tariff.valid_to):
        raise StatementError(f"{tariff.source} is not valid in {month}")
    decided = tuple(zip(tariff.rules, tally.by_rule, strict=True))
    calls = sum(count for rule, count in decided if rule.charge is Charge.CALL)
    responses = sum(count for rule, count in decided if rule.charge is Charge.SURVEY)
    remaining = tariff.remaining_calls(calls)
    counted = calls + min(responses, remaining)
    agents = tariff.agents(counted)
    lines = [_line(LineKind.USAGE, Fraction(counted), Unit.CALL)]
    lines += [_line(LineKind.RULE, Fraction(count), Unit.CALL, of=rule.id) for rule, count in decided if count]
    if responses:
        lines.append(_line(LineKind.SURVEY, Fraction(counted - calls), Unit.CALL))
    lines.append(_line(LineKind.AGENTS, agents, Unit.AGENT_MONTH))
    lines += _service(tariff, tally, calls, counted, agents)
    part = _part(tariff, month, days)
    lines.append(_line(LineKind.BASE_FEE, part, Unit.MONTH, amount=_won(tariff, tariff.base_fee, part), due=True))
    lines += _limits(tariff, part, sum(line.amount for line in lines if line.due))
    lines += [_free(tariff, meter.meter, meter.price, tally, agents) for meter in tariff.free]
    lines += [
        _line(LineKind.ADJUSTMENT, Fraction(1), Unit.PART, of=one.id, amount=one.amount, due=True)
        for one in adjustments
    ]
    supply = sum(line.amount for line in lines if line.due)
    if supply < 0:
        raise StatementError(f"{company} {month}: the adjustments take off more than there is to pay")
    if tariff.vat is not None:
        amount = tariff.rounding.won(supply * tariff.vat)
        lines.append(_line(LineKind.VAT, tariff.vat, Unit.PART, amount=amount, due=True))
    return Statement(
        company=company,
        month=month,
        tariff=tariff,
        tally=tally,
        counted=counted,
        remaining=remaining,
        band=tariff.band(counted),
        adjustments=tuple(adjustments),
        days=days,
        lines=tuple(lines),
    )


def _service(tariff: Tariff, tally: Tally, calls: int, counted: int, agents: Fraction) -> list[Line]:
    """The service fee, part by part, and how the payers share it."""
    price, minutes = tariff.call_price, Fraction(tally.charged_ms, 60_000)
    labour = tariff.labour(counted)
    parts = (labour, price.connect * calls, price.minute * minutes)
    amounts = tariff.rounding.in_turn(parts)
    lines = [_line(LineKind.LABOUR, agents, Unit.AGENT_MONTH, amount=amounts[0])]
    if price.connect:
        lines.append(_line(LineKind.CONNECT, Fraction(calls), Unit.CALL, amount=amounts[1]))
    if price.minute:
        lines.append(_line(LineKind.MINUTES, minutes, Unit.MINUTE, amount=amounts[2]))
    for payer, amount in tariff.split(sum(parts, Fraction(0))):
        due = payer.id == COMPANY
        lines.append(_line(LineKind.SHARE, payer.share, Unit.PART, of=payer.id, amount=amount, due=due))
    return lines


def _part(tariff: Tariff, month: Month, days: int | None) -> Fraction:
    """Which part of the month's base fee is due."""
    if days is None:
        return Fraction(1)
    if tariff.contract.base_fee is PartMonth.WHOLE:
        return Fraction(min(days, 1))
    return Fraction(days, month.days)


def _won(tariff: Tariff, whole: int, part: Fraction) -> int:
    """The whole as the tariff has it; only a part of it needs rounding."""
    return whole if part == 1 else tariff.rounding.won(whole * part)


def _limits(tariff: Tariff, part: Fraction, due: int) -> list[Line]:
    if tariff.minimum is not None and due < (least := _won(tariff, tariff.minimum, part)):
        return [_line(LineKind.MINIMUM, part, Unit.MONTH, amount=least - due, due=True)]
    if tariff.cap is not None and due > tariff.cap:
        return [_line(LineKind.CAP, Fraction(1), Unit.MONTH, amount=tariff.cap - due, due=True)]
    return []


def _free(tariff: Tariff, meter: Meter, price: Fraction, tally: Tally, agents: Fraction) -> Line:
    match meter:
        case Meter.TALK_MINUTES:
            quantity, unit = Fraction(tally.talk_ms, 60_000), Unit.MINUTE
        case Meter.LINES:
            quantity, unit = Fraction(tally.lines), Unit.LINE
        case Meter.SEATS:
            quantity, unit = agents, Unit.AGENT_MONTH
        case Meter.HAPPY_CALLS:
            quantity, unit = Fraction(tally.happy_calls), Unit.CALL
        case Meter.MESSAGES:
            quantity, unit = Fraction(tally.messages), Unit.MESSAGE
    return _line(LineKind.FREE, quantity, unit, of=meter, due=True, worth=tariff.rounding.won(quantity * price))


def _line(
    kind: LineKind,
    quantity: Fraction,
    unit: Unit,
    *,
    of: str = "",
    amount: int = 0,
    due: bool = False,
    worth: int = 0,
) -> Line:
    return Line(kind=kind, of=of, quantity=quantity, unit=unit, amount=amount, due=due, worth=worth)
