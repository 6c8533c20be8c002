"""Contracts' accounts in line with the statements that stand: each statement charged once, each note booked once.

An event names its statement or note, so that whatever is repeated finds what is there and adds only what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from billing.contracts.account import Account
from billing.contracts.events import Charged, Corrected
from billing.month import Month
from callcenter.store.contract_books import Contracts
from callcenter.store.corrections import Corrections
from callcenter.store.periods import Actor, Periods
from callcenter.store.settlement_models import CorrectionRow, StatementRow
from callcenter.tariffs import read_text


@dataclass(frozen=True, kw_only=True, slots=True)
class Booked:
    """What a closed month made of the accounts."""

    #: Entries that were missing.
    entries: int
    #: Companies whose statement is on no contract's account, because none is kept here that began by then.
    without_contract: tuple[str, ...]


def today(actor: Actor, zone: ZoneInfo) -> date:
    """The day on which somebody acts, in the centre."""
    return datetime.fromtimestamp(actor.at / 1000, UTC).astimezone(zone).date()


def book(session: Session, month: Month, rows: Sequence[StatementRow], *, actor: Actor, zone: ZoneInfo) -> Booked:
    """Bring the accounts of these companies in line with their closed statements of the month.

    A month that was charged by hand before it was closed here is corrected to the statement.
    """
    stored, periods, contracts = Corrections(session), Periods(session), Contracts(session)
    found, notes, on = contracts.of_month(month, {row.company for row in rows}), stored.notes(month), today(actor, zone)

    @cache
    def within(tariff: str) -> timedelta:
        text = periods.tariff_text(tariff)
        return timedelta(days=read_text(text.text, text.source).contract.pay_within_days)

    entries, without = 0, []
    for row in rows:
        contract = found.get(row.company)
        if contract is None:
            if row.total:
                without.append(row.company)
            continue
        due = on + within(row.tariff)
        for event in _missing(contract.state.account, month, row, notes.get(row.id, ()), on=on, due=due):
            contracts.enter(contract, event, actor)
            entries += 1
    session.flush()
    return Booked(entries=entries, without_contract=tuple(without))


def _missing(
    account: Account, month: Month, row: StatementRow, notes: Sequence[CorrectionRow], *, on: date, due: date
) -> Iterator[Charged | Corrected]:
    # A statement of zero won has no number, but its month is settled all the same.
    reference = row.number or f"{month}-0"
    before = next((charge for charge in account.charges if charge.month == month), None)
    booked = {one.note for one in account.corrections}
    if before is None:
        yield Charged(on=on, month=month, amount=row.total, due=due, statement=reference)
    elif before.statement != reference and reference not in booked and row.total != before.amount:
        yield Corrected(on=on, month=month, amount=row.total - before.amount, due=due, note=reference)
    for note in notes:
        if note.number not in booked and note.supply + note.vat:
            yield Corrected(on=on, month=month, amount=note.supply + note.vat, due=due, note=note.number)
