from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.rules import Kind
from billing.tariff import ContractTerms, Outside, PartMonth, TariffError
from billing.tariff_reading import read_tariff
from callcenter.ledger.record import Outcome
from tests.unit.billing.samples import BANDS, CONTINUOUS, payer, raw, rule, tariff


def problems(version: str = CONTINUOUS, **changes: Any) -> tuple[str, ...]:
    with pytest.raises(TariffError) as caught:
        tariff(version, source="t.toml", **changes)
    return caught.value.problems


def band(first: Any, last: Any = None, agents: Any = "1") -> dict[str, Any]:
    return {"first": first, "agents": agents} | ({} if last is None else {"last": last})


def bands(*table: dict[str, Any]) -> tuple[str, ...]:
    return problems(BANDS, band=list(table))


def test_the_examples_are_read_exactly() -> None:
    continuous = tariff()
    assert [(payer.id, payer.share) for payer in continuous.payers] == [
        ("company", Fraction(3, 10)),
        ("government", Fraction(7, 10)),
    ]
    assert (continuous.base_fee, continuous.vat, len(tariff(BANDS).bands)) == (50_000, None, 9)


def test_a_gap_between_bands() -> None:
    assert bands(band(0, 200), band(202)) == (
        "t.toml: band.2.first: there is a gap after 200, where the band before it ends; expected 201",
    )


def test_a_gap_below_and_above_the_bands() -> None:
    assert bands(band(1, 200)) == (
        "t.toml: band.1.first: there is a gap below 1 calls; expected the first band to start at 0",
        "t.toml: band.1.last: there is a gap above 200 calls; expected no 'last' in the last band",
    )


def test_bands_that_overlap() -> None:
    assert bands(band(0, 200), band(200)) == (
        "t.toml: band.2.first: overlaps the band before it, which ends at 200; expected 201",
    )
    assert bands(band(0), band(201)) == (
        "t.toml: band.2.first: overlaps the band before it, which has no end; "
        "expected a 'last' in all bands but the last",
    )


def test_a_band_that_ends_before_it_begins_or_needs_fewer_agents() -> None:
    assert bands(band(0, 200), band(201, 100), band(101))[0] == (
        "t.toml: band.2.last: is before the band's first call; expected 201 or more"
    )
    assert bands(band(0, 200, "1/3"), band(201, None, "1/6")) == (
        "t.toml: band.2.agents: more calls would need fewer agents; expected 1/3 or more",
    )


def test_bands_belong_to_their_form_only() -> None:
    assert problems(band=[band(0)])[0].startswith("t.toml: band: the continuous form has no bands")
    assert problems(BANDS, band=None) == ("t.toml: band: is absent; expected one table [[band]] or more",)
    assert problems(BANDS, band=[]) == ("t.toml: band: is empty; expected one table [[band]] or more",)


def test_shares_that_do_not_add_up() -> None:
    assert problems(payer=[payer("company", "0.3"), payer("government", "0.6")]) == (
        "t.toml: payer: the shares add up to 9/10; expected exactly 1",
    )


def test_any_number_of_payers_and_a_company_that_pays_everything_or_nothing() -> None:
    thirds = tariff(payer=[payer(name, "1/3") for name in ("city", "company", "state")])
    assert [payer.id for payer in thirds.payers] == ["company", "city", "state"]
    assert tariff(payer=[payer("company", "1")]).payers[0].share == 1
    assert tariff(payer=[payer("company", "0"), payer("state", "1")]).payers[0].share == 0


def test_payers_need_the_company_and_differ() -> None:
    assert problems(payer=[payer("state", "1")])[0].startswith("t.toml: payer: expected one with id = 'company'")
    twice = [payer("company", "0"), payer("state", "1/2"), payer("state", "1/2")]
    assert problems(payer=twice) == ("t.toml: payer: 'state' stands more than once; expected each payer once",)


@pytest.mark.parametrize("share", [0.3, "-1/2", "3/0", "30%", "1e3", "nan", "", " 1", "11/10", True, None])
def test_a_share_is_an_exact_fraction_in_quotes(share: Any) -> None:
    other = payer("company", "1") | {"share": share}
    (problem,) = problems(payer=[{key: value for key, value in other.items() if value is not None}])
    assert problem.startswith("t.toml: payer.1.share: ")
    assert "an exact fraction from 0 to 1 in quotes" in problem


@pytest.mark.parametrize("fee", [-1, 50_000.0, "50000", True, 10**13, None])
def test_money_is_whole_and_not_negative(fee: Any) -> None:
    (problem,) = problems(base_fee=fee)
    assert problem.startswith("t.toml: base_fee: is ")
    assert problem.endswith("; expected a whole number from 0 to 1000000000000")


@pytest.mark.parametrize("key", ["calls_per_agent_day", "working_days_per_month"])
def test_nothing_is_divided_by_zero(key: str) -> None:
    (problem,) = problems(labour=raw(CONTINUOUS)["labour"] | {key: 0})
    assert problem.startswith(f"t.toml: labour.{key}: is 0; expected a whole number from 1 ")


def test_a_misspelt_outcome_is_not_silently_free() -> None:
    (problem,) = problems(rule=[rule("a", "inbound", outcomes=["anwsered"])])
    assert problem.startswith(
        "t.toml: rule.1.outcomes: is ['anwsered']; expected a list of some of abandoned_greeting, "
    )


def test_everything_that_can_be_used_must_be_decided() -> None:
    kinds = [kind for kind in Kind if kind != "happy"]
    assert problems(rule=[rule("most", *kinds), rule("happy", "happy", outcomes=["completed", "partial"])]) == (
        "t.toml: rule: nothing decides 'happy' that ends as refused, not_reached; expected a rule that does, such as a "
        "last one without outcomes",
    )
    only_repeats = rule("r", *Kind, repeat_within_minutes=5)
    assert len(problems(rule=[only_repeats])) == len(Kind)


def test_only_surveys_use_up_basic_calls_and_a_rule_stands_once() -> None:
    (problem,) = problems(rule=[rule("a", *Kind, charge="survey")])
    assert problem.startswith("t.toml: rule.1.charge: only surveys use up basic calls")
    assert problems(rule=[rule("a", *Kind), rule("a", "sms")]) == (
        "t.toml: rule: 'a' stands more than once; expected each id once",
    )


def test_a_cap_is_not_below_the_minimum() -> None:
    assert problems(minimum=2, cap=1) == ("t.toml: cap: is below the minimum; expected 2 or more",)


@pytest.mark.parametrize("numbers", [["010-1234-5678"], "01012345678", [1012345678], None])
def test_test_numbers_are_digits(numbers: Any) -> None:
    (problem,) = problems(test_numbers=numbers)
    assert problem.startswith("t.toml: test_numbers: is ")
    assert problem.endswith("; expected a list of telephone numbers as digits in quotes")


def test_increments_are_seconds_and_prices_exact() -> None:
    assert [p.split(": ")[1] for p in problems(call_price={"connect": 100, "minute": "1/0", "increment_s": 0})] == [
        "call_price.connect",
        "call_price.minute",
        "call_price.increment_s",
    ]


def test_unknown_keys_are_named_wherever_they_stand() -> None:
    assert problems(basefee=1, vat={"charged": False, "rate": "0", "mode": "x"}) == (
        "t.toml: basefee: unknown key; check the spelling or remove it",
        "t.toml: vat.mode: unknown key; check the spelling or remove it",
    )


def test_months_are_text_in_order() -> None:
    assert problems(valid_from="2026-13") == (
        "t.toml: valid_from: '2026-13' is no month; expected one of this century such as 2026-11",
    )
    assert problems(valid_to="2024-12") == ("t.toml: valid_to: is before valid_from; expected 2025-01 or later",)


def test_all_mistakes_are_told_at_once() -> None:
    found = problems(BANDS, form="steps", rounding="floor", vat=None, free="x", payer=[], own_centre=[])
    assert [problem.split(": ")[1] for problem in found] == [
        "rounding",
        "vat",
        "own_centre",
        "form",
        "band",
        "payer",
        "free",
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("a1/-.", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "share", "first", "name"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(raw(BANDS))), JSON), st.sampled_from([CONTINUOUS, BANDS]))
def test_whatever_the_file_holds_the_answer_is_a_tariff_or_problems(changes: dict[str, Any], version: str) -> None:
    found: tuple[str, ...] = ("t.toml: none",)
    try:
        read_tariff(raw(version) | changes, "t.toml", outcomes=list(Outcome))
    except TariffError as error:
        found = error.problems
    assert found
    assert all(problem.startswith("t.toml: ") for problem in found)


def test_a_tariff_of_before_contracts_were_kept_reports_what_is_outside_and_charges_months_whole() -> None:
    assert tariff(contract=None).contract == ContractTerms(
        outside=Outside.REPORT, base_fee=PartMonth.WHOLE, pay_within_days=30
    )


def test_terms_of_contracts_are_told_what_they_may_be() -> None:
    found = problems(contract={"outside": "free", "base_fee": "half", "pay_within_days": 400, "grace": 1})
    assert [line.split(": ")[1] for line in found] == [
        "contract.outside", "contract.base_fee", "contract.pay_within_days", "contract.grace",
    ]  # fmt: skip


def test_a_tariff_cannot_begin_in_mid_month() -> None:
    (found,) = problems(valid_from="2026-11-15")
    assert "valid_from: '2026-11-15' is no month" in found
