"""What the lines of a statement are called, in Korean and in English; the same on every form of it."""

from __future__ import annotations

from billing.statement import Line, LineKind, Statement, Unit
from billing.tariff import COMPANY, Form
from billing.tax_invoice import Amendment, Note
from billing.words import Language, decimal, name_in, part, won

WORDS: dict[Language, dict[str, str]] = {
    Language.KO: {
        "title": "이용요금 명세서",
        "company": "회사",
        "tariff": "요금표",
        "since": "{month}부터, {form}",
        Form.BANDS: "구간제",
        Form.CONTINUOUS: "연속식",
        LineKind.RULE: "  {rule}",
        LineKind.SURVEY: "  잔여 기본콜로 처리한 설문 응답 (잔여 {remaining}콜)",
        LineKind.USAGE: "이용 콜",
        LineKind.AGENTS: "필요 상담사",
        "band": "필요 상담사 (월 {first}~{last}콜 구간)",
        "band_open": "필요 상담사 (월 {first}콜 이상 구간)",
        LineKind.LABOUR: "상담사 인건비",
        LineKind.CONNECT: "콜 접속료",
        LineKind.MINUTES: "통화료 ({increment}초 단위)",
        LineKind.SHARE: "  {payer} 부담 {share}",
        "not_due": " (별도 청구)",
        LineKind.BASE_FEE: "기본료",
        "base_fee_part": "기본료 (계약 {days}일 / {of}일)",
        LineKind.MINIMUM: "최저 이용료 보충",
        LineKind.CAP: "상한 초과분 감액",
        LineKind.FREE: "{service} (무상)",
        "worth": "{amount} 상당",
        LineKind.ADJUSTMENT: "조정: {reason}",
        LineKind.VAT: "부가가치세 {rate}",
        "total": "청구 금액",
        "note": "수정 {number} ({day}) {reason}: {why}",
        "corrected_total": "수정 후 청구 금액",
        Amendment.MISTAKE: "기재 착오",
        Amendment.SUPPLY_CHANGED: "공급가액 변동",
        Amendment.RETURNED: "환입",
        Amendment.CANCELLED: "계약 해제",
        Amendment.ISSUED_TWICE: "이중 발급",
        Unit.CALL: "{n} 콜",
        Unit.AGENT_MONTH: "{n} 명",
        Unit.MINUTE: "{n} 분",
        Unit.LINE: "{n} 회선",
        Unit.MESSAGE: "{n} 건",
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
        "transferred": "다른 번호로 연결",
        "abandoned_passed": "전달 후 대기 중 포기",
        "failed": "연결 실패",
        "lost": "끊김",
        "completed": "응답 완료",
        "partial": "일부 응답",
        "refused": "거절",
        "not_reached": "연결 안 됨",
        "sent": "발송",
    },
    Language.EN: {
        "title": "Statement",
        "company": "Company",
        "tariff": "Tariff",
        "since": "since {month}, {form}",
        Form.BANDS: "bands",
        Form.CONTINUOUS: "continuous",
        LineKind.RULE: "  {rule}",
        LineKind.SURVEY: "  Survey responses within the remaining basic calls ({remaining} left)",
        LineKind.USAGE: "Calls used",
        LineKind.AGENTS: "Agents needed",
        "band": "Agents needed (band of {first}–{last} calls a month)",
        "band_open": "Agents needed (band from {first} calls a month)",
        LineKind.LABOUR: "Labour of agents",
        LineKind.CONNECT: "Connect fees",
        LineKind.MINUTES: "Talk in increments of {increment} s",
        LineKind.SHARE: "  Share of {payer}, {share}",
        "not_due": " (billed apart)",
        LineKind.BASE_FEE: "Base fee",
        "base_fee_part": "Base fee ({days} of {of} days under contract)",
        LineKind.MINIMUM: "Added up to the minimum",
        LineKind.CAP: "Taken off above the cap",
        LineKind.FREE: "{service} (free)",
        "worth": "worth {amount}",
        LineKind.ADJUSTMENT: "Adjustment: {reason}",
        LineKind.VAT: "VAT {rate}",
        "total": "Amount due",
        "note": "Note {number} ({day}), {reason}: {why}",
        "corrected_total": "Amount due as corrected",
        Amendment.MISTAKE: "mistake",
        Amendment.SUPPLY_CHANGED: "amount changed",
        Amendment.RETURNED: "returned",
        Amendment.CANCELLED: "contract cancelled",
        Amendment.ISSUED_TWICE: "issued twice",
        Unit.CALL: "{n}",
        Unit.AGENT_MONTH: "{n}",
        Unit.MINUTE: "{n} min",
        Unit.LINE: "{n}",
        Unit.MESSAGE: "{n}",
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
        "transferred": "put through elsewhere",
        "abandoned_passed": "abandoned after being passed on",
        "failed": "failed",
        "lost": "lost",
        "completed": "completed",
        "partial": "partly answered",
        "refused": "refused",
        "not_reached": "not reached",
        "sent": "sent",
    },
}


def label(statement: Statement, line: Line, language: Language) -> str:
    """What the line is called; a leading blank sets it below the line it belongs to."""
    words, tariff, band = WORDS[language], statement.tariff, statement.band
    match line.kind:
        case LineKind.RULE:
            rule = next(rule for rule in tariff.rules if rule.id == line.of)
            return words[line.kind].format(rule=name_in(language, rule))
        case LineKind.SURVEY:
            return words[line.kind].format(remaining=statement.remaining)
        case LineKind.AGENTS if band is not None:
            key = "band_open" if band.last is None else "band"
            return words[key].format(first=band.first, last=band.last)
        case LineKind.MINUTES:
            return words[line.kind].format(increment=tariff.call_price.increment_ms // 1000)
        case LineKind.SHARE:
            payer = next(payer for payer in tariff.payers if payer.id == line.of)
            text = words[line.kind].format(payer=name_in(language, payer), share=part(payer.share))
            return text if payer.id == COMPANY else text + words["not_due"]
        case LineKind.BASE_FEE if line.quantity != 1:
            return words["base_fee_part"].format(days=statement.days, of=statement.month.days)
        case LineKind.FREE:
            service = next(service for service in tariff.free if service.meter == line.of)
            return words[line.kind].format(service=name_in(language, service))
        case LineKind.ADJUSTMENT:
            adjustment = next(one for one in statement.adjustments if one.id == line.of)
            return words[line.kind].format(reason=adjustment.reason)
        case LineKind.VAT:
            return words[line.kind].format(rate=part(line.quantity))
        case _:
            return words[line.kind]


def note_label(note: Note, language: Language) -> str:
    """What a note that corrects the statement is called."""
    words = WORDS[language]
    return words["note"].format(number=note.number, day=note.day, reason=words[note.amendment], why=note.why)


def quantity(line: Line, language: Language) -> str:
    """How many, with the unit; empty where the label or another line tells it."""
    words, exact = WORDS[language], line.quantity
    if line.kind is LineKind.LABOUR or line.unit not in words:
        return ""
    match line.unit:
        case Unit.AGENT_MONTH if exact.denominator > 1:
            number = f"{decimal(exact, 2)} ({exact})"
        case Unit.MINUTE:
            number = decimal(exact, 1)
        case _:
            number = decimal(exact, 0)
    return words[line.unit].format(n=number)


def amount(line: Line, language: Language) -> str:
    """The won; of a free service what it would have cost; nothing for lines that only count."""
    if line.kind in (LineKind.RULE, LineKind.SURVEY, LineKind.USAGE, LineKind.AGENTS):
        return ""
    if line.worth:
        return f"{WORDS[language]['worth'].format(amount=won(line.worth, language))} → {won(0, language)}"
    return won(line.amount, language)
