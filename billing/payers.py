"""What each payer owes for a month over all companies, and how far that uses up its budget of the year."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from billing.month import Month
from billing.tariff import Payer
from billing.words import Language, name_in

_WORDS = {
    Language.KO: {"company": "회사", "total": "합계", "year": "올해 누계", "budget": "연 예산", "left": "예산 잔액"},
    Language.EN: {"company": "Company", "total": "Total", "year": "This year", "budget": "Budget", "left": "Left"},
}


@dataclass(frozen=True, kw_only=True, slots=True)
class PayerSum:
    """One payer over all companies; whole won."""

    payer: Payer
    month: int
    #: From January to this month.
    year: int

    @property
    def left(self) -> int | None:
        """What the year's budget leaves, below zero if it is overdrawn; None without a budget."""
        return None if self.payer.yearly_budget is None else self.payer.yearly_budget - self.year

    @property
    def used(self) -> Fraction | None:
        """The part of the year's budget that is used up."""
        return Fraction(self.year, self.payer.yearly_budget) if self.payer.yearly_budget else None


@dataclass(frozen=True, kw_only=True, slots=True)
class ShareReport:
    """A month's shares."""

    month: Month
    #: Company and what each payer pays, in the order of `sums`.
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    sums: tuple[PayerSum, ...]


def share_report(
    month: Month, payers: Sequence[Payer], shares: Iterable[tuple[str, str, int]], year: Mapping[str, int]
) -> ShareReport:
    """`shares`: company, payer, won of the month; `year`: won of each payer from January to this month."""
    by_company: dict[str, dict[str, int]] = {}
    for company, payer, amount in shares:
        of_company = by_company.setdefault(company, {})
        of_company[payer] = of_company.get(payer, 0) + amount
    rows = tuple(
        (company, tuple(amounts.get(payer.id, 0) for payer in payers))
        for company, amounts in sorted(by_company.items())
    )
    sums = tuple(
        PayerSum(payer=payer, month=sum(amounts[place] for _, amounts in rows), year=year.get(payer.id, 0))
        for place, payer in enumerate(payers)
    )
    return ShareReport(month=month, rows=rows, sums=sums)


def as_csv(report: ShareReport, language: Language) -> str:
    """One row a company, then the sums and the budgets."""
    words = _WORDS[language]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow([words["company"], *(name_in(language, one.payer) for one in report.sums)])
    table.writerows([company, *amounts] for company, amounts in report.rows)
    table.writerow([words["total"], *(one.month for one in report.sums)])
    table.writerow([words["year"], *(one.year for one in report.sums)])
    # An absent budget is an empty cell.
    table.writerow([words["budget"], *(one.payer.yearly_budget for one in report.sums)])
    table.writerow([words["left"], *(one.left for one in report.sums)])
    return out.getvalue()
