"""A supervisor listens to an agent's conversation, whispers to the agent, or joins in: on the supervisor's own phone.

Asterisk's ChanSpy does it, with its keys 4 (listen), 5 (whisper to the agent), 6 (speak with both). Before it begins
the engine writes down who listens to which call; with the engine away nobody can begin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from callcenter.agents.presence import State
from callcenter.calls import events
from callcenter.calls.commands import AgentChanged, LetListen, RingListener, Write
from callcenter.calls.journal import Json, Kind, call_entry

if TYPE_CHECKING:
    from callcenter.calls.floor import Floor

#: What ChanSpy's keys mean.
MODES = {"4": "listen", "5": "whisper", "6": "barge"}


@dataclass(slots=True, kw_only=True)
class _Listener:
    #: The person's log-in.
    by: str
    phone: str
    call: str
    agent: str
    listens: bool = False


class Listening:
    """Supervisors' phones that ring for it or listen, by their channel. Times are epoch milliseconds."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._listeners: dict[str, _Listener] = {}

    def asked(self, wish: events.ListenWanted, now: int) -> str | None:
        """Ring the supervisor's phone; a slug of why not, else None."""
        phone = next((one.phone for one in self._floor.centre.supervisor if one.login == wish.by), None)
        if phone is None:
            return "no_phone"
        if any(one.phone == phone for one in self._listeners.values()):
            return "listens_already"
        presence = self._floor.staff.agents.get(wish.agent)
        if presence is None or presence.state is not State.TALKING or not presence.call or not presence.channel:
            return "nobody_talks"
        channel = f"listen-{phone}-{now}"
        self._listeners[channel] = _Listener(by=wish.by, phone=phone, call=presence.call, agent=presence.id)
        self._floor.command(RingListener(channel, phone, presence.channel))
        return None

    def answered(self, channel: str, now: int) -> None:
        """The supervisor has taken the phone: written down, then heard."""
        if listener := self._listeners.get(channel):
            listener.listens = True
            self._write(listener, "listen", now)
            self._shown(listener, True)
            self._floor.command(LetListen(channel))

    def key(self, channel: str, key: str, now: int) -> None:
        """A key on a phone that listens."""
        listener = self._listeners.get(channel)
        if listener and listener.listens and key in MODES:
            self._write(listener, MODES[key], now)

    def gone(self, channel: str, now: int) -> None:
        """A channel ended."""
        listener = self._listeners.pop(channel, None)
        if listener and listener.listens:
            self._write(listener, "end", now)
            self._shown(listener, False)

    def _write(self, listener: _Listener, mode: str, now: int) -> None:
        data: dict[str, Json] = {"by": listener.by, "phone": listener.phone, "agent": listener.agent, "mode": mode}
        self._floor.command(Write(call_entry(listener.call, Kind.LISTENED, now, data)))

    def _shown(self, listener: _Listener, listened: bool) -> None:
        presence = self._floor.staff.agents.get(listener.agent)
        if self._floor.centre.waiting.listening_shown and presence and presence.serving:
            presence.serving = replace(presence.serving, listened=listened)
            self._floor.command(AgentChanged(presence.id))
