"""The data of electronic tax invoices: the statement's own, and what corrects it by negative copies.

What an invoice must hold: 부가가치세법 제32조. How each reason is corrected: 부가가치세법 시행령 제70조. Codes are
those of the tax service's standard for electronic tax invoices. Signing and sending is for the provider that the data
goes to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum

from billing.month import Month


class TypeCode(StrEnum):
    """What is issued; without VAT it is a plain invoice (계산서)."""

    TAX_INVOICE = "0101"
    CORRECTED_TAX_INVOICE = "0201"
    INVOICE = "0301"
    CORRECTED_INVOICE = "0401"


class Amendment(StrEnum):
    """Why an invoice is corrected."""

    MISTAKE = "01"
    SUPPLY_CHANGED = "02"
    RETURNED = "03"
    CANCELLED = "04"
    ISSUED_TWICE = "06"


@dataclass(frozen=True, kw_only=True, slots=True)
class Party:
    """Who supplies, or who is supplied."""

    #: Business registration number, ten digits.
    number: str
    name: str
    representative: str
    address: str
    #: 업태 and 종목.
    business_type: str
    business_item: str
    email: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A correction of the statement: its own number, by how much, since when."""

    number: str
    amendment: Amendment
    #: In words.
    why: str
    supply: int
    vat: int
    day: date

    @property
    def amount(self) -> int:
        """By how much what the company pays changes, VAT included."""
        return self.supply + self.vat


@dataclass(frozen=True, kw_only=True, slots=True)
class TaxInvoice:
    """One invoice; amounts in whole won, negative on a negative copy."""

    #: The statement's or the note's number; the tax service's own number is given when it is issued.
    number: str
    type_code: TypeCode
    amendment: Amendment | None
    #: Of the invoice that this corrects.
    original: str | None
    #: 작성연월일.
    written_on: date
    #: The last day to issue it.
    issue_by: date
    supplier: Party
    receiver: Party
    item: str
    supply: int
    vat: int

    @property
    def total(self) -> int:
        """Supply and VAT."""
        return self.supply + self.vat


def tax_invoices(
    *,
    number: str | None,
    month: Month,
    supply: int,
    vat: int,
    notes: Sequence[Note],
    supplier: Party,
    receiver: Party,
    item: str,
    works: Callable[[date], bool],
) -> list[TaxInvoice]:
    """The statement's invoice and those of its notes, in the order of issue; together they are what is owed.

    A statement of zero won has no `number` and no invoice; the first note that asks for money is an invoice of its own.

    `works` tells a working day: an invoice may be issued until the 10th of the month after the supply, or the next
    working day.
    """
    taxed = vat != 0 or any(note.vat for note in notes)
    last = date(month.next.year, month.next.number, 1) - timedelta(days=1)

    def invoice(
        own: str, amendment: Amendment | None, original: str | None, written: date, supplied: int, tax: int
    ) -> TaxInvoice:
        plain, corrected = (
            (TypeCode.TAX_INVOICE, TypeCode.CORRECTED_TAX_INVOICE)
            if taxed
            else (TypeCode.INVOICE, TypeCode.CORRECTED_INVOICE)
        )
        return TaxInvoice(
            number=own,
            type_code=plain if amendment is None else corrected,
            amendment=amendment,
            original=original,
            written_on=written,
            issue_by=_issue_by(written, works),
            supplier=supplier,
            receiver=receiver,
            item=item,
            supply=supplied,
            vat=tax,
        )

    issued = [] if number is None else [invoice(number, None, None, last, supply, vat)]
    stands, current = number, (supply, vat)
    for note in notes:
        after = (current[0] + note.supply, current[1] + note.vat)
        if stands is None and any(after):
            written = last if note.amendment is Amendment.MISTAKE else note.day
            issued.append(invoice(note.number, None, None, written, *after))
            stands, current = note.number, after
            continue
        match note.amendment:
            case Amendment.MISTAKE:
                # Nobody issues an invoice of zero won.
                if any(current):
                    issued.append(invoice(f"{note.number}-1", note.amendment, stands, last, -current[0], -current[1]))
                if any(after):
                    issued.append(invoice(f"{note.number}-2", note.amendment, stands, last, *after))
                    stands = f"{note.number}-2"
            case Amendment.ISSUED_TWICE:
                issued.append(invoice(note.number, note.amendment, stands, last, note.supply, note.vat))
            case _:
                issued.append(invoice(note.number, note.amendment, stands, note.day, note.supply, note.vat))
        current = after
    return issued


def as_json(invoices: Sequence[TaxInvoice]) -> str:
    """For the provider that issues them."""
    told = [asdict(one) | {"total": one.total} for one in invoices]
    return json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n"


def _issue_by(written: date, works: Callable[[date], bool]) -> date:
    following = Month(written.year, written.month).next
    day = date(following.year, following.number, 10)
    while not works(day):
        day += timedelta(days=1)
    return day
