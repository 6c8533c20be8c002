from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.statement import Line, LineKind, Statement
from billing.tariff import Meter, Tariff
from tests.unit.billing.samples import BANDS, CONTINUOUS, call, november, payer, raw, tariff


def lines(of: Statement, kind: LineKind) -> list[Line]:
    return [line for line in of.lines if line.kind is kind]


def line(of: Statement, kind: LineKind, part: str = "") -> Line:
    (found,) = [line for line in lines(of, kind) if line.of == part]
    return found


def answered(count: int) -> list[Any]:
    return [call(number) for number in range(count)]


def test_a_month_of_2000_calls_is_the_programmes_100_calls_a_day() -> None:
    month = november(tariff(), answered(2000))
    assert line(month, LineKind.USAGE).quantity == 2000
    assert line(month, LineKind.AGENTS).quantity == Fraction(5, 3)
    assert line(month, LineKind.LABOUR).amount == 3_750_000
    assert line(month, LineKind.SHARE, "company").amount == 1_125_000
    assert line(month, LineKind.SHARE, "government").amount == 2_625_000
    assert month.total == 1_175_000


def test_one_call_in_the_continuous_form_is_rounded_once_for_each_line() -> None:
    month = november(tariff(), answered(1))
    assert line(month, LineKind.LABOUR).amount == 1875
    assert line(month, LineKind.SHARE, "company").amount == 562
    assert line(month, LineKind.SHARE, "government").amount == 1313
    assert month.total == 50_562


def test_the_first_band_costs_the_same_with_no_call_and_with_200() -> None:
    assert [november(tariff(BANDS), answered(count)).total for count in (0, 1, 200, 201)] == [
        162_500,
        162_500,
        162_500,
        275_000,
    ]


def test_a_month_without_calls_costs_the_base_fee_in_the_continuous_form() -> None:
    assert november(tariff(), []).total == 50_000


def test_the_other_payers_part_is_shown_but_not_due() -> None:
    month = november(tariff(), answered(1))
    assert [one.of for one in lines(month, LineKind.SHARE) if one.due] == ["company"]


def test_free_services_are_metered_and_cost_nothing() -> None:
    calls = [call(1, talk_s=90), call(2, talk_s=30), call(3, talk_s=0, outcome="abandoned_queue")]
    month = november(tariff(), calls)
    talk, at_once, seats = (line(month, LineKind.FREE, meter) for meter in Meter)
    assert (talk.quantity, talk.calls) == (2, ("demo-1", "demo-2"))
    assert (at_once.quantity, at_once.calls) == (2, ("demo-1", "demo-2"))
    assert seats.quantity == line(month, LineKind.AGENTS).quantity
    assert {free.amount for free in (talk, at_once, seats)} == {0}


def test_vat_is_added_to_what_the_company_pays_only_if_charged() -> None:
    with_vat = november(tariff(vat={"charged": True, "rate": "1/10"}), answered(1))
    assert line(with_vat, LineKind.VAT).amount == 5056
    assert with_vat.total == 50_562 + 5056
    assert not lines(november(tariff(), answered(1)), LineKind.VAT)


def test_every_charged_line_opens_to_its_calls() -> None:
    month = november(tariff(), [call(1), call(2, outcome="abandoned_queue"), call(3)])
    for kind in (LineKind.USAGE, LineKind.AGENTS, LineKind.LABOUR, LineKind.SHARE):
        assert all(one.calls == ("demo-1", "demo-3") for one in lines(month, kind))


def test_a_tariff_does_not_charge_a_month_it_is_not_valid_in() -> None:
    for wrong in ({"valid_from": "2026-12"}, {"valid_to": "2026-10"}):
        with pytest.raises(ValueError, match=r"2025-01\.toml is not valid in 2026-11"):
            november(tariff(**wrong), [])


WEIGHTS = st.lists(st.integers(0, 97), min_size=1, max_size=5).filter(any)


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    weights = draw(WEIGHTS)
    names = ["company", "b", "c", "d", "e"]
    labour = raw(CONTINUOUS)["labour"] | {
        "agent_per_year": draw(st.integers(0, 10**8)),
        "calls_per_agent_day": draw(st.integers(1, 200)),
    }
    return tariff(
        draw(st.sampled_from([CONTINUOUS, BANDS])),
        payer=[payer(names[n], Fraction(weight, sum(weights))) for n, weight in enumerate(weights)],
        base_fee=draw(st.integers(0, 10**6)),
        labour=labour,
        rounding={
            "rule": draw(st.sampled_from(["floor", "ceiling", "half_up", "half_even"])),
            "unit": draw(st.sampled_from([1, 10])),
        },
        vat={"charged": draw(st.booleans()), "rate": "1/10"},
    )


CALLS = st.lists(
    st.builds(call, st.integers(0, 500), outcome=st.sampled_from(["answered", "abandoned_queue"])),
    max_size=30,
    unique_by=lambda one: one.id,
)


@given(tariffs(), CALLS)
def test_the_lines_add_up(of: Tariff, calls: list[Any]) -> None:
    month = november(of, calls)
    assert sum(one.amount for one in month.lines if one.due) == month.total
    assert sum(one.amount for one in lines(month, LineKind.SHARE)) == line(month, LineKind.LABOUR).amount
    company = line(month, LineKind.SHARE, "company")
    vat = sum(one.amount for one in lines(month, LineKind.VAT))
    assert month.total == company.amount + of.base_fee + vat
    assert company.amount == of.rounding.won(of.labour(len(company.calls)) * company.quantity)
    assert all(one.amount >= 0 for one in month.lines)


@given(tariffs(), CALLS, st.integers(0, 30))
def test_two_parts_of_a_month_cost_exactly_the_whole_in_the_continuous_form(
    of: Tariff, calls: list[Any], cut: int
) -> None:
    def exact(some: list[Any]) -> Fraction:
        return of.labour(len(line(november(of, some), LineKind.USAGE).calls))

    if of.band(0) is None:
        assert exact(calls[:cut]) + exact(calls[cut:]) == exact(calls)


@given(tariffs(), CALLS, st.randoms(use_true_random=False))
def test_the_order_of_the_calls_changes_nothing(of: Tariff, calls: list[Any], random: Any) -> None:
    assert november(of, sorted(calls, key=lambda _: random.random())) == november(of, calls)


@given(tariffs(), CALLS)
def test_one_more_call_never_lowers_the_amount(of: Tariff, calls: list[Any]) -> None:
    assert november(of, [*calls, call(1000)]).total >= november(of, calls).total
