"""A statement as JSON, CSV and text. The same statement gives the same bytes, whenever and wherever it is written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from billing.opening import behind, line_key
from billing.statement import Statement, Unit
from billing.statement_words import WORDS, amount, label, note_label, quantity
from billing.tax_invoice import Note
from billing.usage import Entry, Usage
from billing.words import Language, Named, columns, decimal, duration, name_in, won

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def figures(statement: Statement) -> dict[str, Any]:
    """The statement without its calls; fractions are exact, as text (`"1/6"`)."""
    tariff, band = statement.tariff, statement.band
    return {
        "company": statement.company,
        "month": str(statement.month),
        "tariff": {
            "source": tariff.source,
            "valid_from": str(tariff.valid_from),
            "form": tariff.form,
            "band": band and {"first": band.first, "last": band.last, "agents": str(band.agents)},
            "agent_month": str(tariff.agent_month),
            "rounding": {"rule": tariff.rounding.rule, "unit": tariff.rounding.unit},
        },
        "lines": [
            {
                "line": line.kind,
                "of": line.of or None,
                "quantity": str(line.quantity),
                "unit": line.unit,
                "amount": line.amount,
                "due": line.due,
                "worth": line.worth,
            }
            for line in statement.lines
        ],
        "adjustments": [{"id": one.id, "amount": one.amount, "reason": one.reason} for one in statement.adjustments],
        "remaining_basic_calls": statement.remaining,
        "supply": statement.supply,
        "vat": statement.vat,
        "total": statement.total,
    }


def owed(statement: Statement, notes: Sequence[Note]) -> int:
    """What the company pays for the month, as notes have corrected it; whole won."""
    return statement.total + sum(note.amount for note in notes)


def as_json(statement: Statement, usage: Usage, notes: Sequence[Note] = ()) -> str:
    """The whole statement: its figures, the ids of each line's calls, the notes that correct it, the calls, and what
    could not be charged.
    """
    document = figures(statement)
    for told, line in zip(document["lines"], statement.lines, strict=True):
        told["calls"] = [entry.used.id for entry in behind(line, usage)]
    document["notes"] = [
        {
            "number": note.number,
            "day": note.day.isoformat(),
            "reason": note.amendment.name.lower(),
            "why": note.why,
            "supply": note.supply,
            "vat": note.vat,
        }
        for note in notes
    ]
    document["corrected_total"] = owed(statement, notes)
    document["calls"] = [
        {
            "call": entry.used.id,
            "kind": entry.used.kind,
            "entered_at": local(usage, entry).isoformat(timespec="milliseconds"),
            "outcome": entry.used.outcome,
            "talk_ms": entry.used.talk_ms,
            "rule": entry.rule.id,
            "counted": entry.counted,
        }
        for entry in usage.entries
    ]
    document["faults"] = [{"call": one.used.id, "why": one.why} for one in usage.faults]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_csv(statement: Statement, usage: Usage, language: Language, notes: Sequence[Note] = ()) -> str:
    """One row a line, then the total, the notes that correct it and what is due with them, then one row a call;
    `record` tells which.

    `key` is a line's or a call's name; a call's `lines` are the keys of the lines that it stands behind. Quantities
    have at most four decimals, as a spreadsheet takes `1/6` for a date; JSON has them exact.
    """
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(table(statement, usage, language, notes))
    return out.getvalue()


def table(
    statement: Statement, usage: Usage, language: Language, notes: Sequence[Note] = ()
) -> Iterator[list[str | int]]:
    """The rows of the CSV form, the head first."""
    yield ["record", "company", "month", "key", "text", "quantity", "unit", "amount", "due", "entered_at", "lines"]
    company, month = statement.company, str(statement.month)
    lines_of: dict[tuple[str, str], list[str]] = {}
    for line in statement.lines:
        for entry in behind(line, usage):
            lines_of.setdefault((entry.used.id, entry.used.kind), []).append(line_key(line))
        text = _inert(label(statement, line, language).strip())
        due = "yes" if line.due else "no"
        count = _plain(line.quantity)
        yield ["line", company, month, line_key(line), text, count, line.unit, line.amount, due, "", ""]
    yield ["total", company, month, "total", WORDS[language]["total"], "", "", statement.total, "", "", ""]
    for note in notes:
        text = _inert(note_label(note, language))
        yield ["note", company, month, note.number, text, "", "", note.amount, "yes", "", ""]
    if notes:
        text = WORDS[language]["corrected_total"]
        yield ["corrected", company, month, "corrected", text, "", "", owed(statement, notes), "", "", ""]
    for entry in usage.entries:
        used = entry.used
        entered = local(usage, entry).isoformat(timespec="milliseconds")
        lines = " ".join(lines_of.get((used.id, used.kind), ()))
        text = outcome(entry, language)
        minutes = _plain(Fraction(used.talk_ms, 60_000))
        yield ["call", company, month, used.id, text, minutes, Unit.MINUTE, "", "", entered, lines]


def as_text(statement: Statement, usage: Usage, company: Named, language: Language, notes: Sequence[Note] = ()) -> str:
    """For reading on a screen or a printed page; the calls are listed below the amounts."""
    words, tariff = WORDS[language], statement.tariff
    since = words["since"].format(month=tariff.valid_from, form=words[tariff.form])
    head = [
        (words["company"], f"{name_in(language, company)} ({statement.company})"),
        (words["tariff"], since),
    ]
    rows = [
        (label(statement, line, language), quantity(line, language), amount(line, language)) for line in statement.lines
    ]
    rows.append((words["total"], "", won(statement.total, language)))
    rows += [(note_label(note, language), "", won(note.amount, language)) for note in notes]
    if notes:
        rows.append((words["corrected_total"], "", won(owed(statement, notes), language)))
    text = f"{words['title']} {statement.month}\n\n{columns(head)}\n{columns(rows, right=(1, 2))}\n{words['calls']}\n"
    if not usage.entries:
        return f"{text}{words['no_calls']}\n"
    calls = [tuple(words[key] for key in ("entered", "talk", "outcome", "counted", "call_id"))]
    for entry in usage.entries:
        entered = local(usage, entry).strftime("%Y-%m-%d %H:%M:%S")
        counted = words["yes" if entry.counted else "no"]
        calls.append((entered, duration(entry.used.talk_ms), outcome(entry, language), counted, entry.used.id))
    return text + columns(calls, right=(1,))


def local(usage: Usage, entry: Entry) -> datetime:
    """When the call entered, in the centre's time zone."""
    return (_EPOCH + timedelta(milliseconds=entry.used.at)).astimezone(usage.zone)


def outcome(entry: Entry, language: Language) -> str:
    """How the call ended, in words."""
    return WORDS[language].get(entry.used.outcome, entry.used.outcome)


def _plain(exact: Fraction) -> str:
    return decimal(exact, 0 if exact.denominator == 1 else 4).replace(",", "")


def _inert(text: str) -> str:
    """No spreadsheet takes a name for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
