from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contracts.eligibility import Answer, Doubt, Facts, Goods, Made, Refusal, Standing, Verdict, judge

MAKER = Facts(
    business="제조업",
    category="kitchen",
    goods=Goods.FINISHED,
    made=Made.KOREA,
    large_group=Answer.NO,
    blocked_credit=Answer.NO,
    calls_per_month=200,
)


def test_a_korean_maker_of_finished_goods_is_eligible() -> None:
    assert judge(MAKER).verdict is Verdict.ELIGIBLE
    assert judge(replace(MAKER, business="도소매업, 제조")).verdict is Verdict.ELIGIBLE
    assert judge(replace(MAKER, business="제 조 업")).verdict is Verdict.ELIGIBLE


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"business": "도소매업"}, Refusal.NO_MANUFACTURING),
        ({"business": ""}, Refusal.NO_MANUFACTURING),
        ({"made": Made.ABROAD}, Refusal.MADE_ABROAD),
        ({"goods": Goods.BUILDING}, Refusal.BUILDING),
        ({"goods": Goods.PARTS}, Refusal.PARTS),
        ({"goods": Goods.INTERMEDIATE}, Refusal.INTERMEDIATE),
        ({"goods": Goods.CLOTHING}, Refusal.CLOTHING),
        ({"goods": Goods.FOOD}, Refusal.FOOD),
        ({"large_group": Answer.YES}, Refusal.LARGE_GROUP),
        ({"blocked_credit": Answer.YES}, Refusal.BLOCKED_CREDIT),
    ],
)
def test_each_exclusion_is_a_reason_of_its_own(changed: dict[str, Any], why: Refusal) -> None:
    found = judge(replace(MAKER, **changed))
    assert (found.verdict, found.refusals) == (Verdict.REFUSED, (why,))


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"made": Made.PARTLY}, Doubt.PARTLY_ABROAD),
        ({"goods": Goods.UNCLEAR}, Doubt.UNCLEAR_GOODS),
        ({"category": None}, Doubt.NO_CATEGORY),
        ({"calls_per_month": 9}, Doubt.LOW_DEMAND),
        ({"large_group": Answer.UNKNOWN}, Doubt.GROUP_UNKNOWN),
        ({"blocked_credit": Answer.UNKNOWN}, Doubt.CREDIT_UNKNOWN),
    ],
)
def test_what_is_unclear_is_looked_at_by_a_person(changed: dict[str, Any], why: Doubt) -> None:
    found = judge(replace(MAKER, **changed))
    assert (found.verdict, found.doubts) == (Verdict.REVIEW, (why,))


def test_who_took_part_before_is_known() -> None:
    assert judge(MAKER, Standing(years=2)).doubts == (Doubt.EARLIER_TERM,)
    assert judge(MAKER, Standing(years=5)).refusals == (Refusal.TERM_USED,)
    assert judge(MAKER, Standing(years=1, taking_part=True)).refusals == (Refusal.ALREADY_IN,)


def test_all_reasons_are_told_at_once() -> None:
    found = judge(replace(MAKER, business="서비스업", made=Made.ABROAD, large_group=Answer.YES, category=None))
    assert found.refusals == (Refusal.NO_MANUFACTURING, Refusal.MADE_ABROAD, Refusal.LARGE_GROUP)
    assert found.doubts == (Doubt.NO_CATEGORY,)


@given(
    st.builds(
        Facts,
        business=st.sampled_from(["제조", "도소매"]),
        category=st.sampled_from([None, "kitchen"]),
        goods=st.sampled_from(Goods),
        made=st.sampled_from(Made),
        large_group=st.sampled_from(Answer),
        blocked_credit=st.sampled_from(Answer),
        calls_per_month=st.integers(0, 30),
    )
)
def test_nobody_is_turned_away_or_held_up_without_a_reason(facts: Facts) -> None:
    found = judge(facts)
    assert (found.verdict is Verdict.REFUSED) == bool(found.refusals)
    assert (found.verdict is Verdict.ELIGIBLE) == (not found.refusals and not found.doubts)
