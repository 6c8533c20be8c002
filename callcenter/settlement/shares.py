"""The payers' report from the statements of a year."""

from __future__ import annotations

from collections import Counter

from billing.month import Month
from billing.payers import ShareReport, share_report
from billing.tariff import Tariff
from callcenter.store.statements import Statements


async def payers_report(books: Statements, month: Month, tariff: Tariff) -> ShareReport:
    """The month's shares of all companies with statements, beside what each payer had from January on."""
    shares = await books.shares(Month(month.year, 1), month)
    year: Counter[str] = Counter()
    for _, _, payer, amount in shares:
        year[payer] += amount
    here = [(company, payer, amount) for there, company, payer, amount in shares if there == str(month)]
    return share_report(month, tariff.payers, here, year)
