from __future__ import annotations

from fractions import Fraction

import pytest

from billing.month import Month
from billing.tariff import TariffError, in_force, in_order
from tests.unit.billing.samples import BANDS, tariff


@pytest.mark.parametrize(
    ("calls_per_day", "won"),
    [
        (10, 162_500),
        (16, 230_000),
        (50, 612_500),
        (100, 1_175_000),
        (200, 2_300_000),
        (300, 3_425_000),
        (500, 5_675_000),
    ],
)
def test_the_programmes_monthly_amounts(calls_per_day: int, won: int) -> None:
    continuous = tariff()
    _, company = continuous.split(continuous.labour(calls_per_day * continuous.working_days_per_month))[0]
    assert company + continuous.base_fee == won


def test_one_agents_month() -> None:
    continuous = tariff()
    (_, company), (_, government) = continuous.split(continuous.agent_month)
    assert (continuous.agent_month, company, government) == (2_250_000, 675_000, 1_575_000)


@pytest.mark.parametrize(
    ("calls", "agents"), [(0, "1/6"), (200, "1/6"), (201, "1/3"), (400, "1/3"), (10_000, "25/3"), (10_001, "50/3")]
)
def test_bands_are_steps_with_both_borders_inside(calls: int, agents: str) -> None:
    assert tariff(BANDS).agents(calls) == Fraction(agents)


def test_a_bands_last_call_costs_what_it_costs_in_the_continuous_form() -> None:
    steps, continuous = tariff(BANDS), tariff()
    for band in steps.bands:
        if band.last is not None:
            assert steps.labour(band.last) == continuous.labour(band.last)


def test_a_month_has_the_version_that_began_last() -> None:
    old, new = tariff(valid_from="2025-01"), tariff(valid_from="2026-07")
    assert in_force([new, old], Month(2026, 6)) is old
    assert in_force([new, old], Month(2026, 7)) is new
    assert in_force([new, old], Month(2040, 1)) is new


@pytest.mark.parametrize("month", [Month(2024, 12), Month(2027, 1)])
def test_a_month_outside_all_versions_has_none(month: Month) -> None:
    with pytest.raises(TariffError, match=f"no tariff for {month}"):
        in_force([tariff(valid_from="2025-01", valid_to="2026-12")], month)


@pytest.mark.parametrize(
    ("first", "second", "why"),
    [
        (
            {"valid_from": "2026-01"},
            {"valid_from": "2026-01"},
            "b.toml: valid_from: 2026-01 is already the first month of a.toml",
        ),
        (
            {"valid_from": "2025-01", "valid_to": "2026-01"},
            {"valid_from": "2026-01"},
            "a.toml: valid_to: overlaps b.toml, which is valid from 2026-01",
        ),
        (
            {"valid_from": "2025-01", "valid_to": "2025-10"},
            {"valid_from": "2026-01"},
            "b.toml: valid_from: no version is valid from 2025-11 to the month before 2026-01; expected 2025-11",
        ),
    ],
)
def test_versions_that_do_not_fit_together(first: dict[str, str], second: dict[str, str], why: str) -> None:
    with pytest.raises(TariffError) as caught:
        in_order([tariff(source="a.toml", **first), tariff(source="b.toml", **second)])
    assert caught.value.problems[0].startswith(why)


def test_the_last_month_of_a_version_still_has_it() -> None:
    only = tariff(valid_from="2025-01", valid_to="2026-12")
    assert in_force([only], Month(2026, 12)) is only


def test_versions_that_meet_exactly_fit() -> None:
    old, new = tariff(valid_from="2025-01", valid_to="2025-12"), tariff(valid_from="2026-01")
    assert in_order([new, old]) == (old, new)


def test_no_version_at_all_is_an_error() -> None:
    with pytest.raises(TariffError, match="at least one"):
        in_order([])
