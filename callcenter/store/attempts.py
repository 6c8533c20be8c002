"""Attempts and answers: what makes it certain that nobody is dialled twice for one attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import case, func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.call import campaign_of
from callcenter.campaigns.attempts import NOT_RUNG, REACHED, Due, Outcome, Retry, Tried, best, what_next
from callcenter.campaigns.machines import PROMISED_MS, Heard, Sum, Verdict
from callcenter.campaigns.permission import Why
from callcenter.store.attempt_rows import Taken, attempt_and_contact, take
from callcenter.store.campaign_models import AttemptRow, ContactRow, ResponseRow
from callcenter.store.epoch import from_ms, to_ms
from callcenter.store.scope import Scope, select_within


def _tried(row: AttemptRow) -> Tried:
    wished = from_ms(row.wished_at) if row.wished_at is not None else None
    return Tried(from_ms(row.at), Outcome(row.outcome or ""), wished)


class Attempts:
    """The attempts that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def write(self, asked: Mapping[str, int], now: datetime) -> dict[str, Taken]:
        """Write attempts down before they are dialled, by their contacts; those that another attempt has are left out,
        and must not be dialled.

        Dial only after the commit of this session.
        """
        return await take(self._session, self._scope, asked, now)

    async def get(self, attempt: str) -> AttemptRow | None:
        """One attempt."""
        query = select_within(self._scope, AttemptRow).where(AttemptRow.id == attempt)
        return (await self._session.scalars(query)).first()

    async def of_call(self, call: str) -> AttemptRow | None:
        """The attempt that made this call; None: it is no campaign's."""
        return await self.get(call.removeprefix("survey-")) if campaign_of(call) else None

    async def finish(
        self,
        attempt: str,
        outcome: Outcome,
        retries: Mapping[Outcome, Retry],
        now: datetime,
        wished: datetime | None = None,
    ) -> tuple[AttemptRow, ContactRow] | None:
        """Write an attempt's outcome, once, and when the contact is next due; both rows, or None: it had one already.

        Raises `LookupError`: no such attempt.
        """
        found = await attempt_and_contact(self._session, self._scope, attempt)
        if found is None:
            raise LookupError(attempt)
        row, contact = found
        if row.outcome is not None:
            return None
        row.outcome, row.ended_at = outcome, to_ms(now)
        row.wished_at = to_ms(wished) if wished else None
        tried = await self.tried(row.contact) if row.try_ > 1 else [_tried(row)]
        following = what_next(tried, retries, now)
        contact.held = False
        contact.due_at = to_ms(following.at) if isinstance(following, Due) else None
        rung = [one for one in tried if one.outcome not in NOT_RUNG]
        contact.outcome = best(rung) if rung else None
        return row, contact

    async def heard(self, attempt: str, heard: Heard) -> None:
        """Write down what was heard of whoever answered; an attempt that is not there is none."""
        row = await self.get(attempt)
        if row is not None:
            row.heard, row.heard_cause, row.heard_ms = heard.verdict, heard.cause, heard.ms
            await self._session.flush()

    async def listened(self, campaign: int) -> list[Sum]:
        """What listening for machines came to in a campaign."""
        late = func.sum(case((AttemptRow.heard_ms > PROMISED_MS, 1), else_=0))
        what = (func.count(), func.sum(AttemptRow.heard_ms), func.max(AttemptRow.heard_ms), late)
        query = select_within(self._scope, AttemptRow, AttemptRow.heard, AttemptRow.outcome, *what).where(
            AttemptRow.campaign == campaign, AttemptRow.heard.is_not(None)
        )
        return [
            Sum(
                verdict=Verdict(heard),
                outcome=Outcome(outcome) if outcome else None,
                count=int(count),
                ms=int(ms),
                longest_ms=int(longest),
                late=int(late),
            )
            for heard, outcome, count, ms, longest, late in await self._session.execute(
                query.group_by(AttemptRow.heard, AttemptRow.outcome)
            )
        ]

    async def unheard(self, campaign: int) -> int:
        """Contacts that ended with a machine by Asterisk's word alone: no person heard what it said."""
        machines = select_within(self._scope, ContactRow, ContactRow.id).where(
            ContactRow.campaign == campaign, ContactRow.outcome == Outcome.MACHINE
        )
        query = select_within(self._scope, AttemptRow, func.count(AttemptRow.contact.distinct())).where(
            AttemptRow.campaign == campaign,
            AttemptRow.heard == Verdict.MACHINE,
            AttemptRow.contact.in_(machines),
        )
        return int((await self._session.scalars(query)).one())

    async def set_aside(self, contact: int, why: Why) -> None:
        """The contact is not to be called, for a lasting reason."""
        row = await self._contact(contact)
        if row is not None and not row.held:
            row.why, row.due_at = why, None
            await self._session.flush()

    async def tried(self, contact: int) -> list[Tried]:
        """A contact's finished attempts, the oldest first."""
        query = select_within(self._scope, AttemptRow).where(
            AttemptRow.contact == contact, AttemptRow.outcome.is_not(None)
        )
        return [_tried(row) for row in await self._session.scalars(query.order_by(AttemptRow.try_))]

    async def reached(self, campaign: int) -> Counter[Outcome]:
        """How a campaign's attempts ended in which a person was on the line."""
        query = select_within(self._scope, AttemptRow, AttemptRow.outcome, func.count()).where(
            AttemptRow.campaign == campaign, AttemptRow.outcome.in_(REACHED)
        )
        found = await self._session.execute(query.group_by(AttemptRow.outcome))
        return Counter({Outcome(outcome or ""): count for outcome, count in found})

    async def pending(self, campaign: int | None = None) -> list[AttemptRow]:
        """Attempts without an outcome, which a restart has to resolve."""
        query = select_within(self._scope, AttemptRow).where(AttemptRow.outcome.is_(None))
        if campaign is not None:
            query = query.where(AttemptRow.campaign == campaign)
        return list(await self._session.scalars(query.order_by(AttemptRow.at)))

    def answer(self, response: ResponseRow) -> None:
        """Keep what a person answered, in the session in which `finish` wrote the outcome: that happens once."""
        self._session.add(response)

    async def responses(self, campaign: int, *, complete: bool | None = None) -> list[ResponseRow]:
        """A campaign's answers, the oldest first."""
        query = select_within(self._scope, ResponseRow).where(ResponseRow.campaign == campaign)
        if complete is not None:
            query = query.where(ResponseRow.complete.is_(complete))
        return list(await self._session.scalars(query.order_by(ResponseRow.at, ResponseRow.attempt)))

    async def complete(self, campaign: int) -> int:
        """How many interviews are complete."""
        query = select_within(self._scope, ResponseRow, func.count()).where(
            ResponseRow.campaign == campaign, ResponseRow.complete.is_(True)
        )
        return int((await self._session.scalars(query)).one())

    async def complete_answers(self, campaign: int) -> list[tuple[str, dict[str, str]]]:
        """Segment and answers of each complete interview."""
        query = select_within(self._scope, ResponseRow, ResponseRow.segment, ResponseRow.answers).where(
            ResponseRow.campaign == campaign, ResponseRow.complete.is_(True)
        )
        return [(segment, answers) for segment, answers in await self._session.execute(query)]

    async def _contact(self, contact: int) -> ContactRow | None:
        return (
            await self._session.scalars(select_within(self._scope, ContactRow).where(ContactRow.id == contact))
        ).first()
