"""A statement as PDF: one page with everything that is paid, then the calls. The typeface is embedded.

Drawn rather than laid out by a browser's engine, which takes twenty times as long (docs/adr/0010).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab import rl_config
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from billing.statement import Line, LineKind, Statement
from billing.statement_forms import local, outcome, owed
from billing.statement_words import WORDS, amount, label, note_label, quantity
from billing.tax_invoice import Note
from billing.usage import Entry, Usage
from billing.words import Language, duration, won
from callcenter.typeface import BOLD, REGULAR, register

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT = 20 * mm, A4[0] - 20 * mm
_TOP, _BOTTOM = A4[1] - 22 * mm, 18 * mm
_LINE, _CALL = float(6.6 * mm), float(4.2 * mm)
#: Room for a line's label.
_LABEL = float(90 * mm)
#: The same where no quantity stands behind it.
_LONG = float(130 * mm)
#: Where the fields of a call begin in its column.
_FIELDS = (0.0, float(27 * mm), float(42 * mm), float(70 * mm))
_INK, _QUIET, _RULE = (0.1, 0.1, 0.12), (0.42, 0.42, 0.46), (0.8, 0.8, 0.83)
#: More calls than this are in the CSV and XLSX forms, not on paper.
_MOST_CALLS = 2_000
_PAGE_WORDS = {
    Language.KO: {
        "number": "문서 번호",
        "provisional": "임시 (마감 전)",
        "to": "{company} 귀중",
        "worth": "무상 지원 상당액",
        "page": "{n} 쪽",
        "more": "통화 {n}건의 내역은 CSV·XLSX 파일에 있습니다.",
        "due": "이 금액은 귀사가 부담하실 금액이며, 다른 부담자의 몫은 별도로 청구됩니다.",
        "vat": "부가가치세 포함 합계",
    },
    Language.EN: {
        "number": "Number",
        "provisional": "provisional (not closed)",
        "to": "To {company}",
        "worth": "Services free of charge, worth",
        "page": "page {n}",
        "more": "The {n} calls are in the CSV and XLSX forms.",
        "due": "This is what your company pays; the other payers' shares are billed apart.",
        "vat": "Total including VAT",
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """What stands on the paper beside the statement itself."""

    centre: str
    company: str
    #: None: not closed yet; empty: closed with zero won, which has none.
    number: str | None
    language: Language
    #: What corrects the statement.
    notes: Sequence[Note] = ()


def statement_pdf(statement: Statement, usage: Usage, sheet: Sheet) -> bytes:
    """The document; the same statement gives the same bytes. Raises `FontError`."""
    register()
    rl_config.useA85 = 0
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, initialFontName=REGULAR)
    words = WORDS[sheet.language]
    canvas.setTitle(f"{words['title']} {statement.month} {sheet.company}")
    canvas.setAuthor(sheet.centre)
    canvas.setSubject(sheet.number or str(statement.month))
    page = _Page(canvas, sheet)
    page.first(statement)
    if 0 < len(usage.entries) <= _MOST_CALLS:
        page.calls(usage)
    canvas.save()
    return out.getvalue()


class _Page:
    """Pages of one document, from the top down."""

    def __init__(self, canvas: Canvas, sheet: Sheet) -> None:
        self._canvas = canvas
        self._sheet = sheet
        self._words = _PAGE_WORDS[sheet.language]
        self._number = 1

    def first(self, statement: Statement) -> None:
        """Head, lines, total, what was free."""
        sheet, words, told = self._sheet, WORDS[self._sheet.language], self._words
        self._text(_LEFT, _TOP, words["title"], 22, bold=True)
        self._text(_RIGHT, _TOP, str(statement.month), 22, bold=True, right=True)
        y = _TOP - 12 * mm
        self._text(_LEFT, y, told["to"].format(company=sheet.company), 13, bold=True)
        self._text(_RIGHT, y, sheet.centre, 11, right=True)
        y -= 6.5 * mm
        tariff = statement.tariff
        since = words["since"].format(month=tariff.valid_from, form=words[tariff.form])
        self._text(_LEFT, y, f"{words['tariff']}: {since}", 9, quiet=True)
        number = told["provisional"] if sheet.number is None else sheet.number or "–"
        self._text(_RIGHT, y, f"{told['number']}: {number}", 9, quiet=True, right=True)
        y -= 6 * mm
        for line in statement.lines:
            y = self._line(y, statement, line)
        with_vat = any(line.kind is LineKind.VAT for line in statement.lines)
        y = self._total(y, told["vat"] if with_vat else words["total"], statement.total)
        for note in sheet.notes:
            y = self._row(y, note_label(note, sheet.language), "", won(note.amount, sheet.language), bold=True)
        if sheet.notes:
            y = self._total(y, words["corrected_total"], owed(statement, sheet.notes))
        worth = sum(line.worth for line in statement.lines)
        self._text(_LEFT, y, told["worth"], 9.5, quiet=True)
        self._text(_RIGHT, y, won(worth, sheet.language), 9.5, quiet=True, right=True)
        self._text(_LEFT, y - 6 * mm, told["due"], 8.5, quiet=True)
        listed = sum(statement.tally.by_rule)
        if listed > _MOST_CALLS:
            self._text(_LEFT, y - 11 * mm, told["more"].format(n=f"{listed:,}"), 8.5, quiet=True)
        self._foot()

    def _line(self, y: float, statement: Statement, line: Line) -> float:
        language = self._sheet.language
        return self._row(
            y,
            label(statement, line, language),
            quantity(line, language),
            amount(line, language),
            quiet=not line.due or line.kind is LineKind.FREE,
            bold=line.due and bool(line.amount),
        )

    def _row(self, y: float, text: str, count: str, paid: str, *, quiet: bool = False, bold: bool = False) -> float:
        y = self._with_room(y, 40 * mm)
        indent = 5 * mm if text.startswith(" ") else 0
        room = (_LABEL if count else _LONG) - indent
        self._rule(y + 4.6 * mm)
        self._text(_LEFT + indent, y, _fitting(text.strip(), 9.5, room), 9.5, quiet=quiet)
        self._text(_RIGHT - 50 * mm, y, count, 9.5, quiet=quiet, right=True)
        self._text(_RIGHT, y, paid, 9.5, quiet=quiet, bold=bold, right=True)
        return y - _LINE

    def _total(self, y: float, text: str, paid: int) -> float:
        y = self._with_room(y, 33 * mm) - float(3 * mm)
        self._rule(y + 7 * mm, heavy=True)
        self._text(_LEFT, y, text, 13, bold=True)
        self._text(_RIGHT, y, won(paid, self._sheet.language), 17, bold=True, right=True)
        return y - float(9 * mm)

    def _with_room(self, y: float, needed: float) -> float:
        """Here, or on the next page."""
        if y >= _BOTTOM + needed:
            return y
        self._foot()
        return float(_TOP)

    def calls(self, usage: Usage) -> None:
        """Two columns of calls a page."""
        language = self._sheet.language
        words = WORDS[language]
        rows = int((_TOP - 14 * mm - _BOTTOM) / _CALL)
        width = (_RIGHT - _LEFT + 8 * mm) / 2
        for start in range(0, len(usage.entries), 2 * rows):
            self._text(_LEFT, _TOP, words["calls"], 13, bold=True)
            for column in (0, 1):
                first = start + column * rows
                self._column(
                    _LEFT + column * width, [_cells(usage, e, language) for e in usage.entries[first : first + rows]]
                )
            self._foot()

    def _column(self, left: float, rows: Sequence[tuple[str, ...]]) -> None:
        """One run of text for each field: far fewer instructions than one for each cell."""
        if not rows:
            return
        words = WORDS[self._sheet.language]
        heads = (words["entered"], words["talk"], words["outcome"], words["counted"])
        for field, offset in enumerate(_FIELDS):
            self._text(left + offset, _TOP - 8 * mm, heads[field], 7.5, quiet=True)
            run = self._canvas.beginText(left + offset, _TOP - 13 * mm)
            run.setFont(REGULAR, 7.5)
            run.setFillColorRGB(*_INK)
            run.setLeading(_CALL)
            for row in rows:
                run.textLine(row[field])
            self._canvas.drawText(run)

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        quiet: bool = False,
        right: bool = False,
    ) -> None:
        if not text:
            return
        self._canvas.setFont(BOLD if bold else REGULAR, size)
        self._canvas.setFillColorRGB(*(_QUIET if quiet else _INK))
        (self._canvas.drawRightString if right else self._canvas.drawString)(x, y, text)

    def _rule(self, y: float, *, heavy: bool = False) -> None:
        self._canvas.setStrokeColorRGB(*(_INK if heavy else _RULE))
        self._canvas.setLineWidth(1.2 if heavy else 0.4)
        self._canvas.line(_LEFT, y, _RIGHT, y)

    def _foot(self) -> None:
        self._text(_LEFT, _BOTTOM - 6 * mm, self._sheet.centre, 8, quiet=True)
        self._text(_RIGHT, _BOTTOM - 6 * mm, self._words["page"].format(n=self._number), 8, quiet=True, right=True)
        self._canvas.showPage()
        self._number += 1


def _fitting(text: str, size: float, width: float) -> str:
    """The text, cut with an ellipsis where it is too wide: a reason may be as long as somebody likes."""
    if stringWidth(text, REGULAR, size) <= width:
        return text
    while text and stringWidth(text + "…", REGULAR, size) > width:
        text = text[:-1]
    return text + "…"


def _cells(usage: Usage, entry: Entry, language: Language) -> tuple[str, ...]:
    at = local(usage, entry).strftime("%m-%d %H:%M:%S")
    counted = WORDS[language]["yes" if entry.counted else "no"]
    return at, duration(entry.used.talk_ms), outcome(entry, language), counted
