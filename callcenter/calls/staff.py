"""The agents at work: their wishes, what follows a call, and which of them can be rung."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from callcenter.agents.presence import CHOSEN_BY_PEOPLE, PauseReason, Presence, Serving, State
from callcenter.calls.call import Call
from callcenter.calls.commands import AgentChanged, Command, StartTimer, StopTimer, Write
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.calls.skills import skills
from callcenter.centre import Centre
from routing.acd import Acd, Assignment

_BUSY = (State.RINGING, State.TALKING)
_WITH_CALL = (State.RINGING, State.TALKING, State.WRAPUP)
_AT_WORK = (State.READY, State.RINGING, State.TALKING, State.WRAPUP)

_PAUSED, _READY = State.PAUSED, State.READY
_NAMES = {state: state.value for state in State}
#: With more agents around a group the journal does not tell of each at every call.
_NAMED_AROUND = 60


class Staff:
    """All agents. Methods append the commands that follow to `out`; a call for a freed agent goes to `connect`."""

    def __init__(
        self, centre: Centre, acd: Acd, out: list[Command], connect: Callable[[Assignment, int], None]
    ) -> None:
        self._out = out
        self._connect = connect
        self.agents: dict[str, Presence] = {}
        #: No longer of the centre: each leaves when its present call and wrap-up are over.
        self.leaving: set[str] = set()
        self.know(centre, acd)
        #: Since when each is logged in, and how long it has been at work with calls since then, ms.
        self._logged_in: dict[str, int] = {}
        self._at_work_ms: Counter[str] = Counter()
        self.by_channel: dict[str, Presence] = {}

    def know(self, centre: Centre, acd: Acd) -> None:
        """Work by this description; the agents at work stay as they are (`calls/reconfigure.py` has to see to them)."""
        self._acd = acd
        self._wrapup_ms = centre.waiting.wrapup_s * 1000
        #: Whoever is called up stays at least so long.
        self._box_ms = centre.peak.box_min * 60_000 if centre.peak else 0
        self._rest_ms = centre.waiting.rest_s * 1000
        self._pause_unanswered = centre.waiting.no_answer == "pause"
        for agent in centre.agent:
            presence = self.agents.setdefault(agent.id, Presence(id=agent.id, groups=()))
            presence.groups, presence.peak = agent.groups, agent.peak
            if agent.id in self.leaving:
                self.leaving.discard(agent.id)
                presence.next_state = None
        self._members = {g.id: [a.id for a in centre.agent if g.id in a.groups] for g in centre.group}
        self._skills = skills(centre)
        #: Agents who may ever take a call of the group, with the ring in which they stand.
        self._around: dict[str, list[tuple[str, int]]] = {g.id: [] for g in centre.group}
        #: The same of those who speak a language that not all speak.
        self._speakers: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for agent_id, own in self._skills.items():
            for skill in own:
                self._around[skill.group].append((agent_id, skill.ring))
                for language in skill.languages:
                    self._speakers.setdefault((language, skill.group), []).append((agent_id, skill.ring))

    def leave(self, agent: str, now: int) -> None:
        """The agent is no longer of the centre: takes no further call, ends the present one, and is gone."""
        presence = self.agents[agent]
        presence.groups, presence.peak, presence.called_up_at = (), False, None
        self._skills[agent] = ()
        self.leaving.add(agent)
        self._acd.withdraw_agent(agent)
        if presence.state in _WITH_CALL:
            presence.next_state, presence.next_reason = State.OFFLINE, None
            self._out.append(AgentChanged(agent))
        elif presence.state is State.OFFLINE:
            self._gone(agent)
        else:
            self._move(presence, State.OFFLINE, now)

    def guest(self, agent: str) -> Presence:
        """The agent of this id; one of a former centre who still talks is known until the call is over."""
        if agent not in self.agents:
            self.agents[agent] = Presence(id=agent, groups=(), next_state=State.OFFLINE)
            self._skills[agent] = ()
            self.leaving.add(agent)
        return self.agents[agent]

    def _gone(self, agent: str) -> None:
        self.leaving.discard(agent)
        del self.agents[agent]
        self._out.append(AgentChanged(agent))

    def ask(self, agent: str, verb: str, reason: str | None, how: str, now: int) -> str | None:
        """An agent's wish; the slug of why it is not granted, else None. During a call it holds afterwards."""
        presence = self.agents.get(agent)
        if presence is None or agent in self.leaving:
            return "unknown_agent"
        if verb == "login":
            if presence.state is State.OFFLINE:
                self._write(Kind.LOGGED_IN, presence, now, groups=list(presence.groups), how=how)
                self._enter(presence, State.PAUSED, now, PauseReason.LOGIN)
                if presence.called_up:
                    # One tap is enough for whoever was asked to help.
                    presence.came_at, presence.stays_until = now, now + self._box_ms
                    self._write(Kind.PEAK_CAME, presence, now, until=presence.stays_until)
                    self._move(presence, State.READY, now)
            return None
        if presence.state is State.OFFLINE:
            return None if verb == "logout" else "not_logged_in"
        if verb == "pause" and reason not in CHOSEN_BY_PEOPLE:
            return "unknown_reason"
        wished = {"logout": State.OFFLINE, "ready": State.READY, "pause": State.PAUSED}.get(verb)
        if wished is None:
            return "unknown_verb"
        if self._must_rest(presence, wished, now):
            return "resting"
        if presence.state in _BUSY:
            presence.next_state, presence.next_reason = wished, reason
            self._out.append(AgentChanged(agent))
        elif wished is not presence.state or reason != presence.reason:
            self._move(presence, wished, now, reason)
        return None

    def rest_afterwards(self, presence: Presence) -> None:
        """The agent rests when this call and its wrap-up are over, whatever was wished."""
        presence.next_state, presence.next_reason = State.PAUSED, PauseReason.REST
        self._out.append(AgentChanged(presence.id))

    def _must_rest(self, presence: Presence, wished: State, now: int) -> bool:
        """Whether only going home is granted: a call was ended for abuse, and its rest is not over."""
        if wished is State.OFFLINE:
            return False
        if presence.next_reason == PauseReason.REST:
            return True
        return presence.reason == PauseReason.REST and now < (presence.until or 0)

    def states(self, group: str) -> dict[str, Json]:
        """How many of the group's own agents are in which state; ready without a phone to ring is `unreachable`."""
        # Asked at every call, of a group that may have hundreds: no property or lookup in a loop that can do without.
        ready = State.READY
        members = [self.agents[agent] for agent in self._members[group]]
        states = [m.state for m in members]
        counts = {state.value: states.count(state) for state in State}
        counts["unreachable"] = sum([not m.registered or bool(m.own_channels) for m in members if m.state is ready])
        counts["reserved"] = sum(
            [m.reserved is not None and m.registered and not m.own_channels for m in members if m.state is ready]
        )
        counts[ready.value] -= counts["unreachable"] + counts["reserved"]
        return {state: count for state, count in counts.items() if count}

    def who(self, group: str, ring: int) -> dict[str, Json]:
        """How each agent stands who is logged in and in this ring around the group; nobody where they are too many.

        A state, `paused:` with the reason, `unreachable` or `reserved`.
        """
        around = self._around.get(group, ())
        if len(around) > _NAMED_AROUND:
            return {}
        # As in `states`: no property or lookup in a loop that can do without.
        offline = State.OFFLINE
        asked = [self.agents[agent] for agent, own_ring in around if own_ring == ring]
        return {one.id: _standing(one) for one in asked if one.state is not offline}

    def may_serve(self, agent: str, group: str) -> bool:
        """Whether the agent is on line and stands anywhere around this group."""
        presence = self.agents.get(agent)
        if presence is None or not _at_work(presence):
            return False
        return any(agent == around for around, _ in self._around.get(group, ()))

    @property
    def groups(self) -> list[str]:
        """All groups, in the order of the centre's file."""
        return list(self._members)

    def free(self, agent: str) -> bool:
        """Whether a call may ring this agent now."""
        presence = self.agents.get(agent)
        return presence is not None and presence.available

    def speaks(self, language: str, group: str, ring: int) -> bool:
        """Whether an agent on line who stands around this group up to the ring speaks it, and not all agents do."""
        return any(
            own_ring <= ring and _at_work(self.agents[agent])
            for agent, own_ring in self._speakers.get((language, group), ())
        )

    def busy(self, group: str) -> float | None:
        """The share of the group's own agents at work who are with calls; None when nobody is at work."""
        states = [m.state for agent in self._members.get(group, ()) if _at_work(m := self.agents[agent])]
        return sum(state in _WITH_CALL for state in states) / len(states) if states else None

    def able(self, group: str, ring: int) -> int:
        """How many agents work through this group's line up to the ring, at least 1 if there are any.

        An agent in whose groups several lines wait counts for its share of them.
        """
        share = 0.0
        for agent, own_ring in self._around.get(group, ()):
            presence = self.agents[agent]
            if own_ring <= ring and _at_work(presence):
                share += 1 / max(sum(1 for own in presence.groups if own == group or self._acd.count(own)), 1)
        return max(round(share), 1) if share else 0

    def reserve(self, presence: Presence, campaign: int) -> None:
        """Keep the idle agent for the campaign's next customer."""
        presence.reserved = campaign
        self._acd.withdraw_agent(presence.id)
        self._out.append(AgentChanged(presence.id))

    def release(self, presence: Presence, now: int) -> None:
        """The campaign needs the agent no longer."""
        presence.reserved = None
        self._out.append(AgentChanged(presence.id))
        self.seek(presence, now)

    def rings(self, presence: Presence, call: Call, now: int) -> None:
        """The agent's phone is being rung for this call."""
        self._acd.withdraw_agent(presence.id)
        self._enter(presence, State.RINGING, now)
        presence.call = call.id
        presence.serving = Serving(
            call=call.id,
            company=call.company,
            group=call.group,
            caller=call.caller,
            callback=call.callback is not None,
            sheet=call.sheet,
            passed_by=call.passed_by,
            mark=call.known.mark if call.known else None,
            language=call.dialogue.language,
        )

    def rings_on(self, presence: Presence, channel: str) -> None:
        """Asterisk made this channel to ring the agent."""
        presence.channel = channel
        self.by_channel[channel] = presence

    def occupied(self, presence: Presence, channel: str) -> None:
        """The phone is in use for something else than a caller: a feature code, a colleague."""
        presence.own_channels.add(channel)
        self.by_channel[channel] = presence
        self._acd.withdraw_agent(presence.id)

    def talks(self, presence: Presence, now: int) -> None:
        """The agent took the call."""
        self._enter(presence, State.TALKING, now)

    def missed(self, presence: Presence, status: str, now: int) -> None:
        """The agent's phone rang in vain (`status`: Asterisk's DIALSTATUS)."""
        if presence.state is not State.RINGING:
            return
        presence.call = None
        if presence.next_state:
            self._after_work(presence, now)
        elif status in ("CHANUNAVAIL", "CONGESTION"):
            self._move(presence, State.PAUSED, now, PauseReason.PHONE_OFF)
        elif self._pause_unanswered:
            self._move(presence, State.PAUSED, now, PauseReason.NO_ANSWER)
        else:
            self._move(presence, State.READY, now)

    def call_over(self, presence: Presence, now: int) -> None:
        """The caller is gone; the agent is free when its own channel is too."""
        if presence.state is State.RINGING:
            presence.call = None
        if presence.channel is None:
            self._channel_over(presence, now)

    def channel_gone(self, channel: str, now: int) -> None:
        """A channel of an agent's phone ended."""
        presence = self.by_channel.pop(channel, None)
        if presence is None:
            return
        presence.own_channels.discard(channel)
        if presence.channel == channel:
            presence.channel = None
            if presence.state is State.TALKING or presence.call is None:
                self._channel_over(presence, now)
        self.seek(presence, now)

    def wrapup_over(self, agent: str, now: int) -> None:
        """The time for wrap-up is up."""
        presence = self.agents[agent]
        if presence.state is State.WRAPUP:
            self._after_work(presence, now)

    def reachable(self, agent: str, reachable: bool, now: int) -> None:
        """The phone came or went."""
        presence = self.agents.get(agent)
        if presence is not None and presence.registered != reachable:
            presence.registered = reachable
            self._out.append(AgentChanged(agent))
            self.seek(presence, now)

    def seek(self, presence: Presence, now: int) -> None:
        """Give the agent the next call if it can take one, else take it out of the distribution."""
        if not presence.available:
            self._acd.withdraw_agent(presence.id)
        elif not self._acd.is_idle(presence.id):
            assignment = self._acd.agent_idle(
                presence.id, self._skills[presence.id], presence.idle_since, self._occupancy(presence.id, now)
            )
            if assignment:
                self._connect(assignment, now)

    def _channel_over(self, presence: Presence, now: int) -> None:
        if presence.state is State.RINGING:
            self._after_work(presence, now)
        elif presence.state is State.TALKING:
            if not self._wrapup_ms:
                self._after_work(presence, now)
                return
            call, next_state, reason = presence.call, presence.next_state, presence.next_reason
            self._write(Kind.WRAPUP_STARTED, presence, now, call=call, until=now + self._wrapup_ms)
            self._enter(presence, State.WRAPUP, now)
            presence.until = now + self._wrapup_ms
            presence.next_state, presence.next_reason = next_state, reason
            self._out.append(StartTimer(f"wrapup:{presence.id}", self._wrapup_ms))

    def _after_work(self, presence: Presence, now: int) -> None:
        self._move(presence, presence.next_state or State.READY, now, presence.next_reason)

    def _move(self, presence: Presence, state: State, now: int, reason: str | None = None) -> None:
        if presence.state is State.WRAPUP:
            self._out.append(StopTimer(f"wrapup:{presence.id}"))
        if state is State.OFFLINE:
            self._write(Kind.LOGGED_OUT, presence, now)
            if presence.came_at is not None:
                self._write(Kind.PEAK_LEFT, presence, now, came=presence.came_at)
        elif state is State.PAUSED:
            self._write(Kind.PAUSED, presence, now, reason=reason)
        else:
            self._write(Kind.READY, presence, now, previous=presence.state.value)
        self._enter(presence, state, now, reason)
        self.seek(presence, now)

    def _occupancy(self, agent: str, now: int) -> int:
        """Share of the time since the log-in spent with calls, in thousandths; anew after the engine's restart."""
        logged_in_ms = now - self._logged_in.get(agent, now)
        return 1000 * self._at_work_ms[agent] // logged_in_ms if logged_in_ms else 0

    def _enter(self, presence: Presence, state: State, now: int, reason: str | None = None) -> None:
        if presence.state is State.OFFLINE:
            self._logged_in[presence.id], self._at_work_ms[presence.id] = now, 0
        elif presence.state in _WITH_CALL:
            self._logged_in.setdefault(presence.id, presence.since)
            self._at_work_ms[presence.id] += now - presence.since
        presence.enter(state, now, reason)
        if reason == PauseReason.REST:
            presence.until = now + self._rest_ms
        self._out.append(AgentChanged(presence.id))
        if state is State.OFFLINE and presence.id in self.leaving:
            self._gone(presence.id)

    def _write(self, kind: Kind, presence: Presence, now: int, **data: Json) -> None:
        key = f"{presence.id}:{kind}:{now}"
        self._out.append(Write(Entry(key=key, kind=kind, at=now, agent=presence.id, data=data)))


def _standing(presence: Presence) -> str:
    state = presence.state
    if state is _PAUSED:
        return "paused:" + presence.reason if presence.reason else _NAMES[state]
    if state is _READY:
        if not presence.registered or presence.own_channels:
            return "unreachable"
        if presence.reserved is not None:
            return "reserved"
    return _NAMES[state]


def _at_work(presence: Presence) -> bool:
    return presence.registered and presence.state in _AT_WORK
