from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.store.marked_numbers import NumberError, read_number


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("010-0000-0001", "01000000001"),
        (" (02) 000 0001 ", "020000001"),
        ("+82 10-0000-0001", "01000000001"),
        ("+82-010-0000-0001", "01000000001"),
        ("0082 2 000 0001", "020000001"),
        ("+1 202 555 0100", "+12025550100"),
        ("+82 1588-0000", "15880000"),
        ("1588-0000", "15880000"),
    ],
)
def test_a_number_is_read_however_people_write_it(written: str, number: str) -> None:
    assert read_number(written) == number


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("", "short"),
        ("010-12", "short"),
        ("0100000000100000", "long"),
        ("공일공", "letters"),
        ("010-0000-000a", "letters"),
        ("٠١٠٠٠٠٠٠٠٠١", "letters"),
        ("+", "short"),
    ],
)
def test_what_is_no_number_is_refused_with_the_reason(written: str, slug: str) -> None:
    with pytest.raises(NumberError) as refused:
        read_number(written)
    assert refused.value.slug == slug


@given(st.text(max_size=30))
def test_whatever_is_typed_is_digits_or_refused(written: str) -> None:
    try:
        number = read_number(written)
    except NumberError:
        return
    digits = number.removeprefix("+")
    assert digits.isascii()
    assert digits.isdecimal()
    assert 7 <= len(digits) <= 15
