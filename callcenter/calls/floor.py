"""The centre at work, in memory: every call, every agent. An event comes in, commands go out; no I/O, no clock."""

from __future__ import annotations

from datetime import date
from functools import partial

from callcenter.calls import events
from callcenter.calls.abuse import ABUSE, AbuseGuard
from callcenter.calls.agent_phones import AgentPhones
from callcenter.calls.arrival import caller_known, dialogue_says, enter
from callcenter.calls.call import Call, Stage
from callcenter.calls.callbacks import CALLBACK, Callbacks
from callcenter.calls.calling_back import attempt_outcome, call_back, customer_answered, why_not_reached
from callcenter.calls.campaign_calls import handed
from callcenter.calls.commands import (
    Command,
    Connect,
    Reply,
    Write,
)
from callcenter.calls.contracts import Contracts
from callcenter.calls.dialogue import Dialogue
from callcenter.calls.estimates import Estimates
from callcenter.calls.feed import FedAcd, Feed
from callcenter.calls.greeting import Greeting
from callcenter.calls.health import GroupHealth
from callcenter.calls.journal import Entry, Json, Kind, call_entry, reasons
from callcenter.calls.ladders import LADDER, Ladders
from callcenter.calls.languages import LANGUAGE, Languages
from callcenter.calls.line import Line
from callcenter.calls.listening import Listening
from callcenter.calls.orders import carry_out
from callcenter.calls.passing_on import PassingOn, wanted
from callcenter.calls.peak import PEAK, PeakTime
from callcenter.calls.reservations import RESERVED, Reservations
from callcenter.calls.skills import company_levels
from callcenter.calls.staff import Staff
from callcenter.calls.standing import STANDING_EVERY_MS, standing
from callcenter.calls.wish import Wish
from callcenter.centre import Centre
from routing.acd import Assignment
from routing.callback import Outcome

#: Whose hang-up it was that ended a channel: in a conversation only the agent's leg tells.
_ENDED_BY = {Stage.TALKING: "", Stage.DONE: "system", Stage.DIALLING: "system"}


class Floor:
    """Give it each `events.Event` with the time (epoch ms); execute the commands it answers with in their order."""

    def __init__(self, centre: Centre, holidays: frozenset[date] = frozenset()) -> None:
        self.holidays = holidays
        self.calls: dict[str, Call] = {}
        self.feed = Feed()
        self.acd = FedAcd({g.id: g.strategy for g in centre.group}, company_levels(centre), self.feed)
        self.contracts = Contracts(centre, self.acd, self.feed)
        #: The version of the centre's description; 0 when nobody told.
        self.version = 0
        self._stood_at = 0
        self.estimates = Estimates(centre.waiting.wrapup_s)
        #: Differences between belief and Asterisk that were put right.
        self.healed = 0
        #: Callers' channels that Asterisk showed at the last look and no event had told of.
        self.strangers: set[str] = set()
        self._out: list[Command] = []
        self.know(centre)
        self.staff = Staff(centre, self.acd, self._out, self._connect)
        self.reservations = Reservations(self.staff, self._out)
        self.abuse = AbuseGuard(self.staff, self._out, self.write)
        self.passing = PassingOn(self)
        self.listening = Listening(self)
        self._agent_phones = AgentPhones(self.staff, self._out, self.passing.asked)
        self.health = GroupHealth(centre, self.acd, self.staff, self.estimates)
        self.peak = PeakTime(centre, self.staff, self.health, self._out)
        self.ladders = Ladders(centre, self._out, self.contracts.stretch)
        self.languages = Languages(centre, self.staff, self._out)
        self.callbacks = Callbacks(
            centre, holidays, self.acd, self._out, self.ladders, self.languages, partial(call_back, self)
        )
        self.line = Line(
            centre,
            holidays,
            self.acd,
            self._out,
            calls=self.calls,
            staff=self.staff,
            peak=self.peak,
            estimates=self.estimates,
            health=self.health,
            ladders=self.ladders,
            languages=self.languages,
            callbacks=self.callbacks,
            write=self.write,
            connect=self._connect,
        )

    def know(self, centre: Centre) -> None:
        """Work by this description of the centre; what already goes on is `calls/reconfigure.py`'s business."""
        self.centre = centre
        # Companies of living calls stay known after they have left the centre.
        served = {c.dialogue.company.id: c.dialogue.company for c in self.calls.values() if c.dialogue.company}
        self.companies = served | {c.id: c for c in centre.company}

    def handle(self, event: events.Event, now: int) -> list[Command]:
        """What to do about this event."""
        if now // STANDING_EVERY_MS != self._stood_at // STANDING_EVERY_MS:
            self.stands("hour", now)
        match event:
            case events.CallEntered():
                enter(self, event, now)
            case events.CallerKnown(channel, known):
                if (call := self.calls.get(channel)) and call.known is None:
                    call.known = known
                    caller_known(self, call, now)
            case events.CustomerAnswered(channel):
                if call := self.calls.get(channel):
                    customer_answered(self, call, now)
            case events.CustomerHanded():
                handed(self, event, now)
            case events.AgentsWanted():
                self.reservations.wanted(event, now)
            case events.PlaybackFinished(playback):
                self._playback_finished(playback, now)
            case events.KeyPressed(channel, key):
                if call := self.calls.get(channel):
                    self._key(call, key, now)
                elif presence := self.staff.by_channel.get(channel):
                    self.abuse.key(presence, self.calls.get(presence.call or ""), key, now)
                else:
                    self.listening.key(channel, key, now)
            case events.PhoneRings(channel, agent, agent_channel):
                self._phone_rings(channel, agent, agent_channel)
            case events.PhoneAnswered(channel, agent_channel):
                if (call := self.calls.get(channel)) and call.stage is Stage.RINGING:
                    self.answered(call, agent_channel, now)
            case events.HangsUp(channel):
                if call := self.calls.get(channel):
                    self._out += call.dialogue.cancel()
                    self._out += call.talk.cancel() if call.talk else []
            case events.ChannelGone(channel, cause):
                if call := self.calls.get(channel):
                    self.ended(call, now, by=_ENDED_BY.get(call.stage, "caller"), cause=cause)
                self.staff.channel_gone(channel, now)
                self.listening.gone(channel, now)
            case events.CallReturned(channel, status):
                if call := self.calls.get(channel):
                    self._returned(call, status, now)
            case events.CallPassed(channel):
                self.passing.happened(channel, now)
            case events.NotPassed(channel):
                self.passing.failed(channel)
            case events.TimerFired(name):
                self._timer(name, now)
            case events.PhoneReachable(agent, reachable):
                self.staff.reachable(agent, reachable, now)
            case events.ListenWanted(ticket):
                self._out.append(Reply(ticket, self.listening.asked(event, now)))
            case events.ListenerAnswered(channel):
                self.listening.answered(channel, now)
            case events.AgentAsked(verb="pass"):
                self._out += filter(None, [wanted(self.passing, event, now)])
            case events.AgentAsked():
                self._out.append(Reply(event.ticket, self._asked(event, now)))
            case events.PeakOrdered(ticket, call_up, by):
                self._out.append(Reply(ticket, self.peak.ordered(call_up, by, now)))
            case events.CallbackOrdered() | events.CallWanted():
                self._out.append(Reply(event.ticket, carry_out(event, self.callbacks, self.centre, self._out, now)))
            case events.FeatureDialled():
                self._agent_phones.feature(event, now)
            case events.ColleagueDialled():
                self._agent_phones.colleague(event)
        return self.drain(now)

    def _asked(self, asked: events.AgentAsked, now: int) -> str | None:
        agent, verb = asked.agent, asked.verb
        if verb == "abuse" and (presence := self.staff.agents.get(agent)):
            return self.abuse.called_for(presence, self.calls.get(presence.call or ""), now)
        refused = self.staff.ask(agent, verb, asked.reason, "page", now)
        if asked.by and refused is None:
            data: dict[str, Json] = {"by": asked.by, "verb": verb, "reason": asked.reason}
            key = f"{agent}:{Kind.MOVED}:{now}:{asked.ticket}"
            self.command(Write(Entry(key=key, kind=Kind.MOVED, at=now, agent=agent, data=data)))
        return refused

    def command(self, *commands: Command) -> None:
        """Add commands to the answer being made."""
        self._out += commands

    def stands(self, why: str, now: int) -> None:
        """Write down how the distribution stands, so that it can be replayed from here."""
        self._stood_at = now
        self._out.append(self.feed.stands(standing(self.acd, self.contracts, why, self.version), now))

    def drain(self, now: int) -> list[Command]:
        """The commands gathered so far; they are forgotten here."""
        self.reservations.fill(self.acd)
        self.feed.write_onto(self._out, now)
        commands = self._out[:]
        self._out.clear()
        return commands

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
            self.line.join(call, now)
        else:
            dialogue_says(self, call, call.dialogue.resume(), now)

    def _key(self, call: Call, key: str, now: int) -> None:
        if talk := call.speaking:
            self._talk_says(call, talk.key(key), now)
        elif call.stage is Stage.QUEUE:
            self.line.key(call, key, now)

    def _talk_says(self, call: Call, commands: list[Command], now: int) -> None:
        if call.talk is None:
            dialogue_says(self, call, commands, now)
            return
        self._out += commands
        if isinstance(call.talk, Wish) and call.talk.outcome:
            self.line.wish_said(call, now)
        elif isinstance(call.talk, Greeting) and call.talk.over:
            call.talk = None
            self.ring(call, now)

    def _playback_finished(self, playback: str, now: int) -> None:
        if self._agent_phones.said(playback):
            return
        call = self.calls.get(playback.split(":", maxsplit=1)[0])
        if call is None:
            return
        if call.playback == playback:
            call.playback = None
        elif f":{ABUSE}:" in playback:
            self.abuse.said(call.id)
        elif talk := call.speaking:
            self._talk_says(call, talk.playback_finished(playback), now)

    def _timer(self, name: str, now: int) -> None:
        what, _, who = name.partition(":")
        if what == "wrapup":
            self.staff.wrapup_over(who, now)
        elif what == LADDER:
            self.line.climb(now)
        elif what == RESERVED:
            self.reservations.over(int(who), now)
        elif what == PEAK:
            self.peak.look(
                (c.waiting_since for c in self.calls.values() if c.stage in (Stage.QUEUE, Stage.RINGING)), now
            )
        elif what == ABUSE:
            self.abuse.said(who)
        elif what == CALLBACK:
            self.callbacks.due(name, now)
        elif what == LANGUAGE:
            self.line.open(who, now)
        elif call := self.calls.get(who):
            if what == "key" and (talk := call.speaking):
                self._talk_says(call, talk.silence(), now)
            elif what == "known" and call.late_stage is None:
                self.line.join(call, now)
            elif call.stage is Stage.QUEUE:
                self.line.timer(what, call, now)

    # -- with an agent

    def _connect(self, assignment: Assignment, now: int) -> None:
        if self.callbacks.turn(assignment, now):
            return
        call, agent = self.calls[assignment.call], self.staff.agents[assignment.agent]
        self.line.leave(call)
        call.late_stage, call.agent, call.agent_channel, call.offered_at = Stage.RINGING, agent.id, None, now
        self.staff.rings(agent, call, now)
        self.contracts.engaged(call.id, call.company)
        why = reasons(assignment, self.line.strategy(assignment.group))
        self.write(call, Kind.OFFERED, now, group=assignment.group, agent=agent.id, **why)
        self.ring(call, now)

    def ring(self, call: Call, now: int) -> None:
        """The agent who was chosen is rung for the caller."""
        if call.agent is None:
            self.passing.goes_on(call, now)
            return
        call.late_stage = Stage.RINGING
        company = self.companies.get(call.company or "")
        self._out.append(
            Connect(
                channel=call.id,
                agent=call.agent,
                ring_s=self.centre.waiting.ring_s,
                group=call.group or "",
                company=call.company or "",
                record=call.day if company is None or company.recording else "",
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
        if call.callback:
            self.callbacks.attempted(call.callback, Outcome.REACHED, "reached", at)
        elif call.answered_at is None and call.passed_at is None and not call.campaign:
            self.contracts.answered(call.company, call.group, at - call.queued_at, at)
            self.health.served(call.group, at - call.queued_at, at)
            self.estimates.answered(call, at)
        call.late_stage, call.agent_channel, call.answered_at = Stage.TALKING, agent_channel, at
        agent = self.staff.agents[call.agent]
        self.staff.talks(agent, at)
        self.staff.rings_on(agent, agent_channel)
        company = self.companies.get(call.company or "")
        recording = call.recording if company is None or company.recording else None
        self.write(call, Kind.ANSWERED, at, agent=call.agent, agent_channel=agent_channel, recording=recording)

    def _returned(self, call: Call, status: str, now: int) -> None:
        if call.stage is Stage.RINGING and call.agent:
            ring_ms = now - call.offered_at
            self.write(call, Kind.MISSED, now, agent=call.agent, status=status, ring_ms=ring_ms)
            agent = self.staff.agents[call.agent]
            call.agent = None
            # The caller first: whoever frees an agent must find the caller in line again, at the old place.
            self.line.join(call, now)
            if call.agent is None:
                self.release(call, now)
            self.staff.missed(agent, status, now)
        else:
            call.why = None
            self.rejoin(call, now)

    def ended(self, call: Call, now: int, by: str, cause: int, why: str | None = None) -> None:
        """The call is over; it leaves the floor exactly here."""
        del self.calls[call.id]
        stage, why = call.stage, why or call.why
        if stage is Stage.DIALLING:
            why = why or why_not_reached(cause)
        self.line.leave(call)
        self.abuse.ended(call.id)
        self.passing.failed(call.id)
        self._out += call.dialogue.cancel()
        self.write(call, Kind.ENDED, now, by=by, cause=cause, stage=stage.value, **({"why": why} if why else {}))
        if call.callback:
            self.callbacks.attempted(call.callback, attempt_outcome(why), why or "hung_up", now)
        if call.agent and (agent := self.staff.agents.get(call.agent)) and agent.call == call.id:
            self.staff.call_over(agent, now)
        if call.campaign:
            # Figures of the line and its forecasts are about callers.
            pass
        elif call.answered_at is not None:
            self.estimates.handled(call, now)
        elif (
            call.queued_at
            and not call.callback
            and call.passed_at is None
            and why not in ("callback", "voicemail", "transferred")
        ):
            self.contracts.lost(call.company, call.group, now)
            self.health.served(call.group, None, now)
            self.estimates.lost(call, now)
        call.late_stage = Stage.DONE
        self.release(call, now)

    def release(self, call: Call, now: int) -> None:
        """The call no longer has an agent; the company's next one may take its place."""
        if assignment := self.contracts.released(call.id, call.company):
            self._connect(assignment, now)

    # -- writing down

    def write(self, call: Call, kind: Kind, at: int, **data: Json) -> None:
        """Put a fact about the call into the journal."""
        self._out.append(Write(call_entry(call.id, kind, at, data)))
