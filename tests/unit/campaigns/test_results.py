"""Results: the funnel, response rates, scores; retries; the choice of happy calls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.campaigns.attempts import FINAL, NOT_RUNG, RETRIES, Due, Outcome, Over, Tried, best, what_next
from callcenter.campaigns.form import read_form
from callcenter.campaigns.funnel import Dispositions, Funnel, Place, dispositions, funnel, place, rates
from callcenter.campaigns.happy_call import Case, HappyRule, drawn, select
from callcenter.campaigns.scores import low_scores, parts, tabulate, wilson
from callcenter.campaigns.windows import Window
from tests.unit.campaigns.forms import SURVEY

SEOUL = ZoneInfo("Asia/Seoul")
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=SEOUL)
outcomes = st.lists(st.sampled_from(Outcome), max_size=6)


def tried(*found: Outcome) -> list[Tried]:
    return [Tried(NOW - timedelta(hours=len(found) - n), outcome) for n, outcome in enumerate(found)]


@given(st.lists(st.tuples(outcomes, st.booleans()), max_size=30))
def test_every_contact_stands_in_exactly_one_place_and_the_funnel_narrows(
    contacts: list[tuple[list[Outcome], bool]],
) -> None:
    places = [place(tried(*attempts), permitted=permitted) for attempts, permitted in contacts]
    counts = {one: places.count(one) for one in Place}
    found = funnel(counts)
    assert found.contacts == len(contacts) == sum(counts.values())
    assert found.contacts >= found.permitted >= found.dialled >= found.answered >= found.complete
    assert found.complete == sum(Outcome.COMPLETED in attempts for attempts, _ in contacts)


def test_the_funnel_of_a_small_campaign() -> None:
    assert funnel({Place.NOT_PERMITTED: 2, Place.WAITING: 3, Place.NOT_REACHED: 4, Place.COMPLETE: 1}) == Funnel(
        contacts=10, permitted=8, dialled=5, answered=1, complete=1
    )
    assert place(tried(Outcome.WITHHELD), permitted=False) is Place.NOT_PERMITTED
    assert place(tried(Outcome.BUSY), permitted=False) is Place.NOT_REACHED


def test_response_rates_by_aapors_formulas() -> None:
    d = Dispositions(complete=200, partial=20, refusal=80, non_contact=60, other=40, unknown=100, not_eligible=100)
    found = rates(d)
    assert found.e == pytest.approx(0.8)
    assert (found.rr1, found.rr2, found.rr3) == (200 / 500, 220 / 500, 200 / 480)
    assert (found.coop1, found.ref1, found.con1) == (200 / 340, 80 / 500, 340 / 500)
    assert rates(Dispositions()).rr1 is None
    assert rates(d, e=0).rr3 == 200 / 400


@given(outcomes)
def test_every_dialled_contact_has_one_disposition(found: list[Outcome]) -> None:
    dialled = [outcome for outcome in found if outcome not in NOT_RUNG]
    d = dispositions(dialled)
    assert d.eligible + d.unknown + d.not_eligible == len(dialled)


def test_wilsons_interval() -> None:
    found = wilson(1, 10)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (0.0179, 0.4042)
    nothing, everything = wilson(0, 20), wilson(20, 20)
    assert nothing is not None
    assert everything is not None
    assert nothing.low == 0 < nothing.high < 0.2
    assert everything.high == 1
    assert wilson(0, 0) is None


def test_scores_count_only_given_answers() -> None:
    responses = [
        {"overall": "5", "recommend": "10", "which": "1,2"},
        {"overall": "4", "recommend": "9"},
        {"overall": "1", "why": "c:why:0", "recommend": "0"},
        {"overall": "3", "recommend": "8", "which": ""},
        {},
    ]
    by_question = {one.question.id: one for one in tabulate(read_form(SURVEY), responses)}
    csat, nps = by_question["overall"].score, by_question["recommend"].score
    assert csat is not None
    assert nps is not None
    assert csat.value == 50
    assert nps.value == 25
    assert nps.low < 25 < nps.high
    assert [(bar.answer, bar.count) for bar in by_question["overall"].bars] == [
        ("1", 1), ("2", 0), ("3", 1), ("4", 1), ("5", 1),
    ]  # fmt: skip
    assert [(bar.answer, bar.count) for bar in by_question["which"].bars] == [("1", 1), ("2", 1)]
    assert by_question["which"].answered == 1
    assert by_question["why"].recordings == ("c:why:0",)
    assert by_question["again"].score is None


def test_the_parts_have_their_own_scores_and_their_sum_is_the_whole() -> None:
    responses = [("busan", {"overall": "5", "recommend": "10"}), ("seoul", {"overall": "1"}), ("busan", {})]
    busan, seoul = parts(read_form(SURVEY), responses)
    assert (busan.name, busan.complete, seoul.complete) == ("busan", 2, 1)
    assert [one and one.value for one in busan.scores] == [100, 100]
    assert [one and one.value for one in seoul.scores] == [0, None]
    assert parts(read_form(SURVEY), []) == []


def test_a_low_score_calls_for_somebody() -> None:
    form = read_form(SURVEY)
    [low] = low_scores(form, {"overall": "2", "recommend": "0"})
    assert (low.question.id, low.score) == ("overall", 2)
    assert low_scores(form, {"overall": "3"}) == low_scores(form, {}) == low_scores(form, {"overall": ""}) == []


def test_an_attempt_is_followed_by_another_as_its_outcome_says() -> None:
    assert what_next([], RETRIES, NOW) == Due(NOW)
    once = tried(Outcome.BUSY)
    assert what_next(once, RETRIES, NOW) == Due(once[0].at + timedelta(minutes=15))
    assert what_next(tried(*[Outcome.BUSY] * 4), RETRIES, NOW) == Over(Outcome.BUSY)
    assert what_next(tried(Outcome.BUSY, Outcome.COMPLETED), RETRIES, NOW) == Over(Outcome.COMPLETED)
    wished = NOW + timedelta(days=2)
    assert what_next([Tried(NOW, Outcome.CALLBACK, wished)], RETRIES, NOW) == Due(wished)
    assert what_next(tried(Outcome.BREAK_OFF), RETRIES, NOW) == Over(Outcome.BREAK_OFF)


def test_what_the_carrier_did_not_put_through_is_no_try_and_nobody_is_given_up_for_it() -> None:
    refused = tried(*[Outcome.CONGESTION] * 30)
    waits = [what_next(refused[:n], RETRIES, NOW) for n in (1, 2, 6, 30)]
    minutes = [
        (due.at - refused[n - 1].at) // timedelta(minutes=1) for due, n in zip(waits, (1, 2, 6, 30), strict=True)
    ]  # type: ignore[union-attr]
    assert minutes == [1, 2, 32, 60]
    busy = tried(Outcome.BUSY, *[Outcome.CONGESTION] * 9, Outcome.BUSY)
    assert what_next(busy, RETRIES, NOW) == Due(busy[-1].at + timedelta(minutes=15))
    assert place(refused, permitted=True) is Place.WAITING


def test_whom_the_carrier_bars_is_tried_twice_more_whatever_the_campaign_says() -> None:
    thrice = tried(*[Outcome.BARRED] * 3)
    assert [what_next(thrice[:n], {}, NOW) for n in (1, 2)] == [Due(one.at + timedelta(hours=1)) for one in thrice[:2]]
    assert what_next(thrice, {}, NOW) == Over(Outcome.BARRED)
    assert place(thrice, permitted=True) is Place.NOT_REACHED
    assert best(tried(Outcome.BARRED, Outcome.NO_SUCH_NUMBER)) is Outcome.NO_SUCH_NUMBER


@given(outcomes)
def test_nobody_is_tried_without_end(found: list[Outcome]) -> None:
    assert isinstance(what_next(tried(*found, Outcome.NO_ANSWER) * 5, RETRIES, NOW), Over)
    if found and found[-1] in FINAL:
        assert what_next(tried(*found), RETRIES, NOW) == Over(best(tried(*found)))


ENDED = datetime(2026, 11, 23, 16, 0, tzinfo=SEOUL)
ALL = HappyRule(share=1.0)


def test_a_happy_call_comes_a_day_later_at_a_friendly_hour() -> None:
    case = Case("call-1", "01022223333", ENDED)
    (chosen,) = select([case], ALL, Window(), {}, NOW)
    assert chosen.due == ENDED + timedelta(days=1)
    late = Case("call-2", "01022224444", ENDED.replace(hour=20))
    (chosen,) = select([late], ALL, Window(), {}, NOW)
    assert chosen.due == datetime(2026, 11, 25, 10, 0, tzinfo=SEOUL)


def test_nobody_is_asked_twice_within_the_spared_days_and_old_cases_are_let_go() -> None:
    twice = [Case("a", "01022223333", ENDED), Case("b", "01022223333", ENDED + timedelta(hours=1))]
    assert [one.case.id for one in select(twice, ALL, Window(), {}, NOW)] == ["a"]
    asked = {"01022223333": NOW - timedelta(days=89)}
    assert select(twice, ALL, Window(), asked, NOW) == []
    assert len(select(twice, ALL, Window(), {"01022223333": NOW - timedelta(days=91)}, NOW)) == 1
    assert select([Case("c", "01022223333", NOW - timedelta(days=8))], ALL, Window(), {}, NOW) == []
    assert select([Case("d", "", ENDED)], ALL, Window(), {}, NOW) == []


def test_the_sample_is_fair_and_always_the_same() -> None:
    chosen = [n for n in range(10_000) if drawn(f"call-{n}", 0.2)]
    assert 1_850 < len(chosen) < 2_150
    assert chosen == [n for n in range(10_000) if drawn(f"call-{n}", 0.2)]
    assert not any(drawn(f"call-{n}", 0.0) for n in range(1000))


def test_times_of_cases_may_be_in_any_zone() -> None:
    case = Case("call-1", "01022223333", ENDED.astimezone(UTC))
    (chosen,) = select([case], ALL, Window(), {}, NOW)
    assert chosen.due.utcoffset() == timedelta(hours=9)
