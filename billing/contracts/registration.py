"""The business registration number (사업자등록번호): ten digits, 123-45-67891; the last checks the others.

The digit proves that nobody mistyped; whether the business still exists only the tax service knows.
"""

from __future__ import annotations

_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)


class RegistrationError(ValueError):
    """No such number can exist; `key` says why: `digits` (not ten of them) or `check` (mistyped)."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def check_digit(nine: str) -> int:
    """The tenth digit that belongs to these nine.

    Each digit is weighted 1 3 7 1 3 7 1 3 5; the tens of the last product count as well (the tax service's rule).
    """
    digits = [int(digit) for digit in nine]
    total = sum(digit * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) + digits[8] * 5 // 10
    return -total % 10


def parse(written: str) -> str:
    """The ten digits, however they were grouped. Raises `RegistrationError`."""
    digits = "".join(letter for letter in written if letter not in "- \t")
    if len(digits) != 10 or not (digits.isascii() and digits.isdecimal()):
        raise RegistrationError("digits")
    if int(digits[9]) != check_digit(digits[:9]):
        raise RegistrationError("check")
    return digits


def written(digits: str) -> str:
    """Grouped 3-2-5, as on the certificate."""
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
