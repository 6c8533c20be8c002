"""What each payer owes for a month over all companies, and how far that uses up its budget of the year.

The report stands on the month's statements, and on the notes that were written in the month, whichever month they
correct: a report that went out is never another one later. Its rows add up to the statements and notes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from billing.month import Month
from billing.tariff import COMPANY, Payer
from billing.words import Language, name_in

_WORDS = {
    Language.KO: {
        "company": "회사",
        "rest": "기본료·조정",
        "vat": "부가세",
        "pays": "기업 청구액",
        "statements": "명세서 합계",
        "provisional": "임시 합계 (마감 전)",
        "note": "수정 {number} ({month})",
        "rerating": "요금표 재적용 {number} ({month})",
        "total": "이 달 합계",
        "year": "올해 누계",
        "budget": "연 예산",
        "left": "예산 잔액",
    },
    Language.EN: {
        "company": "Company",
        "rest": "Base fee, adjustments",
        "vat": "VAT",
        "pays": "Company pays",
        "statements": "Statements",
        "provisional": "Provisional (not closed)",
        "note": "note {number} ({month})",
        "rerating": "re-rating {number} ({month})",
        "total": "Total",
        "year": "This year",
        "budget": "Budget",
        "left": "Left",
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a statement, a note that corrects one, or a change of nothing but shares says; whole won."""

    company: str
    #: The statement's month.
    month: Month
    #: Of the service fee, by payer; of a note, by how much each changes.
    shares: Mapping[str, int]
    #: What the company pays, without VAT.
    supply: int
    vat: int
    #: A note's number; empty for a statement.
    note: str = ""
    #: The re-rating that changed the payers' shares and nothing for the company; None: a statement or a note.
    rerating: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One statement or note in the report."""

    told: Told
    #: What each payer pays of the service fee, in the order of the report's payers.
    shares: tuple[int, ...]

    @property
    def rest(self) -> int:
        """What the company pays beside its share: base fee, limits, adjustments, notes without shares."""
        return self.told.supply - self.told.shares.get(COMPANY, 0)

    @property
    def pays(self) -> int:
        """What the company pays in all."""
        return self.told.supply + self.told.vat


@dataclass(frozen=True, kw_only=True, slots=True)
class PayerSum:
    """One payer over all companies; whole won."""

    payer: Payer
    #: Of the month's statements, and with the notes written in it.
    statements: int
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
    rows: tuple[Row, ...]
    #: Notes written in the month, and changes of shares approved in it.
    notes: tuple[Row, ...]
    sums: tuple[PayerSum, ...]

    @property
    def statements_pay(self) -> int:
        """What the companies pay by the month's statements: their totals together."""
        return sum(row.pays for row in self.rows)

    @property
    def pays(self) -> int:
        """The same with the notes."""
        return sum(row.pays for row in (*self.rows, *self.notes))


def share_report(
    month: Month, payers: Sequence[Payer], statements: Iterable[Told], notes: Iterable[Told], year: Mapping[str, int]
) -> ShareReport:
    """`year`: won of each payer from January to this month, notes included.

    Payers of whom only notes or the year tell, because the tariff has changed since, come last and by their id.
    """
    told, corrected = list(statements), list(notes)
    known = {payer.id for payer in payers}
    others = {payer for one in (*told, *corrected) for payer in one.shares} | set(year)
    named = [
        *payers,
        *(Payer(id=one, name=one, name_en=one, share=Fraction(0)) for one in sorted(others - known)),
    ]

    def rows(of: Iterable[Told]) -> tuple[Row, ...]:
        return tuple(Row(told=one, shares=tuple(one.shares.get(payer.id, 0) for payer in named)) for one in of)

    listed, changed = (
        rows(sorted(told, key=lambda one: one.company)),
        rows(sorted(corrected, key=lambda one: (one.note, one.rerating or 0, one.company))),
    )
    return ShareReport(
        month=month,
        rows=listed,
        notes=changed,
        sums=tuple(
            PayerSum(
                payer=payer,
                statements=sum(row.shares[place] for row in listed),
                month=sum(row.shares[place] for row in (*listed, *changed)),
                year=year.get(payer.id, 0),
            )
            for place, payer in enumerate(named)
        ),
    )


def as_csv(report: ShareReport, language: Language, *, provisional: bool = False) -> str:
    """One row a company, one a note, the sums and the budgets.

    `provisional`: the rows are what an open month comes to so far, and say so.
    """
    words = _WORDS[language]
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    names = [name_in(language, one.payer) for one in report.sums]
    table.writerow([words["company"], *names, words["rest"], words["vat"], words["pays"]])
    table.writerows([row.told.company, *_amounts(row)] for row in report.rows)
    sums_of = words["provisional" if provisional else "statements"]
    table.writerow([sums_of, *(one.statements for one in report.sums), *_sums(report.rows)])
    for row in report.notes:
        words_of = words["note"] if row.told.note else words["rerating"]
        label = words_of.format(number=row.told.note or row.told.rerating, month=row.told.month)
        table.writerow([f"{row.told.company}: {label}", *_amounts(row)])
    table.writerow([words["total"], *(one.month for one in report.sums), *_sums((*report.rows, *report.notes))])
    table.writerow([words["year"], *(one.year for one in report.sums)])
    # An absent budget is an empty cell.
    table.writerow([words["budget"], *(one.payer.yearly_budget for one in report.sums)])
    table.writerow([words["left"], *(one.left for one in report.sums)])
    return out.getvalue()


def _amounts(row: Row) -> tuple[int, ...]:
    return (*row.shares, row.rest, row.told.vat, row.pays)


def _sums(rows: Sequence[Row]) -> tuple[int, int, int]:
    return sum(row.rest for row in rows), sum(row.told.vat for row in rows), sum(row.pays for row in rows)
