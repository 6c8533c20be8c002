"""How much a company has to secure before its contract begins, and until when a deposit has to be there.

The rule is the programme's: four months of last year's monthly band as an insurance certificate, handed in beforehand;
only with proof that the insurer refused, a deposit of four months of the estimated band and base fee, three million won
at the least, a month before the start. Whether the band of the certificate includes the base fee the notice leaves
open; here it does (a hundred calls a day secure 4.7 million won).
"""

from __future__ import annotations

from datetime import date

from billing.contracts.terms import add_months
from billing.tariff import Tariff

MONTHS = 4
LEAST_DEPOSIT = 3_000_000


def monthly_charge(tariff: Tariff, calls: int) -> int:
    """What the company pays for a month with so many counted calls, in won without VAT: its share and the base fee,
    within the tariff's least and most. Prices of calls are left out, for how long they will be nobody knows.
    """
    _, share = tariff.split(tariff.labour(calls))[0]
    charge = max(share + tariff.base_fee, tariff.minimum or 0)
    return charge if tariff.cap is None else min(charge, tariff.cap)


def average_calls(calls: int, months: int) -> int:
    """Calls a month over so many months with service, a begun call counting whole. Raises `ValueError`: no month."""
    if months < 1 or calls < 0:
        raise ValueError(f"{calls} calls in {months} months; expected at least one month and no negative calls")
    return -(-calls // months)


def insured_sum(monthly: int) -> int:
    """What the certificate has to cover, in won."""
    return MONTHS * monthly


def deposit(monthly: int) -> int:
    """What has to be paid instead by a company that the insurer refused, in won."""
    return max(LEAST_DEPOSIT, MONTHS * monthly)


def deposit_due(start: date) -> date:
    """The last day on which the deposit may come: a month before the service begins."""
    return add_months(start, -1)
