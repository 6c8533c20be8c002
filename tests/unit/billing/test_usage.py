from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.month import Month
from billing.usage import Usage, UsedCall, usage
from tests.unit.billing.samples import MORNING, NOVEMBER, SEOUL, call, tariff

RULES = tariff().billable


def november(*calls: UsedCall) -> Usage:
    return usage(calls, company="nurim", month=NOVEMBER, zone=SEOUL, billable=RULES)


def at(written: str, number: int = 1, seconds: int = 60) -> UsedCall:
    entered = datetime.fromisoformat(written)
    return call(number, entered_at=entered, ended_at=entered + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("entered", "month"),
    [
        ("2026-10-31T14:59:59.999+00:00", Month(2026, 10)),
        ("2026-10-31T15:00:00+00:00", Month(2026, 11)),
        ("2026-11-30T14:59:59.999+00:00", Month(2026, 11)),
        ("2026-11-30T15:00:00+00:00", Month(2026, 12)),
        ("2026-12-01T00:00:00+09:00", Month(2026, 12)),
    ],
)
def test_a_call_belongs_to_the_month_in_which_it_entered_in_seoul(entered: str, month: Month) -> None:
    one = at(entered)
    for other in (Month(2026, 10), Month(2026, 11), Month(2026, 12)):
        found = usage([one], company="nurim", month=other, zone=SEOUL, billable=RULES)
        assert len(found.entries) == (other == month)


def test_a_call_that_lasts_past_midnight_stays_in_its_month() -> None:
    assert november(at("2026-11-30T23:59:59+09:00", seconds=4000)).counted == ("demo-1",)


def test_only_calls_that_an_agent_answered_count() -> None:
    found = november(call(1), call(2, outcome="abandoned_queue", talk_s=0), call(3, outcome="fallback_answered"))
    assert found.counted == ("demo-1", "demo-3")
    assert [entry.counted for entry in found.entries] == [True, False, True]


def test_other_directions_do_not_count_unless_the_tariff_says_so() -> None:
    assert november(call(1, direction="happy")).counted == ()


def test_calls_of_other_companies_and_of_nobody_are_left_out() -> None:
    assert november(call(1, company="hanbit"), call(2, company=None), call(3)).counted == ("demo-3",)


def test_a_call_that_comes_twice_is_an_error_not_a_second_charge() -> None:
    with pytest.raises(ValueError, match="demo-1 comes twice"):
        november(call(1), call(1))


def test_lines_are_the_most_calls_at_once() -> None:
    def on_the_line(number: int, since: int, until: int) -> UsedCall:
        begin, end = MORNING + timedelta(seconds=since), MORNING + timedelta(seconds=until)
        return call(number, entered_at=begin, ended_at=end)

    handed_over = november(on_the_line(1, 0, 10), on_the_line(2, 10, 20))
    assert handed_over.busiest == ("demo-1",)
    three = november(on_the_line(1, 0, 10), on_the_line(2, 5, 30), on_the_line(3, 9, 12), on_the_line(4, 12, 13))
    assert three.busiest == ("demo-1", "demo-2", "demo-3")
    assert november(on_the_line(1, 5, 5)).busiest == ()
    assert november().busiest == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"entered_at": datetime(2026, 11, 1)},  # noqa: DTZ001
        {"ended_at": MORNING - timedelta(days=1)},
        {"talk_ms": -1},
    ],
)
def test_an_impossible_call_is_refused_by_its_id(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="call demo-1: "):
        call(1, **wrong)


def test_the_zone_of_a_calls_times_does_not_matter() -> None:
    there = timezone(timedelta(hours=-5))
    moved = call(1, entered_at=MORNING.astimezone(there), ended_at=MORNING.astimezone(there))
    assert november(moved).entries[0].call.entered_at.astimezone(UTC) == MORNING


CALLS = st.lists(
    st.builds(
        call,
        st.integers(0, 10_000),
        talk_s=st.integers(0, 4000),
        outcome=st.sampled_from(["answered", "abandoned_queue"]),
        company=st.sampled_from(["nurim", "hanbit", None]),
    ),
    max_size=12,
    unique_by=lambda one: one.id,
)


@given(CALLS, st.randoms(use_true_random=False))
def test_the_order_of_the_calls_does_not_matter(calls: list[UsedCall], random: object) -> None:
    shuffled = sorted(calls, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert november(*shuffled) == november(*calls)
    assert november(*shuffled).busiest == november(*calls).busiest


@given(CALLS, st.builds(call, st.just(99_999)))
def test_one_more_call_never_lowers_usage(calls: list[UsedCall], more: UsedCall) -> None:
    before, after = november(*calls), november(*calls, more)
    assert len(after.counted) == len(before.counted) + (after.month == Month.of(more.entered_at, SEOUL))
    assert after.talk_ms >= before.talk_ms
    assert len(after.busiest) >= len(before.busiest)
