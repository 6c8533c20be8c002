"""Contracts as the books need them: on which days companies are under contract, and their accounts in line with the
statements that stand.

For the centre's own people, through `callcenter/settlement/`; it belongs to the session's transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from billing.contracts.coverage import Coverage, coverage
from billing.contracts.events import (
    AnyEvent,
    Charged,
    Corrected,
    MoneyEvent,
    Offset,
    Paid,
    Refunded,
    from_data,
    to_data,
)
from billing.contracts.participation import Participation, fold
from billing.month import Month
from callcenter.store.contract_models import ApplicationRow, ContractEventRow
from callcenter.store.periods import Actor

#: Most of a history, and without a part in which days are under contract: no event of a contract's life needs them.
_ACCOUNTS_ALONE = tuple(event.kind for event in (Charged, Corrected, Paid, Offset, Refunded))
#: Above so many companies all contracts are read.
_FEW = 100
_HISTORIES = select(
    ContractEventRow.application, ContractEventRow.company, ContractEventRow.kind, ContractEventRow.data
).order_by(ContractEventRow.application, ContractEventRow.place)


@dataclass(slots=True)
class Contract:
    """A participation and how its history goes on."""

    application: int
    #: Events so far.
    events: int
    company: str
    state: Participation


class Contracts:
    """Every company's participations."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def coverages(self) -> dict[str, Coverage]:
        """Companies that were ever selected, and their days under contract."""
        found: dict[str, list[Participation]] = {}
        for contract in self._folded(_HISTORIES.where(ContractEventRow.kind.not_in(_ACCOUNTS_ALONE))):
            found.setdefault(contract.company, []).append(contract.state)
        told = {company: coverage(states) for company, states in found.items()}
        return {company: days for company, days in told.items() if days is not None}

    def of_month(self, month: Month, companies: Collection[str]) -> dict[str, Contract]:
        """Each company's contract that a statement of this month belongs to: the last one that began by then."""
        found: dict[str, Contract] = {}
        query = _HISTORIES
        if len(companies) < _FEW:
            own = select(ApplicationRow.number).where(ApplicationRow.company.in_(companies))
            query = query.where(ContractEventRow.application.in_(own))
        for contract in self._folded(query):
            if not contract.state.settles(month):
                continue
            other = found.get(contract.company)
            if other is None or _start(other) < _start(contract):
                found[contract.company] = contract
        return found

    def enter(self, contract: Contract, event: MoneyEvent, actor: Actor) -> None:
        """Let it happen. Raises `ContractError`; `sqlalchemy.exc.IntegrityError` at the flush: somebody was faster."""
        contract.state = contract.state.after(event)
        contract.events += 1
        self._session.add(
            ContractEventRow(
                application=contract.application,
                place=contract.events,
                company=contract.company,
                kind=event.kind,
                data=to_data(event),
                at=actor.at,
                by=actor.by,
            )
        )

    def _folded(self, query: Select[tuple[int, str | None, str, dict[str, Any]]]) -> Iterator[Contract]:
        """One at a time: years of payments of thousands of companies need not be held together."""
        told: list[AnyEvent] = []
        number, whose = 0, None
        for application, company, kind, data in self._session.execute(query.execution_options(yield_per=5000)):
            if application != number:
                yield from _contract(number, whose, told)
                number, told = application, []
            whose = company
            told.append(from_data(kind, data))
        yield from _contract(number, whose, told)


def _contract(number: int, company: str | None, told: Sequence[AnyEvent]) -> Iterator[Contract]:
    """None of an application whose company is not selected yet."""
    if company is not None:
        yield Contract(number, len(told), company, fold(told))


def _start(contract: Contract) -> date:
    assert contract.state.start is not None
    return contract.state.start
