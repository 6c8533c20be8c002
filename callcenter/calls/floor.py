"""The centre at work, in memory: every call, every agent. An event comes in, commands go out; no I/O, no clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

from callcenter.calls import events
from callcenter.calls.call import Call, Stage
from callcenter.calls.commands import (
    Answer,
    Command,
    Connect,
    ConnectColleague,
    HangUp,
    HoldInQueue,
    Play,
    Reply,
    StartTimer,
    StopPlaying,
    StopTimer,
    Write,
)
from callcenter.calls.contracts import Contracts
from callcenter.calls.dialogue import Chosen, Dialogue, Refused
from callcenter.calls.estimates import Estimates
from callcenter.calls.feature_codes import dialled
from callcenter.calls.journal import Entry, Json, Kind
from callcenter.calls.peak import PEAK, PeakTime
from callcenter.calls.staff import Staff
from callcenter.calls.succession import standing_in
from callcenter.centre import Centre
from routing.acd import Acd, Assignment, Request
from routing.forecast import Estimate
from routing.ladder import Step, Waiter, climb

_POSITIONS_RECORDED = 30
#: Steps of the overflow ladders are looked at so often while somebody waits who may climb.
_LADDER, _LADDER_EVERY_MS = "ladder", 1000


class Floor:
    """Give it each `events.Event` with the time (epoch ms); execute the commands it answers with in their order."""

    def __init__(self, centre: Centre, holidays: frozenset[date] = frozenset()) -> None:
        self.holidays = holidays
        self.calls: dict[str, Call] = {}
        self.acd = Acd({g.id: g.strategy for g in centre.group})
        self.contracts = Contracts(centre, self.acd)
        self.estimates = Estimates(centre.waiting.wrapup_s)
        #: Differences between belief and Asterisk that were put right.
        self.healed = 0
        #: Callers' channels that Asterisk showed at the last look and no event had told of.
        self.strangers: set[str] = set()
        self._out: list[Command] = []
        self._climbing = False
        self._farewells: dict[str, str] = {}
        self.know(centre)
        self.staff = Staff(centre, self.acd, self._out, self._connect)
        self.peak = PeakTime(centre, self.staff, self._out)

    def know(self, centre: Centre) -> None:
        """Work by this description of the centre; what already goes on is `calls/reconfigure.py`'s business."""
        self.centre = centre
        # Companies of living calls stay known after they have left the centre.
        served = {c.dialogue.company.id: c.dialogue.company for c in self.calls.values() if c.dialogue.company}
        self._companies = served | {c.id: c for c in centre.company}
        self._groups = {g.id: g for g in centre.group}
        self._ladders = {g.id: tuple(Step(**dict(w)) for w in g.widen) for g in centre.group if g.widen}

    def handle(self, event: events.Event, now: int) -> list[Command]:
        """What to do about this event."""
        match event:
            case events.CallEntered():
                self._entered(event, now)
            case events.PlaybackFinished(playback):
                self._playback_finished(playback, now)
            case events.KeyPressed(channel, key):
                if (call := self.calls.get(channel)) and call.late_stage is None:
                    self._dialogue_says(call, call.dialogue.key(key), now)
            case events.PhoneRings(channel, agent, agent_channel):
                self._phone_rings(channel, agent, agent_channel)
            case events.PhoneAnswered(channel, agent_channel):
                if (call := self.calls.get(channel)) and call.stage is Stage.RINGING:
                    self.answered(call, agent_channel, now)
            case events.HangsUp(channel):
                if (call := self.calls.get(channel)) and call.late_stage is None:
                    self._out += call.dialogue.cancel()
            case events.ChannelGone(channel, cause):
                if call := self.calls.get(channel):
                    self.ended(call, now, by="" if call.stage is Stage.TALKING else "caller", cause=cause)
                self.staff.channel_gone(channel, now)
            case events.CallReturned(channel, status):
                if call := self.calls.get(channel):
                    self._returned(call, status, now)
            case events.TimerFired(name):
                self._timer(name, now)
            case events.PhoneReachable(agent, reachable):
                self.staff.reachable(agent, reachable, now)
            case events.AgentAsked(ticket, agent, verb, reason):
                self._out.append(Reply(ticket, self.staff.ask(agent, verb, reason, "page", now)))
            case events.FeatureDialled():
                self._feature(event, now)
            case events.ColleagueDialled(channel, agent, number):
                self._colleague(channel, agent, number)
        return self.drain()

    def command(self, command: Command) -> None:
        """Add a command to the answer being made."""
        self._out.append(command)

    def drain(self) -> list[Command]:
        """The commands gathered so far; they are forgotten here."""
        commands = self._out[:]
        self._out.clear()
        return commands

    # -- the caller before the queue

    def _entered(self, event: events.CallEntered, now: int) -> None:
        call = self.calls.get(event.channel)
        if call is not None:
            self.rejoin(call, now)
            return
        call = self.new_call(event.channel, event.dnis, event.caller, now)
        call.dialogue.answered = event.answered
        self.write(call, Kind.ENTERED, now, dnis=event.dnis, caller=event.caller, channel=event.channel, via="inbound")
        self._dialogue_says(call, call.dialogue.begin(self._local(now)), now)

    def _local(self, now: int) -> datetime:
        return datetime.fromtimestamp(now / 1000, UTC).astimezone(self.centre.zone)

    def new_call(self, channel: str, dnis: str, caller: str, entered_at: int) -> Call:
        """A call at its very beginning; nothing is commanded."""
        dialogue = Dialogue(channel=channel, dnis=dnis, centre=self.centre, holidays=self.holidays)
        call = Call(id=channel, dnis=dnis, caller=caller, entered_at=entered_at, dialogue=dialogue)
        self.calls[channel] = call
        return call

    def rejoin(self, call: Call, now: int) -> None:
        """A caller whom an interruption left alone goes on: in line at the place it had, or in the menu."""
        call.dialogue.answered = True
        if call.queued_at:
            self._line_up(call, now)
        else:
            self._dialogue_says(call, call.dialogue.resume(), now)

    def _dialogue_says(self, call: Call, commands: list[Command], now: int) -> None:
        self._out += commands
        match call.dialogue.outcome:
            case Chosen(group, how):
                company = call.dialogue.company
                group = standing_in(group, call.dialogue.centre, self.centre, company)
                call.dialogue.know(self.centre)
                call.company, call.group, call.queued_at = company.id if company else None, group, now
                self.write(call, Kind.IDENTIFIED, now, company=call.company, category=group, group=group, how=how)
                self._line_up(call, now)
            case Refused(why):
                self._out.append(HangUp(call.id))
                self.ended(call, now, by="system", cause=16, why=why)

    # -- in line

    def move(self, call: Call, former: Centre, now: int) -> None:
        """Whose group is no longer there waits in the one that stands in for it, at the same place by time."""
        assert call.group
        group = standing_in(call.group, former, self.centre, call.dialogue.company)
        if group != call.group:
            facts: dict[str, Json] = {"company": call.company, "category": call.group, "group": group, "how": "moved"}
            self.write(call, Kind.IDENTIFIED, now, **facts)
            call.group, call.ring = group, 1

    def _line_up(self, call: Call, now: int) -> None:
        assert call.group
        joining = call.late_stage is None
        call.late_stage = Stage.QUEUE
        self.acd.withdraw(call.id)
        # A call from before a restart may be in a group that the centre no longer has.
        self.move(call, self.centre, now)
        group = self._groups[call.group]
        request = Request(
            call=call.id,
            group=call.group,
            since=call.queued_at,
            company=call.company or "",
            credit_ms=group.priority_s * 1000,
            ring=call.ring,
        )
        assignment = self.acd.offer(request)
        if joining:
            position = self.acd.position(call.id) or 1
            facts: dict[str, Json] = {"position": position, "agents": self.staff.states(call.group)}
            if assignment is None and (expected := self._expected(call, now)):
                call.forecast_s = facts["forecast_s"] = round(expected.mean_s)
            self.write(call, Kind.QUEUED, now, group=call.group, **facts)
        if assignment:
            self._connect(assignment, now)
        else:
            self.wait(call, now, tell=joining)

    def wait(self, call: Call, now: int, tell: bool) -> None:
        """The caller hears the music, and now and then its position; on joining also that all agents are busy."""
        if not call.dialogue.answered:
            call.dialogue.answered = True
            self._out.append(Answer(call.id))
        self._out.append(HoldInQueue(call.id))
        self.peak.wake()
        self.begin_climbing(call)
        self.await_closing(call, now)
        if self.centre.waiting.position_every_s:
            if tell:
                self._tell_position(call, now, "queue-wait")
            self._out.append(StartTimer(f"position:{call.id}", self.centre.waiting.position_every_s * 1000))

    def await_closing(self, call: Call, now: int) -> None:
        """The waiting caller is told when the hours end, if the centre wants it so."""
        if self.centre.waiting.at_closing == "announce":
            local = self._local(now)
            if closing := call.dialogue.hours.closing(local, self.holidays):
                left_ms = max(round((closing - local).total_seconds() * 1000), 0)
                self._out.append(StartTimer(f"closing:{call.id}", left_ms))

    def begin_climbing(self, call: Call) -> None:
        """The ladders are looked at from now on, if the waiting call's group has one."""
        if call.group in self._ladders and not self._climbing:
            self._climbing = True
            self._out.append(StartTimer(_LADDER, _LADDER_EVERY_MS))

    def _expected(self, call: Call, now: int) -> Estimate | None:
        assert call.group
        agents = self.staff.able(call.group, call.ring)
        return self.estimates.expected(call, self.acd.position(call.id) - 1, agents, now)

    def _tell_position(self, call: Call, now: int, *before: str) -> None:
        assert call.group
        position = self.acd.position(call.id)
        told = str(position) if position <= _POSITIONS_RECORDED else "many"
        call.told += 1
        call.playback = f"{call.id}:position:{call.told}"
        agents = self.staff.able(call.group, call.ring)
        prompts = (*before, f"queue-position-{told}", *self.estimates.prompts(call, position - 1, agents, now))
        self._out.append(Play(call.id, call.playback, prompts, call.dialogue.language))

    def _playback_finished(self, playback: str, now: int) -> None:
        if channel := self._farewells.pop(playback, None):
            self._out.append(HangUp(channel))
            return
        call = self.calls.get(playback.split(":", maxsplit=1)[0])
        if call is None:
            return
        if call.playback == playback:
            call.playback = None
        elif call.late_stage is None:
            self._dialogue_says(call, call.dialogue.playback_finished(playback), now)

    def _timer(self, name: str, now: int) -> None:
        what, _, who = name.partition(":")
        if what == "wrapup":
            self.staff.wrapup_over(who, now)
            return
        if what == _LADDER:
            self._climb(now)
            return
        if what == PEAK:
            self.peak.look((c.queued_at for c in self.calls.values() if c.stage in (Stage.QUEUE, Stage.RINGING)), now)
            return
        call = self.calls.get(who)
        if call is None:
            return
        if what == "key" and call.late_stage is None:
            self._dialogue_says(call, call.dialogue.silence(), now)
        elif what == "closing" and call.stage is Stage.QUEUE:
            self._close(call)
        elif what == "position" and call.stage is Stage.QUEUE and call.playback is None:
            self._tell_position(call, now)
            self._out.append(StartTimer(name, self.centre.waiting.position_every_s * 1000))

    def _close(self, call: Call) -> None:
        self.acd.withdraw(call.id)
        self._out.append(StopTimer(f"position:{call.id}"))
        if call.playback:
            self._out.append(StopPlaying(call.playback))
            call.playback = None
        call.late_stage = None
        self._out += call.dialogue.close()

    def _climb(self, now: int) -> None:
        """Offer to more agents whoever has waited long enough by the group's ladder, the longest waiting first."""
        self._climbing = False
        for group, ladder in self._ladders.items():
            top = max(step.ring for step in ladder)
            waiting = self.acd.waiting(group)
            foretold = any(step.forecast_s is not None for step in ladder)
            for channel in waiting:
                call = self.calls[channel]
                expected = self._expected(call, now) if foretold else None
                waiter = Waiter(
                    ring=call.ring,
                    waited_s=(now - call.queued_at) / 1000,
                    forecast_s=expected.mean_s if expected else None,
                    queue=len(waiting),
                )
                if step := climb(ladder, waiter):
                    call.ring = step.ring
                    self.write(call, Kind.WIDENED, now, group=group, ring=step.ring, why=step.why)
                    if assignment := self.acd.widen(channel, step.ring):
                        self._connect(assignment, now)
                        continue
                self._climbing = self._climbing or call.ring < top
        if self._climbing:
            self._out.append(StartTimer(_LADDER, _LADDER_EVERY_MS))

    # -- with an agent

    def _connect(self, assignment: Assignment, now: int) -> None:
        call, agent = self.calls[assignment.call], self.staff.agents[assignment.agent]
        self._out.append(StopTimer(f"position:{call.id}"))
        if call.playback:
            self._out.append(StopPlaying(call.playback))
            call.playback = None
        call.late_stage, call.agent, call.agent_channel, call.offered_at = Stage.RINGING, agent.id, None, now
        self.staff.rings(agent, call, now)
        self.contracts.engaged(call.id, call.company)
        why: dict[str, Json] = {"rule": assignment.rule.value, "ring": assignment.ring}
        if assignment.passed_over:
            why["passed_over"] = assignment.passed_over
        self.write(call, Kind.OFFERED, now, group=assignment.group, agent=agent.id, **why)
        company = self._companies.get(call.company or "")
        self._out.append(
            Connect(
                channel=call.id,
                agent=agent.id,
                ring_s=self.centre.waiting.ring_s,
                group=assignment.group,
                company=call.company or "",
                record=company.recording if company else True,
            )
        )

    def _phone_rings(self, channel: str, agent: str, agent_channel: str) -> None:
        presence = self.staff.agents.get(agent)
        if presence is None:
            return
        call = self.calls.get(channel)
        if call is not None and call.agent == agent:
            call.agent_channel = agent_channel
            self.staff.rings_on(presence, agent_channel)
        else:
            self.staff.occupied(presence, agent_channel)

    def answered(self, call: Call, agent_channel: str, at: int) -> None:
        """The agent who was rung talks with the caller since `at`."""
        assert call.agent
        if call.answered_at is None:
            self.contracts.answered(call.company, at - call.queued_at, at)
            self.estimates.answered(call, at)
        call.late_stage, call.agent_channel, call.answered_at = Stage.TALKING, agent_channel, at
        agent = self.staff.agents[call.agent]
        self.staff.talks(agent, at)
        self.staff.rings_on(agent, agent_channel)
        company = self._companies.get(call.company or "")
        recording = recording_name(call.id) if company is None or company.recording else None
        self.write(call, Kind.ANSWERED, at, agent=call.agent, agent_channel=agent_channel, recording=recording)

    def _returned(self, call: Call, status: str, now: int) -> None:
        if call.stage is Stage.RINGING and call.agent:
            ring_ms = now - call.offered_at
            self.write(call, Kind.MISSED, now, agent=call.agent, status=status, ring_ms=ring_ms)
            agent = self.staff.agents[call.agent]
            call.agent = None
            # The caller first: whoever frees an agent must find the caller in line again, at the old place.
            self._line_up(call, now)
            if call.agent is None:
                self._release(call, now)
            self.staff.missed(agent, status, now)
        else:
            self.rejoin(call, now)

    def ended(self, call: Call, now: int, by: str, cause: int, why: str | None = None) -> None:
        """The call is over; it leaves the floor exactly here."""
        del self.calls[call.id]
        self.acd.withdraw(call.id)
        self._out += [*call.dialogue.cancel(), StopTimer(f"position:{call.id}"), StopTimer(f"closing:{call.id}")]
        self.write(call, Kind.ENDED, now, by=by, cause=cause, stage=call.stage.value, **({"why": why} if why else {}))
        if call.agent and (agent := self.staff.agents.get(call.agent)) and agent.call == call.id:
            self.staff.call_over(agent, now)
        if call.answered_at is not None:
            self.estimates.handled(call, now)
        elif call.queued_at:
            self.contracts.lost(call.company, now)
            self.estimates.lost(call, now)
        call.late_stage = Stage.DONE
        self._release(call, now)

    def _release(self, call: Call, now: int) -> None:
        if assignment := self.contracts.released(call.id, call.company):
            self._connect(assignment, now)

    # -- the agents' phones

    def _feature(self, event: events.FeatureDialled, now: int) -> None:
        presence = self.staff.agents.get(event.agent)
        if presence is None:
            self._farewell(event.channel, "agent-refused")
            return
        self.staff.occupied(presence, event.channel)
        self._farewell(event.channel, dialled(self.staff, presence, event.code, now))

    def _farewell(self, channel: str, prompt: str) -> None:
        playback = f"{channel}:farewell"
        self._farewells[playback] = channel
        self._out += [Answer(channel), Play(channel, playback, (prompt,), "ko")]

    def _colleague(self, channel: str, agent: str, number: str) -> None:
        if presence := self.staff.agents.get(agent):
            self.staff.occupied(presence, channel)
        if number in self.staff.agents:
            self._out.append(ConnectColleague(channel, number))
        else:
            self._farewell(channel, "number-unknown")

    # -- writing down

    def write(self, call: Call, kind: Kind, at: int, **data: Json) -> None:
        """Put a fact about the call into the journal."""
        once = kind in (Kind.ENTERED, Kind.ENDED)
        key = f"{call.id}:{kind}" if once else f"{call.id}:{kind}:{at}:{data.get('agent') or ''}"
        agent = data.get("agent")
        entry = Entry(
            key=key, kind=kind, at=at, call=call.id, agent=agent if isinstance(agent, str) else None, data=data
        )
        self._out.append(Write(entry))


def recording_name(call: str) -> str:
    """Where under the recordings folder the two voices of a call lie; the dialplan computes the same from the id."""
    day = datetime.fromtimestamp(float(call.rpartition("-")[2]), UTC)
    return f"{day:%Y%m%d}/{call}"
