"""Who is usually on line when."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from callcenter.calls.journal import Entry, Kind
from callcenter.staffing.attendance import attendance, days_of, spells

SEOUL = ZoneInfo("Asia/Seoul")
MONDAY, NEXT = date(2026, 11, 16), date(2026, 11, 23)


def at(local: str) -> int:
    return int(datetime.fromisoformat(f"{local}+09:00").timestamp()) * 1000


def told(kind: Kind, local: str, agent: str = "1001") -> Entry:
    return Entry(key=f"{agent}:{kind}:{local}", kind=kind, at=at(local), agent=agent)


def test_log_ins_and_log_outs_make_spells_and_a_lonely_one_tells_nothing() -> None:
    entries = [
        told(Kind.LOGGED_OUT, "2026-11-16T08:00"),
        told(Kind.LOGGED_IN, "2026-11-16T09:00"),
        told(Kind.LOGGED_IN, "2026-11-16T09:30"),
        told(Kind.LOGGED_OUT, "2026-11-16T18:00"),
        told(Kind.LOGGED_IN, "2026-11-17T09:00", "1002"),
    ]
    assert spells(entries, until=at("2026-11-18T00:00")) == {
        "1001": [(at("2026-11-16T09:00"), at("2026-11-16T18:00"))],
        "1002": [(at("2026-11-17T09:00"), at("2026-11-18T00:00"))],
    }


def test_the_share_of_days_on_line_is_that_of_the_middle_of_each_quarter() -> None:
    on_line = {
        "1001": [
            (at("2026-11-16T09:07"), at("2026-11-16T12:00")),
            (at("2026-11-23T09:08"), at("2026-11-23T12:08")),
        ],
        "1002": [(at("2026-11-22T22:00"), at("2026-11-23T00:10"))],
    }
    found = attendance(on_line, [MONDAY, NEXT], SEOUL)
    assert found is not None
    assert (found["1001"][35], found["1001"][36], found["1001"][37]) == (0, 0.5, 1)
    assert (found["1001"][47], found["1001"][48], found["1001"][49]) == (1, 0.5, 0)
    assert (found["1002"][0], found["1002"][1]) == (0.5, 0)
    assert days_of(on_line, SEOUL) == {MONDAY, NEXT, date(2026, 11, 22)}


def test_days_without_anybody_were_not_recorded() -> None:
    on_line = {"1001": [(at("2026-11-16T09:00"), at("2026-11-16T18:00"))]}
    found = attendance(on_line, [MONDAY, NEXT], SEOUL)
    assert found is not None
    assert found["1001"][40] == 1
    assert attendance(on_line, [NEXT], SEOUL) is None
