"""The Korean typeface of printed statements: NanumGothic, the host's or fetched like the other programs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from callcenter.asterisk.obtain import Bundle, ObtainError, obtain

_FOLDER = Path("/usr/share/fonts/truetype/nanum")
_FILES = ("NanumGothic.ttf", "NanumGothicBold.ttf")
FONTS = Bundle(name="fonts", packages=("fonts-nanum",))


class FontError(Exception):
    """No Korean typeface is to be had; the text says what to do."""


@cache
def typeface() -> tuple[Path, Path]:
    """The files of the regular and the bold face. Raises `FontError`: empty boxes in place of letters help nobody."""
    if all((_FOLDER / name).exists() for name in _FILES):
        return _FOLDER / _FILES[0], _FOLDER / _FILES[1]
    try:
        fetched = obtain(FONTS)
    except ObtainError as error:
        raise FontError(f"the Korean typeface is missing: apt-get install fonts-nanum ({error})") from error
    return fetched.file(str(_FOLDER / _FILES[0])), fetched.file(str(_FOLDER / _FILES[1]))
