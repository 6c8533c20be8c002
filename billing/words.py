"""How amounts, parts and names are written for people, in Korean and in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from fractions import Fraction
from typing import Protocol
from unicodedata import east_asian_width

from billing.rounding import Rounding, Rule


class Language(StrEnum):
    """Korean first."""

    KO = "ko"
    EN = "en"


class Named(Protocol):
    """What has a name in both languages."""

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def name_en(self) -> str: ...  # noqa: D102


def name_in(language: Language, named: Named) -> str:
    """The name for readers of this language."""
    return named.name if language == Language.KO else named.name_en


def won(amount: int, language: Language) -> str:
    """`1,175,000 원` or `KRW 1,175,000`; less than nothing with a sign in front."""
    return f"{amount:,} 원" if language == Language.KO else f"{'-' if amount < 0 else ''}KRW {abs(amount):,}"


def millions(amount: int) -> str:
    """Won as millions, exact, with one decimal or as many as it needs: `86.0`, `1.175`."""
    whole, rest = divmod(abs(amount), 1_000_000)
    decimals = f"{rest:06}".rstrip("0") or "0"
    return f"{'-' if amount < 0 else ''}{whole:,}.{decimals}"


def decimal(exact: Fraction, digits: int) -> str:
    """A number that is not negative with so many decimals, halves up."""
    scaled = Rounding(rule=Rule.HALF_UP).won(exact * 10**digits)
    whole, rest = divmod(scaled, 10**digits)
    return f"{whole:,}.{rest:0{digits}}" if digits else f"{whole:,}"


def part(share: Fraction) -> str:
    """`30 %`, `12.5 %`; a share that no short percentage tells stays a fraction: `1/3`."""
    tenths = share * 1000
    if tenths.denominator != 1:
        return str(share)
    return f"{tenths.numerator // 10} %" if tenths % 10 == 0 else f"{decimal(share * 100, 1)} %"


def duration(milliseconds: int) -> str:
    """`h:mm:ss`, begun seconds dropped."""
    return str(timedelta(seconds=milliseconds // 1000))


def columns(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Rows under each other on a fixed-width screen, Korean letters being two wide; the columns `right` end flush."""
    widths = [max(_width(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = []
        for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blank = " " * (width - _width(cell))
            cells.append(blank + cell if place in right else cell + blank)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
