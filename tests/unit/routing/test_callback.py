"""When a caller is called back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.acd import Acd, Request, Skill
from routing.callback import Callback, CallbackRule, Outcome, State

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
RULE = CallbackRule(offer_after_s=60, offer_forecast_s=120, attempts=3, spacing_s=600, expires_s=4 * 3600)


def hours(at: int) -> tuple[int, int]:
    """Every day from 9 to 18."""
    day = at // DAY * DAY
    if at >= day + 18 * HOUR:
        day += DAY
    return day + 9 * HOUR, day + 18 * HOUR


def asked(at: int = 10 * HOUR, since: int = 10 * HOUR - MINUTE, rule: CallbackRule = RULE) -> Callback:
    return Callback.requested("c", "x", "acme", since=since, now=at, rule=rule, hours=hours)


@pytest.mark.parametrize(
    ("waited", "forecast", "offered"),
    [(59, None, False), (60, None, True), (0, 120, False), (0, 121, True), (0, None, False)],
)
def test_a_long_wait_behind_or_ahead_brings_the_offer(waited: float, forecast: float | None, offered: bool) -> None:
    assert RULE.offers(waited, forecast) is offered


def test_a_rule_without_conditions_offers_nothing() -> None:
    assert not CallbackRule().offers(9_999, 9_999)


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"spacing_s": 0}, {"expires_s": -1}])
def test_a_rule_that_could_never_work_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected all above 0"):
        CallbackRule(**wrong)  # type: ignore[arg-type]


def test_the_place_is_kept_between_live_callers() -> None:
    acd = Acd()
    acd.offer(Request(call="earlier", group="x", since=10 * HOUR - 2 * MINUTE))
    acd.offer(Request(call="later", group="x", since=10 * HOUR))
    callback = asked()
    acd.offer(callback.request())
    order = [acd.agent_idle(f"a{n}", [Skill("x")], 10 * HOUR + n) for n in range(3)]
    assert [assignment and assignment.call for assignment in order] == ["earlier", "c", "later"]


def test_reached_at_the_first_attempt() -> None:
    callback = asked()
    assert callback.state is State.DUE
    dialling = callback.dial()
    assert (dialling.state, dialling.attempts) == (State.DIALLING, 1)
    assert dialling.wake_at(RULE, hours) is None
    reached = dialling.next_attempt(11 * HOUR, Outcome.REACHED, RULE, hours)
    assert reached.state is State.REACHED
    assert reached.look(20 * HOUR, RULE, hours) is reached


@pytest.mark.parametrize("missed", [Outcome.NO_ANSWER, Outcome.BUSY, Outcome.VOICEMAIL])
def test_a_missed_attempt_is_tried_again_from_the_end_of_the_line_and_not_for_ever(missed: Outcome) -> None:
    callback = asked()
    for attempt, at in ((1, 11 * HOUR), (2, 12 * HOUR)):
        callback = callback.dial().next_attempt(at, missed, RULE, hours)
        assert (callback.state, callback.attempts) == (State.RETRY, attempt)
        assert callback.wake_at(RULE, hours) == at + 10 * MINUTE
        assert callback.look(at + 10 * MINUTE - 1, RULE, hours) == callback
        callback = callback.look(at + 11 * MINUTE, RULE, hours)
        assert (callback.state, callback.since) == (State.DUE, at + 11 * MINUTE)
    assert callback.dial().next_attempt(13 * HOUR, missed, RULE, hours).state is State.EXPIRED


def test_a_lost_agent_costs_neither_an_attempt_nor_the_place() -> None:
    callback = asked()
    again = callback.dial().next_attempt(10 * HOUR + MINUTE, Outcome.AGENT_LOST, RULE, hours)
    assert (again.state, again.attempts, again.since) == (State.DUE, 0, callback.since)


def test_a_wrong_number_is_not_tried_again_and_a_customer_who_declines_is_not_lost() -> None:
    dialling = asked().dial()
    assert dialling.next_attempt(11 * HOUR, Outcome.UNOBTAINABLE, RULE, hours).state is State.EXPIRED
    assert dialling.next_attempt(11 * HOUR, Outcome.DECLINED, RULE, hours).state is State.CANCELLED


def test_nothing_is_dialled_twice() -> None:
    dialling = asked().dial()
    for again in (dialling.dial, dialling.request, dialling.cancel().dial):
        with pytest.raises(ValueError, match="expected due"):
            again()
    with pytest.raises(ValueError, match="expected dialling"):
        asked().next_attempt(11 * HOUR, Outcome.REACHED, RULE, hours)


def test_overnight_the_callback_rests_and_is_first_in_the_morning() -> None:
    rule = replace(RULE, expires_s=24 * 3600)
    callback = asked(18 * HOUR - MINUTE, since=18 * HOUR - 2 * MINUTE, rule=rule)
    assert callback.wake_at(rule, hours) == 18 * HOUR
    resting = callback.look(18 * HOUR, rule, hours)
    assert (resting.state, resting.due_at) == (State.REQUESTED, DAY + 9 * HOUR)
    morning = resting.look(DAY + 9 * HOUR, rule, hours)
    assert (morning.state, morning.since) == (State.DUE, 18 * HOUR - 2 * MINUTE)


def test_it_expires_in_line_and_also_when_it_could_only_be_dialled_too_late() -> None:
    callback = asked()
    assert callback.wake_at(RULE, hours) == 14 * HOUR
    assert callback.look(14 * HOUR - 1, RULE, hours).state is State.DUE
    assert callback.look(14 * HOUR, RULE, hours).state is State.EXPIRED
    assert asked(17 * HOUR).look(18 * HOUR, RULE, hours).state is State.EXPIRED, "reopens only after the expiry"
    assert asked().look(11 * HOUR, RULE, lambda at: None).state is State.EXPIRED


def test_only_an_open_callback_is_cancelled() -> None:
    assert asked().cancel().state is State.CANCELLED
    reached = asked().dial().next_attempt(11 * HOUR, Outcome.REACHED, RULE, hours)
    assert reached.cancel() is reached


@given(
    st.integers(0, DAY),
    st.lists(st.tuples(st.integers(0, 3 * HOUR), st.sampled_from(list(Outcome)))),
    st.builds(
        CallbackRule,
        attempts=st.integers(1, 4),
        spacing_s=st.integers(1, 7200),
        expires_s=st.integers(1, 2 * 24 * 3600),
    ),
)
def test_attempts_are_few_apart_within_hours_and_before_expiry(
    start: int, story: list[tuple[int, Outcome]], rule: CallbackRule
) -> None:
    callback, now, last = asked(start, since=start, rule=rule), start, None
    for later, outcome in story:
        now += later
        callback = callback.look(now, rule, hours)
        wake = callback.wake_at(rule, hours)
        assert (wake is None) is not callback.state.open
        if wake is not None:
            assert wake > now, "nobody is woken for nothing for ever"
        if callback.state is not State.DUE:
            continue
        opens, closes = hours(now)
        assert opens <= now < closes
        assert now < start + rule.expires_s * 1000
        assert last is None or now >= last + rule.spacing_s * 1000
        callback = callback.dial().next_attempt(now, outcome, rule, hours)
        assert callback.attempts <= rule.attempts
        if outcome is not Outcome.AGENT_LOST:
            last = now
