"""A floor under a script: events go in with the time they happen, what came out is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from callcenter.agents.presence import State
from callcenter.calls import commands, events
from callcenter.calls.callers import NOTHING, Known
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Entry, Kind
from callcenter.centre import Centre

C = TypeVar("C", bound=commands.Command)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GROUPS = ("kitchen", "av", "furniture")


def centre(more: Mapping[str, Mapping[str, Any]] | None = None, **waiting: Any) -> Centre:
    """Three groups, three companies, three agents; the hotline's menu has one family.

    `more` adds to a group, company or agent by its id.
    """
    described: dict[str, Any] = {
        "name": "센터",
        "name_en": "Centre",
        "hotlines": ["16000000"],
        "hours": dict.fromkeys("mon tue wed thu fri sat sun".split(), "00:00-24:00") | {"closed_on_holidays": False},
        "waiting": {"wrapup_s": 20, "ring_s": 20} | waiting,
        "undecided": "furniture",
        "group": [{"id": g, "name": g, "name_en": g} for g in GROUPS],
        "menu": [{"key": "1", "name": "가전", "name_en": "appliances", "categories": ["kitchen", "av"]}],
        "company": [
            _company("hanbit", "102", ["07000000102"], ["kitchen"]),
            _company("nurim", "101", ["07000000101"], ["kitchen", "av"]),
            _company("quiet", "109", ["07000000109"], ["kitchen"]) | {"greeting": False, "recording": False},
            _company("office", "104", ["07000000104"], ["furniture"])
            | {"hours": {"mon": "09:00-18:00", "sat": "", "sun": ""}},
        ],
        "agent": [
            _agent("1001", ["kitchen", "av"]),
            _agent("1002", ["kitchen", "furniture"]),
            _agent("1003", ["furniture"]),
        ],
    }
    for part in ("peak", "callback", "voicemail", "number_languages", "closing"):
        if settings := (more or {}).get(part):
            described[part] = settings
    for part in (*described["group"], *described["company"], *described["agent"]):
        part.update((more or {}).get(part["id"], {}))
    return Centre.model_validate(described)


def _company(slug: str, code: str, numbers: list[str], categories: list[str]) -> dict[str, Any]:
    return {"id": slug, "code": code, "name": slug, "name_en": slug, "numbers": numbers, "categories": categories}


def _agent(number: str, groups: list[str]) -> dict[str, Any]:
    return {"id": number, "name": number, "name_en": number, "groups": groups}


class Script:
    """Time stands still unless told to pass; every command since the last question is kept."""

    def __init__(self, more: Mapping[str, Mapping[str, Any]] | None = None, **waiting: Any) -> None:
        self.floor = Floor(centre(more, **waiting))
        #: 2026-11-23 10:00 in Seoul, a Monday.
        self.now = 1_795_395_600_000
        self.out: list[commands.Command] = []
        self.journal: list[Entry] = []
        #: What a look-up of a number finds.
        self.known: dict[str, Known] = {}

    def happens(self, event: events.Event) -> list[commands.Command]:
        """The floor's answer to the event."""
        out = self._came(self.floor.handle(event, self.now))
        for look in [c for c in out if isinstance(c, commands.LookUp)]:
            known = events.CallerKnown(look.channel, self.known.get(look.caller, NOTHING))
            out = out + self._came(self.floor.handle(known, self.now))
        return out

    def _came(self, out: list[commands.Command]) -> list[commands.Command]:
        self.journal += [c.entry for c in out if isinstance(c, commands.Write)]
        self.out += out
        return out

    def passes(self, seconds: float) -> None:
        """So much time goes by."""
        self.now += int(seconds * 1000)

    def said(self, kind: type[C]) -> list[C]:
        """Commands of this kind since the last time they were asked for."""
        found = [c for c in self.out if isinstance(c, kind)]
        self.out = [c for c in self.out if not isinstance(c, kind)]
        return found

    def wrote(self, kind: Kind) -> list[Entry]:
        """Every entry of this kind so far."""
        return [entry for entry in self.journal if entry.kind is kind]

    def state(self, agent: str) -> State:
        """The agent's state."""
        return self.floor.staff.agents[agent].state

    # -- what people do

    def agent_ready(self, agent: str = "1001") -> None:
        """The agent's phone registers, the agent logs in and becomes ready."""
        self.happens(events.PhoneReachable(agent, True))
        self.happens(events.AgentAsked("t", agent, "login", None))
        self.happens(events.AgentAsked("t", agent, "ready", None))

    def call(self, channel: str = "cc-1.1", dnis: str = "07000000109") -> str:
        """Somebody phones; the default company says nothing first."""
        self.happens(events.CallEntered(channel, dnis, "0200000000"))
        return channel

    def prompt_ends(self) -> tuple[str, ...]:
        """The prompts being played come to their end; which they were."""
        play = self.said(commands.Play)[-1]
        self.happens(events.PlaybackFinished(play.playback))
        return play.prompts

    def rings(self, channel: str, agent: str) -> str:
        """The agent's phone rings; its channel."""
        leg = f"{channel}-{agent}"
        self.happens(events.PhoneRings(channel, agent, leg))
        return leg

    def answers(self, channel: str, agent: str) -> str:
        """The agent's phone rings and is answered; its channel."""
        leg = self.rings(channel, agent)
        self.happens(events.PhoneAnswered(channel, leg))
        return leg

    def hangs_up(self, channel: str, *legs: str) -> None:
        """The conversation ends; both channels vanish."""
        for leg in (*legs, channel):
            self.happens(events.ChannelGone(leg, 16))
