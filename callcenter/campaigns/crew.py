"""One campaign's agents: who is kept free, who writes up, who looks at a contact; no I/O, no clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from callcenter.campaigns.commands import ShowContact
from callcenter.campaigns.events import Candidate
from callcenter.campaigns.previews import Previews


@dataclass(slots=True)
class Crew:
    """Times are epoch ms."""

    #: Ready, the longest ready first.
    idle: deque[str] = field(default_factory=deque)
    #: Agents who write up, since when.
    writing: dict[str, int] = field(default_factory=dict)
    previews: Previews = field(default_factory=Previews)

    @property
    def anybody(self) -> bool:
        """Whether there is an agent who may dial or will."""
        return bool(self.idle or self.previews.shown or self.writing)

    def free(self, agent: str) -> None:
        """The agent is kept free for the campaign."""
        self.idle.append(agent)
        self.previews.kept_free(agent)

    def gone(self, agent: str) -> None:
        """The agent is not kept free any more."""
        if agent in self.idle:
            self.idle.remove(agent)
        self.previews.gone(agent)

    def choose(self, wanted: str | None) -> str | None:
        """Who is free for a customer: the one that is wanted, else the longest ready."""
        if wanted in self.idle:
            return wanted
        return self.idle[0] if self.idle else None

    def wrote(self, agent: str, now: int) -> float | None:
        """The agent does not write up any more; how long it took, seconds, if that was so."""
        since = self.writing.pop(agent, None)
        return None if since is None else (now - since) / 1000

    def looks(self, agent: str, found: deque[Candidate], *, on: bool) -> Iterator[ShowContact]:
        """In preview: the agent has time to look at one of these, or no longer."""
        if on:
            self.previews.begin(agent)
            yield from self.previews.show(found)
        elif (shown := self.previews.end(agent)) is not None:
            found.appendleft(shown)
            yield ShowContact(agent, None)

    def skips(self, agent: str, found: deque[Candidate]) -> Iterator[ShowContact]:
        """In preview: the agent does not want the contact that is shown."""
        if self.previews.skip(agent):
            yield ShowContact(agent, None)
            yield from self.previews.show(found)
