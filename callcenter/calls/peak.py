"""Peak-time agents: called up when callers wait too long, stood down when it is calm and their time box is over."""

from __future__ import annotations

from collections.abc import Iterable

from callcenter.agents.presence import Presence, State
from callcenter.calls.commands import AgentChanged, Command, StartTimer, Write
from callcenter.calls.health import GroupHealth
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.calls.staff import Staff
from callcenter.centre import Centre
from routing.call_up import CallUp, CallUpRule, GroupCallUp, GroupRule

#: The timer's name.
PEAK = "peak"
_LOOK_EVERY_MS = 5000


class PeakTime:
    """Looks at the line every few seconds while somebody waits or somebody was called up. Times are epoch ms."""

    def __init__(self, centre: Centre, staff: Staff, health: GroupHealth, out: list[Command]) -> None:
        self._staff = staff
        self._health = health
        self._out = out
        self._looking = False
        self._call_up: CallUp | None = None
        #: By the health of a group; its own peak-time agents come.
        self._of_group: dict[str, GroupCallUp] = {}
        self._know(centre)

    def _know(self, centre: Centre) -> None:
        self._call_up = None
        self._of_group = {}
        self._occupancy_counts = False
        if centre.peak and any(agent.peak for agent in centre.agent):
            rule = CallUpRule(
                longest_wait_s=centre.peak.longest_wait_s,
                queue_over=centre.peak.queue_over,
                calm_s=centre.peak.calm_s,
            )
            self._call_up = CallUp(rule)
            for group in centre.group:
                if group.peak:
                    limits = GroupRule(calm_s=centre.peak.calm_s, **group.peak.model_dump())
                    self._of_group[group.id] = GroupCallUp(limits)
                    self._occupancy_counts |= group.peak.occupancy_over is not None

    def reconfigure(self, centre: Centre, now: int) -> None:
        """Work by this description: a call-up goes on by the new rule; without one everybody is stood down."""
        active, whole = self.called_up, self._call_up is not None and self._call_up.active
        groups = {group for group, watch in self._of_group.items() if watch.active}
        self._know(centre)
        for group in groups & self._of_group.keys():
            self._of_group[group].active = True
        if self._call_up and active:
            # A group's call-up whose rule is gone goes on until the whole line is calm.
            self._call_up.active = whole or not groups <= self._of_group.keys()
            self.wake()
        self._tell_agents(now)
        for agent in list(self._staff.agents.values()):
            if active and not self._wanted(agent) and self._call_up is None and agent.came:
                self._staff.ask(agent.id, "logout", None, "page", now)

    @property
    def called_up(self) -> bool:
        """Whether peak-time agents are asked to come on line."""
        whole = self._call_up is not None and self._call_up.active
        return whole or any(watch.active for watch in self._of_group.values())

    def called_up_for(self, group: str | None) -> str | None:
        """The limit of this group for which its peak-time agents are called up."""
        watch = self._of_group.get(group or "")
        return watch.why if watch and watch.active else None

    def demand(self, group: str, now: int) -> None:
        """A group's ladder asks for them; its own rule, or else that of the whole line, stands them down again."""
        of_group = self._of_group.get(group)
        watch = of_group or self._call_up
        if watch and watch.demand():
            if of_group:
                of_group.why = "ladder"
            self._called(Kind.PEAK_CALLED, {"group": group, "why": "ladder"} if of_group else {}, now)
            self.wake()

    def ordered(self, call: bool, by: str, now: int) -> str | None:
        """A supervisor has peak-time agents called up, or nobody asked any more; a slug of why not.

        The rules go on: a call-up ends when it has been calm, and need calls up again.
        """
        if self._call_up is None:
            return "no_peak"
        if call:
            if self._call_up.demand():
                self._called(Kind.PEAK_CALLED, {"by": by}, now)
                self.wake()
            return None
        stood_down = [watch.stand_down() for watch in (self._call_up, *self._of_group.values())]
        if any(stood_down):
            self._called(Kind.PEAK_STOOD_DOWN, {"by": by}, now)
        return None

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
        if not self.called_up:
            self._resume(agents)
        change = self._call_up.observe(len(since), longest_ms / 1000, now / 1000)
        if change is not None:
            kind = Kind.PEAK_CALLED if change else Kind.PEAK_STOOD_DOWN
            self._called(kind, {"waiting": len(since), "longest_ms": longest_ms}, now)
        for group, watch in self._of_group.items():
            change = watch.observe(self._health.of(group, now), now / 1000)
            if change is not None:
                kind = Kind.PEAK_CALLED if change else Kind.PEAK_STOOD_DOWN
                self._called(kind, {"group": group, **({"why": watch.why} if change else {})}, now)
        for agent in agents:
            if not self._wanted(agent) and agent.stays_until is not None and agent.stays_until <= now:
                self._stand_down(agent, now)
        at_work = self._occupancy_counts and any(a.state is not State.OFFLINE for a in self._staff.agents.values())
        if since or self.called_up or at_work or any(agent.came for agent in agents):
            self.wake()

    def _resume(self, agents: list[Presence]) -> None:
        """A call-up from before the engine's restart goes on: of groups when only theirs were called up, or of all."""
        called = {agent.id for agent in agents if agent.called_up}
        if not called or self._call_up is None:
            return
        for group, watch in self._of_group.items():
            own = {agent.id for agent in agents if group in agent.groups}
            watch.active = bool(own) and own <= called < {agent.id for agent in agents}
        self._call_up.active = not any(watch.active for watch in self._of_group.values())

    def _wanted(self, agent: Presence) -> bool:
        """Whether the agent is asked to be on line, by the whole line or a group of the agent's."""
        whole = self._call_up is not None and self._call_up.active
        own = (self._of_group.get(group) for group in agent.groups)
        return agent.peak and (whole or any(watch.active for watch in own if watch))

    def _called(self, kind: Kind, data: dict[str, Json], now: int) -> None:
        of = f":{data['group']}" if "group" in data else ""
        self._out.append(Write(Entry(key=f"centre:{kind}:{now}{of}", kind=kind, at=now, data=data)))
        self._tell_agents(now)

    def _tell_agents(self, now: int) -> None:
        for agent in self._staff.agents.values():
            if agent.called_up != self._wanted(agent):
                agent.called_up_at = None if agent.called_up else now
                self._out.append(AgentChanged(agent.id))

    def _stand_down(self, agent: Presence, now: int) -> None:
        if agent.next_state is State.OFFLINE:
            return
        if agent.state is State.WRAPUP:
            agent.next_state, agent.next_reason = State.OFFLINE, None
            self._out.append(AgentChanged(agent.id))
        else:
            self._staff.ask(agent.id, "logout", None, "page", now)
