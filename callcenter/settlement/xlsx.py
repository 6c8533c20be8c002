"""A statement as a workbook: the amounts on the first sheet, the calls on the second."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction

from xlsxwriter import Workbook

from billing.statement import Statement
from billing.statement_forms import local, outcome, owed
from billing.statement_words import WORDS, label, note_label
from billing.tax_invoice import Note
from billing.usage import Usage
from billing.words import Language


def statement_xlsx(
    statement: Statement,
    usage: Usage,
    *,
    company: str,
    number: str | None,
    language: Language,
    notes: Sequence[Note] = (),
) -> bytes:
    """The document. Text never becomes a formula; amounts and quantities are numbers."""
    words = WORDS[language]
    out = io.BytesIO()
    book = Workbook(
        out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    # The same statement gives the same bytes.
    book.set_properties(
        {"created": statement.month.start(usage.zone).replace(tzinfo=None), "title": str(statement.month)}
    )
    bold = book.add_format({"bold": True})
    money = book.add_format({"num_format": "#,##0"})
    total = book.add_format({"num_format": "#,##0", "bold": True, "top": 1})
    exact = book.add_format({"num_format": "#,##0.##"})
    sheet = book.add_worksheet(words["title"])
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 3, 16)
    sheet.write_row(0, 0, [f"{words['title']} {statement.month}", "", "", number or ""], bold)
    sheet.write_row(1, 0, [words["company"], company])
    for row, line in enumerate(statement.lines, start=3):
        sheet.write_string(row, 0, label(statement, line, language))
        sheet.write_number(row, 1, float(line.quantity), exact)
        sheet.write_number(row, 2, line.amount, money)
        if line.worth:
            sheet.write_number(row, 3, line.worth, money)
    row = 3 + len(statement.lines)
    sheet.write_string(row, 0, words["total"], bold)
    sheet.write_number(row, 2, statement.total, total)
    for note in notes:
        row += 1
        sheet.write_string(row, 0, note_label(note, language))
        sheet.write_number(row, 2, note.amount, money)
    if notes:
        sheet.write_string(row + 1, 0, words["corrected_total"], bold)
        sheet.write_number(row + 1, 2, owed(statement, notes), total)
    calls = book.add_worksheet(words["calls"])
    calls.set_column(0, 0, 20)
    calls.set_column(4, 4, 34)
    heads = [words[key] for key in ("entered", "talk", "outcome", "counted", "call_id")]
    calls.write_row(0, 0, heads, bold)
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for row, entry in enumerate(usage.entries, start=1):
        calls.write_datetime(row, 0, local(usage, entry).replace(tzinfo=None), moment)
        calls.write_number(row, 1, float(Fraction(entry.used.talk_ms, 60_000)), exact)
        calls.write_string(row, 2, outcome(entry, language))
        calls.write_string(row, 3, words["yes" if entry.counted else "no"])
        calls.write_string(row, 4, entry.used.id)
    book.close()
    return out.getvalue()
