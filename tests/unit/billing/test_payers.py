from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from billing.payers import as_csv, share_report
from billing.words import Language
from tests.unit.billing.samples import NOVEMBER, tariff

COMPANY, GOVERNMENT = tariff().payers
PAYERS = (COMPANY, replace(GOVERNMENT, yearly_budget=1_000))
SHARES = [("b", "government", 70), ("b", "company", 30), ("a", "company", 3), ("a", "government", 7)]


def test_sums_and_budget() -> None:
    report = share_report(NOVEMBER, PAYERS, SHARES, {"company": 100, "government": 1_200})
    assert report.rows == (("a", (3, 7)), ("b", (30, 70)))
    company, government = report.sums
    assert (company.month, company.year, company.left, company.used) == (33, 100, None, None)
    assert (government.month, government.left, government.used) == (77, -200, Fraction(6, 5))


def test_as_csv() -> None:
    report = share_report(NOVEMBER, PAYERS, SHARES, {"company": 100, "government": 200})
    assert as_csv(report, Language.EN).splitlines() == [
        "Company,the company,the government",
        "a,3,7",
        "b,30,70",
        "Total,33,77",
        "This year,100,200",
        "Budget,,1000",
        "Left,,800",
    ]
