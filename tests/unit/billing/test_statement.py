from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.opening import behind
from billing.rules import Kind
from billing.statement import Adjustment, Line, LineKind, Statement, StatementError, statement
from billing.tariff import Meter, Tariff
from tests.unit.billing.samples import (
    BANDS,
    CONTINUOUS,
    NOVEMBER,
    call,
    november,
    november_usage,
    payer,
    raw,
    response,
    tariff,
)


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


def behind_ids(of: Tariff, calls: list[Any], kind: LineKind, part: str = "") -> list[str]:
    return [entry.used.id for entry in behind(line(november(of, calls), kind, part), november_usage(of, calls))]


def test_free_services_are_metered_and_cost_nothing_whatever_they_would_have_cost() -> None:
    """asterisk-billing ASTPP#311 charged free minutes."""
    calls = [call(1, talk_s=90), call(2, talk_s=30), call(3, talk_s=0, outcome="abandoned_queue")]
    month = november(tariff(), calls)
    talk, at_once, seats = (line(month, LineKind.FREE, meter) for meter in list(Meter)[:3])
    assert (talk.quantity, talk.worth) == (2, 78)
    assert (at_once.quantity, at_once.worth) == (2, 22_000)
    assert (seats.quantity, seats.worth) == (line(month, LineKind.AGENTS).quantity, 666)
    assert {one.amount for one in lines(month, LineKind.FREE)} == {0}
    for meter in (Meter.TALK_MINUTES, Meter.LINES):
        assert behind_ids(tariff(), calls, LineKind.FREE, meter) == ["demo-1", "demo-2"]


def test_happy_calls_and_messages_are_free() -> None:
    calls = [
        call(1, kind=Kind.HAPPY, outcome="completed"),
        call(2, kind=Kind.SMS, outcome="sent", talk_s=0),
        call(3, kind=Kind.SMS, outcome="sent", talk_s=0),
    ]
    month = november(tariff(), calls)
    assert month.total == 50_000
    assert line(month, LineKind.FREE, Meter.HAPPY_CALLS).worth == 1125
    assert line(month, LineKind.FREE, Meter.MESSAGES).worth == 40
    assert behind_ids(tariff(), calls, LineKind.FREE, Meter.MESSAGES) == ["demo-2", "demo-3"]


@pytest.mark.parametrize(
    ("calls", "responses", "counted"),
    [(0, 3, 3), (150, 50, 200), (150, 80, 200), (199, 1, 200), (200, 5, 200), (250, 5, 250)],
)
def test_survey_responses_count_only_within_the_remaining_basic_calls(calls: int, responses: int, counted: int) -> None:
    used = [*answered(calls), *(response(n) for n in range(responses)), response(999, "partial")]
    month = november(tariff(BANDS), used)
    assert (month.counted, month.remaining) == (counted, max(200 - calls, 0))
    assert line(month, LineKind.SURVEY).quantity == counted - calls
    assert line(month, LineKind.USAGE).quantity == counted
    if calls <= 200:
        assert month.total == 162_500, "surveys never lift a company into a higher band"


def test_connect_fees_and_minutes_in_increments_are_part_of_what_is_shared() -> None:
    prices = {"connect": "100.5", "minute": "36", "increment_s": 10}
    of = tariff(call_price=prices)
    month = november(of, [call(1, talk_s=61), call(2, talk_s=10), call(3, talk_s=5, outcome="closed")])
    assert line(month, LineKind.CONNECT).amount == 201
    assert line(month, LineKind.MINUTES).quantity == Fraction(80, 60)
    assert line(month, LineKind.MINUTES).amount == 48
    assert line(month, LineKind.LABOUR).amount == 3750
    assert sum(one.amount for one in lines(month, LineKind.SHARE)) == 3750 + 201 + 48
    assert line(month, LineKind.SHARE, "company").amount == 1199


def test_a_line_is_rounded_once_not_at_every_call() -> None:
    """Rounding per increment and at the end gave different totals in cgrates#118, #260 and ivozprovider#692."""
    of = tariff(call_price={"connect": "0.4", "minute": "0", "increment_s": 1})
    month = november(of, answered(10))
    assert line(month, LineKind.CONNECT).amount == 4


def test_minimum_and_cap_are_lines_of_their_own() -> None:
    low = november(tariff(minimum=80_000, cap=90_000), answered(1))
    assert (line(low, LineKind.MINIMUM).amount, low.total) == (80_000 - 50_562, 80_000)
    high = november(tariff(minimum=80_000, cap=90_000), answered(2000))
    assert (line(high, LineKind.CAP).amount, high.total) == (90_000 - 1_175_000, 90_000)
    between = november(tariff(minimum=1, cap=90_000_000), answered(1))
    assert not lines(between, LineKind.MINIMUM) + lines(between, LineKind.CAP)


def test_adjustments_stand_with_their_reason_before_the_vat() -> None:
    vat = {"charged": True, "rate": "1/10"}
    of = tariff(vat=vat)
    month = november(of, [], "nurim", Adjustment(id="1", amount=-10_000, reason="장애 보상"))
    assert (month.supply, month.vat, month.total) == (40_000, 4_000, 44_000)
    with pytest.raises(StatementError, match="take off more than there is"):
        november(of, [], "nurim", Adjustment(id="1", amount=-50_001, reason="x"))


def test_vat_is_added_to_what_the_company_pays_only_if_charged() -> None:
    with_vat = november(tariff(vat={"charged": True, "rate": "1/10"}), answered(1))
    assert line(with_vat, LineKind.VAT).amount == 5056
    assert with_vat.total == 50_562 + 5056
    assert not lines(november(tariff(), answered(1)), LineKind.VAT)


def test_every_charged_line_opens_to_its_calls() -> None:
    calls = [call(1), call(2, outcome="abandoned_queue"), call(3)]
    for kind, part in (
        (LineKind.USAGE, ""),
        (LineKind.AGENTS, ""),
        (LineKind.LABOUR, ""),
        (LineKind.SHARE, "company"),
        (LineKind.RULE, "answered"),
    ):
        assert behind_ids(tariff(), calls, kind, part) == ["demo-1", "demo-3"]
    assert behind_ids(tariff(), calls, LineKind.RULE, "abandoned") == ["demo-2"]
    assert behind_ids(tariff(), calls, LineKind.BASE_FEE) == []


def test_a_tariff_does_not_charge_a_month_it_is_not_valid_in() -> None:
    for wrong in ({"valid_from": "2026-12"}, {"valid_to": "2026-10"}):
        with pytest.raises(ValueError, match=r"2025-01\.toml is not valid in 2026-11"):
            november(tariff(**wrong), [])


WEIGHTS = st.lists(st.integers(0, 97), min_size=1, max_size=5).filter(any)


FREE_CALLS = {"connect": "0", "minute": "0", "increment_s": 1}
PRICES = st.one_of(
    st.just(FREE_CALLS),
    st.fixed_dictionaries(
        {
            "connect": st.sampled_from(["0.4", "1/3", "100.5"]),
            "minute": st.sampled_from(["1/7", "36"]),
            "increment_s": st.integers(1, 60),
        }
    ),
)


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
        call_price=draw(PRICES),
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
    service = [one for kind in (LineKind.LABOUR, LineKind.CONNECT, LineKind.MINUTES) for one in lines(month, kind)]
    assert sum(one.amount for one in lines(month, LineKind.SHARE)) == sum(one.amount for one in service)
    company = line(month, LineKind.SHARE, "company")
    vat = sum(one.amount for one in lines(month, LineKind.VAT))
    assert month.total == company.amount + of.base_fee + vat
    if not of.call_price.connect:
        assert company.amount == of.rounding.won(of.labour(month.counted) * company.quantity)
    assert all(one.amount >= 0 for one in month.lines)
    entries = sum(one.quantity for one in lines(month, LineKind.RULE))
    assert entries == len(calls), "every entry belongs to exactly one line"


@given(tariffs(), CALLS, st.integers(0, 30))
def test_two_parts_of_a_month_cost_exactly_the_whole_in_the_continuous_form(
    of: Tariff, calls: list[Any], cut: int
) -> None:
    def exact(some: list[Any]) -> Fraction:
        return of.labour(november(of, some).counted)

    if of.band(0) is None:
        assert exact(calls[:cut]) + exact(calls[cut:]) == exact(calls)


@given(tariffs(), CALLS, st.randoms(use_true_random=False))
def test_the_order_of_the_calls_changes_nothing(of: Tariff, calls: list[Any], random: Any) -> None:
    assert november(of, sorted(calls, key=lambda _: random.random())) == november(of, calls)


@given(tariffs(), CALLS)
def test_one_more_call_never_lowers_the_amount(of: Tariff, calls: list[Any]) -> None:
    assert november(of, [*calls, call(1000)]).total >= november(of, calls).total


@pytest.mark.parametrize(("days", "fee"), [(None, 50_000), (30, 50_000), (15, 25_000), (1, 1_666), (0, 0)])
def test_the_base_fee_of_a_part_of_a_month_follows_its_days(days: int | None, fee: int) -> None:
    of = tariff()
    made = statement(of, november_usage(of, []).tally, company="nurim", month=NOVEMBER, days=days)
    assert (made.total, made.days) == (fee, days)


@pytest.mark.parametrize(("days", "due"), [(30, 90_000), (15, 45_000), (0, 0)])
def test_so_does_the_least_that_a_company_pays(days: int, due: int) -> None:
    of = tariff(minimum=90_000)
    assert statement(of, november_usage(of, []).tally, company="nurim", month=NOVEMBER, days=days).total == due


@pytest.mark.parametrize(("days", "fee"), [(30, 50_000), (1, 50_000), (0, 0)])
def test_a_tariff_may_charge_it_whole(days: int, fee: int) -> None:
    of = tariff(contract={"outside": "report", "base_fee": "whole", "pay_within_days": 30})
    assert statement(of, november_usage(of, []).tally, company="nurim", month=NOVEMBER, days=days).total == fee
