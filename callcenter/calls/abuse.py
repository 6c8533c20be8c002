"""The guard of agents against abuse: one key warns the caller, the same key again ends the call, and the agent rests.

The law asks for it: Occupational Safety and Health Act of Korea, article 41, and its enforcement rule, article 41 (the
employer has a manual, lets the worker stop, and gives rest).
"""

from __future__ import annotations

from dataclasses import replace

from callcenter.agents.presence import Presence, State
from callcenter.calls.call import Call
from callcenter.calls.commands import AgentChanged, Announce, Command, HangUp, StartTimer, StopTimer
from callcenter.calls.journal import Kind
from callcenter.calls.line import WriteCall
from callcenter.calls.staff import Staff

#: The timer's name begins so.
ABUSE = "abuse"
#: Should the last words not be heard to their end, the call ends all the same.
_LAST_WORDS_MS = 20_000
#: The keys on the agent's own phone, one after the other.
_KEYS = "*9"


class AbuseGuard:
    """What becomes of an agent's cry for help. Times are epoch milliseconds."""

    def __init__(self, staff: Staff, out: list[Command], write: WriteCall) -> None:
        self._staff = staff
        self._out = out
        self._write = write
        #: Calls whose caller was warned, and those that are being ended.
        self._warned: set[str] = set()
        self._ending: set[str] = set()
        self._keys: dict[str, str] = {}

    def called_for(self, presence: Presence, call: Call | None, now: int) -> str | None:
        """The agent asks for it; the slug of why nothing was done, else None."""
        if call is None or presence.state is not State.TALKING:
            return "no_call"
        if call.id in self._ending:
            return None
        last = call.id in self._warned
        self._write(call, Kind.ABUSE_ENDED if last else Kind.ABUSE_WARNED, now, agent=presence.id)
        prompt = "abuse-end" if last else "abuse-warning"
        self._out.append(Announce(call.id, f"{call.id}:{ABUSE}:{prompt}", (prompt,), call.dialogue.language))
        if last:
            self._ending.add(call.id)
            self._staff.rest_afterwards(presence)
            self._out.append(StartTimer(f"{ABUSE}:{call.id}", _LAST_WORDS_MS))
        else:
            self._warned.add(call.id)
            if presence.serving:
                presence.serving = replace(presence.serving, warned=True)
                self._out.append(AgentChanged(presence.id))
        return None

    def key(self, presence: Presence, call: Call | None, key: str, now: int) -> None:
        """A key on the agent's phone during a conversation."""
        pressed = (self._keys.get(presence.id, "") + key)[-len(_KEYS) :]
        self._keys[presence.id] = pressed
        if pressed == _KEYS:
            self.called_for(presence, call, now)

    def said(self, call: str) -> None:
        """An announcement of this call has ended, or its time is up: after the last words the call is over."""
        if call in self._ending:
            self._out.append(HangUp(call))

    def ended(self, call: str) -> None:
        """The call is over."""
        if call in self._ending:
            self._out.append(StopTimer(f"{ABUSE}:{call}"))
        self._warned.discard(call)
        self._ending.discard(call)

    def restore(self, call: str, kind: Kind) -> None:
        """What was done before an interruption."""
        self._warned.add(call)
        if kind is Kind.ABUSE_ENDED:
            self._ending.add(call)
            self._out.append(StartTimer(f"{ABUSE}:{call}", 0))
