"""Customers' cases: open one, continue it, find it again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.models import TicketEntryRow, TicketRow, TicketStatus
from callcenter.store.scope import OneCompany, Scope, select_within


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """What an agent writes down about one call."""

    at: int
    call: str | None
    agent: str | None
    #: fault, usage, purchase or other
    reason: str
    text: str
    result: str


class Tickets:
    """The tickets that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def open(
        self, company: str, note: Note, *, customer_name: str, customer_phone: str, product: str, symptom: str
    ) -> TicketRow:
        """A new ticket with its first entry; `number` is set. Raises `PermissionError` outside the scope."""
        if isinstance(self._scope, OneCompany) and self._scope.company != company:
            raise PermissionError("a company's scope opens tickets of that company only")
        ticket = TicketRow(
            company=company,
            customer_name=customer_name,
            customer_phone=customer_phone,
            product=product,
            symptom=symptom,
            status=TicketStatus.OPEN,
            opened_at=note.at,
            changed_at=note.at,
        )
        self._session.add(ticket)
        await self._session.flush()
        self._session.add(_entry(ticket, note))
        await self._session.flush()
        return ticket

    async def append(self, number: int, note: Note, *, status: TicketStatus = TicketStatus.OPEN) -> TicketRow:
        """Continue a ticket, reopening or closing it. Raises `LookupError`: no such ticket in the scope."""
        ticket = await self.get(number)
        if ticket is None:
            raise LookupError(f"no ticket {number}")
        ticket.status = status
        ticket.changed_at = max(ticket.changed_at, note.at)
        self._session.add(_entry(ticket, note))
        await self._session.flush()
        return ticket

    async def get(self, number: int) -> TicketRow | None:
        """One ticket."""
        found = await self._session.scalars(select_within(self._scope, TicketRow).where(TicketRow.number == number))
        return found.one_or_none()

    async def history(self, number: int) -> list[TicketEntryRow]:
        """What happened to it, oldest first."""
        query = select_within(self._scope, TicketEntryRow).where(TicketEntryRow.ticket == number)
        return list(await self._session.scalars(query.order_by(TicketEntryRow.at, TicketEntryRow.id)))

    async def open_of(self, company: str, customer_phone: str) -> list[TicketRow]:
        """A customer's open tickets with one company, newest first; none for a withheld number."""
        if not customer_phone:
            return []
        query = select_within(self._scope, TicketRow).where(
            TicketRow.company == company,
            TicketRow.customer_phone == customer_phone,
            TicketRow.status == TicketStatus.OPEN,
        )
        return list(await self._session.scalars(query.order_by(TicketRow.number.desc())))

    async def of_customer(self, customer_phone: str, *, limit: int = 100) -> list[TicketRow]:
        """All tickets of the customer with this number, the last changed first; none for a withheld number."""
        if not customer_phone:
            return []
        query = select_within(self._scope, TicketRow).where(TicketRow.customer_phone == customer_phone)
        return list(await self._session.scalars(query.order_by(TicketRow.changed_at.desc()).limit(limit)))

    async def count_open(self, numbers: Collection[int]) -> int:
        """How many of these are open."""
        query = select_within(self._scope, TicketRow, func.count()).where(
            TicketRow.number.in_(numbers), TicketRow.status == TicketStatus.OPEN
        )
        return int((await self._session.scalars(query)).one())

    async def page(
        self, *, company: str | None = None, status: TicketStatus | None = None, offset: int = 0, limit: int = 50
    ) -> list[TicketRow]:
        """Tickets, the last changed first."""
        query = select_within(self._scope, TicketRow)
        if company is not None:
            query = query.where(TicketRow.company == company)
        if status is not None:
            query = query.where(TicketRow.status == status)
        newest_first = query.order_by(TicketRow.changed_at.desc(), TicketRow.number.desc())
        return list(await self._session.scalars(newest_first.offset(offset).limit(limit)))


def _entry(ticket: TicketRow, note: Note) -> TicketEntryRow:
    return TicketEntryRow(
        ticket=ticket.number,
        company=ticket.company,
        at=note.at,
        call=note.call,
        agent=note.agent,
        reason=note.reason,
        text=note.text,
        result=note.result,
    )
