"""A letter as one or more A4 pages of PDF, with the typeface embedded. The same letter gives the same bytes."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from fpdf import FPDF
from fpdf.enums import Align, MethodReturnValue, WrapMode, XPos, YPos

from callcenter.letters.font import Typeface

# It warns of tables in NanumGothic that a subset leaves out, with every letter.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)

_MARGIN = 24
_LINE = 6.6


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """All that stands on it, ready to be read."""

    language: str
    number: str
    day: str
    to: str
    title: str
    paragraphs: tuple[str, ...]
    #: Label and value, one row each.
    facts: tuple[tuple[str, str], ...]
    sender: str
    #: When it was made, epoch ms.
    at: int


def pdf(letter: Letter, typeface: Typeface) -> bytes:
    """The letter on paper."""
    page = FPDF(format="A4")
    page.add_font("letter", "", typeface.regular)
    page.add_font("letter", "B", typeface.bold)
    page.set_margins(_MARGIN, _MARGIN, _MARGIN)
    page.set_auto_page_break(True, _MARGIN)
    page.set_creation_date(datetime.fromtimestamp(letter.at / 1000, UTC))
    page.set_title(letter.title)
    page.set_lang(letter.language)
    page.add_page()
    _head(page, letter)
    page.set_font("letter", size=10.5)
    for paragraph in letter.paragraphs:
        _text(page, paragraph)
        page.ln(2.5)
    _facts(page, letter)
    page.ln(12)
    page.set_font("letter", "B", 14)
    page.cell(0, 10, letter.sender, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    return bytes(page.output())


def _head(page: FPDF, letter: Letter) -> None:
    page.set_font("letter", "B", 12)
    page.cell(0, 8, letter.sender, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.set_draw_color(15, 118, 110)
    page.set_line_width(0.6)
    page.line(_MARGIN, page.get_y() + 1, page.w - _MARGIN, page.get_y() + 1)
    page.ln(6)
    page.set_font("letter", size=9.5)
    page.cell(0, 5.5, letter.number, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.cell(0, 5.5, letter.day, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(5)
    page.set_font("letter", "B", 11.5)
    _text(page, letter.to)
    page.ln(4)
    page.set_font("letter", "B", 15)
    page.multi_cell(0, 9, letter.title, align=Align.C, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
    page.ln(5)


def _facts(page: FPDF, letter: Letter) -> None:
    if not letter.facts:
        return
    page.ln(2)
    page.set_draw_color(190, 198, 206)
    page.set_line_width(0.2)
    wide = 52
    for label, value in letter.facts:
        page.set_font("letter", size=10)
        rows = page.multi_cell(
            page.epw - wide, _LINE, value, dry_run=True, output=MethodReturnValue.LINES, wrapmode=WrapMode.WORD
        )
        assert isinstance(rows, list)
        height = _LINE * max(1, len(rows)) + 2
        if page.will_page_break(height):
            page.add_page()
        top = page.get_y()
        page.line(_MARGIN, top, page.w - _MARGIN, top)
        page.set_xy(_MARGIN, top + 1)
        page.set_font("letter", "B", 10)
        page.cell(wide, _LINE, label)
        page.set_font("letter", size=10)
        page.multi_cell(page.epw - wide, _LINE, value, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        page.set_y(top + height)
    page.line(_MARGIN, page.get_y(), page.w - _MARGIN, page.get_y())


def _text(page: FPDF, text: str) -> None:
    page.multi_cell(0, _LINE, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
