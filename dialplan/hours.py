"""Opening hours in words, as a caller hears them."""

from __future__ import annotations

from datetime import time

from callcenter.hours import Closing, Hours
from dialplan.korean import month, sino, time_of_day, with_particle

_KOREAN_DAYS = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")
_ENGLISH_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_ROUND_THE_CLOCK = "00:00-24:00"


def korean_hours(hours: Hours) -> str:
    """상담 시간은 평일 오전 아홉 시부터 오후 여섯 시까지입니다. 주말과 공휴일은 쉽니다. Empty if never open."""
    opened, closed = _week(hours)
    if not opened:
        return ""
    spans = [f"{_korean_days(days)} {_korean_span(span)}" for span, days in opened.items()]
    rest = [*([_korean_days(closed)] if closed else []), *(["공휴일"] if hours.closed_on_holidays else [])]
    if not rest and list(opened) == [_ROUND_THE_CLOCK]:
        return "상담은 연중무휴 이십사 시간 받습니다."
    closing = f" {with_particle(_korean_list(rest), '은/는')} 쉽니다." if rest else ""
    return f"상담 시간은 {', '.join(spans)}입니다.{closing}"


def english_hours(hours: Hours) -> str:
    """We are open on weekdays from 9 AM to 6 PM. We are closed on weekends and public holidays. Empty if never open."""
    opened, closed = _week(hours)
    if not opened:
        return ""
    spans = [f"{_english_days(days)} {_english_span(span)}" for span, days in opened.items()]
    rest = [*([_english_days(closed)] if closed else []), *(["on public holidays"] if hours.closed_on_holidays else [])]
    if not rest and list(opened) == [_ROUND_THE_CLOCK]:
        return "We are open round the clock, every day of the year."
    closing = f" We are closed {' and '.join(rest)}." if rest else ""
    return f"We are open {', and '.join(spans)}.{closing}"


def closing_ends(closing: Closing) -> tuple[str, str]:
    """When a closing ends, in Korean and in English: 오후 두 시, at 2 PM; with the date if it is another day."""
    until = closing.until
    korean, english = time_of_day(until.time()), f"at {_english_time(until.time())}"
    if until.date() == closing.since.date():
        return korean, english
    return f"{month(until.month)} {sino(until.day)}일 {korean}", f"on {until:%B} {until.day} {english}"


def _week(hours: Hours) -> tuple[dict[str, list[int]], list[int]]:
    """Days (Monday is 0) by their opening span, and the closed ones."""
    opened: dict[str, list[int]] = {}
    spans = (hours.mon, hours.tue, hours.wed, hours.thu, hours.fri, hours.sat, hours.sun)
    for day, span in enumerate(spans):
        opened.setdefault(span, []).append(day)
    return opened, opened.pop("", [])


def _korean_days(days: list[int]) -> str:
    match days:
        case [0, 1, 2, 3, 4, 5, 6]:
            return "매일"
        case [0, 1, 2, 3, 4]:
            return "평일"
        case [5, 6]:
            return "주말"
        case [first, _, *_, last] if _unbroken(days):
            return f"{_KOREAN_DAYS[first]}부터 {_KOREAN_DAYS[last]}까지"
    return _korean_list([_KOREAN_DAYS[day] for day in days])


def _english_days(days: list[int]) -> str:
    match days:
        case [0, 1, 2, 3, 4, 5, 6]:
            return "every day"
        case [0, 1, 2, 3, 4]:
            return "on weekdays"
        case [5, 6]:
            return "on weekends"
        case [first, _, *_, last] if _unbroken(days):
            return f"{_ENGLISH_DAYS[first]} to {_ENGLISH_DAYS[last]}"
    *before, last_name = [_ENGLISH_DAYS[day] for day in days]
    return f"on {', '.join(before)} and {last_name}" if before else f"on {last_name}"


def _unbroken(days: list[int]) -> bool:
    return len(days) > 2 and days[-1] - days[0] == len(days) - 1


def _korean_list(names: list[str]) -> str:
    """월요일, 화요일과 수요일."""
    *before, last = names
    return f"{with_particle(', '.join(before), '과/와')} {last}" if before else last


def _korean_span(span: str) -> str:
    if span == _ROUND_THE_CLOCK:
        return "이십사 시간"
    parts = (part.split("-") for part in span.split(","))
    return " 그리고 ".join(
        f"{time_of_day(_clock(opens))}부터 {time_of_day(_clock(closes))}까지" for opens, closes in parts
    )


def _english_span(span: str) -> str:
    if span == _ROUND_THE_CLOCK:
        return "round the clock"
    parts = (part.split("-") for part in span.split(","))
    return " and ".join(
        f"from {_english_time(_clock(opens))} to {_english_time(_clock(closes))}" for opens, closes in parts
    )


def _clock(text: str) -> time:
    return time() if text == "24:00" else time.fromisoformat(text)


def _english_time(moment: time) -> str:
    if moment == time(12):
        return "noon"
    if moment == time():
        return "midnight"
    half = "AM" if moment.hour < 12 else "PM"
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{(moment.hour - 1) % 12 + 1}{minutes} {half}"
