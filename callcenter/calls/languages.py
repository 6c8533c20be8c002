"""Callers go first to agents who speak their language, and after a time to anybody: nobody waits for it for ever."""

from __future__ import annotations

from callcenter.calls.commands import Command, StartTimer, StopTimer
from callcenter.calls.journal import Json
from callcenter.calls.staff import Staff
from callcenter.centre import Centre

#: The timer's name.
LANGUAGE = "language"
#: What callers speak who said nothing else.
USUAL = "ko"


class Languages:
    """Who waits for agents of a language. Names are those in line, callers' and callbacks'; times are epoch ms."""

    def __init__(self, centre: Centre, staff: Staff, out: list[Command]) -> None:
        self._staff = staff
        self._out = out
        self._waiting: set[str] = set()
        self.know(centre)

    def know(self, centre: Centre) -> None:
        """Work by this description; who waits already goes on by the former one."""
        self._within_ms = centre.waiting.language_s * 1000
        self._reach = {g.id: max((step.ring for step in g.widen), default=1) for g in centre.group}

    def wanted(self, language: str, group: str, since: int, now: int) -> str:
        """The language to ask for; empty when anybody may take the call, who waits for it since then.

        So it is when all agents speak it, when nobody on line does whom the group's ladder reaches, and when the time
        is over.
        """
        left = since + self._within_ms - now
        return language if left > 0 and self._staff.speaks(language, group, self._reach[group]) else ""

    def awaits(self, name: str, since: int, now: int) -> None:
        """Nobody who speaks the language of this call is free: `LANGUAGE` tells when anybody shall take it."""
        self._waiting.add(name)
        self._out.append(StartTimer(f"{LANGUAGE}:{name}", since + self._within_ms - now))

    def over(self, name: str) -> bool:
        """It waits for them no longer; whether it did."""
        if name not in self._waiting:
            return False
        self._waiting.discard(name)
        self._out.append(StopTimer(f"{LANGUAGE}:{name}"))
        return True


def spoken(language: str) -> dict[str, Json]:
    """What the journal tells of the caller's language: nothing of the usual one."""
    return {} if language == USUAL else {"language": language}
