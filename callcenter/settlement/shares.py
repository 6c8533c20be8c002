"""The payers' report from the statements and notes of a year."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from billing.month import Month
from billing.payers import ShareReport, Told, share_report
from billing.tariff import Tariff
from callcenter.store.statements import Statements
from callcenter.tariffs import read_text


async def payers_report(
    books: Statements, month: Month, tariff: Tariff, provisional: Sequence[Told] = ()
) -> ShareReport:
    """The month's shares of all companies with statements, beside what each payer had from January on.

    The payers are those of the tariff that the month was settled with; `tariff` until it is. `provisional`: what an
    open month comes to so far, in the place of its statements.
    """
    period = await books.period(month)
    if period is not None:
        stored = await books.tariff_text(period.tariff)
        tariff = read_text(stored.text, stored.source)
    january = Month(month.year, 1)
    shares = await books.shares(january, month)
    notes = await books.notes_written(january, month)
    year: Counter[str] = Counter()
    of_company: dict[str, Counter[str]] = {}
    for there, company, payer, amount in shares:
        if not provisional or there != str(month):
            year[payer] += amount
        if there == str(month):
            of_company.setdefault(company, Counter())[payer] += amount
    changes = await books.share_changes(january, month)
    for told in provisional:
        year.update(told.shares)
    for shared in (*(note.shares for note, _ in notes), *(change.shares for change, _ in changes)):
        year.update(shared)
    return share_report(
        month,
        tariff.payers,
        [
            Told(
                company=row.company, month=month, shares=of_company.get(row.company, {}), supply=row.supply, vat=row.vat
            )
            for row in await books.of_month(month)
            if not provisional
        ]
        + list(provisional),
        [
            Told(
                company=row.company,
                month=Month.parse(of),
                shares=row.shares,
                supply=row.supply,
                vat=row.vat,
                note=row.number,
            )
            for row, of in notes
            if row.number.startswith(f"C{month}-")
        ]
        + [
            Told(company=row.company, month=Month.parse(of), shares=row.shares, supply=0, vat=0, rerating=row.rerating)
            for row, of in changes
            if row.month == str(month)
        ],
        year,
    )
