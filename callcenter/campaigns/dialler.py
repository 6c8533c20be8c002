"""A campaign at work, in memory: an event comes in, commands go out; no I/O, no clock.

Never twice: an attempt is written down before it is dialled, under a number that only one writer can take; it is
dialled once, on the answer to that writing; after a restart an attempt without an outcome is never dialled, only ended.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from callcenter.calls.commands import HangUp, StartTimer, StopTimer
from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.commands import (
    BeginInterview,
    Command,
    ConnectAgent,
    Dial,
    FindContacts,
    Identify,
    SetAside,
    WriteAttempt,
    WriteOutcome,
)
from callcenter.campaigns.pacing import Mode, Pacer, Scene, yields_to_inbound
from callcenter.campaigns.permission import PASSING, Permit, Rules, may_dial


class Stage(StrEnum):
    """Where an attempt is."""

    WRITING = "writing"
    RINGING = "ringing"
    #: Answered; no agent yet.
    WAITING = "waiting"
    #: With an agent, or with the recorded voice.
    TALKING = "talking"
    #: Asked to hang up; the outcome is written.
    ENDING = "ending"


@dataclass(slots=True)
class Line:
    """One attempt."""

    contact: int
    stage: Stage
    since: int
    agent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the dialler needs of a campaign."""

    campaign: str
    rules: Rules
    zone: ZoneInfo
    ring_s: int = 25
    #: Rings nobody while inbound callers are expected to wait longer than this; None: never yields.
    yields_over_s: float | None = None


@dataclass(slots=True)
class Dialler:
    """Give it each `events.Event` with the time (epoch ms); execute the commands it answers with in their order."""

    setup: Setup
    pacer: Pacer
    on: bool = False
    lines: dict[str, Line] = field(default_factory=dict)
    #: Ready, the longest ready first.
    idle: deque[str] = field(default_factory=deque)
    #: Agents who write up, since when.
    writing: dict[str, int] = field(default_factory=dict)
    _found: deque[events.Candidate] = field(default_factory=deque)
    _looking: bool = False
    _wanted: deque[str] = field(default_factory=deque)
    _house: events.Tick = field(default_factory=events.Tick)
    #: Dialled since the house was last heard of, so not in its figures yet.
    _unseen: int = 0
    _out: list[Command] = field(default_factory=list)

    def handle(self, event: events.Event, now: int) -> list[Command]:
        """What to do about this event."""
        match event:
            case events.ContactsFound(candidates):
                self._looking = False
                self._found.extend(candidates)
            case events.AttemptWritten():
                self._written(event, now)
            case events.AttemptRefused(attempt):
                self.lines.pop(attempt, None)
            case events.LineAnswered(attempt):
                self._answered(attempt, now)
            case events.LineEnded(attempt, outcome):
                self._ended(attempt, outcome, now)
            case events.InterviewEnded(attempt, outcome):
                self._interviewed(attempt, outcome, now)
            case events.AgentFree(agent):
                self._free(agent, now)
            case events.AgentGone(agent):
                self._gone(agent, now)
            case events.AgentWants(agent):
                self._wanted.append(agent)
            case events.PatienceOver(attempt):
                if (line := self.lines.get(attempt)) and line.stage is Stage.WAITING:
                    self._abandon(attempt, line, now)
                    self._out.append(Identify(attempt))
            case events.Tick():
                self._house, self._unseen = event, 0
            case events.Running(on):
                self.on = on
            case events.Restarted(pending):
                self._restarted(pending, now)
        self._dial(now)
        commands, self._out = self._out, []
        return commands

    # -- dialling

    def _dial(self, now: int) -> None:
        local = self._local(now)
        yields = yields_to_inbound(self._house.inbound_forecast_s, self.setup.yields_over_s)
        if not self.on or yields or not self.setup.rules.window.open_at(local):
            return
        wanted = self.pacer.lines(self._scene(now), asked=len(self._wanted))
        while wanted > 0 and self._found:
            candidate = self._found.popleft()
            decision = may_dial(candidate.person, self.setup.rules, local)
            if isinstance(decision, Permit):
                attempt = f"{self.setup.campaign}-{candidate.contact}-{candidate.tries + 1}"
                agent = self._wanted.popleft() if self.pacer.mode is Mode.PREVIEW else None
                self.lines[attempt] = Line(candidate.contact, Stage.WRITING, now, agent)
                self._out.append(
                    WriteAttempt(attempt=attempt, campaign=self.setup.campaign, contact=candidate.contact, at=now)
                )
                wanted -= 1
            elif decision.why not in PASSING:
                self._out.append(SetAside(candidate.contact, decision.why))
        if wanted > 0 and not self._looking:
            self._looking = True
            self._out.append(FindContacts(self.setup.campaign, 2 * wanted))

    def _scene(self, now: int) -> Scene:
        stages = (Stage.WRITING, Stage.RINGING)
        waiting = sum(line.stage is Stage.WAITING for line in self.lines.values())
        unseen = self._unseen + sum(line.stage is Stage.WRITING for line in self.lines.values())
        return Scene(
            at_s=now / 1000,
            idle=len(self.idle) - waiting,
            talking=tuple(line.since / 1000 for line in self.lines.values() if line.stage is Stage.TALKING),
            writing=tuple(since / 1000 for since in self.writing.values()),
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

    def _answered(self, attempt: str, now: int) -> None:
        line = self.lines.get(attempt)
        if line is None or line.stage is not Stage.RINGING:
            return
        self._rang(attempt, line, now, answered=True)
        if self.pacer.mode is Mode.AGENTLESS:
            line.stage, line.since = Stage.TALKING, now
            self._out.append(BeginInterview(attempt))
            return
        agent = line.agent if line.agent in self.idle else (self.idle[0] if self.idle else None)
        if agent is not None:
            self._connect(attempt, line, agent, now)
        else:
            line.stage, line.since = Stage.WAITING, now
            self._out.append(StartTimer(_patience(attempt), int(self.pacer.patience_s * 1000)))

    def _rang(self, attempt: str, line: Line, now: int, *, answered: bool) -> None:
        others = [
            (now - other.since) / 1000
            for name, other in self.lines.items()
            if other.stage is Stage.RINGING and name != attempt
        ]
        self.pacer.rings.ended((now - line.since) / 1000, answered=answered, still=others)

    def _connect(self, attempt: str, line: Line, agent: str, now: int) -> None:
        self.idle.remove(agent)
        self.pacer.ceiling.met()
        line.stage, line.since, line.agent = Stage.TALKING, now, agent
        self._out.append(ConnectAgent(attempt, agent))

    def _ended(self, attempt: str, outcome: Outcome | None, now: int) -> None:
        line = self.lines.get(attempt)
        if line is None:
            return
        if line.stage is Stage.RINGING:
            self._rang(attempt, line, now, answered=False)
            self._finish(attempt, line, outcome or Outcome.FAILED, now)
        elif line.stage is Stage.WAITING:
            self._out.append(StopTimer(_patience(attempt)))
            self._abandon(attempt, line, now)
        elif line.stage is Stage.TALKING:
            # Nobody said what came of it: the agent's page or the interview is told first of the hang-up.
            self._interviewed(attempt, Outcome.BREAK_OFF, now)
        self.lines.pop(attempt, None)

    def _abandon(self, attempt: str, line: Line, now: int) -> None:
        self.pacer.ceiling.lost()
        self._finish(attempt, line, Outcome.ABANDONED, now)

    def _interviewed(self, attempt: str, outcome: Outcome, now: int) -> None:
        line = self.lines.get(attempt)
        if line is None or line.stage is not Stage.TALKING:
            return
        self.pacer.talk.ended((now - line.since) / 1000)
        if line.agent is not None:
            self.writing[line.agent] = now
        self._finish(attempt, line, outcome, now)
        self._out.append(HangUp(attempt))

    def _finish(self, attempt: str, line: Line, outcome: Outcome, now: int) -> None:
        line.stage, line.since = Stage.ENDING, now
        self._out.append(WriteOutcome(attempt=attempt, contact=line.contact, outcome=outcome, at=now))

    # -- agents

    def _free(self, agent: str, now: int) -> None:
        if (since := self.writing.pop(agent, None)) is not None:
            self.pacer.write.ended((now - since) / 1000)
        talks = any(line.agent == agent and line.stage is Stage.TALKING for line in self.lines.values())
        if agent in self.idle or talks:
            return
        self.idle.append(agent)
        waiting = ((name, line) for name, line in self.lines.items() if line.stage is Stage.WAITING)
        longest = min(waiting, key=lambda pair: pair[1].since, default=None)
        if longest is not None:
            self._out.append(StopTimer(_patience(longest[0])))
            self._connect(*longest, agent, now)

    def _gone(self, agent: str, now: int) -> None:
        self.writing.pop(agent, None)
        if agent in self.idle:
            self.idle.remove(agent)

    # -- after an interruption

    def _restarted(self, pending: tuple[events.Pending, ...], now: int) -> None:
        """Lines that still ring or wait go on; of the others nobody can tell, and they are never dialled again."""
        for one in pending:
            if one.attempt in self.lines:
                continue
            line = Line(one.contact, Stage.RINGING, now)
            if one.line == "gone":
                self._finish(one.attempt, line, Outcome.UNCERTAIN, now)
                continue
            self.lines[one.attempt] = line
            if one.line == "answered":
                self._answered(one.attempt, now)

    def _local(self, now: int) -> datetime:
        return datetime.fromtimestamp(now / 1000, UTC).astimezone(self.setup.zone)


def _patience(attempt: str) -> str:
    return f"patience:{attempt}"
