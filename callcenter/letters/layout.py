"""A letter as one or more A4 pages of PDF, with the typeface embedded. The same letter gives the same bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, HRFlowable, Paragraph, SimpleDocTemplate, Spacer, Table

from callcenter.typeface import BOLD, REGULAR, register

_MARGIN = 24 * mm
_LABELS = 52 * mm
#: What ReportLab leaves free inside its frame, in points.
_PADDING = 6
_ACCENT, _RULE = HexColor("#0f766e"), HexColor("#bec6ce")
_BODY = ParagraphStyle("body", fontName=REGULAR, fontSize=10.5, leading=18.7, spaceAfter=7)
_SENDER = ParagraphStyle("sender", fontName=BOLD, fontSize=12, leading=17)
_QUIET = ParagraphStyle("quiet", fontName=REGULAR, fontSize=9.5, leading=15.6)
_TO = ParagraphStyle("to", fontName=BOLD, fontSize=11.5, leading=18.7, spaceBefore=14, spaceAfter=11)
_TITLE = ParagraphStyle("title", fontName=BOLD, fontSize=15, leading=25.5, alignment=TA_CENTER, spaceAfter=14)
_LABEL = ParagraphStyle("label", fontName=BOLD, fontSize=10, leading=15)
_VALUE = ParagraphStyle("value", fontName=REGULAR, fontSize=10, leading=15)
_SIGNED = ParagraphStyle("signed", fontName=BOLD, fontSize=14, leading=20, alignment=TA_CENTER, spaceBefore=34)


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


def pdf(letter: Letter) -> bytes:
    """The letter on paper. Raises `FontError`."""
    register()
    out = io.BytesIO()
    paper = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=_MARGIN, rightMargin=_MARGIN, topMargin=_MARGIN, bottomMargin=_MARGIN,
        title=letter.title, author=letter.sender, lang=letter.language, invariant=1, initialFontName=REGULAR,
    )  # fmt: skip
    paper.build(_parts(letter))
    return out.getvalue()


def _parts(letter: Letter) -> list[Flowable]:
    parts: list[Flowable] = [
        _text(letter.sender, _SENDER),
        HRFlowable(width="100%", thickness=1.7, color=_ACCENT, spaceBefore=3, spaceAfter=14),
        _text(letter.number, _QUIET),
        _text(letter.day, _QUIET),
        _text(letter.to, _TO),
        _text(letter.title, _TITLE),
        *(_text(paragraph, _BODY) for paragraph in letter.paragraphs),
    ]
    if letter.facts:
        rows = [[_text(label, _LABEL), _text(value, _VALUE)] for label, value in letter.facts]
        lines = [("LINEABOVE", (0, 0), (-1, -1), 0.6, _RULE), ("LINEBELOW", (0, -1), (-1, -1), 0.6, _RULE)]
        table = Table(rows, colWidths=(_LABELS, A4[0] - 2 * (_MARGIN + _PADDING) - _LABELS), splitInRow=1)
        table.setStyle(
            [
                *lines,
                ("FONT", (0, 0), (-1, -1), REGULAR),
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
        parts += [Spacer(0, 6), table]
    return [*parts, _text(letter.sender, _SIGNED)]


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text).replace("\n", "<br/>"), style)
