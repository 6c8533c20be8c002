"""Peak-time agents: called up when callers wait too long, stood down when it is calm and their time box is over."""

from __future__ import annotations

from collections.abc import Iterable

from callcenter.agents.presence import Presence, State
from callcenter.calls.commands import AgentChanged, Command, StartTimer, Write
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.calls.staff import Staff
from callcenter.centre import Centre
from routing.call_up import CallUp, CallUpRule

#: The timer's name.
PEAK = "peak"
_LOOK_EVERY_MS = 5000


class PeakTime:
    """Looks at the line every few seconds while somebody waits or somebody was called up. Times are epoch ms."""

    def __init__(self, centre: Centre, staff: Staff, out: list[Command]) -> None:
        self._staff = staff
        self._out = out
        self._looking = False
        self._call_up: CallUp | None = None
        self._know(centre)

    def _know(self, centre: Centre) -> None:
        self._call_up = None
        if centre.peak and any(agent.peak for agent in centre.agent):
            rule = CallUpRule(
                longest_wait_s=centre.peak.longest_wait_s,
                queue_over=centre.peak.queue_over,
                calm_s=centre.peak.calm_s,
            )
            self._call_up = CallUp(rule)

    def reconfigure(self, centre: Centre, now: int) -> None:
        """Work by this description: a call-up goes on by the new rule; without one everybody is stood down."""
        active = self.called_up
        self._know(centre)
        if self._call_up and active:
            self._call_up.active = True
            self.wake()
        for agent in list(self._staff.agents.values()):
            if agent.called_up != (self.called_up and agent.peak):
                agent.called_up_at = None if agent.called_up else now
                self._out.append(AgentChanged(agent.id))
            if active and not self.called_up and agent.came:
                self._staff.ask(agent.id, "logout", None, "page", now)

    @property
    def called_up(self) -> bool:
        """Whether peak-time agents are asked to come on line."""
        return self._call_up is not None and self._call_up.active

    def demand(self, now: int) -> None:
        """A group's ladder asks for them; the rule stands them down again."""
        if self._call_up and self._call_up.demand():
            self._called(Kind.PEAK_CALLED, {}, now)
            self.wake()

    def wake(self) -> None:
        """Somebody waits, or came by a former call-up: look from now on."""
        if self._call_up and not self._looking:
            self._looking = True
            self._out.append(StartTimer(PEAK, _LOOK_EVERY_MS))

    def look(self, waiting_since: Iterable[int], now: int) -> None:
        """The timer ran out; `waiting_since` of every caller in line."""
        self._looking = False
        if self._call_up is None:
            return
        since = list(waiting_since)
        longest_ms = now - min(since) if since else 0
        agents = [agent for agent in self._staff.agents.values() if agent.peak]
        # A call-up from before the engine's restart goes on.
        self._call_up.active = self._call_up.active or any(agent.called_up for agent in agents)
        change = self._call_up.observe(len(since), longest_ms / 1000, now / 1000)
        if change is not None:
            kind = Kind.PEAK_CALLED if change else Kind.PEAK_STOOD_DOWN
            self._called(kind, {"waiting": len(since), "longest_ms": longest_ms}, now)
        if not self._call_up.active:
            for agent in agents:
                if agent.stays_until is not None and agent.stays_until <= now:
                    self._stand_down(agent, now)
        if since or self._call_up.active or any(agent.came for agent in agents):
            self.wake()

    def _called(self, kind: Kind, data: dict[str, Json], now: int) -> None:
        self._out.append(Write(Entry(key=f"centre:{kind}:{now}", kind=kind, at=now, data=data)))
        for agent in self._staff.agents.values():
            if agent.peak:
                agent.called_up_at = now if kind is Kind.PEAK_CALLED else None
                self._out.append(AgentChanged(agent.id))

    def _stand_down(self, agent: Presence, now: int) -> None:
        if agent.next_state is State.OFFLINE:
            return
        if agent.state is State.WRAPUP:
            agent.next_state, agent.next_reason = State.OFFLINE, None
            self._out.append(AgentChanged(agent.id))
        else:
            self._staff.ask(agent.id, "logout", None, "page", now)
