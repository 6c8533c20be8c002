"""A campaign at work, in memory: an event comes in, commands go out; no I/O, no clock.

Never twice: an attempt is written down before it is dialled, under a number that only one writer can take; it is
dialled once, on the answer to that writing; after a restart an attempt without an outcome is never dialled, only ended.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from callcenter.calls.commands import HangUp, StartTimer, StopTimer
from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.commands import (
    BeginInterview,
    Command,
    Conclude,
    ConnectAgent,
    Dial,
    FindContacts,
    Identify,
    NoteHeard,
    OpenSheet,
    SetAside,
    ShowContact,
    WriteAttempt,
    WriteOutcome,
)
from callcenter.campaigns.crew import Crew
from callcenter.campaigns.line import BEFORE_AN_AGENT, Line, Stage
from callcenter.campaigns.machines import Heard, Verdict
from callcenter.campaigns.pacing import Mode, Pacer, Scene, allowed, yields_to_inbound
from callcenter.campaigns.permission import PASSING, Permit, Rules, may_dial
from callcenter.campaigns.standstill import IN_THE_WAY, Standstill


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the dialler needs of a campaign."""

    campaign: str
    rules: Rules
    zone: ZoneInfo
    ring_s: int = 25
    #: Rings nobody while inbound callers are expected to wait longer than this; None: never yields.
    yields_over_s: float | None = None
    #: Listens whether a machine answers.
    listens: bool = False


@dataclass(slots=True)
class Dialler:
    """Give it each `events.Event` with the time (epoch ms); execute the commands it answers with in their order."""

    setup: Setup
    pacer: Pacer
    on: bool = False
    lines: dict[str, Line] = field(default_factory=dict)
    crew: Crew = field(default_factory=Crew)
    _found: deque[events.Candidate] = field(default_factory=deque)
    _looking: bool = False
    _house: events.Tick = field(default_factory=events.Tick)
    #: Dialled since the house was last heard of, so not in its figures yet.
    _unseen: int = 0
    _out: list[Command] = field(default_factory=list)

    @property
    def found(self) -> int:
        """How many contacts are at hand that may be dialled."""
        return len(self._found)

    def know_house(self, house: events.Tick) -> None:
        """How the rest of the house stands now; nobody is dialled for that."""
        self._house, self._unseen = house, 0

    def handle(self, event: events.Event, now: int) -> list[Command]:
        """What to do about this event."""
        match event:
            case events.ContactsFound(candidates):
                self._looking = False
                self._found.extend(candidates)
                self._out.extend(self.crew.previews.show(self._found))
            case events.AttemptWritten():
                self._written(event, now)
            case events.AttemptRefused(attempt):
                self.lines.pop(attempt, None)
            case events.LineRings(attempt):
                if line := self.lines.get(attempt):
                    line.rang = True
            case events.PickedUp(attempt):
                if (line := self.lines.get(attempt)) and line.stage is Stage.RINGING:
                    line.rang = True
                    line.picked_up = now if self.setup.listens else None
            case events.LineAnswered(attempt, heard):
                self._answered(attempt, now, heard)
            case events.LineEnded(attempt, outcome):
                self._ended(attempt, outcome, now)
            case events.InterviewEnded(attempt, outcome, transferred):
                self._interviewed(attempt, outcome, now, transferred=transferred)
            case events.AgentSpeaks(attempt, agent):
                self._speaks(attempt, agent, now)
            case events.AgentDone(attempt):
                if (line := self.lines.get(attempt)) and line.stage is Stage.ENTERING:
                    self._out.append(Conclude(attempt))
            case events.AgentFree(agent):
                self._free(agent, now)
            case events.AgentGone(agent):
                self._gone(agent, now)
            case events.AgentLooks(agent, on):
                self._out.extend(self.crew.looks(agent, self._found, on=on))
            case events.AgentWants(agent):
                self.crew.previews.press(agent, kept_free=agent in self.crew.idle)
            case events.AgentSkips(agent):
                self._out.extend(self.crew.skips(agent, self._found))
            case events.PatienceOver(attempt):
                if (line := self.lines.get(attempt)) and line.stage is Stage.WAITING:
                    self._abandon(attempt, line, now)
                    self._out.append(Identify(attempt))
            case events.Tick():
                self.know_house(event)
            case events.Running(on):
                self.on = on
            case events.Restarted(pending):
                self._restarted(pending, now)
        self._dial(now)
        commands, self._out = self._out, []
        return commands

    # -- dialling

    def stands(self, now: int) -> Standstill | None:
        """Why nobody is dialled just now; None: nothing is in the way."""
        if not self.on:
            return Standstill.PAUSED
        if not self.setup.rules.window.open_at(self._local(now)):
            return Standstill.CLOSED
        if yields_to_inbound(self._house.inbound_forecast_s, self.setup.yields_over_s):
            return Standstill.YIELDS
        if self._house.carrier_room == 0:
            return Standstill.CARRIER_REFUSES
        if not allowed(self._scene(now), self.pacer.limits):
            return Standstill.CARRIER_LIMIT
        if not self._found and not any(self.crew.previews.shown.values()) and not self.lines:
            return Standstill.NOBODY_DUE
        if self.pacer.mode is not Mode.AGENTLESS and not (self.lines or self.crew.anybody):
            return Standstill.NO_AGENTS
        return None

    def wants(self, now: int) -> int:
        """How many agents to keep free: one for every line that may need one, and for those that may be dialled now."""
        needed = sum(line.stage in BEFORE_AN_AGENT for line in self.lines.values())
        if self.pacer.mode is Mode.PREVIEW:
            return needed + len(self.crew.previews.pressed())
        if self.stands(now) not in (None, Standstill.NO_AGENTS) or not self._found:
            return needed
        return needed + allowed(self._scene(now), self.pacer.limits)

    def wants_by_name(self) -> tuple[str, ...]:
        """In preview: who looked and wants to dial, or whose line rings."""
        if self.pacer.mode is not Mode.PREVIEW:
            return ()
        whose = [line.agent for line in self.lines.values() if line.stage in BEFORE_AN_AGENT]
        # Whose line it was is not known after a restart: then any agent will do.
        named = [agent for agent in whose if agent is not None]
        return () if len(named) < len(whose) else tuple(dict.fromkeys([*named, *self.crew.previews.pressed()]))

    def _dial(self, now: int) -> None:
        if self.stands(now) in IN_THE_WAY:
            return
        local = self._local(now)
        # While all channels are in use one contact is at hand for the next that is not.
        wanted = self.pacer.lines(self._scene(now), asked=self.crew.previews.ready)
        if self._house.carrier_room is not None:
            wanted = min(wanted, max(0, self._house.carrier_room - self._unseen))
        if self.pacer.mode is Mode.PREVIEW:
            self._dial_for_agents(wanted, local, now)
            missing = self.crew.previews.waiting
        else:
            while wanted > 0 and self._found:
                wanted -= self._permitted(self._found.popleft(), None, local, now)
            # With agents one is looked for before anybody is kept free.
            missing = max(wanted, 1)
        if missing > 0 and not self._found and not self._looking:
            self._looking = True
            self._out.append(FindContacts(self.setup.campaign, 2 * missing))

    def _permitted(self, candidate: events.Candidate, agent: str | None, local: datetime, now: int) -> bool:
        """Write an attempt down for this candidate, if that may be."""
        decision = may_dial(candidate.person, self.setup.rules, local)
        if not isinstance(decision, Permit):
            if decision.why not in PASSING:
                self._out.append(SetAside(candidate.contact, decision.why))
            return False
        attempt = f"{self.setup.campaign}-{candidate.contact}-{candidate.tries + 1}"
        self.lines[attempt] = Line(candidate.contact, Stage.WRITING, now, agent)
        self._out.append(WriteAttempt(attempt=attempt, campaign=self.setup.campaign, contact=candidate.contact, at=now))
        return True

    def _dial_for_agents(self, wanted: int, local: datetime, now: int) -> None:
        for _ in range(min(wanted, self.crew.previews.ready)):
            agent, candidate = self.crew.previews.take()
            if candidate is not None:
                self._out.append(ShowContact(agent, None))
                if self._permitted(candidate, agent, local, now):
                    self.crew.previews.end(agent)

    def _scene(self, now: int) -> Scene:
        stages = (Stage.WRITING, Stage.RINGING)
        waiting = sum(line.stage is Stage.WAITING for line in self.lines.values())
        unseen = self._unseen + sum(line.stage is Stage.WRITING for line in self.lines.values())
        return Scene(
            at_s=now / 1000,
            idle=len(self.crew.idle) - waiting,
            talking=tuple(line.since / 1000 for line in self.lines.values() if line.stage is Stage.TALKING),
            writing=tuple(since / 1000 for since in self.crew.writing.values()),
            ringing=tuple(line.since / 1000 for line in self.lines.values() if line.stage in stages),
            channels=self._house.channels + unseen,
            dialled_last_second=self._house.dialled_last_second + unseen,
        )

    def _written(self, event: events.AttemptWritten, now: int) -> None:
        line = self.lines.get(event.attempt)
        if line is None or line.stage is not Stage.WRITING:
            return
        # Consent may have been withdrawn, or the hour have struck, while the attempt was being written down.
        decision = may_dial(event.person, self.setup.rules, self._local(now))
        if not self.on or not isinstance(decision, Permit):
            self._finish(event.attempt, line, Outcome.WITHHELD, now)
            del self.lines[event.attempt]
            return
        assert self.setup.rules.caller
        line.stage, line.since = Stage.RINGING, now
        self._unseen += 1
        self._out.append(
            Dial(
                attempt=event.attempt,
                number=decision.number,
                caller=self.setup.rules.caller.number,
                ring_s=self.setup.ring_s,
            )
        )

    # -- the line

    def _answered(self, attempt: str, now: int, heard: Heard | None = None) -> None:
        line = self.lines.get(attempt)
        if line is None or line.stage is not Stage.RINGING:
            return
        # Machines need no agent: for the pace they rang in vain.
        machine = heard is not None and heard.machine
        self._rang(attempt, line, now, answered=not machine)
        if heard is not None:
            self._out.append(NoteHeard(attempt, heard))
        if machine:
            self._finish(attempt, line, Outcome.MACHINE, now)
            # A mailbox charges from its tone on. With agents, a person who was taken for a machine is told who called.
            self._out.append(HangUp(attempt) if self.pacer.mode is Mode.AGENTLESS else Identify(attempt))
            return
        if self.pacer.mode is Mode.AGENTLESS:
            line.stage, line.since = Stage.TALKING, now
            self._out.append(BeginInterview(attempt))
            return
        if (agent := self.crew.choose(line.agent)) is not None:
            self._connect(attempt, line, agent, now)
        else:
            line.stage, line.since = Stage.WAITING, now
            # Whoever was listened to has waited since the answer.
            waited = heard.ms if heard else 0
            self._out.append(StartTimer(_patience(attempt), max(0, int(self.pacer.patience_s * 1000) - waited)))

    def _rang(self, attempt: str, line: Line, now: int, *, answered: bool) -> None:
        others = [
            (now - other.since) / 1000
            for name, other in self.lines.items()
            if other.stage is Stage.RINGING and name != attempt
        ]
        self.pacer.rings.ended((now - line.since) / 1000, answered=answered, still=others)

    def _connect(self, attempt: str, line: Line, agent: str, now: int) -> None:
        self.crew.idle.remove(agent)
        line.stage, line.since, line.agent = Stage.TALKING, now, agent
        self._out.append(ConnectAgent(attempt, agent))

    def _speaks(self, attempt: str, agent: str, now: int) -> None:
        line = self.lines.get(attempt)
        if line is None or line.stage is not Stage.TALKING or line.spoke:
            return
        self.pacer.ceiling.met()
        line.spoke, line.agent, line.since = True, agent, now
        self._out.append(OpenSheet(attempt=attempt, agent=agent, at=now))

    def _ended(self, attempt: str, outcome: Outcome | None, now: int) -> None:
        line = self.lines.get(attempt)
        if line is None:
            return
        if line.stage is Stage.RINGING:
            if outcome is not Outcome.CONGESTION:
                self._rang(attempt, line, now, answered=False)
            if line.picked_up is not None:
                # Somebody answered, heard nobody and hung up.
                self._out.append(NoteHeard(attempt, Heard(Verdict.HANGUP, "", now - line.picked_up)))
                self._abandon(attempt, line, now)
            else:
                self._finish(attempt, line, outcome or Outcome.FAILED, now)
        elif line.stage is Stage.WAITING:
            self._out.append(StopTimer(_patience(attempt)))
            self._abandon(attempt, line, now)
        elif line.stage is Stage.TALKING and line.agent is not None:
            self._spoken(attempt, line, now)
            return
        elif line.stage is Stage.TALKING:
            # Nobody said what came of it: the interview is told first of the hang-up.
            self._interviewed(attempt, Outcome.BREAK_OFF, now)
        elif line.stage is Stage.ENTERING:
            return
        self.lines.pop(attempt, None)

    def _spoken(self, attempt: str, line: Line, now: int) -> None:
        """The conversation with an agent is over; what came of it may still have to be entered."""
        if not (line.spoke or line.told):
            # The agent's phone rang in vain, and so did ours.
            self._abandon(attempt, line, now)
            self.lines.pop(attempt)
            return
        assert line.agent
        self.pacer.talk.ended((now - line.since) / 1000)
        self.crew.writing[line.agent] = now
        line.stage, line.since = Stage.ENTERING, now
        if line.told:
            self.lines.pop(attempt)

    def _abandon(self, attempt: str, line: Line, now: int) -> None:
        self.pacer.ceiling.lost()
        self._finish(attempt, line, Outcome.ABANDONED, now)

    def _interviewed(self, attempt: str, outcome: Outcome, now: int, *, transferred: bool = False) -> None:
        line = self.lines.get(attempt)
        if line is None or line.told or line.stage not in (Stage.TALKING, Stage.ENTERING):
            return
        if line.agent is not None:
            # The agent has entered it, and may still be speaking.
            line.told = True
            over = line.since if line.stage is Stage.ENTERING else None
            self._out.append(
                WriteOutcome(attempt=attempt, contact=line.contact, outcome=outcome, at=now, spoke_until=over)
            )
            if over is not None:
                self.lines.pop(attempt)
            return
        self.pacer.talk.ended((now - line.since) / 1000)
        self._finish(attempt, line, outcome, now)
        if not transferred:
            self._out.append(HangUp(attempt))

    def _finish(self, attempt: str, line: Line, outcome: Outcome, now: int) -> None:
        line.stage, line.since = Stage.ENDING, now
        self._out.append(WriteOutcome(attempt=attempt, contact=line.contact, outcome=outcome, at=now))

    # -- agents

    def _free(self, agent: str, now: int) -> None:
        self._wrote(agent, now)
        talks = any(line.agent == agent and line.stage is Stage.TALKING for line in self.lines.values())
        if agent in self.crew.idle or talks:
            return
        self.crew.free(agent)
        waiting = ((name, line) for name, line in self.lines.items() if line.stage is Stage.WAITING)
        longest = min(waiting, key=lambda pair: pair[1].since, default=None)
        if longest is not None:
            self._out.append(StopTimer(_patience(longest[0])))
            self._connect(*longest, agent, now)

    def _gone(self, agent: str, now: int) -> None:
        self._wrote(agent, now)
        self.crew.gone(agent)

    def _wrote(self, agent: str, now: int) -> None:
        if (took_s := self.crew.wrote(agent, now)) is not None:
            self.pacer.write.ended(took_s)

    # -- after an interruption

    def _restarted(self, pending: tuple[events.Pending, ...], now: int) -> None:
        """Lines that still ring or wait go on; of the others nobody can tell, and they are never dialled again."""
        for one in pending:
            if one.attempt in self.lines:
                continue
            # Whether it rang was told while nobody listened.
            line = Line(one.contact, Stage.RINGING, now, one.agent, rang=True)
            if one.agent is not None:
                # What the agent entered, or still enters, tells what came of it.
                line.stage = Stage.TALKING if one.line == "talking" else Stage.ENTERING
                line.spoke = bool(one.agent)
                self.lines[one.attempt] = line
                continue
            if one.line == "gone":
                self._finish(one.attempt, line, Outcome.UNCERTAIN, now)
                continue
            self.lines[one.attempt] = line
            if one.line == "listening":
                line.picked_up = now
            if one.line == "answered":
                self._answered(one.attempt, now)

    def _local(self, now: int) -> datetime:
        return datetime.fromtimestamp(now / 1000, UTC).astimezone(self.setup.zone)


def _patience(attempt: str) -> str:
    return f"patience:{attempt}"
