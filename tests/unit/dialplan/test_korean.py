from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialplan import korean

_SINO = {"영": 0, "일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9}
_NATIVE = {"하나": 1, "둘": 2, "셋": 3, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
_NATIVE |= {"열": 10, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90}


def _heard(sino: str) -> int:
    """The number that a listener understands."""
    total = group = digit = 0
    for syllable in sino.replace(" ", ""):
        if syllable in _SINO:
            digit = _SINO[syllable]
        elif syllable in "십백천":
            group += (digit or 1) * {"십": 10, "백": 100, "천": 1000}[syllable]
            digit = 0
        else:
            total += (group + digit or 1) * {"만": 10**4, "억": 10**8, "조": 10**12, "경": 10**16}[syllable]
            group = digit = 0
    return total + group + digit


@given(st.integers(0, 10**20 - 1))
def test_a_listener_understands_every_sino_korean_number(number: int) -> None:
    assert _heard(korean.sino(number)) == number


@given(st.integers(1, 99))
def test_a_listener_understands_every_native_number(number: int) -> None:
    words = re.findall("|".join(sorted(_NATIVE, key=len, reverse=True)), korean.native(number))
    assert "".join(words) == korean.native(number)
    assert sum(_NATIVE[word] for word in words) == number


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "영"),
        (10, "십"),
        (11, "십일"),
        (100, "백"),
        (1000, "천"),
        (10000, "만"),
        (11111, "만 천백십일"),
        (110000000, "일억 천만"),
        (100010000, "일억 일만"),
        (20000, "이만"),
        (100000, "십만"),
        (1000000000000, "일조"),
    ],
)
def test_ones_are_said_only_where_koreans_say_them(number: int, said: str) -> None:
    assert korean.sino(number) == said


@pytest.mark.parametrize("number", [-1, 10**20])
def test_numbers_without_a_name_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="not between"):
        korean.sino(number)


def test_native_numerals_begin_with_one() -> None:
    with pytest.raises(ValueError, match="no native"):
        korean.native(0)


@pytest.mark.parametrize(
    ("number", "counter", "said"),
    [
        (1, "번째", "첫 번째"),
        (2, "번째", "두 번째"),
        (3, "번째", "세 번째"),
        (11, "번째", "열한 번째"),
        (20, "번째", "스무 번째"),
        (21, "번째", "스물한 번째"),
        (30, "번째", "서른 번째"),
        (103, "번째", "백세 번째"),
        (120, "명", "백스무 명"),
        (101, "번째", "백한 번째"),
        (20, "초", "이십 초"),
        (5, "분", "오 분"),
        (3, "개월", "삼 개월"),
        (4, "시간", "네 시간"),
        (9, "시", "아홉 시"),
        (0, "시", "영 시"),
        (2, "건", "두 건"),
        (0, "명", "영 명"),
    ],
)
def test_each_counter_has_its_kind_of_numeral(number: int, counter: str, said: str) -> None:
    assert korean.count(number, counter) == said


def test_persons_are_counted_politely() -> None:
    assert korean.people(5) == "다섯 분"


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("01000001234", "공일공, 공공공공에 일이삼사"),
        ("010-0000-1234", "공일공, 공공공공에 일이삼사"),
        ("+821000001234", "공일공, 공공공공에 일이삼사"),
        ("16000000", "일육공공에 공공공공"),
        ("021234567", "공이, 일이삼에 사오육칠"),
        ("0212345678", "공이, 일이삼사에 오육칠팔"),
        ("0311234567", "공삼일, 일이삼에 사오육칠"),
        ("07000000101", "공칠공, 공공공공에 공일공일"),
        ("050012345678", "공오공공, 일이삼사에 오육칠팔"),
        ("112", "일일이"),
    ],
)
def test_telephone_numbers_are_said_in_groups_digit_by_digit(number: str, said: str) -> None:
    assert korean.phone(number) == said


@given(st.text("0123456789", min_size=1, max_size=15))
def test_no_digit_of_a_telephone_number_is_lost(number: str) -> None:
    assert "".join(korean.phone_groups(number)) == number
    assert all(korean.phone_groups(number))


@pytest.mark.parametrize(
    ("won", "said"), [(15_000, "만 오천 원"), (675_000, "육십칠만 오천 원"), (3_205_000, "삼백이십만 오천 원")]
)
def test_money_is_said_by_ten_thousands(won: int, said: str) -> None:
    assert korean.money(won) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (time(9), "오전 아홉 시"),
        (time(9, 30), "오전 아홉 시 삼십 분"),
        (time(18), "오후 여섯 시"),
        (time(13, 5), "오후 한 시 오 분"),
        (time(12), "정오"),
        (time(0), "자정"),
        (time(12, 30), "오후 열두 시 삼십 분"),
        (time(0, 30), "오전 영 시 삼십 분"),
    ],
)
def test_times_of_day(moment: time, said: str) -> None:
    assert korean.time_of_day(moment) == said


def test_dates_percentages_and_fractions() -> None:
    assert korean.day(date(2026, 10, 3)) == "이천이십육년 시월 삼일"
    assert korean.day(date(2024, 6, 16)) == "이천이십사년 유월 십육일"
    assert korean.percent(Decimal(70)) == "칠십 퍼센트"
    assert korean.decimal(Decimal("3.140")) == "삼 점 일사영"


@pytest.mark.parametrize(
    ("word", "pair", "said"),
    [
        ("생활가전", "은/는", "생활가전은"),
        ("가구", "은/는", "가구는"),
        ("PC", "은/는", "PC는"),
        ("3M", "을/를", "3M을"),
        ("AV", "이/가", "AV가"),
        ("물", "과/와", "물과"),
        ("1", "은/는", "1은"),
        ("2", "은/는", "2는"),
    ],
)
def test_a_particle_fits_the_word_as_it_is_read(word: str, pair: str, said: str) -> None:
    assert korean.with_particle(word, pair) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1번, 10번", "일번, 십번"),
        ("대기 3번째입니다", "대기 세 번째입니다"),
        ("3 번째", "세 번째"),
        ("5명이 2시간을", "다섯 명이 두 시간을"),
        ("6개월 뒤 09:30에", "육개월 뒤 오전 아홉 시 삼십 분에"),
        ("24:00까지", "자정까지"),
        ("2026-10-03", "이천이십육년 시월 삼일"),
        ("6월 10일", "유월 십일"),
        ("15,000원", "만 오천원"),
        ("70%와 3.5배", "칠십 퍼센트와 삼 점 오배"),
        ("02-1234-5678번", "공이, 일이삼사에 오육칠팔번"),
        ("01012345678", "공일공, 일이삼사에 오육칠팔"),
        ("제41조", "제사십일조"),
        ("A/S, AV기기, PC", "에이에스, 에이브이기기, 피씨"),
        ("#과 *", "우물 정자과 별표"),
        ("007번", "공공칠번"),
        ("2026-13-45", "이공이육, 일삼, 사오"),
        ("Press zero", "Press zero"),
    ],
)
def test_a_text_is_read_as_a_korean_reads_it(written: str, said: str) -> None:
    assert korean.read(written) == said


@given(st.text(st.sampled_from("0123456789,.-:%+ 월시분번째명원AB/#*가나")))
def test_every_text_can_be_read_and_no_digit_stays(text: str) -> None:
    assert not re.search(r"[0-9A-Z#*]", korean.read(text))


@given(st.text())
def test_any_text_at_all_can_be_read(text: str) -> None:
    korean.read(text)
