"""What a company's calls would cost it a year with a private centre of its own, and in the joint centre.

The own centre needs whole agents, `ceil(calls a day / calls per agent-day)`, a manager and a seat for each person; the
joint centre's share of the pool is the exact fraction, its manager and seats are free. The own centre's figures are
estimates in the tariff's unit (0.1 million won in the programme notice): telecom of 1.32 million counts as 1.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from billing.rounding import Rounding, Rule
from billing.tariff import Payer, Tariff

#: More calls a day than a country makes to one centre; above it the question is a slip of the hand.
MOST_CALLS_PER_DAY = 1_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnCost:
    """A private centre; won a year unless said otherwise."""

    agents: int
    managers: int
    labour: int
    seats: int
    #: As estimated, before it is counted in the unit of estimates.
    telecom_exact: int
    telecom: int
    total: int
    per_month: int


@dataclass(frozen=True, kw_only=True, slots=True)
class JointCost:
    """The joint centre; won a year unless said otherwise."""

    agents: Fraction
    managers: int
    labour: int
    #: What each payer pays of the labour; the company first.
    shares: tuple[tuple[Payer, int], ...]
    base_fee: int
    #: What the company pays: its share and the base fee.
    total: int
    per_month: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Both, for one company's volume."""

    calls_per_day: int
    calls_per_agent_day: int
    own: OwnCost
    joint: JointCost
    #: The own centre costs so much more, won a year; negative if it is cheaper.
    difference: int
    #: The difference in per cent of the joint centre's cost, whole; None if that is nothing.
    percent_more: int | None
    #: The joint centre's cost in per cent of the own centre's, whole; None if that is nothing.
    percent_of_own: int | None


def compare(tariff: Tariff, calls_per_day: int) -> Comparison:
    """The comparison for so many calls a day, under the tariff's rates and shares in the continuous form.

    Raises `ValueError` unless the calls are a whole number from 1 to `MOST_CALLS_PER_DAY`.
    """
    if not 1 <= calls_per_day <= MOST_CALLS_PER_DAY:
        raise ValueError(f"{calls_per_day} calls a day; expected a whole number from 1 to {MOST_CALLS_PER_DAY}")
    own, joint = _own(tariff, calls_per_day), _joint(tariff, calls_per_day)
    difference = own.total - joint.total
    return Comparison(
        calls_per_day=calls_per_day,
        calls_per_agent_day=tariff.calls_per_agent_day,
        own=own,
        joint=joint,
        difference=difference,
        percent_more=_percent(difference, joint.total),
        percent_of_own=_percent(joint.total, own.total),
    )


def _own(tariff: Tariff, calls_per_day: int) -> OwnCost:
    prices = tariff.own_centre
    counted = Rounding(rule=Rule.HALF_UP, unit=prices.unit).won
    agents = -(-calls_per_day // tariff.calls_per_agent_day)
    labour = counted(Fraction(agents * tariff.agent_per_year + prices.managers * tariff.manager_per_year))
    seats = counted(Fraction((agents + prices.managers) * prices.seat_per_month * 12))
    telecom_exact = prices.telecom_per_month * 12
    telecom = counted(Fraction(telecom_exact))
    total = labour + seats + telecom
    return OwnCost(
        agents=agents,
        managers=prices.managers,
        labour=labour,
        seats=seats,
        telecom_exact=telecom_exact,
        telecom=telecom,
        total=total,
        per_month=tariff.rounding.won(Fraction(total, 12)),
    )


def _joint(tariff: Tariff, calls_per_day: int) -> JointCost:
    agents = Fraction(calls_per_day, tariff.calls_per_agent_day)
    labour = agents * tariff.agent_per_year
    shares = tariff.split(labour)
    base_fee = tariff.base_fee * 12
    _, company_year = shares[0]
    _, company_month = tariff.split(labour / 12)[0]
    return JointCost(
        agents=agents,
        managers=tariff.own_centre.managers,
        labour=tariff.rounding.won(labour),
        shares=shares,
        base_fee=base_fee,
        total=company_year + base_fee,
        per_month=company_month + tariff.base_fee,
    )


def _percent(part: int, whole: int) -> int | None:
    return Rounding(rule=Rule.HALF_UP).won(Fraction(100 * part, whole)) if whole else None
