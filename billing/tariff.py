"""A tariff: what a month costs and who pays which part of it. Data with effective months; nothing is fixed in code.

The service fee is the labour cost of the agents that the usage needs: calls a month / (calls per agent-day × working
days a month), exact in the continuous form, taken from a table of steps in the other. The payers share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from billing.month import Month
from billing.rounding import Rounding
from billing.rules import UsageRule

#: The payer who gets the statement: the company itself.
COMPANY = "company"


class TariffError(ValueError):
    """Tariffs that cannot be used; `problems` has one line for each mistake: file, key and what is expected."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Form(StrEnum):
    """How usage becomes agents."""

    CONTINUOUS = "continuous"
    BANDS = "bands"


class Meter(StrEnum):
    """What is metered of the services that cost nothing."""

    TALK_MINUTES = "talk_minutes"
    #: The most calls at once.
    LINES = "lines"
    #: The agents that the usage needs.
    SEATS = "seats"
    HAPPY_CALLS = "happy_calls"
    MESSAGES = "messages"


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """A step: so many agents for `first` to `last` counted calls a month, both included; the last step has no end."""

    first: int
    last: int | None
    agents: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class Payer:
    """Who pays which share of the service fee."""

    id: str
    name: str
    name_en: str
    share: Fraction
    #: Won that this payer has for a calendar year over all companies; None: not limited, or not known.
    yearly_budget: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class FreeService:
    """Metered, shown on the statement, rated at zero."""

    meter: Meter
    name: str
    name_en: str
    #: What one unit would cost elsewhere, exact won: shown, never charged.
    price: Fraction


@dataclass(frozen=True, kw_only=True, slots=True)
class CallPrice:
    """What counted calls cost beside the labour, as other centres charge; exact won, part of the service fee."""

    #: For each counted call.
    connect: Fraction
    #: For each minute of talk.
    minute: Fraction
    #: Talk is charged in begun increments of so many milliseconds.
    increment_ms: int

    def charged_ms(self, talk_ms: int) -> int:
        """Each begun increment of the talk whole; `metering` has the same in its loop over all calls."""
        return -(-talk_ms // self.increment_ms) * self.increment_ms


class Outside(StrEnum):
    """What becomes of things used on days on which the company has no contract."""

    #: Charged to nobody and listed for somebody to look at.
    REPORT = "report"
    #: Charged as any others.
    CHARGE = "charge"


class PartMonth(StrEnum):
    """What the base fee and the minimum are in a month in which a contract begins or ends."""

    WHOLE = "whole"
    #: The days under contract out of the month's.
    BY_DAY = "by_day"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContractTerms:
    """How months and contracts meet; these are the terms of a tariff that names none."""

    outside: Outside = Outside.REPORT
    base_fee: PartMonth = PartMonth.WHOLE
    #: A statement is to be paid so many days after its month was closed.
    pay_within_days: int = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCentre:
    """What a company would pay a private centre for a contract of its own; all in won. For the comparison only."""

    managers: int
    seat_per_month: int
    telecom_per_month: int
    #: Estimates are counted in this unit, halves up, as the programme notice prints them.
    unit: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Tariff:
    """One version of the tariff; all money in whole won."""

    #: Where it was read from, for messages.
    source: str
    valid_from: Month
    #: The last month it is valid in; None: until another version follows.
    valid_to: Month | None
    form: Form
    #: The steps of the `bands` form, without gaps from 0 upwards; empty in the continuous form.
    bands: tuple[Band, ...]
    agent_per_year: int
    manager_per_year: int
    calls_per_agent_day: int
    working_days_per_month: int
    base_fee: int
    #: The company first, then the others in their order; the shares add up to 1.
    payers: tuple[Payer, ...]
    rounding: Rounding
    #: Added to what the company pays; None if no VAT is charged.
    vat: Fraction | None
    #: Calls a month that surveys may use up as long as the company's own calls leave some.
    basic_calls: int
    call_price: CallPrice
    contract: ContractTerms
    #: The company pays at least and at most so much a month before adjustments and VAT; None: no limit.
    minimum: int | None
    cap: int | None
    #: The first that fits decides; together they decide everything that can be used.
    rules: tuple[UsageRule, ...]
    #: Calls from or to these numbers are the centre's own tests.
    test_numbers: frozenset[str]
    free: tuple[FreeService, ...]
    own_centre: OwnCentre

    @property
    def agent_month(self) -> Fraction:
        """Labour cost of one agent for a month, exact won."""
        return Fraction(self.agent_per_year, 12)

    def band(self, calls: int) -> Band | None:
        """The step that so many calls a month fall into; None in the continuous form."""
        return next((band for band in self.bands if band.last is None or calls <= band.last), None)

    def agents(self, calls: int) -> Fraction:
        """Agents that so many calls a month need, exact."""
        band = self.band(calls)
        if band is not None:
            return band.agents
        return Fraction(calls, self.calls_per_agent_day * self.working_days_per_month)

    def labour(self, calls: int) -> Fraction:
        """Labour cost of a month with so many calls, exact won before the one rounding."""
        return self.agents(calls) * self.agent_month

    def remaining_calls(self, calls: int) -> int:
        """Basic calls that so many counted calls leave for surveys."""
        return max(self.basic_calls - calls, 0)

    def split(self, exact: Fraction) -> tuple[tuple[Payer, int], ...]:
        """What each payer pays of this service fee, in whole won."""
        amounts = self.rounding.split(exact, [payer.share for payer in self.payers])
        return tuple(zip(self.payers, amounts, strict=True))


def in_order(tariffs: Sequence[Tariff]) -> tuple[Tariff, ...]:
    """The versions in the order of time.

    Raises `TariffError` if there is none, or if two of them claim the same month, or a month between them has none.
    """
    if not tariffs:
        raise TariffError(["no tariff at all; expected at least one version"])
    versions = sorted(tariffs, key=lambda tariff: (tariff.valid_from, tariff.source))
    problems = []
    for earlier, later in pairwise(versions):
        if earlier.valid_from == later.valid_from:
            problems.append(
                f"{later.source}: valid_from: {later.valid_from} is already the first month of {earlier.source}; "
                "expected one version for each first month"
            )
        elif earlier.valid_to is not None and earlier.valid_to >= later.valid_from:
            problems.append(
                f"{earlier.source}: valid_to: overlaps {later.source}, which is valid from {later.valid_from}; "
                "expected the month before it"
            )
        elif earlier.valid_to is not None and earlier.valid_to.next < later.valid_from:
            problems.append(
                f"{later.source}: valid_from: no version is valid from {earlier.valid_to.next} "
                f"to the month before {later.valid_from}; expected {earlier.valid_to.next}"
            )
    if problems:
        raise TariffError(problems)
    return tuple(versions)


def in_force(tariffs: Sequence[Tariff], month: Month) -> Tariff:
    """The version valid in this month. Raises `TariffError` if there is none."""
    versions = in_order(tariffs)
    found = [tariff for tariff in versions if tariff.valid_from <= month]
    if not found:
        raise TariffError([f"no tariff for {month}; the first is valid from {versions[0].valid_from}"])
    if found[-1].valid_to is not None and found[-1].valid_to < month:
        raise TariffError([f"no tariff for {month}; the last ends with {found[-1].valid_to}"])
    return found[-1]
