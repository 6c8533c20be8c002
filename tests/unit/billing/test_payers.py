from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from billing.month import Month
from billing.payers import Told, as_csv, share_report
from billing.words import Language
from tests.unit.billing.samples import NOVEMBER, tariff

COMPANY, GOVERNMENT = tariff().payers
PAYERS = (COMPANY, replace(GOVERNMENT, yearly_budget=1_000))
STATEMENTS = [
    Told(company="b", month=NOVEMBER, shares={"company": 30, "government": 70}, supply=80, vat=8),
    Told(company="a", month=NOVEMBER, shares={"company": 3, "government": 7}, supply=53, vat=5),
]
NOTES = [
    Told(company="b", month=Month(2026, 9), shares={"company": -3, "city": 5}, supply=-3, vat=0, note="C2026-11-00001"),
    Told(company="a", month=NOVEMBER, shares={}, supply=-10, vat=-1, note="C2026-11-00002"),
]


def test_sums_and_budget() -> None:
    report = share_report(NOVEMBER, PAYERS, STATEMENTS, [], {"company": 100, "government": 1_200})
    assert [(row.told.company, row.shares, row.rest, row.pays) for row in report.rows] == [
        ("a", (3, 7), 50, 58), ("b", (30, 70), 50, 88),
    ]  # fmt: skip
    company, government = report.sums
    assert (company.month, company.year, company.left, company.used) == (33, 100, None, None)
    assert (government.month, government.left, government.used) == (77, -200, Fraction(6, 5))
    assert report.statements_pay == sum(one.supply + one.vat for one in STATEMENTS) == report.pays


def test_notes_written_in_the_month_are_in_it_with_payers_that_the_tariff_has_no_more() -> None:
    report = share_report(NOVEMBER, PAYERS, STATEMENTS, NOTES, {"company": 100, "government": 200, "city": 5})
    assert [(one.payer.id, one.statements, one.month, one.year) for one in report.sums] == [
        ("company", 33, 30, 100), ("government", 77, 77, 200), ("city", 0, 5, 5),
    ]  # fmt: skip
    assert [row.rest for row in report.notes] == [0, -10]
    assert report.pays == report.statements_pay - 3 - 11


def test_shares_that_changed_alone_are_in_the_month_and_change_nothing_for_the_company() -> None:
    alone = Told(company="b", month=Month(2026, 9), shares={"company": -4, "city": 4}, supply=0, vat=0, rerating=3)
    report = share_report(NOVEMBER, PAYERS, STATEMENTS, [*NOTES, alone], {"city": 9})
    assert [(row.told.rerating, row.shares, row.rest, row.pays) for row in report.notes] == [
        (3, (-4, 0, 4), 4, 0), (None, (-3, 0, 5), 0, -3), (None, (0, 0, 0), -10, -11),
    ]  # fmt: skip
    assert [one.month for one in report.sums] == [26, 77, 9]
    assert "b: re-rating 3 (2026-09),-4,0,4,4,0,0\n" in as_csv(report, Language.EN)


def test_as_csv() -> None:
    report = share_report(NOVEMBER, PAYERS, STATEMENTS, NOTES[1:], {"company": 100, "government": 200})
    assert as_csv(report, Language.EN).splitlines() == [
        'Company,the company,the government,"Base fee, adjustments",VAT,Company pays',
        "a,3,7,50,5,58",
        "b,30,70,50,8,88",
        "Statements,33,77,100,13,146",
        "a: note C2026-11-00002 (2026-11),0,0,-10,-1,-11",
        "Total,33,77,90,12,135",
        "This year,100,200",
        "Budget,,1000",
        "Left,,800",
    ]


def test_a_provisional_report_says_so_in_its_csv() -> None:
    report = share_report(NOVEMBER, PAYERS, STATEMENTS, [], {})
    assert as_csv(report, Language.EN, provisional=True).splitlines()[3] == "Provisional (not closed),33,77,100,13,146"
