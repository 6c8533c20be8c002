"""The typeface of letters: NanumGothic of this machine, else Debian's package of it, unpacked in the cache."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from callcenter.asterisk.obtain import Bundle, Programs, obtain

NANUM = Bundle(name="nanum", packages=("fonts-nanum",))
_FOLDER = "usr/share/fonts/truetype/nanum"


@dataclass(frozen=True, slots=True)
class Typeface:
    """TrueType files."""

    regular: Path
    bold: Path


@cache
def typeface() -> Typeface:
    """Fetched the first time where the machine has none. Raises `ObtainError`: it cannot be had; says what to do."""
    here = _of(Programs(None))
    return here if here.regular.is_file() and here.bold.is_file() else _of(obtain(NANUM))


def _of(programs: Programs) -> Typeface:
    return Typeface(programs.file(f"{_FOLDER}/NanumGothic.ttf"), programs.file(f"{_FOLDER}/NanumGothicBold.ttf"))
