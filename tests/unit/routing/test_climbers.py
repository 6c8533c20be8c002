"""Due times, and who climbs the ladder when."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routing.climbers import FORECAST_EVERY_MS, Climbers
from routing.due import DueTimes
from routing.ladder import Climb, Step, Waiter, climb

Changes = list[tuple[str, int | None]]


@given(st.lists(st.tuples(st.sampled_from("abcde"), st.none() | st.integers(0, 50))), st.integers(0, 50))
def test_what_is_due_is_taken_once_in_order_and_with_the_last_time(changes: Changes, now: int) -> None:
    times, expected = DueTimes(), dict[str, int]()
    for name, at in changes:
        if at is None:
            times.drop(name)
            expected.pop(name, None)
        else:
            times.put(name, at)
            expected[name] = at
    assert times.next_at() == min(expected.values(), default=None)
    due = sorted((at, name) for name, at in expected.items() if at <= now)
    assert times.take(now) == [name for _, name in due]
    assert len(times) == len(expected) - len(due)
    assert times.take(now) == []
    assert times.next_at() == min((at for at in expected.values() if at > now), default=None)


def test_a_time_that_moves_for_ever_takes_no_room() -> None:
    times = DueTimes()
    for at in range(10_000):
        times.put("a", at)
        times.put("b", 1)
    assert len(times._heap) < 200


def nothing_known(_: str) -> None:
    return None


def test_time_waited_counts_from_the_place_in_line() -> None:
    climbers = Climbers({"x": [Step(ring=2, after_s=30), Step(ring=3, after_s=60)]})
    climbers.joins("a", "x", since=-10_000, now=0)
    climbers.joins("b", "other", since=-10_000, now=0)
    assert len(climbers) == 1
    assert climbers.next_at() == 20_000
    assert climbers.climb(19_999, nothing_known) == []
    assert climbers.climb(20_000, nothing_known) == [("a", Climb(2, "after"))]
    assert climbers.climb(50_000, nothing_known) == [("a", Climb(3, "after"))]
    assert climbers.next_at() is None


def test_a_long_line_makes_everybody_below_climb_once() -> None:
    climbers = Climbers({"x": [Step(ring=2, queue_over=2)]})
    for n, call in enumerate("cba"):
        assert climbers.next_at() is None
        climbers.joins(call, "x", since=n, now=n)
    assert climbers.climb(2, nothing_known) == [(call, Climb(2, "queue")) for call in "cba"]
    climbers.joins("d", "x", since=3, now=3)
    assert climbers.climb(3, nothing_known) == [("d", Climb(2, "queue"))]
    for call in "abcd":
        climbers.leaves(call)
    climbers.joins("e", "x", since=4, now=4)
    assert climbers.next_at() is None
    climbers.joins("f", "x", since=5, now=5, ring=2)
    climbers.joins("g", "x", since=6, now=6, ring=2)
    assert climbers.climb(6, nothing_known) == [("e", Climb(2, "queue"))], "those who return stand where they stood"


def test_a_step_only_for_who_stands_behind_so_many_leaves_the_others_where_they_are() -> None:
    climbers, line = Climbers({"x": [Step(ring=2, queue_over=2, only_behind=True)]}), ["a", "b", "c", "d"]
    for n, call in enumerate(line[:3]):
        climbers.joins(call, "x", since=n, now=n)
    places = {call: n for n, call in enumerate(line, 1)}
    assert climbers.climb(3, nothing_known, place=places.__getitem__) == [("c", Climb(2, "queue"))]
    climbers.leaves("c")
    climbers.joins("d", "x", since=9, now=9)
    # One with priority stands before those who came earlier.
    assert climbers.climb(9, nothing_known, place=lambda _: 1) == []
    assert climbers.next_at() is None


def test_a_forecast_is_looked_at_on_joining_and_again() -> None:
    climbers = Climbers({"x": [Step(ring=2, forecast_s=60)]})
    climbers.joins("a", "x", since=0, now=100)
    assert climbers.next_at() == 100
    assert climbers.climb(100, {"a": 60.0}.get) == []
    assert climbers.next_at() == 100 + FORECAST_EVERY_MS
    assert climbers.climb(100 + FORECAST_EVERY_MS, {"a": 61.0}.get) == [("a", Climb(2, "forecast"))]
    assert climbers.next_at() is None


ladders = st.lists(
    st.builds(
        Step,
        ring=st.integers(2, 4),
        after_s=st.none() | st.integers(0, 20),
        queue_over=st.none() | st.integers(0, 4),
    ),
    max_size=3,
)


@given(ladders, st.lists(st.tuples(st.integers(0, 5), st.sampled_from("abcdefg"), st.booleans())))
def test_the_same_climb_as_when_all_who_wait_are_looked_at(
    ladder: list[Step], story: list[tuple[int, str, bool]]
) -> None:
    climbers, rings, since, now = Climbers({"x": ladder}), dict[str, int](), dict[str, int](), 0
    for later, call, joins in story:
        now += later * 1000
        if joins and call not in rings:
            rings[call], since[call] = 1, now
            climbers.joins(call, "x", since=now, now=now)
        elif not joins:
            rings.pop(call, None)
            climbers.leaves(call)
        expected = {}
        for waiting in rings:
            waiter = Waiter(
                ring=rings[waiting],
                waited_s=(now - since[waiting]) / 1000,
                forecast_s=None,
                queue=len(rings),
            )
            if (step := climb(ladder, waiter)) is not None:
                expected[waiting] = step
        climbed = climbers.climb(now, nothing_known)
        assert dict(climbed) == expected
        assert climbed == sorted(climbed, key=lambda one: (since[one[0]], one[0]))
        for waiting, step in climbed:
            rings[waiting] = step.ring


STRETCHED = {"x": [Step(ring=2, after_s=10, queue_over=1), Step(ring=3, after_s=20)]}


def test_who_joins_a_group_that_lags_climbs_at_once_and_it_says_why() -> None:
    climbers = Climbers(STRETCHED)
    climbers.joins("a", "x", since=0, now=0, stretch=0)
    assert climbers.next_at() == 0
    assert climbers.climb(0, nothing_known) == [("a", Climb(3, "behind"))]


def test_who_joins_a_group_that_is_ahead_climbs_later() -> None:
    climbers = Climbers(STRETCHED)
    climbers.joins("a", "x", since=0, now=0, stretch=2)
    climbers.joins("b", "x", since=0, now=0, stretch=2)
    assert climbers.climb(0, nothing_known) == []
    assert climbers.next_at() == 20_000
    assert climbers.climb(20_000, nothing_known) == [("a", Climb(2, "after")), ("b", Climb(2, "after"))]
    climbers.joins("c", "x", since=20_000, now=20_000, stretch=2)
    assert climbers.climb(20_000, nothing_known) == [("c", Climb(2, "queue"))]
    assert climbers.climb(40_000, nothing_known) == [(call, Climb(3, "after")) for call in "ab"]


def test_who_waits_already_takes_the_ladder_as_it_is_now() -> None:
    climbers = Climbers(STRETCHED)
    climbers.joins("a", "x", since=0, now=0)
    climbers.joins("b", "x", since=5_000, now=5_000, stretch=3)
    assert climbers.climb(10_000, nothing_known) == []
    assert climbers.climb(30_000, nothing_known) == [("a", Climb(2, "after"))]


@given(st.floats(0, 3), st.floats(0, 3))
def test_everybody_climbs_to_the_end_however_ladders_stretch(first: float, then: float) -> None:
    climbers = Climbers(STRETCHED)
    climbers.joins("a", "x", since=0, now=0, stretch=first)
    climbers.joins("b", "x", since=1_000, now=1_000, stretch=then)
    rings = {"a": 1, "b": 1}
    while (at := climbers.next_at()) is not None:
        assert at <= 61_000
        rings |= {call: step.ring for call, step in climbers.climb(max(at, 1_000), nothing_known)}
    assert rings == {"a": 3, "b": 3}
