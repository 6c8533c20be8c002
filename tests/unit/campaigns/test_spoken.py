"""Recordings of answers: their names, and when they must go."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from callcenter.campaigns.consent import Act, Entry, Matter
from callcenter.campaigns.kinds import Purpose
from callcenter.campaigns.refusals import Extent
from callcenter.campaigns.spoken import Ended, Spoken, recording_name, spoken, to_be_destroyed

ANSWERED = datetime(2026, 11, 24, 3, tzinfo=UTC)


def withdrawn(matter: Matter, after: timedelta) -> Entry:
    return Entry(matter=matter, act=Act.WITHDRAWN, at=ANSWERED + after, proof="")


def test_a_recordings_name_tells_what_it_is_of() -> None:
    name = recording_name("survey-7-30-2", "reason", 1)
    assert spoken(name) == Spoken("7-30-2", "reason")


@pytest.mark.parametrize("name", ["", "../survey-7-30-2:reason:0", "survey-7-30-2:../x:0", "survey-7-30-2", "x"])
def test_other_names_are_of_nothing(name: str) -> None:
    assert spoken(name) is None


def test_the_term_ends_at_its_moment() -> None:
    assert to_be_destroyed(ANSWERED, ANSWERED, Purpose.SERVICE, (), ()) is None
    assert to_be_destroyed(ANSWERED, ANSWERED + timedelta(microseconds=1), Purpose.SERVICE, (), ()) is Ended.EXPIRED


@pytest.mark.parametrize(
    ("purpose", "consents", "refused", "ended"),
    [
        (Purpose.SURVEY, [withdrawn(Matter.MARKETING, timedelta())], [], Ended.WITHDRAWN),
        (Purpose.ADVERTISING, [withdrawn(Matter.MARKETING, timedelta(days=9))], [], Ended.WITHDRAWN),
        # What was withdrawn before was given again, or the answer could not have been asked for.
        (Purpose.SURVEY, [withdrawn(Matter.MARKETING, -timedelta(days=1))], [], None),
        (Purpose.SURVEY, [withdrawn(Matter.NIGHT, timedelta(days=1))], [], None),
        # A happy call needs no consent, so that none can be taken back.
        (Purpose.SERVICE, [withdrawn(Matter.MARKETING, timedelta(days=1))], [], None),
        (Purpose.SERVICE, [], [Extent.ALL], Ended.WITHDRAWN),
        (Purpose.SURVEY, [], [Extent.MARKETING], None),
    ],
)
def test_consent_taken_back_ends_what_it_allowed(
    purpose: Purpose, consents: list[Entry], refused: list[Extent], ended: Ended | None
) -> None:
    assert to_be_destroyed(ANSWERED, ANSWERED - timedelta(days=1), purpose, consents, refused) is ended
