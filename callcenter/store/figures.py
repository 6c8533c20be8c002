"""Day figures: counters over call records. Live figures are the board's."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.store.scope import Scope
from callcenter.store.span import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """Counters of one company in one group; add them up for a group, a company or the centre."""

    company: str | None = None
    group: str | None = None
    #: Calls that entered, whatever became of them.
    entered: int = 0
    #: O: joined a queue.
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
    #: Sum of the waits of answered calls.
    wait_ms: int = 0
    #: Sum of the talk of answered calls.
    talk_ms: int = 0

    def __add__(self, other: Figures) -> Figures:
        """Both together; company and group stay where they agree."""
        raise NotImplementedError

    @property
    def average_wait_ms(self) -> int | None:
        """Average speed of answer; None when nothing was answered."""
        return self.wait_ms // self.answered if self.answered else None

    @property
    def service_level(self) -> float | None:
        """A_T / (A + B - B_S), short abandons left out; None when there was nothing to measure."""
        measured = self.answered + self.abandoned - self.abandoned_short
        return self.answered_in_time / measured if measured else None

    @property
    def answer_rate(self) -> float | None:
        """A / O; None when nothing was offered."""
        return self.answered / self.offered if self.offered else None


async def day_figures(
    session: AsyncSession, scope: Scope, span: Span, *, in_time_s: int = 20, short_s: int = 5
) -> list[Figures]:
    """Figures of the calls that entered in the span, one row a company and group."""
    raise NotImplementedError
