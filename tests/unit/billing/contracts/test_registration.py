from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.contracts.registration import RegistrationError, check_digit, parse, written


@pytest.mark.parametrize("number", ["116-82-00276", "123-45-67891", "124-81-00998", "124 81 00998", "1248100998"])
def test_numbers_that_exist_are_read_however_they_are_grouped(number: str) -> None:
    assert parse(number) == "".join(c for c in number if c.isdigit())


@pytest.mark.parametrize("number", ["116-82-00278", "123-45-67890", "124-81-00999"])
def test_a_wrong_last_digit_is_a_slip_of_the_hand(number: str) -> None:
    with pytest.raises(RegistrationError) as caught:
        parse(number)
    assert caught.value.key == "check"


@pytest.mark.parametrize("number", ["", "123-45-6789", "123-45-678901", "１２３-45-67891", "abc", "123.45.67891"])
def test_anything_but_ten_digits_is_refused(number: str) -> None:
    with pytest.raises(RegistrationError) as caught:
        parse(number)
    assert caught.value.key == "digits"


@given(nine=st.from_regex(r"[0-9]{9}", fullmatch=True), place=st.integers(0, 9), other=st.integers(1, 9))
def test_one_digit_mistyped_is_always_noticed_but_for_the_ninth(nine: str, place: int, other: int) -> None:
    number = nine + str(check_digit(nine))
    assert parse(written(number)) == number
    wrong = number[:place] + str((int(number[place]) + other) % 10) + number[place + 1 :]
    if place != 8:  # its weight is not prime to ten, and its tens count too
        with pytest.raises(RegistrationError):
            parse(wrong)
