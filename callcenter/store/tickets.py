"""Customers' cases: open one, continue it, find it again."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.models import TicketEntryRow, TicketRow, TicketStatus
from callcenter.store.scope import Scope


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
        raise NotImplementedError

    async def append(self, number: int, note: Note, *, status: TicketStatus = TicketStatus.OPEN) -> TicketRow:
        """Continue a ticket, reopening or closing it. Raises `LookupError`: no such ticket in the scope."""
        raise NotImplementedError

    async def get(self, number: int) -> TicketRow | None:
        """One ticket."""
        raise NotImplementedError

    async def history(self, number: int) -> list[TicketEntryRow]:
        """What happened to it, oldest first."""
        raise NotImplementedError

    async def open_of(self, company: str, customer_phone: str) -> list[TicketRow]:
        """A customer's open tickets with one company, newest first."""
        raise NotImplementedError

    async def page(
        self, *, company: str | None = None, status: TicketStatus | None = None, offset: int = 0, limit: int = 50
    ) -> list[TicketRow]:
        """Tickets, the last changed first."""
        raise NotImplementedError
