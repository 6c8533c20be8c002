"""One campaign at work: what the database says of it, its pure dialler, and its agents as they were last seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from callcenter.agents.presence import State
from callcenter.campaigns import events
from callcenter.campaigns.carrier import Backoff, Refusals
from callcenter.campaigns.commands import Dial
from callcenter.campaigns.dialler import Dialler
from callcenter.campaigns.form import QuestionKind
from callcenter.campaigns.line import Stage
from callcenter.campaigns.pacing import Ceiling, Limits, Mode, Pacer
from callcenter.outbound.agents import Standing, standing
from callcenter.outbound.book import Work
from callcenter.outbound.channels import CHANNEL
from dialplan.machines import AGENTS


@dataclass(slots=True)
class Desk:
    """A campaign at work."""

    work: Work
    dialler: Dialler
    #: What each agent was for it at the last look.
    agents: dict[str, Standing] = field(default_factory=dict)
    #: The longest wait that inbound callers expect whom its agents could serve.
    forecast_s: float | None = None
    #: Why it is not at work although it runs: unproven, prompts or engine_away.
    hindered: str | None = None
    #: How the carrier takes calls that show its number.
    refusals: Refusals = field(default_factory=Refusals)
    backoff: Backoff = field(default_factory=Backoff)

    @classmethod
    def of(cls, work: Work, limits: Limits) -> Desk:
        """With nobody dialled yet."""
        ceiling = Ceiling(most=work.ceiling, answered=work.answered, abandoned=work.abandoned)
        listens_s = AGENTS.total / 1000 if work.setup.listens else 0.0
        pacer = Pacer(mode=work.mode, limits=limits, ceiling=ceiling, listens_s=listens_s)
        return cls(work, Dialler(work.setup, pacer))

    @property
    def meets_agents(self) -> bool:
        """Whether one of its customers may come to an agent."""
        transfers = any(one.kind is QuestionKind.TRANSFER for one in self.work.form.question)
        return self.work.mode is not Mode.AGENTLESS or transfers

    @property
    def extension(self) -> str:
        """Where in `cc-survey` whoever answers is received."""
        if not self.work.setup.listens:
            return "s"
        return "voice" if self.work.mode is Mode.AGENTLESS else "agents"

    def variables(self, dial: Dial, language: str) -> dict[str, str]:
        """What the channel of a call has to know."""
        known = {"CHANNEL(language)": language}
        if not self.meets_agents:
            return known | {"CDR_PROP(disable)": "1"}
        # What the controller's dialplan and Asterisk's own record need to know of a call.
        known |= {"CC_DNIS": dial.caller, "CC_CUSTOMER": dial.number, "CHANNEL(accountcode)": self.work.company}
        return known | {"CDR(userfield)": CHANNEL + dial.attempt}

    def dialled(self) -> list[str]:
        """The attempts that have a channel."""
        no_channel = (Stage.WRITING, Stage.ENTERING)
        return [attempt for attempt, line in self.dialler.lines.items() if line.stage not in no_channel]

    def channels(self) -> int:
        """How many channels it has that the board of the controller does not count."""
        lines = self.dialler.lines.values()
        return sum(line.stage is not Stage.ENTERING and not (line.agent and line.spoke) for line in lines)

    @property
    def hungry(self) -> bool:
        """Whether it would take every channel that it gets."""
        return self.work.mode is Mode.AGENTLESS and self.dialler.on and self.dialler.found > 0

    def about_to_dial(self) -> int:
        """How many numbers it dials as soon as they are written down."""
        return sum(line.stage is Stage.WRITING for line in self.dialler.lines.values())

    def unsaid(self) -> list[str]:
        """The attempts of which an agent has yet to say how they ended."""
        lines = self.dialler.lines.items()
        return [attempt for attempt, line in lines if line.agent and line.spoke and not line.told]

    def news(self, agent: Mapping[str, Any], *, elsewhere: bool) -> Iterator[events.Event]:
        """What has become of this agent; `elsewhere`: another campaign shows a contact to the agent."""
        if self.work.mode is Mode.AGENTLESS:
            return
        name, before = agent["id"], self.agents.get(agent["id"])
        self.agents[name] = now = standing(agent, self.work.number, self.work.groups)
        if self.work.mode is Mode.PREVIEW:
            looks = name in self.dialler.crew.previews.shown
            if now is Standing.READY and self.dialler.on and not looks and not elsewhere:
                yield events.AgentLooks(name)
            elif looks and (now not in (Standing.READY, Standing.FREE) or not self.dialler.on):
                yield events.AgentLooks(name, on=False)
        if now is Standing.FREE and before is not Standing.FREE:
            yield events.AgentFree(name)
        elif now is not before and now in (Standing.READY, Standing.AWAY):
            yield events.AgentGone(name)
        call = agent["call"]["id"] if agent["call"] else None
        for attempt, line in list(self.dialler.lines.items()):
            served = call == CHANNEL + attempt
            if served and agent["state"] == State.TALKING and line.stage is Stage.TALKING and not line.spoke:
                # Asterisk told so while nobody listened.
                yield events.AgentSpeaks(attempt, name)
            elif not served and line.agent == name and line.stage is Stage.ENTERING:
                yield events.AgentDone(attempt)

    def told(self, now: int) -> dict[str, Any]:
        """How it stands (epoch ms), for its page."""
        return {
            "why": self.hindered or self.dialler.stands(now),
            "lines": sum(line.stage is not Stage.ENTERING for line in self.dialler.lines.values()),
            "agents": sum(one in (Standing.FREE, Standing.OURS) for one in self.agents.values()),
        }
