from __future__ import annotations

from datetime import datetime

import pytest

from callcenter.hours import Closing, Hours
from dialplan.hours import closing_ends, english_hours, korean_hours

_ALWAYS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "00:00-24:00")


@pytest.mark.parametrize(
    ("hours", "korean", "english"),
    [
        pytest.param(
            Hours(),
            "상담 시간은 평일 오전 아홉 시부터 오후 여섯 시까지,"
            " 토요일 오전 아홉 시부터 오후 한 시까지입니다. 일요일과 공휴일은 쉽니다.",
            "We are open on weekdays from 9 AM to 6 PM, and on Saturdays from 9 AM to 1 PM."
            " We are closed on Sundays and on public holidays.",
            id="office",
        ),
        pytest.param(
            Hours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-12:00,13:00-18:00"), sat=""),
            "상담 시간은 평일 오전 아홉 시부터 정오까지 그리고 오후 한 시부터 오후 여섯 시까지입니다."
            " 주말과 공휴일은 쉽니다.",
            "We are open on weekdays from 9 AM to noon and from 1 PM to 6 PM."
            " We are closed on weekends and on public holidays.",
            id="lunch",
        ),
        pytest.param(
            Hours(sat="", closed_on_holidays=False),
            "상담 시간은 평일 오전 아홉 시부터 오후 여섯 시까지입니다. 주말은 쉽니다.",
            "We are open on weekdays from 9 AM to 6 PM. We are closed on weekends.",
            id="weekdays",
        ),
        pytest.param(
            Hours(**_ALWAYS, closed_on_holidays=False),
            "상담은 연중무휴 이십사 시간 받습니다.",
            "We are open round the clock, every day of the year.",
            id="always",
        ),
        pytest.param(
            Hours(**_ALWAYS),
            "상담 시간은 매일 이십사 시간입니다. 공휴일은 쉽니다.",
            "We are open every day round the clock. We are closed on public holidays.",
            id="but-holidays",
        ),
        pytest.param(
            Hours(mon="", wed="", thu="09:30-24:00", fri="12:00-13:00", sat="", closed_on_holidays=False),
            "상담 시간은 화요일 오전 아홉 시부터 오후 여섯 시까지, 목요일 오전 아홉 시 삼십 분부터 자정까지,"
            " 금요일 정오부터 오후 한 시까지입니다. 월요일, 수요일, 토요일과 일요일은 쉽니다.",
            "We are open on Tuesdays from 9 AM to 6 PM, and on Thursdays from 9:30 AM to midnight,"
            " and on Fridays from noon to 1 PM. We are closed on Mondays, Wednesdays, Saturdays and Sundays.",
            id="odd",
        ),
        pytest.param(
            Hours(fri="", sat="", closed_on_holidays=False),
            "상담 시간은 월요일부터 목요일까지 오전 아홉 시부터 오후 여섯 시까지입니다."
            " 금요일부터 일요일까지는 쉽니다.",
            "We are open Mondays to Thursdays from 9 AM to 6 PM. We are closed Fridays to Sundays.",
            id="runs",
        ),
        pytest.param(
            Hours(sat="09:00-18:00", sun="09:00-18:00", closed_on_holidays=False),
            "상담 시간은 매일 오전 아홉 시부터 오후 여섯 시까지입니다.",
            "We are open every day from 9 AM to 6 PM.",
            id="daily",
        ),
        pytest.param(Hours(**dict.fromkeys(_ALWAYS, "")), "", "", id="never"),
    ],
)
def test_hours_are_told_in_words(hours: Hours, korean: str, english: str) -> None:
    assert korean_hours(hours) == korean
    assert english_hours(hours) == english


def test_a_closing_tells_its_end_with_the_date_only_if_it_is_another_day() -> None:
    since, until = datetime.fromisoformat("2026-10-06T13:00"), datetime.fromisoformat("2026-10-06T14:30")
    assert closing_ends(Closing(since=since, until=until)) == ("오후 두 시 삼십 분", "at 2:30 PM")
    later = Closing(since=since, until=datetime.fromisoformat("2026-10-07T09:00"))
    assert closing_ends(later) == ("시월 칠일 오전 아홉 시", "on October 7 at 9 AM")
