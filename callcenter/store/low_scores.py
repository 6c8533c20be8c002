"""Low scores: the ticket that each opens, and who phones the customer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from callcenter.campaigns.form import Form
from callcenter.campaigns.interview import End
from callcenter.campaigns.scores import LowScore, low_scores
from callcenter.store.aftermath_models import LowScoreRow, PhoneState
from callcenter.store.campaign_models import ContactRow, ResponseRow
from callcenter.store.models import TicketRow, TicketStatus
from callcenter.store.scope import Scope, select_within
from callcenter.store.tickets import Note, Tickets

#: What such a ticket is about; agents do not choose it.
REASON = "low_score"


class LowScoreMovedError(Exception):
    """Somebody else has taken or finished it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How many low scores of a campaign are not settled."""

    all: int = 0
    #: Whose ticket is open.
    open: int = 0
    #: Whose customer waits for a supervisor's call.
    to_phone: int = 0


class LowScores:
    """Those that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def follow(self, form: Form, response: ResponseRow, contact: ContactRow) -> TicketRow | None:
        """Open a ticket if any score of the response is low; call it in the transaction that keeps the response."""
        low = low_scores(form, response.answers)
        if not low:
            return None
        tickets = Tickets(self._session, self._scope)
        former = await _followed(tickets, contact.case)
        said = said_of(form, low)
        note = Note(at=response.at, call=None, agent=None, reason=REASON, text=said, result="")
        ticket = await tickets.open(
            response.company,
            note,
            customer_name=contact.name or (former.customer_name if former else ""),
            customer_phone=contact.number,
            product=contact.product or (former.product if former else ""),
            symptom=said,
        )
        # Whoever wants no calls is not phoned about it either.
        wanted = any(one.question.supervisor for one in low) and response.end != End.REFUSED
        self._session.add(
            LowScoreRow(
                attempt=response.attempt,
                company=response.company,
                campaign=response.campaign,
                ticket=ticket.number,
                scores={one.question.id: one.score for one in low},
                state=PhoneState.OPEN if wanted else None,
                by=None,
                answered_at=response.at,
                at=response.at,
            )
        )
        await self._session.flush()
        return ticket

    async def get(self, attempt: str) -> LowScoreRow | None:
        """The low score of this attempt."""
        query = select_within(self._scope, LowScoreRow).where(LowScoreRow.attempt == attempt)
        return (await self._session.scalars(query)).one_or_none()

    async def of_ticket(self, ticket: int) -> LowScoreRow | None:
        """The low score that opened this ticket."""
        query = select_within(self._scope, LowScoreRow).where(LowScoreRow.ticket == ticket)
        return (await self._session.scalars(query)).first()

    async def page(self, campaign: int, limit: int = 20) -> list[LowScoreRow]:
        """A campaign's, the newest first."""
        query = select_within(self._scope, LowScoreRow).where(LowScoreRow.campaign == campaign)
        return list(await self._session.scalars(query.order_by(LowScoreRow.answered_at.desc()).limit(limit)))

    async def to_phone(self, limit: int = 200) -> list[LowScoreRow]:
        """Customers who wait for a call, the longest waiting first."""
        query = select_within(self._scope, LowScoreRow).where(
            LowScoreRow.state.in_((PhoneState.OPEN, PhoneState.TAKEN))
        )
        return list(await self._session.scalars(query.order_by(LowScoreRow.answered_at).limit(limit)))

    async def phoned(self, since: int, limit: int = 100) -> list[LowScoreRow]:
        """Those that somebody dealt with since then, the last first."""
        query = select_within(self._scope, LowScoreRow).where(
            LowScoreRow.state == PhoneState.DONE, LowScoreRow.at >= since
        )
        return list(await self._session.scalars(query.order_by(LowScoreRow.at.desc()).limit(limit)))

    async def waiting(self) -> int:
        """How many customers nobody has taken yet."""
        query = select_within(self._scope, LowScoreRow, func.count()).where(LowScoreRow.state == PhoneState.OPEN)
        return int((await self._session.scalars(query)).one())

    async def standing(self, campaign: int) -> Standing:
        """How many there are and how many are not settled."""
        query = select_within(self._scope, LowScoreRow, LowScoreRow.ticket, LowScoreRow.state).where(
            LowScoreRow.campaign == campaign
        )
        states: Counter[PhoneState | None] = Counter()
        tickets = []
        for ticket, state in await self._session.execute(query):
            tickets.append(ticket)
            states[state] += 1
        open_ = await Tickets(self._session, self._scope).count_open(tickets)
        return Standing(len(tickets), open_, states[PhoneState.OPEN] + states[PhoneState.TAKEN])

    async def move(self, row: LowScoreRow, state: PhoneState, *, by: str | None, now: int) -> None:
        """Set how far one that this session has read is. Raises `LowScoreMovedError`: somebody was quicker."""
        attempt = row.attempt
        row.state, row.by = state, by
        row.at = max(now, row.at + 1)
        try:
            await self._session.flush()
        except StaleDataError as error:
            raise LowScoreMovedError(attempt) from error

    async def settle(
        self, row: LowScoreRow, result: str, *, by: str, agent: str | None, closed: bool, now: int
    ) -> None:
        """The customer was phoned: what came of it goes into the ticket. Raises `LowScoreMovedError`."""
        await self.move(row, PhoneState.DONE, by=by, now=now)
        status = TicketStatus.CLOSED if closed else TicketStatus.OPEN
        note = Note(at=now, call=None, agent=agent, reason=REASON, text="", result=result)
        await Tickets(self._session, self._scope).append(row.ticket, note, status=status)


def said_of(form: Form, low: Sequence[LowScore]) -> str:
    """What the ticket says: the questions in the form's own words, and the scores."""
    return "\n".join([form.title.ko, *(f"{one.question.ko} → {one.score}" for one in low)])


async def _followed(tickets: Tickets, case: str) -> TicketRow | None:
    """The ticket that a happy call followed."""
    number = case.removeprefix("ticket-")
    return await tickets.get(int(number)) if case.startswith("ticket-") and number.isdecimal() else None
