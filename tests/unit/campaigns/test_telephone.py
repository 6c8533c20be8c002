"""Korean numbers in every spelling, and the cases in which general libraries err."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.campaigns.telephone import Fault, Line, NumberError, number_of_a_person, read_number


@pytest.mark.parametrize(
    ("written", "digits", "line"),
    [
        ("010-1234-5678", "01012345678", Line.MOBILE),
        ("０１０－１２３４－５６７８", "01012345678", Line.MOBILE),
        ("+82 10 1234 5678", "01012345678", Line.MOBILE),
        ("+82 (0)10-1234-5678", "01012345678", Line.MOBILE),
        ("821012345678", "01012345678", Line.MOBILE),
        ("008210 1234 5678", "01012345678", Line.MOBILE),
        ("1012345678", "01012345678", Line.MOBILE),
        ("1012345678.0", "01012345678", Line.MOBILE),
        ("'01012345678", "01012345678", Line.MOBILE),
        ("02-123-4567".replace("123", "312"), "023124567", Line.LANDLINE),
        ("212345678".replace("21", "23"), "0232345678", Line.LANDLINE),
        ("031.234.5678", "0312345678", Line.LANDLINE),
        ("070-8123-4567", "07081234567", Line.INTERNET),
        ("0502-123-4567", "05021234567", Line.PERSONAL),
        ("0507-1234-5678", "050712345678", Line.PERSONAL),
        ("0303-123-4567", "03031234567", Line.PERSONAL),
        ("080-1234-5678", "08012345678", Line.FREE),
        ("080-123-4567", "0801234567", Line.FREE),
        ("1811-1234", "18111234", Line.REPRESENTATIVE),
        ("1588-0000", "15880000", Line.REPRESENTATIVE),
        ("+82 1588 0000", "15880000", Line.REPRESENTATIVE),
        ("060-700-1234", "0607001234", Line.PREMIUM),
        ("1357", "1357", Line.SPECIAL),
        ("114", "114", Line.SPECIAL),
    ],
)
def test_a_number_is_understood(written: str, digits: str, line: Line) -> None:
    found = read_number(written)
    assert (found.digits, found.line) == (digits, line)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("", Fault.EMPTY),
        ("  - ", Fault.NOT_A_NUMBER),
        ("없음", Fault.NOT_A_NUMBER),
        ("1.01235E+09", Fault.NOT_A_NUMBER),
        ("010-1234-567x", Fault.NOT_A_NUMBER),
        ("+1 202 555 0100", Fault.FOREIGN),
        ("010-123-4567", Fault.TOO_SHORT),
        ("010-1234-56789", Fault.TOO_LONG),
        ("010-1234-5678, 010-2345-6789", Fault.TOO_LONG),
        ("011-234-5678", Fault.ENDED),
        ("019-1234-5678", Fault.ENDED),
        ("012-345-6789", Fault.UNKNOWN_PREFIX),
        ("090-1234-5678", Fault.UNKNOWN_PREFIX),
        ("00000000000", Fault.UNKNOWN_PREFIX),
        ("12", Fault.TOO_SHORT),
        ("٠١٠١٢٣٤٥٦٧٨", Fault.NOT_A_NUMBER),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(written: str, fault: Fault) -> None:
    with pytest.raises(NumberError) as error:
        read_number(written)
    assert error.value.fault is fault


@pytest.mark.parametrize("service", ["080-123-4567", "1588-0000", "060-700-1234", "119"])
def test_services_are_no_people(service: str) -> None:
    with pytest.raises(NumberError) as error:
        number_of_a_person(service)
    assert error.value.fault is Fault.NOT_A_PERSON


@given(st.text(max_size=40))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        found = read_number(text)
    except NumberError:
        return
    assert read_number(found.digits) == found


@given(st.from_regex(r"010[0-9]{8}", fullmatch=True), st.sampled_from(["", "-", " ", "."]))
def test_every_mobile_number_survives_its_spelling(digits: str, between: str) -> None:
    spelled = between.join((digits[:3], digits[3:7], digits[7:]))
    assert read_number(spelled).digits == read_number("+82" + digits[1:]).digits == digits
