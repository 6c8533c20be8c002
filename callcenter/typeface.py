"""The Korean typeface of paper: NanumGothic, the host's or fetched like the other programs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from callcenter.asterisk.obtain import Bundle, ObtainError, obtain

#: The names under which ReportLab knows the faces.
REGULAR, BOLD = "regular", "bold"
_FOLDER = Path("/usr/share/fonts/truetype/nanum")
_FILES = {REGULAR: "NanumGothic.ttf", BOLD: "NanumGothicBold.ttf"}
FONTS = Bundle(name="fonts", packages=("fonts-nanum",))


class FontError(Exception):
    """No Korean typeface is to be had; the text says what to do."""


@cache
def register() -> None:
    """Make both faces known to ReportLab. Raises `FontError`: empty boxes in place of letters help nobody."""
    for name, file in _files().items():
        pdfmetrics.registerFont(TTFont(name, str(file)))
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)


def _files() -> dict[str, Path]:
    here = {name: _FOLDER / file for name, file in _FILES.items()}
    if all(file.exists() for file in here.values()):
        return here
    try:
        fetched = obtain(FONTS)
    except ObtainError as error:
        raise FontError(f"the Korean typeface is missing: apt-get install fonts-nanum ({error})") from error
    return {name: fetched.file(str(file)) for name, file in here.items()}
