"""Korean telephone numbers as people write them, and which of them an outbound call may go to.

An own table, because general libraries refuse 080 and 1811 numbers and accept 010-123-4567, 011 and 012 (numbering plan
of the ministry: 전기통신번호관리세칙). A number is kept by its digits as dialled inside Korea, with the leading zero.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Line(StrEnum):
    """What kind of line a number belongs to."""

    LANDLINE = "landline"
    MOBILE = "mobile"
    INTERNET = "internet"
    #: 0502 to 0508 and 030: numbers that stand for another one.
    PERSONAL = "personal"
    #: 080, paid by the called.
    FREE = "free"
    #: 15XX, 16XX, 18XX: a company's representative number.
    REPRESENTATIVE = "representative"
    #: 060 and 070X services with a surcharge.
    PREMIUM = "premium"
    #: 110, 112, 119, 1357 and the like.
    SPECIAL = "special"


class Fault(StrEnum):
    """Why a text is no number that a campaign could call."""

    EMPTY = "empty"
    #: Letters, or signs that no number has.
    NOT_A_NUMBER = "not_a_number"
    #: A country code other than 82.
    FOREIGN = "foreign"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    #: 011, 016, 017, 018, 019: these ended in 2021.
    ENDED = "ended"
    #: No area code or service has these first digits.
    UNKNOWN_PREFIX = "unknown_prefix"
    #: A number, but of a service, not of a person.
    NOT_A_PERSON = "not_a_person"


class NumberError(ValueError):
    """The text is no number to call; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Telephone:
    """A number as dialled inside Korea, and its kind of line."""

    digits: str
    line: Line


_AREAS = frozenset("031 032 033 041 042 043 044 051 052 053 054 055 061 062 063 064".split())
_PEOPLE = {Line.LANDLINE, Line.MOBILE, Line.INTERNET, Line.PERSONAL}
#: First digits, the lengths of whole numbers, the kind of line.
_PLAN: tuple[tuple[re.Pattern[str], range, Line], ...] = (
    (re.compile(r"010"), range(11, 12), Line.MOBILE),
    (re.compile(r"02[2-9]"), range(9, 11), Line.LANDLINE),
    (re.compile(rf"({'|'.join(sorted(_AREAS))})[2-9]"), range(10, 12), Line.LANDLINE),
    (re.compile(r"070"), range(11, 12), Line.INTERNET),
    (re.compile(r"050[2-8]"), range(11, 13), Line.PERSONAL),
    (re.compile(r"030"), range(10, 13), Line.PERSONAL),
    (re.compile(r"080"), range(10, 12), Line.FREE),
    (re.compile(r"060"), range(10, 12), Line.PREMIUM),
    (re.compile(r"1[568]\d\d"), range(8, 9), Line.REPRESENTATIVE),
    (re.compile(r"1[0-9]"), range(3, 5), Line.SPECIAL),
)
_ENDED = re.compile(r"01[16789]")
#: Everything that stands between digits, wide forms and dashes of all kinds among them.
_BETWEEN = re.compile(r"[\s().·・,/\-‐‑‒–—―−－~～]+")
_WIDE = str.maketrans("０１２３４５６７８９＋（）．", "0123456789+().")


def read_number(text: str) -> Telephone:
    """The number in this text: dashes, dots, blanks, wide digits, +82 and a zero lost to a spreadsheet are understood.

    A spreadsheet that took `01012345678` for an amount leaves `1012345678`: its zero is put back. Raises `NumberError`.
    """
    written = text.translate(_WIDE).strip().removeprefix("'")
    if not written:
        raise NumberError(Fault.EMPTY)
    if written.endswith(".0"):
        written = written[:-2]
    bare = _BETWEEN.sub("", written)
    abroad = re.match(r"\+|00[1-8]", bare) and not bare.startswith(("+82", "0082"))
    digits = bare.removeprefix("+82") if bare.startswith("+82") else bare.removeprefix("0082")
    if not re.fullmatch(r"\+?[0-9]+", digits, re.ASCII):
        raise NumberError(Fault.NOT_A_NUMBER)
    if abroad:
        raise NumberError(Fault.FOREIGN)
    if bare.startswith("82") and len(bare) in range(11, 13):
        digits = bare[2:]
    if digits != bare and not digits.startswith("0") and not re.match(r"1[568]\d{6}$", digits):
        digits = "0" + digits
    if re.match(r"10\d{8}$|[2-8]\d{8,9}$", digits):
        digits = "0" + digits
    return _classified(digits)


def _classified(digits: str) -> Telephone:
    for first, lengths, line in _PLAN:
        if first.match(digits):
            if len(digits) in lengths:
                return Telephone(digits, line)
            if line is not Line.SPECIAL:
                raise NumberError(Fault.TOO_SHORT if len(digits) < lengths[0] else Fault.TOO_LONG)
    if _ENDED.match(digits) and len(digits) in (10, 11):
        raise NumberError(Fault.ENDED)
    if len(digits) < 8:
        raise NumberError(Fault.TOO_SHORT)
    raise NumberError(Fault.TOO_LONG if len(digits) > 12 else Fault.UNKNOWN_PREFIX)


def number_of_a_person(text: str) -> Telephone:
    """The number, if a person can be reached there; a service's number (080, 15XX, 060, 119) is refused.

    Raises `NumberError`.
    """
    telephone = read_number(text)
    if telephone.line not in _PEOPLE:
        raise NumberError(Fault.NOT_A_PERSON)
    return telephone
