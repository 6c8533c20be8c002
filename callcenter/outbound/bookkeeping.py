"""What campaigns at work have written down and looked up, in its order; what follows from it goes back to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from callcenter.asterisk.telephony import now_ms
from callcenter.campaigns import events
from callcenter.campaigns.commands import (
    Command,
    Conclude,
    FindContacts,
    NoteHeard,
    OpenSheet,
    SetAside,
    WriteAttempt,
    WriteOutcome,
)
from callcenter.outbound.book import Asked, Book, Customer
from callcenter.outbound.desk import Desk
from callcenter.store.epoch import from_ms

#: With nobody due, contacts are looked for so often.
_LOOKS_EVERY_S = 2.0


class Bookkeeping:
    """Keeps what is known of attempts until it is written down.

    `tell` takes an event to a campaign; `hand_over` (company, attempt, agent, group; no agent: the group's line) gives
    a customer to the controller.
    """

    def __init__(
        self,
        book: Book,
        desks: Mapping[int, Desk],
        tell: Callable[[int, events.Event], None],
        hand_over: Callable[[str, str, str, str], None],
    ) -> None:
        self._book = book
        self._desks = desks
        self._tell = tell
        self._hand_over = hand_over
        self.customers: dict[str, Customer] = {}
        #: What was answered.
        self.asked: dict[str, Asked] = {}
        #: To which group's line customers go once their answers are written down.
        self.promised: dict[str, str] = {}
        self._todo: asyncio.Queue[tuple[Desk, Command, int]] = asyncio.Queue()

    def write(self, desk: Desk, command: Command, now: int) -> None:
        """Let this be written down or looked up."""
        self._todo.put_nowait((desk, command, now))

    async def done(self) -> None:
        """Return once all of it is written."""
        await self._todo.join()

    def forget(self) -> None:
        """The connection is lost; what is known of attempts is looked for again."""
        self.customers.clear()
        self.asked.clear()
        self.promised.clear()

    async def keep(self) -> None:
        """Write until cancelled."""
        while True:
            due = [await self._todo.get()]
            while not self._todo.empty():
                due.append(self._todo.get_nowait())
            for desk, commands, at in together(due):
                for event in await self._write_down(desk, commands, at):
                    # After a loss of connection the campaign has another desk, which has asked for nothing.
                    if self._desks.get(desk.work.number) is desk:
                        self._tell(desk.work.number, event)
            for _ in due:
                self._todo.task_done()

    async def _write_down(self, desk: Desk, commands: Sequence[Command], at: int) -> list[events.Event]:
        work, now = desk.work, from_ms(at)
        match commands:
            case [FindContacts(_, most)]:
                found = await self._book.find(work, most, from_ms(now_ms()))
                if found:
                    return [events.ContactsFound(found)]
                loop = asyncio.get_running_loop()
                loop.call_later(_LOOKS_EVERY_S, self._tell, work.number, events.ContactsFound(()))
            case [WriteAttempt(), *_]:
                asked = {one.attempt: one.contact for one in commands if isinstance(one, WriteAttempt)}
                written = await self._book.write(work, asked, now)
                self.customers |= {attempt: customer for attempt, (_, customer) in written.items()}
                return [
                    events.AttemptWritten(attempt, written[attempt][0])
                    if attempt in written
                    else events.AttemptRefused(attempt)
                    for attempt in asked
                ]
            case [SetAside(contact, why)]:
                await self._book.set_aside(contact, why)
            case [NoteHeard(attempt, heard)]:
                await self._book.heard(attempt, heard)
            case [OpenSheet(attempt=attempt, agent=agent)]:
                await self._book.open_sheet(attempt, agent, now)
            case [Conclude(attempt)]:
                return [events.InterviewEnded(attempt, await self._book.concluded(work, attempt))]
            case [WriteOutcome(attempt=attempt, outcome=outcome, spoke_until=until)]:
                over = from_ms(until) if until is not None else None
                await self._book.finish(work, attempt, outcome, now, self.asked.pop(attempt, None), over)
                if group := self.promised.pop(attempt, None):
                    self._hand_over(work.company, attempt, "", group)
                if attempt not in desk.dialler.lines:
                    self.customers.pop(attempt, None)
        return []


def together(due: Iterable[tuple[Desk, Command, int]]) -> Iterator[tuple[Desk, list[Command], int]]:
    """What is written down in one transaction, in its order: a campaign's attempts that follow each other are."""
    for (_, attempts), group in groupby(due, lambda one: (id(one[0]), isinstance(one[1], WriteAttempt))):
        alike = list(group)
        for batch in [alike] if attempts else [[one] for one in alike]:
            desk, _, at = batch[0]
            yield desk, [command for _, command, _ in batch], at
