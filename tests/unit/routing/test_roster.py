"""The calls to expect, and the peak-time agents to call up for them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.roster import Block, Need, Quarter, blocks, forecast_day, suggest
from routing.staffing import Target, agents_needed

TARGET = Target(service_level=0.8, within_s=20, abandon_share=0.05)
MONDAY = date(2026, 3, 2)


def needs(*peaks: int, start: int = 540) -> list[Need]:
    return [Need(start_minute=start + 15 * i, needed=10 + peak, regular=10, peak=peak) for i, peak in enumerate(peaks)]


def block(start: int, end: int, agents: int = 1) -> Block:
    return Block(start_minute=start, end_minute=end, agents=agents)


def test_a_quarter_needs_what_its_rate_needs_for_an_hour_and_the_peak_is_what_the_regulars_lack() -> None:
    found = suggest(
        [Quarter(start_minute=555, arrivals=60, regular=12), Quarter(start_minute=540, arrivals=10, regular=12)],
        aht_s=300,
        patience_s=180,
        target=TARGET,
        block_min=15,
    )
    quiet, busy = (agents_needed(calls, 300, 180, TARGET) for calls in (40, 240))
    assert quiet < 12 < busy
    assert found.needs == (
        Need(start_minute=540, needed=quiet, regular=12, peak=0),
        Need(start_minute=555, needed=busy, regular=12, peak=busy - 12),
    )
    assert found.blocks == (block(555, 570, busy - 12),)


def test_a_day_without_quarters_needs_nobody() -> None:
    found = suggest([], aht_s=300, patience_s=None, target=TARGET)
    assert (found.needs, found.blocks) == ((), ())
    assert (
        suggest([Quarter(start_minute=0, arrivals=0, regular=0)], aht_s=300, patience_s=9, target=TARGET).blocks == ()
    )


@pytest.mark.parametrize(
    ("peaks", "expected"),
    [
        # Alike agents make one block; the third comes only for the time of the third.
        ((0, 2, 2, 3, 3, 3, 3, 2, 0), [block(555, 660, 2), block(585, 645)]),
        # A need shorter than an hour is met for an hour.
        ((0, 1, 0, 0, 0, 0, 0), [block(555, 615)]),
        # One hour meets two needs that fall in it, and is drawn out for one that begins in it.
        ((1, 0, 0, 1, 0, 0, 0), [block(540, 600)]),
        ((1, 0, 0, 0, 1, 1, 0), [block(540, 630)]),
        ((1, 0, 0, 0, 0, 1, 0, 0, 0), [block(540, 600), block(615, 675)]),
        # Nobody stays after closing time, or comes before opening.
        ((0, 0, 0, 0, 0, 1), [block(570, 630)]),
        ((1, 0, 0, 0, 0, 1), [block(540, 630)]),
        ((0, 4), [block(540, 570, 4)]),
        ((0, 0), []),
        ((), []),
    ],
)
def test_needs_become_blocks_of_an_hour_or_more(peaks: tuple[int, ...], expected: list[Block]) -> None:
    assert list(blocks(needs(*peaks), 60)) == expected


def test_a_block_may_bridge_the_hours_the_centre_is_closed() -> None:
    assert blocks([*needs(1, start=705), *needs(0, 1, 0, 0, start=720)], 30) == (block(705, 750),)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 180))
def test_blocks_meet_every_need_within_the_day_in_stretches_long_enough(peaks: list[int], block_min: int) -> None:
    found = blocks(needs(*peaks), block_min)
    closes = 540 + 15 * len(peaks)
    for one in found:
        assert 540 <= one.start_minute < one.end_minute <= closes
        assert one.end_minute - one.start_minute >= min(block_min, closes - 540)
        assert one.start_minute % 15 == one.end_minute % 15 == 0
    for i, peak in enumerate(peaks):
        there = sum(one.agents for one in found if one.start_minute <= 540 + 15 * i < one.end_minute)
        assert peak <= there <= max(peaks)
        assert there == peak or block_min > 15


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.integers(0, 20), st.integers(0, 5))
def test_more_regular_agents_need_fewer_at_peak(arrivals: list[float], regular: int, more: int) -> None:
    few, many = (
        suggest(
            [Quarter(start_minute=15 * i, arrivals=calls, regular=n) for i, calls in enumerate(arrivals)],
            aht_s=240,
            patience_s=120,
            target=TARGET,
        )
        for n in (regular, regular + more)
    )
    for a, b in zip(few.needs, many.needs, strict=True):
        assert a.needed == b.needed <= b.regular + b.peak
        assert 0 <= a.peak - b.peak <= more


def rows(*days: tuple[date, int], quarter: int = 40) -> list[tuple[date, int, int]]:
    return [(day, quarter, calls) for day, calls in days]


def weeks(n: int) -> timedelta:
    return timedelta(weeks=n)


def test_a_day_is_the_mean_of_its_weekday_and_an_old_one_counts_less() -> None:
    history = rows((MONDAY, 100), (MONDAY + weeks(4), 40), (MONDAY + timedelta(days=1), 999))
    found = forecast_day(history, MONDAY + weeks(6), ())
    assert len(found) == 96
    assert found[40] == pytest.approx((0.5 * 100 + 40) / 1.5)
    assert sum(found) == found[40]
    assert forecast_day(history, MONDAY + weeks(6), (), half_life_weeks=1)[40] == pytest.approx(
        (100 / 16 + 40) * 16 / 17
    )


def test_rows_of_a_quarter_are_added_and_a_quarter_without_a_row_had_no_calls() -> None:
    history = [*rows((MONDAY, 3), (MONDAY, 4)), *rows((MONDAY + weeks(1), 6), quarter=41)]
    found = forecast_day(history, MONDAY + weeks(2), (), half_life_weeks=1e9)
    assert found[39:43] == pytest.approx((0, 3.5, 3, 0))


def test_no_day_is_forecast_from_itself_or_later() -> None:
    history = rows((MONDAY, 10), (MONDAY + weeks(1), 70), (MONDAY + weeks(2), 70))
    assert forecast_day(history, MONDAY + weeks(1), ())[40] == 10


def test_without_such_a_day_the_forecast_is_empty() -> None:
    assert forecast_day([], MONDAY, ()) == ()
    assert forecast_day([], MONDAY, {MONDAY}) == ()
    assert forecast_day(rows((MONDAY, 10)), MONDAY + timedelta(days=2), ()) == ()


def test_holidays_are_forecast_from_holidays_and_kept_out_of_the_weekdays() -> None:
    holiday, normal = MONDAY, MONDAY + weeks(1)
    history = rows((holiday, 2), (normal, 80))
    assert forecast_day(history, MONDAY + weeks(2), {holiday})[40] == 80
    thursday = MONDAY + weeks(2) + timedelta(days=3)
    assert forecast_day(history, thursday, {holiday, thursday})[40] == 2
    assert forecast_day(history, thursday, {thursday}) == (0,) * 96


def week(first: date, *calls: int) -> list[tuple[date, int, int]]:
    return rows(*((first + timedelta(days=i), n) for i, n in enumerate(calls)))


def after_holiday(wednesday: int) -> list[tuple[date, int, int]]:
    """Three weeks with 100 calls on Mondays, 60 else; a holiday on the second Tuesday, so many calls after it."""
    return [
        *week(MONDAY, 100, 60, 60, 60, 60),
        *week(MONDAY + weeks(1), 100, 1, wednesday, 60, 60),
        *week(MONDAY + weeks(2), 100, 60, 60, 60, 60),
    ]


def test_a_day_after_a_holiday_is_a_monday_if_such_days_were() -> None:
    past, coming = MONDAY + weeks(1) + timedelta(days=1), MONDAY + weeks(3) + timedelta(days=2)
    next_day = coming + timedelta(days=1)
    history = after_holiday(90)
    found = forecast_day(history, next_day, {past, coming}, half_life_weeks=1e9)[40]
    assert found == pytest.approx((3 * 100 + 90) / 4)
    # The day after counts with the Mondays everywhere, and no more with its own weekday.
    assert forecast_day(history, MONDAY + weeks(3), {past}, half_life_weeks=1e9)[40] == pytest.approx(
        (3 * 100 + 90) / 4
    )
    assert forecast_day(history, coming, {past})[40] == 60


def test_a_day_after_a_holiday_is_its_own_weekday_if_such_days_were_or_none_is_known() -> None:
    past, coming = MONDAY + weeks(1) + timedelta(days=1), MONDAY + weeks(3) + timedelta(days=2)
    next_day = coming + timedelta(days=1)
    assert forecast_day(after_holiday(70), next_day, {past, coming})[40] == 60
    unlike = forecast_day(after_holiday(70), coming, {past}, half_life_weeks=1e9)[40]
    assert unlike == pytest.approx((60 + 70 + 60) / 3)
    assert forecast_day(after_holiday(60), next_day, {coming})[40] == 60


def test_a_day_after_a_holiday_is_not_compared_with_itself() -> None:
    first, coming = MONDAY + timedelta(days=2), MONDAY + weeks(2) + timedelta(days=1)
    # Counted with the Wednesdays, 85 calls would lie nearer to their mean of 72.5 than to the Monday's 100.
    history = [*week(MONDAY, 100, 60, 60), *week(MONDAY + weeks(1), 100, 1, 85)]
    holidays = {MONDAY + weeks(1) + timedelta(days=1), coming}
    found = forecast_day(history, first + weeks(2), holidays, half_life_weeks=1e9)
    assert found[40] == pytest.approx((100 + 100 + 85) / 3)


def test_a_day_after_a_holiday_whose_weekday_is_unknown_says_nothing() -> None:
    tuesday = MONDAY + timedelta(days=1)
    history = week(MONDAY, 100, 1, 90)
    assert forecast_day(history, MONDAY + weeks(1), {tuesday})[40] == 100
    assert forecast_day(history, MONDAY + weeks(1) + timedelta(days=2), {tuesday})[40] == 90


def test_a_history_that_ended_long_ago_still_counts() -> None:
    assert forecast_day(rows((MONDAY, 10)), MONDAY + weeks(100), (), half_life_weeks=0.01)[40] == 10


def test_a_saturday_after_a_holiday_stays_a_saturday() -> None:
    past, coming = MONDAY + weeks(1) + timedelta(days=1), MONDAY + weeks(3) + timedelta(days=4)
    history = [*after_holiday(100), *rows((MONDAY + timedelta(days=5), 20))]
    assert forecast_day(history, coming + timedelta(days=1), {past, coming})[40] == 20


dates = st.integers(0, 120).map(lambda n: MONDAY + timedelta(days=n))


@given(
    st.lists(st.tuples(dates, st.integers(0, 95), st.integers(0, 500)), max_size=60),
    dates,
    st.sets(dates, max_size=20),
    st.floats(0.01, 100),
)
def test_a_forecast_lies_within_what_came_and_grows_with_it(
    history: list[tuple[date, int, int]], day: date, holidays: set[date], half_life: float
) -> None:
    found = forecast_day(history, day, holidays, half_life_weeks=half_life)
    assert len(found) in (0, 96)
    before = [row for row in history if row[0] < day]
    assert bool(found) <= bool(before)
    for q, calls in enumerate(found):
        totals: dict[date, int] = {}
        for d, quarter, n in before:
            totals[d] = totals.get(d, 0) + n * (quarter == q)
        assert 0 <= calls <= max(totals.values(), default=0) + 1e-9
    triple = forecast_day([(d, q, 3 * n) for d, q, n in reversed(history)], day, holidays, half_life_weeks=half_life)
    assert triple == pytest.approx(tuple(3 * calls for calls in found))


def test_what_cannot_be_is_refused() -> None:
    quarter = Quarter(start_minute=0, arrivals=1, regular=0)
    for wrong in (
        lambda: Quarter(start_minute=10, arrivals=1, regular=0),
        lambda: Quarter(start_minute=1440, arrivals=1, regular=0),
        lambda: Quarter(start_minute=0, arrivals=-1, regular=0),
        lambda: Quarter(start_minute=0, arrivals=1, regular=-1),
        lambda: suggest([quarter, quarter], aht_s=240, patience_s=None, target=TARGET),
        lambda: blocks(needs(1), 0),
        lambda: forecast_day([(MONDAY, 96, 1)], MONDAY, ()),
        lambda: forecast_day([(MONDAY, 0, -1)], MONDAY, ()),
        lambda: forecast_day([], MONDAY, (), half_life_weeks=0),
    ):
        with pytest.raises(ValueError, match="expected"):
            wrong()
