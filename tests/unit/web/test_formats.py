from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime
from importlib.resources import as_file, files

import pytest

from callcenter.centre import load_centre
from callcenter.web import formats
from callcenter.web.pages import Naming


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("01012345678", "010-1234-5678"),
        ("0212345678", "02-1234-5678"),
        ("021234567", "02-123-4567"),
        ("0311234567", "031-123-4567"),
        ("07000000101", "070-0000-0101"),
        ("05071234567", "0507-123-4567"),
        ("050712345678", "0507-1234-5678"),
        ("16000000", "1600-0000"),
        ("114", "114"),
        ("+14155550100", "+14155550100"),
        ("", "–"),
        (None, "–"),
    ],
)
def test_telephone(number: str | None, written: str) -> None:
    assert formats.telephone(number) == written


@pytest.mark.parametrize(
    ("number", "written"),
    [("01012345678", "010-****-5678"), ("021234567", "021-****-4567"), ("1001", "****"), ("", "–")],
)
def test_masked_telephone_hides_the_middle(number: str, written: str) -> None:
    assert formats.masked_telephone(number) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0, "0:00"), (59.9, "0:59"), (60, "1:00"), (3599, "59:59"), (3600, "1:00:00"), (-3, "0:00")],
)
def test_duration(seconds: float, written: str) -> None:
    assert formats.duration(seconds) == written


def test_nothing_is_a_dash() -> None:
    assert {formats.duration(None), formats.percent(None), formats.moment(None), formats.whole(None)} == {"–"}


def test_times_are_those_of_seoul() -> None:
    late = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
    assert formats.moment(late) == "2026-11-23 00:30:00"
    assert formats.day(late) == formats.day(date(2026, 11, 23)) == "2026-11-23"
    assert formats.clock(formats.from_ms(int(late.timestamp() * 1000))) == "00:30:00"


def test_percent_and_whole() -> None:
    assert formats.percent(0.874) == "87 %"
    assert formats.whole(1_175_000) == "1,175,000"


def test_companies_stand_in_the_order_in_which_one_looks_for_them() -> None:
    looked_for = ["Apex", "beta", "가온", "(주)나래", "다솜㈜", "주식회사 라온", "마루 주식회사", "주식회사"]
    backwards = looked_for[::-1]
    backwards.sort(key=formats.looked_up)
    assert backwards == looked_for
    composed, apart = "한빛", unicodedata.normalize("NFD", "한빛")
    assert formats.looked_up(apart) == formats.looked_up(composed)


def test_the_order_is_that_of_the_readers_language() -> None:
    with as_file(files("callcenter") / "example" / "centre.toml") as example:
        centre = load_centre(example)
    slugs = ["hanbit", "areum", "nurim", "gone"]
    assert Naming(centre, "ko").by_company(slugs) == ["gone", "nurim", "areum", "hanbit"]
    assert Naming(centre, "en").by_company(slugs) == ["areum", "gone", "hanbit", "nurim"]
