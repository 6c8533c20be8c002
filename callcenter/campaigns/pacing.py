"""How many numbers to ring now. Preview, progressive, predictive and agentless, within what the carrier allows.

Predictive: every line that rings may be answered, every agent who talks or writes may become free. A further line is
rung if the chance that its customer would find nobody free stays below a price. The price is steered so that the share
of abandoned customers ends at the ceiling (Samuelson, Interfaces 29:5, 1999, re-estimates likewise while dialling; the
price per line is this module's own). Times are seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import erf, exp, sqrt

from callcenter.campaigns.line_life import Rings, Spell, free_within


class Mode(StrEnum):
    """Who decides about the next line."""

    #: An agent looks at the contact first and dials it.
    PREVIEW = "preview"
    #: A line for each free agent: nobody is ever abandoned.
    PROGRESSIVE = "progressive"
    #: More lines than free agents, by forecast.
    PREDICTIVE = "predictive"
    #: No agents: the recorded voice asks.
    AGENTLESS = "agentless"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the carrier allows, for all campaigns together."""

    channels: int = 30
    calls_per_second: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The campaign's agents and lines at one moment."""

    at_s: float
    #: Ready, and no customer who answered is waiting for them.
    idle: int
    #: Since when each talking agent talks, and each writing one writes up.
    talking: Sequence[float] = ()
    writing: Sequence[float] = ()
    #: Since when each line rings.
    ringing: Sequence[float] = ()
    #: Channels that the carrier has in use for us, and dials of the last second, by all campaigns.
    channels: int = 0
    dialled_last_second: int = 0


def allowed(scene: Scene, limits: Limits) -> int:
    """How many lines the carrier still takes at this moment."""
    return max(0, min(limits.channels - scene.channels, int(limits.calls_per_second) - scene.dialled_last_second))


def yields_to_inbound(forecast_s: float | None, limit_s: float | None) -> bool:
    """Whether outbound rings nobody now, because callers would wait longer than the setting; None: it never yields."""
    return limit_s is not None and forecast_s is not None and forecast_s > limit_s


#: How strongly one answer moves the price: little, since a price that trembles costs more agents' time than one that is
#: slow to find its place.
_GAIN = 0.008
#: The price steers for this part of the ceiling.
_AIM = 0.97
#: With fewer abandonments than this left before the ceiling, the price goes down with what is left.
_NEAR = 6


@dataclass(slots=True, kw_only=True)
class Ceiling:
    """The share of answered customers who may be abandoned over the campaign, and the price that keeps it.

    The price falls by each abandonment and rises a little by each answer that finds an agent (Robbins and Monro, 1951),
    so that it comes to rest where the share is the target. Whatever the price: once one more abandonment would break
    the ceiling, nothing is rung beyond the free agents.
    """

    most: float = 0.03
    answered: int = 0
    abandoned: int = 0
    #: Answers that are certain to come: an abandonment early in the day is measured by them, not by the few of so far.
    expected: int = 0
    _steered: float = 0.03

    def met(self) -> None:
        """An answer found an agent."""
        self.answered += 1
        self._steered = min(0.5, self._steered * exp(_GAIN * self.most * _AIM))

    def lost(self) -> None:
        """An answer found nobody in time."""
        self.answered += 1
        self.abandoned += 1
        self._steered = max(0.001, self._steered * exp(-_GAIN * (1 - self.most * _AIM)))

    @property
    def left(self) -> float:
        """Abandonments that may still be, as of now."""
        return self.most * max(self.answered + 1, self.expected) - self.abandoned - 1

    @property
    def price(self) -> float:
        """A line is rung if the chance that its customer would find nobody is not above this; 0: none but the sure."""
        return self._steered * min(1.0, max(0.0, self.left / _NEAR))


@dataclass(slots=True, kw_only=True)
class Pacer:
    """One campaign's pace: tell it what happens, ask it how many lines to ring now."""

    mode: Mode = Mode.PROGRESSIVE
    limits: Limits = field(default_factory=Limits)
    ceiling: Ceiling = field(default_factory=Ceiling)
    rings: Rings = field(default_factory=Rings)
    talk: Spell = field(default_factory=lambda: Spell(120.0))
    write: Spell = field(default_factory=lambda: Spell(20.0))
    #: A customer who answered is kept so long for an agent before being told who called.
    patience_s: float = 2.0
    #: So much of that is spent listening whether a machine answered.
    listens_s: float = 0.0
    #: Agents at least, below which forecasts are worth nothing and the pace is progressive.
    least_agents: int = 5

    def lines(self, scene: Scene, *, asked: int = 0) -> int:
        """How many lines to ring at this moment; `asked`: contacts that agents have asked to dial, in preview."""
        room = allowed(scene, self.limits)
        match self.mode:
            case Mode.PREVIEW:
                return min(room, asked)
            case Mode.AGENTLESS:
                return room
            case Mode.PROGRESSIVE:
                return max(0, min(room, scene.idle - len(scene.ringing)))
            case Mode.PREDICTIVE:
                return self._predicted(scene, room)

    def _predicted(self, scene: Scene, room: int) -> int:
        sure = max(0, scene.idle - len(scene.ringing))
        agents = scene.idle + len(scene.talking) + len(scene.writing)
        if agents < self.least_agents or not self.ceiling.price:
            return min(room, sure)
        return min(room, sure + self._beyond(scene, sure, room))

    def _beyond(self, scene: Scene, sure: int, room: int) -> int:
        """How many more than the free agents: as long as customers would probably find somebody when they answer."""
        if room <= sure:
            return 0
        talk_s = self.talk.mean_s(scene.at_s * len(scene.talking) - sum(scene.talking))
        write_s = self.write.mean_s(scene.at_s * len(scene.writing) - sum(scene.writing))
        lines = room
        for seconds in self.rings.horizons:
            free = free_within(seconds + self.patience_s - self.listens_s, talk_s, write_s)
            lines = min(lines, self._bearable(scene, seconds, free, lines))
        return max(0, lines - sure)

    def _bearable(self, scene: Scene, seconds: float, free: tuple[float, float], most: int) -> int:
        """How many new lines leave the chance that somebody is short of an agent so far ahead below the price."""
        talking, writing = free
        taken, spread = self.rings.taken((scene.at_s - since for since in scene.ringing), seconds)
        mean = scene.idle - taken + talking * len(scene.talking) + writing * len(scene.writing)
        variance = spread + talking * (1 - talking) * len(scene.talking) + writing * (1 - writing) * len(scene.writing)
        hit = self.rings.answered_within(0, seconds)
        lines = 0
        loss = hit * (1 - hit)
        while lines < most and _short(mean - hit * lines, variance + loss * lines) <= self.ceiling.price:
            lines += 1
        return lines


def _short(mean: float, variance: float) -> float:
    """The chance that a number of free agents with this mean and variance is below 1 (normal, corrected for whole)."""
    if variance <= 0:
        return float(mean < 0.5)
    return 0.5 * (1 + erf((0.5 - mean) / sqrt(2 * variance)))
