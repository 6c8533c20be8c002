from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.month import Month
from billing.rules import Kind, Used, fault
from billing.usage import Usage, usage
from tests.unit.billing.samples import MORNING, SEOUL, call, ms, november_usage, raw, response, rule, tariff

DECEMBER = Month(2026, 12)


def november(*calls: Used, rules: list[dict[str, Any]] | None = None) -> Usage:
    return november_usage(tariff(rule=rules or raw("2025-01")["rule"]), list(calls))


def ids(found: Usage) -> list[str]:
    return [entry.used.id for entry in found.entries if entry.counted]


def at(written: str, number: int = 1, seconds: int = 60) -> Used:
    return call(number, at=ms(written), ended_at=ms(written) + seconds * 1000, talk_s=seconds)


@pytest.mark.parametrize(
    ("entered", "counts_in_november"),
    [("2026-11-30T14:59:59.999+00:00", True), ("2026-11-30T15:00:00+00:00", False), ("2026-12-01T00:00+09:00", False)],
)
def test_the_month_ends_at_midnight_in_seoul(entered: str, counts_in_november: bool) -> None:
    """A call of the next month's first minute is not put into the old statement (as in getlago/lago#4082)."""
    assert bool(november(at(entered)).entries) is counts_in_november
    later = usage([at(entered)], company="nurim", month=DECEMBER, zone=SEOUL, rules=tariff().rules)
    assert later.entries


def test_a_call_that_lasts_past_midnight_stays_in_its_month() -> None:
    assert ids(november(at("2026-11-30T23:59:59+09:00", seconds=4000))) == ["demo-1"]


def test_only_calls_that_an_agent_answered_count() -> None:
    found = november(call(1), call(2, outcome="abandoned_queue", talk_s=0), call(3, outcome="fallback_answered"))
    assert ids(found) == ["demo-1", "demo-3"]
    assert [entry.rule.id for entry in found.entries] == ["answered", "abandoned", "answered"]


@pytest.mark.parametrize(
    ("kind", "outcome", "rule_id", "counts"),
    [
        (Kind.CALLBACK, "answered", "answered", True),
        (Kind.TRANSFER, "answered", "transfer", False),
        (Kind.INTERNAL, "answered", "internal", False),
        (Kind.TEST, "answered", "internal", False),
        (Kind.INBOUND, "closed", "out_of_hours", False),
        (Kind.INBOUND, "lost", "not_served", False),
        (Kind.HAPPY, "completed", "happy_call", False),
        (Kind.SURVEY, "completed", "survey_response", True),
        (Kind.SURVEY, "partial", "survey_attempt", False),
        (Kind.SMS, "sent", "message", False),
    ],
)
def test_each_kind_is_decided_by_its_rule(kind: Kind, outcome: str, rule_id: str, counts: bool) -> None:
    (entry,) = november(call(1, kind=kind, outcome=outcome)).entries
    assert (entry.rule.id, entry.counted) == (rule_id, counts)


def test_calls_of_other_companies_and_of_nobody_are_left_out() -> None:
    assert ids(november(call(1, company="hanbit"), call(2, company=None), call(3))) == ["demo-3"]


def test_a_call_that_comes_twice_is_an_error_not_a_second_charge() -> None:
    with pytest.raises(ValueError, match="demo-1 comes twice"):
        november(call(1), call(1))


def test_a_survey_on_the_line_of_a_call_is_another_thing_than_the_call() -> None:
    assert len(november(call(1), call(1, kind=Kind.SURVEY, outcome="completed")).entries) == 2


REPEATS = [
    rule("repeat", "inbound", outcomes=["answered"], repeat_within_minutes=10),
    rule("all", "inbound", charge="call"),
    rule("rest", *(kind for kind in Kind if kind != "inbound")),
]


def test_a_repeat_is_measured_from_the_callers_last_counted_call() -> None:
    minutes = [0, 9, 11, 20, 22]
    found = november(*(call(m, caller="a") for m in minutes), call(5, caller="b", id="b"), rules=REPEATS)
    assert ids(found) == ["demo-0", "b", "demo-11", "demo-22"]


def test_a_caller_who_is_not_known_never_repeats() -> None:
    assert len(ids(november(call(1), call(2), rules=REPEATS))) == 2


def test_lines_are_the_most_calls_at_once() -> None:
    def on_the_line(number: int, since: int, until: int) -> Used:
        begin, end = MORNING + since * 1000, MORNING + until * 1000
        return call(number, at=begin, ended_at=end, talk_ms=0)

    handed_over = november(on_the_line(1, 0, 10), on_the_line(2, 10, 20))
    assert (handed_over.tally.lines, handed_over.busiest) == (1, {"demo-1"})
    three = november(on_the_line(1, 0, 10), on_the_line(2, 5, 30), on_the_line(3, 9, 12), on_the_line(4, 12, 13))
    assert (three.tally.lines, three.busiest) == (3, {"demo-1", "demo-2", "demo-3"})
    assert november(on_the_line(1, 5, 5)).busiest == frozenset()
    assert november().tally.lines == 0


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"ended_at": MORNING - 1}, "ends_before"),
        ({"talk_ms": -1}, "talk_negative"),
        ({"ended_at": MORNING + 86_400_001 + 60_000}, "too_long"),
        ({"talk_ms": 95_000}, "talk_too_long"),
    ],
)
def test_an_impossible_call_is_told_apart_and_neither_charged_nor_lost(wrong: dict[str, Any], why: str) -> None:
    found = november(call(1, **wrong), call(2))
    assert ids(found) == ["demo-2"]
    assert [(one.used.id, one.why) for one in found.faults] == [("demo-1", why)]
    assert sum(found.tally.by_rule) == 1


def test_a_call_of_over_4500_seconds_is_one_call_with_all_its_minutes() -> None:
    """asterisk-billing ASTPP#276 charged such calls 1."""
    found = november(call(1, talk_s=4_600))
    assert (found.tally.by_rule[0], found.tally.talk_ms, found.tally.charged_ms) == (1, 4_600_000, 4_600_000)
    assert fault(call(1, talk_s=4_600)) is None


def test_late_records_of_closed_months_stand_on_the_open_month() -> None:
    found = usage([at("2026-11-30T10:00+09:00")], company="nurim", month=DECEMBER, zone=SEOUL, rules=tariff().rules)
    assert ids(found) == ["demo-1"]


CALLS = st.lists(
    st.builds(
        call,
        st.integers(0, 200),
        talk_s=st.integers(0, 3_000),
        outcome=st.sampled_from(["answered", "abandoned_queue", "closed"]),
        company=st.sampled_from(["nurim", "nurim", "hanbit", None]),
        caller=st.sampled_from(["", "a", "b"]),
        kind=st.sampled_from([Kind.INBOUND, Kind.INBOUND, Kind.CALLBACK]),
    ),
    max_size=25,
    unique_by=lambda one: one.id,
)
RULES = st.sampled_from([None, REPEATS])


@given(CALLS, st.randoms(use_true_random=False), RULES)
def test_the_order_of_the_calls_does_not_matter(calls: list[Used], random: Any, rules: Any) -> None:
    shuffled = sorted(calls, key=lambda _: random.random())
    assert november(*shuffled, rules=rules) == november(*calls, rules=rules)
    assert november(*shuffled).busiest == november(*calls).busiest


@given(CALLS, st.builds(call, st.integers(0, 200), id=st.just("more"), caller=st.sampled_from(["", "a"])), RULES)
def test_one_more_call_never_lowers_usage(calls: list[Used], more: Used, rules: Any) -> None:
    before, after = november(*calls, rules=rules), november(*calls, more, rules=rules)
    assert len(ids(before)) <= len(ids(after)) <= len(ids(before)) + 1
    assert after.tally.talk_ms >= before.tally.talk_ms
    assert after.tally.lines >= before.tally.lines


@given(CALLS)
def test_the_one_pass_and_the_listing_agree(calls: list[Used]) -> None:
    found = november(*calls)
    assert found.tally.lines == len(found.busiest)
    assert found.tally.talk_ms == sum(entry.used.talk_ms for entry in found.entries)
    assert sum(found.tally.by_rule) == len(found.entries)
    assert len(ids(found)) == found.tally.by_rule[0]


def test_survey_responses_and_calls_are_told_apart() -> None:
    tally = november(call(1), response(2), response(3, "refused"), call(4, kind=Kind.SMS, outcome="sent")).tally
    assert (tally.messages, tally.happy_calls, sum(tally.by_rule)) == (1, 0, 4)
