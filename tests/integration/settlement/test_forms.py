"""A statement on paper and in a workbook, read back."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from billing.statement import Adjustment
from billing.tax_invoice import Amendment, Note
from billing.words import Language
from callcenter.settlement.pdf import Sheet, statement_pdf
from callcenter.settlement.xlsx import statement_xlsx
from tests.unit.billing.samples import BANDS, call, november, november_usage, response, tariff

pytestmark = pytest.mark.integration
CALLS = [call(n, talk_s=n % 300, outcome="answered" if n % 3 else "abandoned_queue") for n in range(300)]
CALLS.append(response(900))
VAT = {"charged": True, "rate": "1/10"}
NOTES = [
    Note(number=f"C2027-01-0000{n}", amendment=amendment, why=why, supply=supply, vat=vat, day=date(2027, 1, 15))
    for n, (amendment, why, supply, vat) in enumerate(
        [(Amendment.MISTAKE, "금액 착오", -20_000, -2_000), (Amendment.RETURNED, "=1+1", 1_000, 100)], start=1
    )
]


def pdf(language: Language = Language.KO, calls: list[object] = CALLS) -> bytes:  # type: ignore[assignment]
    of = tariff(BANDS, vat=VAT)
    made = november(of, calls, "nurim", Adjustment(id="1", amount=-10_000, reason="장애 보상 ㈜"))  # type: ignore[arg-type]
    sheet = Sheet(centre="공동 A/S센터", company="누림전자", number="2026-11-00001", language=language)
    return statement_pdf(made, november_usage(of, calls), sheet)  # type: ignore[arg-type]


def text_of(document: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


def test_the_pdf_says_in_korean_what_is_paid() -> None:
    text = text_of(pdf())
    for words in (
        "이용요금 명세서",
        "누림전자 귀중",
        "2026-11-00001",
        "상담사 인건비",
        "조정: 장애 보상 ㈜",
        "무상 지원 상당액",
    ):
        assert words in text
    # 200 calls, none left for the survey: 112,500 + 50,000 - 10,000, and a tenth of it.
    for amount in ("375,000 원", "112,500 원", "262,500 원", "-10,000 원", "15,250 원", "167,750 원"):
        assert amount in text
    assert len(re.findall(r"11-23 \d\d:\d\d:\d\d", text)) == 300


def test_notes_and_what_is_owed_with_them_stand_on_paper_and_in_the_workbook() -> None:
    of = tariff(BANDS, vat=VAT)
    made, used = november(of, []), november_usage(of, [])
    sheet = Sheet(centre="센터", company="누림전자", number="2026-11-00001", language=Language.KO, notes=NOTES)
    text = text_of(statement_pdf(made, used, sheet))
    assert "수정 C2027-01-00001 (2027-01-15) 기재 착오: 금액 착오" in text
    # 162,500 with a tenth, less 22,000, and 1,100 more.
    for amount in ("178,750 원", "-22,000 원", "1,100 원", "157,850 원"):
        assert amount in text
    content = statement_xlsx(made, used, company="누림전자", number=None, language=Language.EN, notes=NOTES)
    amounts = load_workbook(io.BytesIO(content)).worksheets[0]
    last = [[cell.value for cell in row] for row in amounts.iter_rows(min_row=amounts.max_row - 3)]
    assert [row[2] for row in last] == [178_750, -22_000, 1_100, 157_850]
    assert last[3][0] == "Amount due as corrected"
    assert all(cell.data_type != "f" for row in amounts.iter_rows() for cell in row)


def test_many_notes_go_on_on_another_page() -> None:
    of = tariff(BANDS)
    made, used = november(of, CALLS[:2]), november_usage(of, CALLS[:2])
    sheet = Sheet(centre="센터", company="누림전자", number="", language=Language.KO, notes=NOTES * 15)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(statement_pdf(made, used, sheet))).pages]
    assert [f"{n} 쪽" in page for n, page in enumerate(pages, start=1)] == [True] * len(pages)
    assert sum(page.count("C2027-01") for page in pages) == 30
    assert "임시" not in pages[0], "closed with zero won it has no number, and is not provisional"


def test_a_long_reason_does_not_run_into_the_amounts() -> None:
    of = tariff(BANDS)
    made = november(of, [], "nurim", Adjustment(id="1", amount=-10_000, reason="아주 긴 사유 " * 30))
    sheet = Sheet(centre="공동 A/S센터", company="누림전자", number=None, language=Language.KO)
    (reason,) = [
        line for line in text_of(statement_pdf(made, november_usage(of, []), sheet)).split("\n") if "사유" in line
    ]
    assert len(reason) < 70
    assert reason.endswith("…")


def test_every_font_of_the_pdf_is_embedded() -> None:
    fonts = {}
    for page in PdfReader(io.BytesIO(pdf())).pages:
        for name, font in page["/Resources"]["/Font"].items():  # type: ignore[index]
            fonts[name] = font.get_object()
    assert fonts
    for font in fonts.values():
        assert "Nanum" in font["/BaseFont"] and "/FontFile2" in font["/FontDescriptor"], font["/BaseFont"]  # noqa: PT018


def test_the_same_statement_is_the_same_pdf() -> None:
    assert pdf() == pdf()


def test_english_and_a_month_without_calls() -> None:
    text = text_of(pdf(Language.EN, []))
    for words in ("Statement", "To 누림전자", "Base fee", "VAT 10 %", "Total including VAT", "KRW 167,750"):
        assert words in text


def test_the_workbook_has_numbers_that_add_up_and_no_formula() -> None:
    of = tariff(BANDS, vat=VAT, free=[{"meter": "lines", "name": "=1+1", "name_en": "x", "price": "1"}])
    made = november(of, CALLS)
    content = statement_xlsx(made, november_usage(of, CALLS), company="누림전자", number=None, language=Language.KO)
    assert content == statement_xlsx(
        made, november_usage(of, CALLS), company="누림전자", number=None, language=Language.KO
    )
    amounts, calls = load_workbook(io.BytesIO(content)).worksheets
    rows = [[cell.value for cell in row] for row in amounts.iter_rows(min_row=4)]
    assert rows[-1][2] == made.total
    assert [row[2] for row in rows[:-1]] == [line.amount for line in made.lines]
    assert "=1+1 (무상)" in [row[0] for row in rows]
    assert all(cell.data_type != "f" for row in amounts.iter_rows() for cell in row)
    assert calls.max_row == 302
