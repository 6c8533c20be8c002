from __future__ import annotations

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing import comparison_forms
from billing.comparison import MOST_CALLS_PER_DAY, compare
from billing.words import Language, decimal, millions
from tests.unit.billing.samples import BANDS, payer, tariff

REFERENCE = compare(tariff(), 100)


def test_every_number_of_the_programme_notice() -> None:
    own, joint = REFERENCE.own, REFERENCE.joint
    assert (own.agents, own.managers, joint.agents) == (2, 1, Fraction(5, 3))
    assert [millions(won) for won in (own.labour, own.seats, own.telecom, own.total, own.per_month)] == [
        "86.0",
        "14.4",
        "1.3",
        "101.7",
        "8.475",
    ]
    shares = [amount for _, amount in joint.shares]
    assert [millions(won) for won in (joint.labour, *shares, joint.base_fee, joint.total, joint.per_month)] == [
        "45.0",
        "13.5",
        "31.5",
        "0.6",
        "14.1",
        "1.175",
    ]
    assert (millions(REFERENCE.difference), REFERENCE.percent_more, REFERENCE.percent_of_own) == ("87.6", 621, 14)
    assert (decimal(joint.agents, 1), own.telecom_exact) == ("1.7", 1_320_000)


@pytest.mark.parametrize("capacity", [50, 59, 61, 70])
def test_no_other_productivity_reproduces_them(capacity: int) -> None:
    labour = {
        "agent_per_year": 27_000_000,
        "manager_per_year": 32_000_000,
        "calls_per_agent_day": capacity,
        "working_days_per_month": 20,
    }
    assert compare(tariff(labour=labour), 100).joint.total != REFERENCE.joint.total


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
def test_the_joint_centres_month(calls_per_day: int, won: int) -> None:
    assert compare(tariff(), calls_per_day).joint.per_month == won


@pytest.mark.parametrize(("calls_per_day", "agents"), [(1, 1), (60, 1), (61, 2), (120, 2), (121, 3), (500, 9)])
def test_an_own_centre_cannot_split_a_seat(calls_per_day: int, agents: int) -> None:
    own = compare(tariff(), calls_per_day).own
    assert own.agents == agents
    assert own.labour == 27_000_000 * agents + 32_000_000
    assert own.seats == 4_800_000 * (agents + 1)


@given(st.integers(1, MOST_CALLS_PER_DAY))
def test_the_formula_holds_for_any_volume(calls_per_day: int) -> None:
    found = compare(tariff(), calls_per_day)
    assert found.joint.per_month == 675_000 * Fraction(calls_per_day, 60) + 50_000
    assert found.joint.total == 12 * found.joint.per_month
    assert sum(amount for _, amount in found.joint.shares) == found.joint.labour == 450_000 * calls_per_day
    assert found.own.agents == (calls_per_day + 59) // 60
    assert found.own.total == found.own.labour + found.own.seats + found.own.telecom
    assert found.difference == found.own.total - found.joint.total > 0


@pytest.mark.parametrize("calls_per_day", [0, -1, MOST_CALLS_PER_DAY + 1])
def test_no_calls_or_impossibly_many_cannot_be_compared(calls_per_day: int) -> None:
    with pytest.raises(ValueError, match=f"{calls_per_day} calls a day; expected a whole number from 1 to 1000000"):
        compare(tariff(), calls_per_day)


def test_the_tariffs_form_makes_no_difference() -> None:
    assert compare(tariff(BANDS), 100) == REFERENCE


def test_without_subsidy_the_company_pays_all_the_labour() -> None:
    assert compare(tariff(payer=[payer("company", "1")]), 100).joint.total == 45_600_000


def test_a_joint_centre_that_costs_nothing_has_no_percentage() -> None:
    free = tariff(base_fee=0, payer=[payer("company", "0"), payer("state", "1")])
    assert compare(free, 100).percent_more is None
    assert "(" not in comparison_forms.as_text(compare(free, 100), Language.EN).splitlines()[-1]


def test_json_is_in_whole_won() -> None:
    told = json.loads(comparison_forms.as_json(REFERENCE))
    assert told["own"]["total"] == 101_700_000
    assert told["joint"]["agents"] == "5/3"
    assert told["joint"]["shares"] == {"company": 13_500_000, "government": 31_500_000}
    assert (told["difference"], told["percent_more"], told["percent_of_own"]) == (87_600_000, 621, 14)


def test_the_table_in_both_languages() -> None:
    assert comparison_forms.as_text(REFERENCE, Language.KO) == (
        "하루 100콜의 연간 비용 비교 (백만원)\n"
        "\n"
        "                        독자 계약 (민간위탁)     공동 A/S센터\n"
        "인원                    상담사 2명 + 관리자 1명  상담사 1.7명 (100/60) + 관리자 1명 (무상)\n"
        "인건비                  86.0                     45.0\n"
        "  기업 부담 30 %                                 13.5\n"
        "  정부 부담 70 %                                 31.5\n"
        "좌석 (ASP)              14.4                     무상\n"
        "전산계정·교육 (기본료)  좌석에 포함              0.6\n"
        "통신비                  1.3                      무상\n"
        "연간 기업 부담          101.7                    14.1\n"
        "월 기업 부담            8.475                    1.175\n"
        "차이                    +87.6 (+621 %)           민간위탁 비용의 14 %\n"
    )
    english = comparison_forms.as_text(REFERENCE, Language.EN)
    assert "difference                       +87.6 (+621 %)" in english
    assert english.endswith("14 % of the private cost\n")


def test_a_joint_centre_that_costs_more_has_a_negative_difference() -> None:
    dear = compare(tariff(base_fee=10**8), 1)
    assert dear.difference < 0
    assert dear.percent_more is not None
    assert f"-{millions(-dear.difference)} ({dear.percent_more} %)" in comparison_forms.as_text(dear, Language.EN)
