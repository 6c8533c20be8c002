"""The time for which peak-time agents are paid."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from callcenter.calls.journal import Entry, Kind
from callcenter.staffing.paid import PaidDay, as_csv, paid_days

SEOUL = ZoneInfo("Asia/Seoul")
MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


def at(local: str) -> int:
    return int(datetime.fromisoformat(f"{local}+09:00").timestamp()) * 1000


def spell(came: int, left: int | None, agent: str = "1010") -> list[Entry]:
    told = [Entry(key=f"{agent}:c:{came}", kind=Kind.PEAK_CAME, at=came, agent=agent, data={"until": came})]
    if left is not None:
        told.append(Entry(key=f"{agent}:l:{left}", kind=Kind.PEAK_LEFT, at=left, agent=agent, data={"came": came}))
    return told


def test_a_day_s_spells_are_added_and_a_begun_minute_counts_once() -> None:
    ten, two = at("2026-11-23T10:00"), at("2026-11-23T14:00")
    entries = [*spell(ten, ten + 3_600_500), *spell(two, two + 600_400), *spell(two, two + 60_000, "1012")]
    found = paid_days(reversed(entries), SEOUL)
    assert found == [
        PaidDay(day=MONDAY, agent="1010", spells=2, paid_ms=4_200_900),
        PaidDay(day=MONDAY, agent="1012", spells=1, paid_ms=60_000),
    ]
    assert [one.minutes for one in found] == [71, 1]
    assert as_csv(found).splitlines()[1] == "2026-11-23,1010,2,71,0"


def test_a_spell_over_midnight_belongs_to_both_days() -> None:
    found = paid_days(spell(at("2026-11-23T23:30"), at("2026-11-24T00:15")), SEOUL)
    assert [(one.day, one.minutes) for one in found] == [(MONDAY, 30), (TUESDAY, 15)]


def test_a_spell_without_an_end_is_told_and_not_counted_and_its_end_alone_is_enough() -> None:
    came = at("2026-11-23T10:00")
    assert paid_days(spell(came, None), SEOUL) == [PaidDay(day=MONDAY, agent="1010", without_end=1)]
    assert paid_days(spell(came, came + 1)[1:], SEOUL) == [PaidDay(day=MONDAY, agent="1010", spells=1, paid_ms=1)]


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 3 * 10**8)), unique_by=lambda pair: pair[0]))
def test_no_time_is_lost_or_paid_twice(spells: list[tuple[int, int]]) -> None:
    entries = [entry for since, length in spells for entry in spell(since, since + length)]
    assert sum(one.paid_ms for one in paid_days(entries * 2, SEOUL)) == sum(length for _, length in spells)
