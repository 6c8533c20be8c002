"""Who may be called when: edges of the night, consent, refusals, the register, caps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.campaigns.attempts import Caps
from callcenter.campaigns.consent import Act, Entry, Matter, consent, expiry
from callcenter.campaigns.kinds import Kind, Purpose, purpose_of
from callcenter.campaigns.permission import CallerNumber, Permit, Person, Refusal, Rules, Why, foretell, may_dial
from callcenter.campaigns.refusals import Extent, Scrub, extent_by_key
from callcenter.campaigns.windows import Window, next_opening, night
from callcenter.hours import Hours

SEOUL = ZoneInfo("Asia/Seoul")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=SEOUL)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ALWAYS = Window(hours=Hours(**dict.fromkeys(DAYS, "00:00-24:00"), closed_on_holidays=False))
CALLER = CallerNumber(number="15880000", proof="이용증명원 3", since=NOON - timedelta(days=400))


def given_(matter: Matter, at: datetime = NOON - timedelta(days=30)) -> Entry:
    return Entry(matter=matter, act=Act.GIVEN, at=at, proof="form 7")


def withdrawn(matter: Matter, at: datetime) -> Entry:
    return Entry(matter=matter, act=Act.WITHDRAWN, at=at, proof="")


DAYTIME = (given_(Matter.MARKETING), given_(Matter.ADVERTISING))
WILLING = Person(number="01022223333", consents=DAYTIME, scrub=Scrub(at=NOON - timedelta(days=3), cleared=True))
ADVERT = Rules(purpose=Purpose.ADVERTISING, window=ALWAYS, caller=CALLER)
SURVEY = replace(ADVERT, purpose=Purpose.SURVEY)
HAPPY = replace(ADVERT, purpose=Purpose.SERVICE)


def why(person: Person, rules: Rules, now: datetime = NOON) -> Why | None:
    found = may_dial(person, rules, now)
    return found.why if isinstance(found, Refusal) else None


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{clock}").replace(tzinfo=SEOUL)


@pytest.mark.parametrize(
    ("clock", "allowed"), [("20:59:59", True), ("21:00:00", False), ("07:59:59", False), ("08:00:00", True)]
)
def test_the_night_begins_and_ends_to_the_second(clock: str, allowed: bool) -> None:
    assert why(WILLING, ADVERT, at(clock)) == (None if allowed else Why.NIGHT)
    agreed = replace(WILLING, consents=(*DAYTIME, given_(Matter.NIGHT)))
    assert why(agreed, ADVERT, at(clock)) is None


def test_the_night_is_that_of_the_called_whatever_zone_the_clock_has() -> None:
    assert night(at("21:00:00"))
    with pytest.raises(ValueError, match="zone"):
        may_dial(WILLING, ADVERT, NOON.replace(tzinfo=None))


def test_without_a_record_nobody_is_called() -> None:
    nobody = replace(WILLING, consents=())
    assert why(nobody, SURVEY) is why(nobody, ADVERT) is Why.NO_CONSENT
    assert why(nobody, HAPPY) is None


def test_advertising_needs_a_consent_of_its_own() -> None:
    survey_only = replace(WILLING, consents=(given_(Matter.MARKETING),))
    assert why(survey_only, SURVEY) is None
    assert why(survey_only, ADVERT) is Why.NO_CONSENT


def test_a_withdrawal_counts_from_its_moment_and_a_new_consent_after_it() -> None:
    withdrawal = withdrawn(Matter.MARKETING, NOON)
    gone = replace(WILLING, consents=(*DAYTIME, withdrawal))
    assert why(gone, SURVEY, NOON - timedelta(seconds=1)) is None
    assert why(gone, SURVEY, NOON) is Why.CONSENT_WITHDRAWN
    back = replace(gone, consents=(*gone.consents, given_(Matter.MARKETING, NOON + timedelta(hours=1))))
    assert why(back, SURVEY, NOON + timedelta(hours=2)) is None
    same_moment = replace(WILLING, consents=(*DAYTIME, withdrawal, given_(Matter.MARKETING, NOON)))
    assert why(same_moment, SURVEY, NOON) is Why.CONSENT_WITHDRAWN


def test_consent_ends_after_two_years_unless_confirmed() -> None:
    given_at = datetime(2024, 11, 24, 12, 0, tzinfo=SEOUL)
    old = replace(WILLING, consents=(given_(Matter.MARKETING, given_at),))
    assert why(old, SURVEY, NOON - timedelta(seconds=1)) is None
    assert why(old, SURVEY, NOON) is Why.CONSENT_EXPIRED
    confirmed = Entry(matter=Matter.MARKETING, act=Act.CONFIRMED, at=NOON, proof="call 9")
    assert why(replace(old, consents=(*old.consents, confirmed)), SURVEY, NOON) is None
    assert expiry(datetime(2024, 2, 29, tzinfo=UTC)) == datetime(2026, 3, 1, tzinfo=UTC)


def test_consent_needs_proof_and_a_zone() -> None:
    with pytest.raises(ValueError, match="proof"):
        Entry(matter=Matter.MARKETING, act=Act.GIVEN, at=NOON, proof=" ")
    with pytest.raises(ValueError, match="zone"):
        Entry(matter=Matter.MARKETING, act=Act.GIVEN, at=NOON.replace(tzinfo=None), proof="x")


def test_who_refused_marketing_still_gets_the_happy_call_who_refused_all_does_not() -> None:
    marketing, everything = (replace(WILLING, refused=(extent,)) for extent in (Extent.MARKETING, Extent.ALL))
    assert why(marketing, SURVEY) is why(marketing, ADVERT) is Why.DO_NOT_CALL
    assert why(marketing, HAPPY) is None
    assert why(everything, HAPPY) is Why.DO_NOT_CALL


def test_the_key_refuses_at_least_what_was_called_for() -> None:
    for rules in (SURVEY, ADVERT, HAPPY):
        assert why(replace(WILLING, refused=(extent_by_key(rules.purpose),)), rules) is Why.DO_NOT_CALL
    assert extent_by_key(Purpose.SURVEY) is Extent.MARKETING


def test_the_register_is_asked_every_month() -> None:
    compared = NOON - timedelta(days=30)
    assert why(replace(WILLING, scrub=Scrub(compared + timedelta(seconds=1), cleared=True)), SURVEY) is None
    assert why(replace(WILLING, scrub=Scrub(compared, cleared=True)), SURVEY) is Why.SCRUB_STALE
    assert why(replace(WILLING, scrub=Scrub(NOON, cleared=False)), SURVEY) is Why.REGISTERED
    assert why(replace(WILLING, scrub=None), SURVEY) is Why.NOT_SCRUBBED
    assert why(replace(WILLING, scrub=None), HAPPY) is None


def test_no_number_is_shown_that_is_not_proven() -> None:
    assert why(WILLING, replace(SURVEY, caller=None)) is Why.CALLER_UNPROVEN
    for unproven in (
        replace(CALLER, proof=" "),
        replace(CALLER, since=NOON + timedelta(seconds=1)),
        replace(CALLER, until=NOON),
    ):
        assert why(WILLING, replace(HAPPY, caller=unproven)) is Why.CALLER_UNPROVEN


def test_a_number_rings_no_oftener_than_the_caps() -> None:
    caps = Caps(((timedelta(days=1), 2),))
    rung = (NOON - timedelta(hours=30), NOON - timedelta(hours=23), NOON - timedelta(minutes=1))
    assert why(replace(WILLING, rung=rung), replace(SURVEY, caps=caps)) is Why.TOO_OFTEN
    assert why(replace(WILLING, rung=rung[:2]), replace(SURVEY, caps=caps)) is None


def test_the_dry_run_looks_at_the_next_opening() -> None:
    office = Window(hours=Hours())
    saturday_night = datetime(2026, 11, 28, 23, 0, tzinfo=SEOUL)
    fresh = replace(WILLING, scrub=Scrub(saturday_night, cleared=True))
    monday = next_opening(office, saturday_night)
    assert monday == datetime(2026, 11, 30, 9, 0, tzinfo=SEOUL)
    assert foretell(fresh, replace(SURVEY, window=office), saturday_night, monday) == Permit(WILLING.number, monday)
    over = Window(hours=Hours(), last=date(2026, 11, 1))
    assert next_opening(over, saturday_night) is None
    assert foretell(fresh, replace(SURVEY, window=over), saturday_night, None) == Refusal(Why.NEVER_OPEN)
    only_at_night = Window(hours=Hours(**dict.fromkeys(DAYS, "22:00-24:00")))
    assert next_opening(only_at_night, NOON) is None


def test_a_window_closes_on_holidays_and_outside_its_days() -> None:
    holiday = Window(hours=Hours(), holidays=frozenset({date(2026, 11, 24)}))
    assert why(WILLING, replace(SURVEY, window=holiday)) is Why.NOT_NOW
    later = Window(hours=Hours(), first=date(2026, 12, 1))
    assert next_opening(later, NOON) == datetime(2026, 12, 1, 9, 0, tzinfo=SEOUL)


def test_promotion_and_a_reward_of_ones_own_make_advertising() -> None:
    assert purpose_of(Kind.HAPPY_CALL) is Purpose.SERVICE
    assert purpose_of(Kind.IMPROVEMENT) is Purpose.SURVEY
    assert purpose_of(Kind.IMPROVEMENT, own_reward=True) is Purpose.ADVERTISING
    assert purpose_of(Kind.TRADE_IN) is Purpose.ADVERTISING


moments = st.integers(-60 * 24 * 900, 60 * 24 * 30).map(lambda m: NOON + timedelta(minutes=m))
entries = st.builds(
    lambda matter, act, at: Entry(matter=matter, act=act, at=at, proof="p"),
    st.sampled_from(Matter),
    st.sampled_from(Act),
    moments,
)
people = st.builds(
    Person,
    number=st.sampled_from(["01022223333", "15880000", "", "012"]),
    consents=st.lists(entries, max_size=6).map(tuple),
    refused=st.lists(st.sampled_from(Extent), max_size=2).map(tuple),
    scrub=st.none() | st.builds(Scrub, moments, st.booleans()),
    rung=st.lists(moments, max_size=5).map(tuple),
)
rules = st.builds(
    Rules,
    purpose=st.sampled_from(Purpose),
    window=st.sampled_from([ALWAYS, Window(hours=Hours())]),
    caller=st.sampled_from([CALLER, None]),
)


@given(people, rules, moments)
def test_a_permit_is_given_only_if_every_rule_is_kept(person: Person, rules: Rules, now: datetime) -> None:
    if isinstance(may_dial(person, rules, now), Refusal):
        return
    assert person.number == "01022223333"
    assert Extent.ALL not in person.refused
    assert rules.window.open_at(now)
    assert rules.caller is not None
    if not 8 <= now.hour < 21:
        assert consent(person.consents, Matter.NIGHT, now).standing == "holds"
    if rules.purpose is not Purpose.SERVICE:
        assert not person.refused
        assert person.scrub is not None
        assert person.scrub.cleared
        assert consent(person.consents, Matter.MARKETING, now).standing == "holds"


@given(people, rules, moments)
def test_a_refusal_added_never_makes_a_call_possible(person: Person, rules: Rules, now: datetime) -> None:
    if isinstance(may_dial(person, rules, now), Permit):
        return
    more = replace(
        person,
        refused=(*person.refused, Extent.MARKETING),
        consents=(*person.consents, *(withdrawn(matter, now) for matter in Matter)),
    )
    assert isinstance(may_dial(more, rules, now), Refusal)
