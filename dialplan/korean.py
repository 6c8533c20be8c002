"""How a Korean says numbers, counts, telephone numbers, money, dates, times and Latin letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal

_DIGITS = ("영", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
#: Numerals with more figures are read one by one.
_LONGEST = 20
_MYRIADS = ("", "만", "억", "조", "경")
_NATIVE_TENS = ("", "열", "스물", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_NATIVE_ONES = ("", "하나", "둘", "셋", "넷", "다섯", "여섯", "일곱", "여덟", "아홉")
#: Before a counter the first four, and twenty, lose their ending.
_BEFORE_COUNTER = {"하나": "한", "둘": "두", "셋": "세", "넷": "네"}
#: Counted with native numerals; every other unit takes Sino-Korean ones.
_NATIVE_COUNTERS = (
    "번째",
    "시간",
    "명",
    "개",
    "가지",
    "사람",
    "대",
    "건",
    "통",
    "곳",
    "군데",
    "달",
    "살",
    "마리",
    "시",
)
_SINO_COUNTERS = ("개월", "개년", "대째")
_LETTER_NAMES = (
    *"에이 비 씨 디 이 에프 지 에이치 아이 제이 케이 엘 엠".split(),
    *"엔 오 피 큐 알 에스 티 유 브이 더블유 엑스 와이 제트".split(),
)
_LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _LETTER_NAMES, strict=True))


def sino(number: int) -> str:
    """Sino-Korean, grouped by ten thousands: 12345 → 만 이천삼백사십오. 0 to below 10²⁰."""
    if not 0 <= number < 10**20:
        raise ValueError(f"{number} is not between 0 and 10^20")
    if number == 0:
        return _DIGITS[0]
    groups: list[str] = []
    for myriad in _MYRIADS:
        number, group = divmod(number, 10_000)
        if group == 1 and myriad == "만" and number == 0:
            groups.append("만")
        elif group:
            groups.append(_below_myriad(group) + myriad)
    return " ".join(reversed(groups))


def _below_myriad(number: int) -> str:
    said = ""
    for unit, name in ((1000, "천"), (100, "백"), (10, "십"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            said += (_DIGITS[digit] if digit > 1 or unit == 1 else "") + name
    return said


def native(number: int) -> str:
    """Native numerals as they count: 하나, 둘, 스물셋; hundreds are Sino-Korean before them (백하나). From 1."""
    if number < 1:
        raise ValueError(f"{number} has no native numeral")
    hundreds, rest = divmod(number, 100)
    return (sino(hundreds * 100) if hundreds else "") + _NATIVE_TENS[rest // 10] + _NATIVE_ONES[rest % 10]


def native_before_counter(number: int) -> str:
    """Native numerals before what is counted: 한, 두, 스무, 스물한."""
    if number % 100 == 20:
        return native(number).removesuffix("스물") + "스무"
    said = native(number)
    return next(
        (said.removesuffix(long) + short for long, short in _BEFORE_COUNTER.items() if said.endswith(long)), said
    )


def count(number: int, counter: str) -> str:
    """A number with its counter: 세 번째, 첫 번째, 이십 초, 오 분 (minutes; persons are `people`)."""
    if counter == "번째" and number == 1:
        return "첫 번째"
    native_one = counter in _NATIVE_COUNTERS and number >= 1
    return f"{native_before_counter(number) if native_one else sino(number)} {counter}"


def people(number: int) -> str:
    """Persons, politely: 다섯 분."""
    return f"{native_before_counter(number)} 분"


def digits(text: str) -> str:
    """Digit by digit, zero as 공: 010 → 공일공; anything else is left out."""
    return "".join("공" if c == "0" else _DIGITS[int(c)] for c in text if c in "0123456789")


def phone(number: str) -> str:
    """A telephone number in its groups, the last after 에: 01012345678 → 공일공, 일이삼사에 오육칠팔."""
    plain = re.sub(r"[^0-9]", "", number.replace("+82", "0", 1) if number.startswith("+82") else number)
    *before, last = (digits(group) for group in phone_groups(plain))
    return f"{', '.join(before)}에 {last}" if before else last


def phone_groups(number: str) -> tuple[str, ...]:
    """The digits of a number in the groups in which Koreans write it: 0212345678 → 02, 1234, 5678."""
    if len(number) <= 4:
        return (number,)
    if number.startswith("0") and len(number) >= 9:
        prefix = 2 if number.startswith("02") else 4 if number.startswith("050") and len(number) == 12 else 3
        return number[:prefix], number[prefix:-4], number[-4:]
    if len(number) > 8:
        return number[:-8], number[-8:-4], number[-4:]
    return number[:-4], number[-4:]


def money(won: int) -> str:
    """Whole won: 15000 → 만 오천 원."""
    return f"{sino(won)} 원"


def decimal(number: Decimal) -> str:
    """A decimal fraction: 3.14 → 삼 점 일사; its zeros are 영. A whole part too long to name is said digit by digit."""
    whole, _, fraction = f"{number:f}".partition(".")
    said = sino(int(whole)) if len(whole) <= _LONGEST else digits(whole)
    return f"{said} 점 {''.join(_DIGITS[int(d)] for d in fraction)}" if fraction else said


def percent(number: Decimal) -> str:
    """70 → 칠십 퍼센트."""
    return f"{decimal(number)} 퍼센트"


def month(number: int) -> str:
    """유월 and 시월 lose a sound."""
    return {6: "유월", 10: "시월"}.get(number, f"{sino(number)}월")


def day(moment: date) -> str:
    """이천이십육년 시월 삼일."""
    return f"{sino(moment.year).replace(' ', '')}년 {month(moment.month)} {sino(moment.day)}일"


def time_of_day(moment: time) -> str:
    """오전 아홉 시 삼십 분; noon is 정오, midnight 자정. Seconds are left out."""
    if (moment.hour, moment.minute) in ((0, 0), (12, 0)):
        return "정오" if moment.hour else "자정"
    hour = f"{native_before_counter((moment.hour - 1) % 12 + 1)} 시" if moment.hour else "영 시"
    minutes = f" {sino(moment.minute)} 분" if moment.minute else ""
    return f"{'오전' if moment.hour < 12 else '오후'} {hour}{minutes}"


def ends_in_consonant(word: str) -> bool:
    """Whether the last syllable, as it is read, has a final consonant."""
    last = read(word)[-1:]
    return "가" <= last <= "힣" and (ord(last) - ord("가")) % 28 > 0


def with_particle(word: str, pair: str) -> str:
    """The word with the particle that fits it; `pair` names both as 은/는, 을/를, 이/가, 과/와."""
    after_consonant, after_vowel = pair.split("/")
    return word + (after_consonant if ends_in_consonant(word) else after_vowel)


def _letters(found: re.Match[str]) -> str:
    return "".join(_LETTERS[c] for c in found[0] if c in _LETTERS)


def _date(found: re.Match[str]) -> str:
    try:
        return day(date(int(found[1]), int(found[2]), int(found[3])))
    except ValueError:
        return ", ".join(digits(part) for part in found.groups())


def _clock(found: re.Match[str]) -> str:
    hour = int(found[1])
    return "자정" if found[0] == "24:00" else time_of_day(time(hour % 24, int(found[2])))


def _counted(found: re.Match[str]) -> str:
    written, rest = found[1].replace(",", ""), found[2]
    if len(written) > _LONGEST or (len(written) > 1 and written.startswith("0")):
        return digits(written) + rest
    unit = rest.lstrip()
    counter = next((c for c in (*_SINO_COUNTERS, *_NATIVE_COUNTERS) if unit.startswith(c)), "")
    if counter in _NATIVE_COUNTERS:
        return count(int(written), counter) + unit.removeprefix(counter)
    return sino(int(written)) + rest


#: Tried in this order; each takes its digits away from the next.
_READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"(?<![0-9-])(?:\+82[ -]?)?[0-9]{2,4}-(?:[0-9]{3,4}-)?[0-9]{4}(?![0-9-])"),
        lambda found: phone(found[0]),
    ),
    (re.compile(r"(?<![0-9])0[0-9]{8,11}(?![0-9])"), lambda found: phone(found[0])),
    (re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])"), _date),
    (re.compile(r"(?<![0-9])([01]?[0-9]|2[0-4]):([0-5][0-9])(?![0-9])"), _clock),
    (re.compile(r"(?<![0-9])(1[0-2]|[1-9])월"), lambda found: month(int(found[1]))),
    (re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*%"), lambda found: percent(Decimal(found[1].replace(",", "")))),
    (re.compile(r"[0-9]+\.[0-9]+"), lambda found: decimal(Decimal(found[0]))),
    (re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\s*[가-힣]*)"), _counted),
    (re.compile(r"(?<![A-Za-z])[A-Z](?:[/&.]?[A-Z])*(?![A-Za-z])"), _letters),
    (re.compile(r"#"), lambda _: "우물 정자"),
    (re.compile(r"\*"), lambda _: "별표"),
)


def read(text: str) -> str:
    """The text with digits, capital letters and symbols written as they are said; Latin words stay.

    `5분` is read as minutes and `1번` as the key or number one: for persons and turns write the numeral out.
    """
    for pattern, reading in _READINGS:
        text = pattern.sub(reading, text)
    return text
