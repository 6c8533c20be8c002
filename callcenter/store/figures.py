"""Day figures: counters over call records. Live figures are the board's."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sqlalchemy import ColumnElement, and_, func, or_
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.ledger.record import Direction, Outcome, Via
from callcenter.store.models import CallRow
from callcenter.store.scope import Scope, select_within
from callcenter.store.span import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Counters of one company in one group; add them up for a group, a company or the centre."""

    company: str | None = None
    group: str | None = None
    #: Calls that entered, whatever became of them.
    entered: int = 0
    #: O: joined a queue and has left it; who still waits is not lost yet, and would only depress the answer rate.
    offered: int = 0
    #: A: spoke with an agent.
    answered: int = 0
    #: A_T: answered within the service level's threshold of joining.
    answered_in_time: int = 0
    #: B: hung up in the queue or while an agent was rung.
    abandoned: int = 0
    #: B_S: of these, sooner than `short_s`.
    abandoned_short: int = 0
    #: Hung up before joining a queue: greeting, notices, menu.
    abandoned_greeting: int = 0
    #: C: preferred to be phoned when the turn comes.
    callbacks: int = 0
    #: Of the customers phoned for that, those who spoke with an agent; these calls are in no other counter.
    called_back: int = 0
    #: Sum of the waits of answered calls.
    wait_ms: int = 0
    #: Sum of the talk of answered calls.
    talk_ms: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Both together; company and group stay where they agree."""
        counters = {name: getattr(self, name) + getattr(other, name) for name in _COUNTERS}
        return Figures(
            company=self.company if self.company == other.company else None,
            group=self.group if self.group == other.group else None,
            **counters,
        )

    @property
    def average_wait_ms(self) -> int | None:
        """Average speed of answer; None when nothing was answered."""
        return self.wait_ms // self.answered if self.answered else None

    @property
    def average_talk_ms(self) -> int | None:
        """Average talk; None when nothing was answered."""
        return self.talk_ms // self.answered if self.answered else None

    @property
    def service_level(self) -> float | None:
        """A_T / (A + B - B_S), short abandons left out; None when there was nothing to measure."""
        measured = self.answered + self.abandoned - self.abandoned_short
        return self.answered_in_time / measured if measured else None

    @property
    def answer_rate(self) -> float | None:
        """(A + reached callbacks) / O; None when nothing was offered."""
        return min((self.answered + self.called_back) / self.offered, 1.0) if self.offered else None


_COUNTERS = tuple(field.name for field in fields(Figures) if field.name not in {"company", "group"})


def counters(in_time_s: int, short_s: int) -> dict[str, ColumnElement[int]]:
    """What `Figures` counts, as SQL over `CallRow`."""
    theirs = CallRow.direction == Direction.INBOUND
    answered = and_(theirs, CallRow.answered_at.is_not(None))
    abandoned = and_(theirs, CallRow.outcome.in_((Outcome.ABANDONED_QUEUE, Outcome.ABANDONED_RINGING)))
    return {
        "entered": _count(theirs),
        "offered": _count(and_(theirs, CallRow.queued_at.is_not(None), or_(answered, CallRow.ended_at.is_not(None)))),
        "answered": _count(answered),
        "answered_in_time": _count(and_(answered, CallRow.wait_ms <= in_time_s * 1000)),
        "abandoned": _count(abandoned),
        "abandoned_short": _count(and_(abandoned, CallRow.wait_ms < short_s * 1000)),
        "abandoned_greeting": _count(CallRow.outcome == Outcome.ABANDONED_GREETING),
        "callbacks": _count(CallRow.outcome == Outcome.CALLBACK),
        "called_back": _count(and_(CallRow.via == Via.CALLBACK, CallRow.answered_at.is_not(None))),
        "wait_ms": func.coalesce(func.sum(CallRow.wait_ms).filter(answered), 0),
        "talk_ms": func.coalesce(func.sum(CallRow.talk_ms).filter(answered), 0),
    }


async def day_figures(
    session: AsyncSession, scope: Scope, span: Span, *, in_time_s: int = 20, short_s: int = 5
) -> list[Figures]:
    """Figures of the calls that entered in the span, a row a company and group. Open calls count as far as they got."""
    counted_as = counters(in_time_s, short_s)
    query = (
        select_within(scope, CallRow, CallRow.company, CallRow.group, *counted_as.values())
        .where(CallRow.entered_at >= span.since, CallRow.entered_at < span.until)
        .group_by(CallRow.company, CallRow.group)
        .order_by(CallRow.company, CallRow.group)
    )
    return [
        Figures(company=company, group=group, **{name: int(n) for name, n in zip(counted_as, counted, strict=True)})
        for company, group, *counted in await session.execute(query)
    ]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(condition)
