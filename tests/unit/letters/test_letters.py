from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from billing.contracts.eligibility import Refusal
from billing.contracts.participation import fold
from callcenter.letters.layout import Letter, pdf
from callcenter.letters.text import _WORDS, Case, Kind, compose, letter, possible
from tests.unit.billing.contracts.stories import APPLIED, NO_INSURER, SELECTED, SIGNED, day, did, renewed

FORM = {"company_name": "(주)한빛주방", "representative": "김한빛", "registration_digits": "1248100998"}
CHARGE = did("2027-02-05", "charged", month="2027-01", amount=1_175_000, due="2027-02-28")
REFUSED = (*APPLIED, did("2026-10-02", "refused", reasons=(Refusal.FOOD,), note="식품은 다루지 않습니다."))
GONE = (*SIGNED, did("2027-05-31", "terminated", reason="이용료 미납"))
DEPOSITED = (*NO_INSURER, did("2026-11-30", "deposit_received", amount=4_700_000))
BACK = (*DEPOSITED, did("2026-12-01", "withdrawn"), did("2026-12-03", "refunded", amount=4_700_000))

OCCASIONS = [
    (Kind.SELECTED, SELECTED, "2026-10-21"),
    (Kind.REFUSED, REFUSED, "2026-10-02"),
    (Kind.DEPOSIT_REQUEST, NO_INSURER, "2026-10-26"),
    (Kind.CERTIFICATE_EXPIRING, SIGNED, "2027-12-01"),
    (Kind.RENEWAL, SIGNED, "2027-12-01"),
    (Kind.EXTENDED, (*renewed(3), did("2029-11-15", "extended")), "2029-11-16"),
    (Kind.ARREARS, (*SIGNED, CHARGE), "2027-03-01"),
    (Kind.ENDED, GONE, "2027-06-01"),
    (Kind.REFUNDED, BACK, "2026-12-03"),
]


def made(kind: Kind, story: tuple, on: date, language: str = "ko") -> Letter:
    case = Case(
        application=12, form=FORM, state=fold(story), today=on, insured_sum=4_700_000, deposit=4_700_000,
        sender="공동 A/S센터", reasons=("식품",),
    )  # fmt: skip
    return letter(compose(kind, case, language), application=12, number=3, language=language, at=1_800_000_000_000)


def read(paper: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)


def test_every_letter_has_an_occasion_here() -> None:
    assert [kind for kind, _, _ in OCCASIONS] == list(Kind)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize(("kind", "story", "on"), OCCASIONS)
def test_a_letter_is_offered_on_its_occasion_and_read_back(kind: Kind, story: tuple, on: str, language: str) -> None:
    assert kind in possible(fold(story), day(on))
    written = made(kind, story, day(on), language)
    text = read(pdf(written)).replace("\n", " ")
    for part in (
        "(주)한빛주방",
        "김한빛",
        "124-81-00998",
        written.title.split()[0],
        *(value for _, value in written.facts),
    ):
        assert part.replace("\n", " ").split()[0] in text
    assert "{" not in text


def test_the_typeface_is_embedded_and_holds_hangul() -> None:
    paper = PdfReader(io.BytesIO(pdf(made(Kind.SELECTED, SELECTED, day("2026-10-21")))))
    fonts = paper.pages[0]["/Resources"]["/Font"]
    held = [font.get_object() for font in fonts.values()]
    assert held
    assert all("NanumGothic" in font["/BaseFont"] for font in held)
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in held)


def test_the_amounts_of_a_selection_are_those_to_secure() -> None:
    text = read(pdf(made(Kind.SELECTED, SELECTED, day("2026-10-21"))))
    assert "4,700,000원" in text
    assert "2026-12-01" in text
    assert "2027-01-01 – 2029-12-31" in text.replace("\n", " ")


def test_the_same_letter_is_the_same_to_the_byte() -> None:
    one = made(Kind.REFUSED, REFUSED, day("2026-10-02"))
    assert pdf(one) == pdf(one)


def test_reasons_of_any_length_stay_on_the_paper() -> None:
    long = (*APPLIED, did("2026-10-02", "refused", note="길고 긴 사유 " * 600))
    paper = PdfReader(io.BytesIO(pdf(made(Kind.REFUSED, long, day("2026-10-02")))))
    assert len(paper.pages) > 1
    assert sum(page.extract_text().count("사유") for page in paper.pages) > 600


def test_no_letter_without_an_occasion() -> None:
    assert possible(fold(APPLIED), day("2026-10-02")) == ()
    assert possible(fold((*SIGNED, CHARGE, did("2027-02-06", "paid", amount=1_175_000))), day("2027-03-01")) == ()


def test_both_languages_say_the_same_things() -> None:
    korean, english = _WORDS["ko"], _WORDS["en"]
    assert {part: set(korean[part]) for part in korean} == {part: set(english[part]) for part in english}
    assert {kind.value for kind in Kind} <= set(korean)
