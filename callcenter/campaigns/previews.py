"""Preview: an agent looks at a contact, presses the key, and is dialled for once kept free; no I/O, no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from callcenter.campaigns.commands import ShowContact
from callcenter.campaigns.events import Candidate


@dataclass(slots=True)
class Previews:
    """One campaign's agents who look at contacts."""

    #: Who looks, and at whom; None: nobody was found yet.
    shown: dict[str, Candidate | None] = field(default_factory=dict)
    #: Who pressed the key and is not kept free yet.
    _asking: set[str] = field(default_factory=set)
    #: Who is kept free for the line that is now to be dialled; the first first.
    _wanting: deque[str] = field(default_factory=deque)

    @property
    def waiting(self) -> int:
        """How many look and see nobody."""
        return sum(candidate is None for candidate in self.shown.values())

    @property
    def ready(self) -> int:
        """How many lines are to be dialled."""
        return len(self._wanting)

    def pressed(self) -> tuple[str, ...]:
        """Whoever pressed the key and whose line is not dialled yet."""
        return (*self._wanting, *sorted(self._asking))

    def begin(self, agent: str) -> None:
        """The agent has time to look."""
        self.shown.setdefault(agent, None)

    def end(self, agent: str) -> Candidate | None:
        """The agent looks no more; whom nobody looks at now."""
        shown = self.shown.pop(agent, None)
        if shown is not None:
            self._asking.discard(agent)
        return shown

    def press(self, agent: str, *, kept_free: bool) -> None:
        """The agent wants the contact dialled."""
        if self.shown.get(agent) is not None:
            self._asking.add(agent)
            if kept_free:
                self.kept_free(agent)

    def kept_free(self, agent: str) -> None:
        """The line is dialled once the agent is kept free for it."""
        if agent in self._asking:
            self._asking.discard(agent)
            self._wanting.append(agent)

    def skip(self, agent: str) -> bool:
        """The agent does not want the contact; whether one was shown."""
        there = self.shown.get(agent) is not None
        if there:
            self.shown[agent] = None
            self._asking.discard(agent)
        return there

    def gone(self, agent: str) -> None:
        """The agent is not kept free any more."""
        if agent in self._wanting:
            self._wanting.remove(agent)

    def take(self) -> tuple[str, Candidate | None]:
        """The next agent whose line is to be dialled, and to whom; None: the contact is no longer there."""
        agent = self._wanting.popleft()
        candidate = self.shown.get(agent)
        if candidate is not None:
            self.shown[agent] = None
        return agent, candidate

    def show(self, found: deque[Candidate]) -> Iterator[ShowContact]:
        """Let those who see nobody look at the next of these."""
        for agent, shown in self.shown.items():
            if shown is None and found:
                self.shown[agent] = following = found.popleft()
                yield ShowContact(agent, following.contact)
