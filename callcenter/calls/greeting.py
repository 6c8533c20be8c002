"""What a customer hears first whom the engine has phoned."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.calls.commands import Command
from callcenter.calls.talk import Talk
from callcenter.centre import Company


@dataclass(slots=True, kw_only=True)
class Greeting(Talk):
    """Who phones and why, and that the call is recorded; then the reserved agent is rung."""

    topic: str = "greeting"
    over: bool = False

    def begin(self, company: Company | None) -> list[Command]:
        """The customer has answered."""
        who = f"greeting-{company.id}" if company else "greeting-hotline"
        recorded = ("notice-recording",) if company is None or company.recording else ()
        return self._say((who, "callback-greeting", *recorded), self._end)

    def _end(self) -> list[Command]:
        self.over = True
        return []
