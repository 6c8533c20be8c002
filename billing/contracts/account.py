"""A company's money with the centre: what it owes, what the centre holds of it. All in whole won.

Every won that came in is somewhere: it settled a charge, was paid back, or is still held.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from billing.contracts.events import Charged, Corrected, DepositReceived, MoneyEvent, Offset, Paid, Refunded, Source
from billing.contracts.problem import ContractError
from billing.month import Month


@dataclass(frozen=True, slots=True)
class OpenCharge:
    """A charge, as far as nothing has settled it yet."""

    month: Month
    amount: int
    due: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """The account after some events."""

    charges: tuple[Charged, ...] = ()
    corrections: tuple[Corrected, ...] = ()
    deposited: int = 0
    paid: int = 0
    from_deposit: int = 0
    from_insurance: int = 0
    refunded_deposit: int = 0
    refunded_credit: int = 0

    @property
    def charged(self) -> int:
        """All charges together, as they were corrected."""
        return sum(one.amount for one in self._of_months)

    @property
    def settled(self) -> int:
        """What of them has been paid, by whomever."""
        return min(self.charged, self._given)

    @property
    def owed(self) -> int:
        """What of them has not."""
        return self.charged - self.settled

    @property
    def credit(self) -> int:
        """Paid more than was charged so far."""
        return self._given - self.settled

    @property
    def deposit(self) -> int:
        """What the centre still holds as security."""
        return self.deposited - self.from_deposit - self.refunded_deposit

    @property
    def held(self) -> int:
        """What the centre holds and would have to pay back at the end."""
        return self.deposit + self.credit

    @property
    def money_in(self) -> int:
        """All that ever came in, from the company or its insurer."""
        return self.deposited + self.paid + self.from_insurance

    @property
    def money_out(self) -> int:
        """All that was paid back."""
        return self.refunded_deposit + self.refunded_credit

    @property
    def _of_months(self) -> tuple[Charged | Corrected, ...]:
        return (*self.charges, *self.corrections)

    @property
    def _given(self) -> int:
        return self.paid + self.from_deposit + self.from_insurance - self.refunded_credit

    def open_charges(self) -> tuple[OpenCharge, ...]:
        """Charges not fully settled, the oldest due first; money settles them in this order."""
        left, found = self.settled, []
        for charge in sorted(self._corrected_charges(), key=lambda charge: (charge.due, charge.month)):
            covered = min(left, charge.amount)
            left -= covered
            if covered < charge.amount:
                found.append(OpenCharge(charge.month, charge.amount - covered, charge.due))
        return tuple(found)

    def _corrected_charges(self) -> list[OpenCharge]:
        """What each month costs by which day; what a note takes off comes off the month's oldest part."""
        found = []
        every = sorted(self._of_months, key=lambda one: (one.month, one.due))
        for month, of_month in groupby(every, key=lambda one: one.month):
            parts = list(of_month)
            taken_off = -sum(one.amount for one in parts if one.amount < 0)
            for one in parts:
                if one.amount > 0:
                    off = min(taken_off, one.amount)
                    taken_off -= off
                    found.append(OpenCharge(month, one.amount - off, one.due))
        return found

    def month(self, month: Month) -> int | None:
        """What the month costs, as it was corrected; None if it was never charged."""
        if all(charge.month != month for charge in self.charges):
            return None
        return sum(one.amount for one in self._of_months if one.month == month)

    def arrears(self, today: date) -> int:
        """What should have been paid before today."""
        return sum(charge.amount for charge in self.open_charges() if charge.due < today)

    def after(self, event: MoneyEvent) -> Account:
        """The account after this too. Raises `ContractError`; nothing has changed then."""
        if event.amount == 0 and not isinstance(event, Charged):
            raise ContractError("amount")
        if event.amount < 0 and not isinstance(event, Corrected):
            raise ContractError("amount")
        match event:
            case DepositReceived(amount=amount):
                return replace(self, deposited=self.deposited + amount)
            case Charged(month=month, due=due, on=on):
                if any(charge.month == month for charge in self.charges):
                    raise ContractError("charged_before", month=str(month))
                if due < on:
                    raise ContractError("due_past", day=on)
                return replace(self, charges=(*self.charges, event))
            case Corrected(month=month, amount=amount, due=due, on=on):
                before = self.month(month)
                if before is None:
                    raise ContractError("not_charged", month=str(month))
                if before + amount < 0:
                    raise ContractError("corrected_too_much", most=before)
                if due < on:
                    raise ContractError("due_past", day=on)
                return replace(self, corrections=(*self.corrections, event))
            case Paid(amount=amount):
                return replace(self, paid=self.paid + amount)
            case Offset(amount=amount, source=source, on=on):
                if amount > self.arrears(on):
                    raise ContractError("offset_too_much", most=self.arrears(on))
                if source is Source.INSURANCE:
                    return replace(self, from_insurance=self.from_insurance + amount)
                if amount > self.deposit:
                    raise ContractError("deposit_too_small", most=self.deposit)
                return replace(self, from_deposit=self.from_deposit + amount)
            case Refunded(amount=amount):
                if self.owed:
                    raise ContractError("owed_first", owed=self.owed)
                if amount > self.held:
                    raise ContractError("refund_too_much", most=self.held)
                credit = min(amount, self.credit)
                return replace(
                    self,
                    refunded_credit=self.refunded_credit + credit,
                    refunded_deposit=self.refunded_deposit + amount - credit,
                )
