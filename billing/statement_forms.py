"""A statement as JSON, CSV and text. The same statement gives the same bytes, whenever and wherever it is written."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from fractions import Fraction

from billing.statement import Line, LineKind, Statement, Unit
from billing.tariff import COMPANY, Form
from billing.usage import Entry
from billing.words import Language, Named, columns, decimal, duration, name_in, part, won

_WORDS = {
    Language.KO: {
        "title": "이용요금 명세서",
        "company": "회사",
        "tariff": "요금표",
        "since": "{month}부터, {form}",
        Form.BANDS: "구간제",
        Form.CONTINUOUS: "연속식",
        LineKind.USAGE: "이용 콜",
        LineKind.AGENTS: "필요 상담사",
        "band": "필요 상담사 (월 {first}~{last}콜 구간)",
        "band_open": "필요 상담사 (월 {first}콜 이상 구간)",
        LineKind.LABOUR: "상담사 인건비",
        LineKind.SHARE: "  {payer} 부담 {share}",
        "not_due": " (별도 청구)",
        LineKind.BASE_FEE: "기본료",
        LineKind.FREE: "{service} (무상)",
        LineKind.VAT: "부가가치세 {rate}",
        "total": "청구 금액",
        Unit.CALL: "{n} 콜",
        Unit.AGENT_MONTH: "{n} 명",
        Unit.MINUTE: "{n} 분",
        Unit.LINE: "{n} 회선",
        "calls": "통화 내역",
        "entered": "들어온 시각",
        "talk": "통화 시간",
        "outcome": "결과",
        "counted": "청구",
        "yes": "예",
        "no": "아니요",
        "call_id": "콜 번호",
        "no_calls": "이 달에는 통화가 없습니다.",
        "answered": "상담",
        "abandoned_greeting": "안내 중 포기",
        "abandoned_queue": "대기 중 포기",
        "abandoned_ringing": "연결 중 포기",
        "closed": "운영시간 외",
        "unknown_number": "없는 번호",
        "no_choice": "선택 없음",
        "fallback_answered": "비상 상담",
        "voicemail": "음성사서함",
        "callback": "콜백 요청",
        "not_reached": "콜백 미연결",
        "refused": "수신 거부",
        "failed": "연결 실패",
        "lost": "끊김",
    },
    Language.EN: {
        "title": "Statement",
        "company": "Company",
        "tariff": "Tariff",
        "since": "since {month}, {form}",
        Form.BANDS: "bands",
        Form.CONTINUOUS: "continuous",
        LineKind.USAGE: "Calls used",
        LineKind.AGENTS: "Agents needed",
        "band": "Agents needed (band of {first}–{last} calls a month)",
        "band_open": "Agents needed (band from {first} calls a month)",
        LineKind.LABOUR: "Labour of agents",
        LineKind.SHARE: "  Share of {payer}, {share}",
        "not_due": " (billed apart)",
        LineKind.BASE_FEE: "Base fee",
        LineKind.FREE: "{service} (free)",
        LineKind.VAT: "VAT {rate}",
        "total": "Amount due",
        Unit.CALL: "{n}",
        Unit.AGENT_MONTH: "{n}",
        Unit.MINUTE: "{n} min",
        Unit.LINE: "{n}",
        "calls": "Calls",
        "entered": "Entered",
        "talk": "Talk",
        "outcome": "Outcome",
        "counted": "Billed",
        "yes": "yes",
        "no": "no",
        "call_id": "Call",
        "no_calls": "No calls in this month.",
        "answered": "answered",
        "abandoned_greeting": "abandoned in greeting",
        "abandoned_queue": "abandoned in queue",
        "abandoned_ringing": "abandoned ringing",
        "closed": "outside hours",
        "unknown_number": "unknown number",
        "no_choice": "no choice",
        "fallback_answered": "answered by fallback",
        "voicemail": "voicemail",
        "callback": "callback asked for",
        "not_reached": "callback not reached",
        "refused": "refused",
        "failed": "failed",
        "lost": "lost",
    },
}


def as_json(statement: Statement) -> str:
    """The whole statement with the ids of each line's calls; fractions are exact, as text (`"1/6"`)."""
    usage, tariff, band = statement.usage, statement.tariff, statement.band
    document = {
        "company": usage.company,
        "month": str(usage.month),
        "tariff": {
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
                "calls": line.calls,
            }
            for line in statement.lines
        ],
        "total": statement.total,
        "calls": [
            {
                "call": entry.call.id,
                "entered_at": _local(statement, entry).isoformat(timespec="milliseconds"),
                "direction": entry.call.direction,
                "outcome": entry.call.outcome,
                "talk_ms": entry.call.talk_ms,
                "counted": entry.counted,
            }
            for entry in usage.entries
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_csv(statement: Statement, language: Language) -> str:
    """One row a line, then the total, then one row a call; `record` tells which.

    `key` is a line's or a call's name; a call's `lines` are the keys of the lines that it stands behind. Quantities
    have at most four decimals, as a spreadsheet takes `1/6` for a date; JSON has them exact.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(
        ["record", "company", "month", "key", "text", "quantity", "unit", "amount", "due", "entered_at", "lines"]
    )
    company, month = statement.usage.company, str(statement.usage.month)
    for line in statement.lines:
        text = _inert(_label(statement, line, language).strip())
        due = "yes" if line.due else "no"
        table.writerow(
            ["line", company, month, _key(line), text, _plain(line.quantity), line.unit, line.amount, due, "", ""]
        )
    table.writerow(["total", company, month, "total", _WORDS[language]["total"], "", "", statement.total, "", "", ""])
    behind: dict[str, list[str]] = {}
    for line in statement.lines:
        for counted in line.calls:
            behind.setdefault(counted, []).append(_key(line))
    for entry in statement.usage.entries:
        call = entry.call
        entered = _local(statement, entry).isoformat(timespec="milliseconds")
        lines = " ".join(behind.get(call.id, ()))
        text = _WORDS[language].get(call.outcome, call.outcome)
        minutes = _plain(Fraction(call.talk_ms, 60_000))
        table.writerow(["call", company, month, call.id, text, minutes, Unit.MINUTE, "", "", entered, lines])
    return out.getvalue()


def as_text(statement: Statement, company: Named, language: Language) -> str:
    """For reading on a screen or a printed page; the calls are listed below the amounts."""
    words, usage, tariff = _WORDS[language], statement.usage, statement.tariff
    since = words["since"].format(month=tariff.valid_from, form=words[tariff.form])
    head = [
        (words["company"], f"{name_in(language, company)} ({usage.company})"),
        (words["tariff"], since),
    ]
    rows = [
        (_label(statement, line, language), _quantity(line, language), _amount(line, language))
        for line in statement.lines
    ]
    rows.append((words["total"], "", won(statement.total, language)))
    text = f"{words['title']} {usage.month}\n\n{columns(head)}\n{columns(rows, right=(1, 2))}\n{words['calls']}\n"
    if not usage.entries:
        return f"{text}{words['no_calls']}\n"
    calls = [tuple(words[key] for key in ("entered", "talk", "outcome", "counted", "call_id"))]
    for entry in usage.entries:
        call = entry.call
        entered = _local(statement, entry).strftime("%Y-%m-%d %H:%M:%S")
        outcome = words.get(call.outcome, call.outcome)
        calls.append((entered, duration(call.talk_ms), outcome, words["yes" if entry.counted else "no"], call.id))
    return text + columns(calls, right=(1,))


def _local(statement: Statement, entry: Entry) -> datetime:
    return entry.call.entered_at.astimezone(statement.usage.zone)


def _key(line: Line) -> str:
    return f"{line.kind}.{line.of}" if line.of else line.kind


def _label(statement: Statement, line: Line, language: Language) -> str:
    words, tariff, band = _WORDS[language], statement.tariff, statement.band
    match line.kind:
        case LineKind.AGENTS if band is not None:
            key = "band_open" if band.last is None else "band"
            return words[key].format(first=band.first, last=band.last)
        case LineKind.SHARE:
            payer = next(payer for payer in tariff.payers if payer.id == line.of)
            label = words[line.kind].format(payer=name_in(language, payer), share=part(payer.share))
            return label if payer.id == COMPANY else label + words["not_due"]
        case LineKind.FREE:
            service = next(service for service in tariff.free if service.meter == line.of)
            return words[line.kind].format(service=name_in(language, service))
        case LineKind.VAT:
            return words[line.kind].format(rate=part(line.quantity))
        case _:
            return words[line.kind]


def _quantity(line: Line, language: Language) -> str:
    words, quantity = _WORDS[language], line.quantity
    if line.kind is LineKind.LABOUR or line.unit not in words:
        return ""
    match line.unit:
        case Unit.AGENT_MONTH if quantity.denominator > 1:
            number = f"{decimal(quantity, 2)} ({quantity})"
        case Unit.MINUTE:
            number = decimal(quantity, 1)
        case _:
            number = decimal(quantity, 0)
    return words[line.unit].format(n=number)


def _amount(line: Line, language: Language) -> str:
    return "" if line.kind in (LineKind.USAGE, LineKind.AGENTS) else won(line.amount, language)


def _plain(quantity: Fraction) -> str:
    return decimal(quantity, 0 if quantity.denominator == 1 else 4).replace(",", "")


def _inert(text: str) -> str:
    """No spreadsheet takes a name for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
