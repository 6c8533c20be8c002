"""What a call leaves behind for the customer: its note, in a ticket of the company."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.models import TicketEntryRow, TicketRow, TicketStatus
from callcenter.store.scope import WholeCentre, select_within
from callcenter.store.tickets import Note, Tickets

ZONE = ZoneInfo("Asia/Seoul")


class Reason(StrEnum):
    """Why a customer phones."""

    FAULT = "fault"
    USAGE = "usage"
    PURCHASE = "purchase"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class CallNote:
    """What an agent wrote down about one call."""

    call: str
    agent: str
    #: Epoch ms of writing.
    at: int
    company: str
    reason: Reason
    product: str
    symptom: str
    result: str
    customer_name: str
    customer_phone: str
    #: The open ticket that the call continues; None opens one.
    ticket: int | None
    #: The case is settled.
    settled: bool


def ticket_number(number: int, opened_at: int) -> str:
    """A ticket's number as people say it: `A-20261123-0001`, the day in Seoul and the running number."""
    day = datetime.fromtimestamp(opened_at / 1000, UTC).astimezone(ZONE)
    return f"A-{day:%Y%m%d}-{number:04}"


async def take_note(session: AsyncSession, note: CallNote) -> TicketRow:
    """The ticket that now holds this note. Written again for the same call, the note takes the place of the former one.

    Raises `LookupError`: the ticket to continue is not one of this company.
    """
    tickets = Tickets(session, WholeCentre())
    former = await _entry_of(session, note.call)
    if former is not None:
        continued = note.ticket if note.ticket is not None else former.ticket
        if former.company == note.company and continued == former.ticket:
            return await _rewrite(tickets, former, note)
        await _withdraw(session, tickets, former)
    entry = Note(
        at=note.at, call=note.call, agent=note.agent, reason=note.reason, text=note.symptom, result=note.result
    )
    if note.ticket is not None:
        held = await tickets.get(note.ticket)
        if held is None or held.company != note.company:
            raise LookupError(note.ticket)
        held.customer_phone = held.customer_phone or note.customer_phone
        return await tickets.append(note.ticket, entry, status=_status(note))
    ticket = await tickets.open(
        note.company,
        entry,
        customer_name=note.customer_name,
        customer_phone=note.customer_phone,
        product=note.product,
        symptom=note.symptom,
    )
    ticket.status = _status(note)
    return ticket


def _status(note: CallNote) -> TicketStatus:
    return TicketStatus.CLOSED if note.settled else TicketStatus.OPEN


async def _entry_of(session: AsyncSession, call: str) -> TicketEntryRow | None:
    query = select_within(WholeCentre(), TicketEntryRow).where(TicketEntryRow.call == call)
    return (await session.scalars(query.order_by(TicketEntryRow.id.desc()).limit(1))).one_or_none()


async def _rewrite(tickets: Tickets, entry: TicketEntryRow, note: CallNote) -> TicketRow:
    ticket = await tickets.get(entry.ticket)
    if ticket is None:
        raise LookupError(entry.ticket)
    entry.at, entry.agent, entry.reason = note.at, note.agent, note.reason
    entry.text, entry.result = note.symptom, note.result
    if (await tickets.history(entry.ticket))[0].id == entry.id:
        ticket.customer_name = note.customer_name or ticket.customer_name
        ticket.customer_phone = note.customer_phone or ticket.customer_phone
        ticket.product, ticket.symptom = note.product, note.symptom
    ticket.status, ticket.changed_at = _status(note), note.at
    return ticket


async def _withdraw(session: AsyncSession, tickets: Tickets, entry: TicketEntryRow) -> None:
    """The note was put under the wrong company or ticket: a ticket that held nothing else goes with it."""
    number = entry.ticket
    await session.delete(entry)
    await session.flush()
    if not await tickets.history(number) and (empty := await tickets.get(number)) is not None:
        await session.delete(empty)
        await session.flush()
