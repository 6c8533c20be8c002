from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from billing.rules import Used
from billing.statement import Statement
from billing.statement_forms import as_csv, as_json, as_text
from billing.tax_invoice import Amendment, Note
from billing.usage import Usage
from billing.words import Language
from callcenter.ledger.record import Outcome
from tests.unit.billing.samples import BANDS, CONTINUOUS, call, november, november_usage, tariff

CALLS = [call(2, talk_s=90.5), call(1, talk_s=0, outcome="abandoned_queue")]


@dataclass(frozen=True)
class Company:
    name: str = "누림전자"
    name_en: str = "Nurim Electronics"


def month(calls: list[Used] | None = None, version: str = BANDS, **changes: Any) -> tuple[Statement, Usage]:
    of, used = tariff(version, **changes), CALLS if calls is None else calls
    return november(of, used), november_usage(of, used)


def test_json_is_the_same_to_the_byte_whatever_order_the_calls_come_in() -> None:
    assert as_json(*month()) == as_json(*month(CALLS[::-1]))


def test_notes_that_correct_it_follow_the_total() -> None:
    made, used = month()
    notes = [Note(number="C1", amendment=Amendment.MISTAKE, why="typo", supply=-2_500, vat=-250, day=date(2027, 1, 15))]
    told = json.loads(as_json(made, used, notes))
    assert told["notes"] == [
        {"number": "C1", "day": "2027-01-15", "reason": "mistake", "why": "typo", "supply": -2_500, "vat": -250}
    ]
    assert (told["total"], told["corrected_total"]) == (162_500, 159_750)
    rows = list(csv.DictReader(io.StringIO(as_csv(made, used, Language.EN, notes))))
    after = [(row["record"], row["text"], row["amount"]) for row in rows if row["record"] not in ("line", "call")]
    assert after == [
        ("total", "Amount due", "162500"),
        ("note", "Note C1 (2027-01-15), mistake: typo", "-2750"),
        ("corrected", "Amount due as corrected", "159750"),
    ]
    assert sum(int(row["amount"]) for row in rows if row["due"] == "yes") == 159_750
    assert "Amount due as corrected" in as_text(made, used, Company(), Language.EN, notes)
    assert "corrected" not in as_csv(made, used, Language.EN), "as long as there is none nothing changes"


def test_json_tells_amounts_exact_quantities_and_calls() -> None:
    told = json.loads(as_json(*month()))
    assert (told["company"], told["month"], told["total"]) == ("nurim", "2026-11", 162_500)
    assert told["tariff"]["band"] == {"first": 0, "last": 200, "agents": "1/6"}
    assert [(line["line"], line["of"], line["amount"], line["due"]) for line in told["lines"]] == [
        ("usage", None, 0, False),
        ("rule", "answered", 0, False),
        ("rule", "abandoned", 0, False),
        ("agents", None, 0, False),
        ("labour", None, 375_000, False),
        ("share", "company", 112_500, True),
        ("share", "government", 262_500, False),
        ("base_fee", None, 50_000, True),
        ("free", "talk_minutes", 0, True),
        ("free", "lines", 0, True),
        ("free", "seats", 0, True),
        ("free", "messages", 0, True),
        ("free", "happy_calls", 0, True),
    ]
    assert told["lines"][0]["calls"] == ["demo-2"]
    assert told["lines"][8]["quantity"] == "181/120"
    assert told["calls"][0] == {
        "call": "demo-1",
        "entered_at": "2026-11-23T09:01:00.000+09:00",
        "kind": "inbound",
        "outcome": "abandoned_queue",
        "talk_ms": 0,
        "rule": "abandoned",
        "counted": False,
    }


def test_csv_has_the_lines_the_total_and_the_calls() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(*month(), Language.EN))))
    assert sum(int(row["amount"]) for row in rows if row["record"] == "line" and row["due"] == "yes") == 162_500
    (total,) = [row for row in rows if row["record"] == "total"]
    assert (total["text"], total["amount"]) == ("Amount due", "162500")
    (seats,) = [row for row in rows if row["key"] == "free.seats"]
    assert seats["quantity"] == "0.1667"
    first, second = (row for row in rows if row["record"] == "call")
    assert (first["key"], first["lines"]) == ("demo-1", "rule.abandoned free.lines")
    assert second["lines"].split() == [
        "usage",
        "rule.answered",
        "agents",
        "labour",
        "share.company",
        "share.government",
        "free.talk_minutes",
        "free.seats",
    ]


def test_no_spreadsheet_runs_a_name() -> None:
    service = {"meter": "lines", "name": "=1+1", "name_en": "=1+1", "price": "1"}
    assert "\nline,nurim,2026-11,free.lines,'=1+1 (free)," in as_csv(*month(free=[service]), Language.EN)


def test_text_in_korean() -> None:
    assert as_text(*month(), Company(), Language.KO) == (
        "이용요금 명세서 2026-11\n"
        "\n"
        "회사    누림전자 (nurim)\n"
        "요금표  2026-01부터, 구간제\n"
        "\n"
        "이용 콜                                 1 콜\n"
        "  상담한 콜                             1 콜\n"
        "  연결 전 포기                          1 콜\n"
        "필요 상담사 (월 0~200콜 구간)  0.17 (1/6) 명\n"
        "상담사 인건비                                            375,000 원\n"
        "  기업 부담 30 %                                         112,500 원\n"
        "  정부 부담 70 % (별도 청구)                             262,500 원\n"
        "기본료                                                    50,000 원\n"
        "통화료 (무상)                         1.5 분      58 원 상당 → 0 원\n"
        "전용회선 (무상)                       1 회선  11,000 원 상당 → 0 원\n"
        "상담 좌석 (무상)               0.17 (1/6) 명  66,666 원 상당 → 0 원\n"
        "문자 전송료 (무상)                      0 건                   0 원\n"
        "해피콜 (무상)                           0 콜                   0 원\n"
        "청구 금액                                                162,500 원\n"
        "\n"
        "통화 내역\n"
        "들어온 시각          통화 시간  결과          청구    콜 번호\n"
        "2026-11-23 09:01:00    0:00:00  대기 중 포기  아니요  demo-1\n"
        "2026-11-23 09:02:00    0:01:30  상담          예      demo-2\n"
    )


def test_text_in_english() -> None:
    text = as_text(*month(vat={"charged": True, "rate": "1/10"}), Company(), Language.EN)
    for words in (
        "Nurim Electronics (nurim)",
        "since 2026-01, bands",
        "Agents needed (band of 0–200 calls a month)",
        "Share of the government, 70 % (billed apart)",
        "VAT 10 %",
        "KRW 178,750",
    ):
        assert words in text


def test_text_of_a_month_without_calls() -> None:
    assert as_text(*month([], CONTINUOUS), Company(), Language.EN).endswith("Calls\nNo calls in this month.\n")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_words(outcome: Outcome, language: Language) -> None:
    text = as_text(*month([call(1, outcome=outcome)]), Company(), language)
    assert language is Language.EN or outcome not in text
    assert "_" not in text
