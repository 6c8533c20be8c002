"""A day of outbound calls in memory, event by event, to measure a pace with. The dialler's own pacing decides.

The world: a share of lines is answered, after 4 to 16 s of ringing; of the others one in five is busy after 3 s and
the rest ring in vain for 23 s. Talk of 120 s and write-up of 20 s, both exponential. A customer who answers and finds
nobody within 2 s is abandoned. The list never ends, and the carrier takes every call.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from callcenter.campaigns.pacing import Limits, Mode, Pacer, Scene
from routing.measure import Interval, interval

DAY_S = 8 * 3600.0
_TALK_S, _WRITE_S, _PATIENCE_S = 120.0, 20.0, 2.0
_ANSWERED_S, _BUSY_S, _VAIN_S, _BUSY_SHARE = (4.0, 16.0), 3.0, 23.0, 0.2
#: More than any of these days needs.
UNLIMITED = Limits(channels=100_000, calls_per_second=100_000)

#: How many lines to ring now.
Pace = Callable[[Scene], int]


@dataclass(frozen=True, slots=True)
class DayResult:
    """Shares from 0 to 1."""

    #: Of the agents' time, talking and writing up.
    utilisation: float
    #: Of the answered customers.
    abandoned: float
    answered: int


def fixed_ratio(ratio: float) -> Pace:
    """So many lines for each free agent, whatever happens: what "power" dialling does."""

    def pace(scene: Scene) -> int:
        return max(0, round(ratio * scene.idle) - len(scene.ringing))

    return pace


@dataclass(slots=True)
class _Day:
    agents: int
    hit_rate: float
    pacer: Pacer
    pace: Pace
    rng: random.Random
    idle: int = 0
    now: float = 0.0
    lines: int = 0
    answered: int = 0
    lost: int = 0
    busy_s: float = 0.0
    ringing: dict[int, float] = field(default_factory=dict)
    talking: dict[int, float] = field(default_factory=dict)
    writing: dict[int, float] = field(default_factory=dict)
    waiting: deque[int] = field(default_factory=deque)
    events: list[tuple[float, int, str, int]] = field(default_factory=list)
    _count: int = 0

    def run(self, length_s: float) -> DayResult:
        self.idle = self.agents
        self._dial()
        while self.events[0][0] < length_s:
            self.now, _, what, line = heappop(self.events)
            getattr(self, f"_{what}")(line)
            self._dial()
        for since in (*self.talking.values(), *self.writing.values()):
            self.busy_s += length_s - since
        share = self.lost / self.answered if self.answered else 0.0
        return DayResult(self.busy_s / (self.agents * length_s), share, self.answered)

    def _at(self, after_s: float, what: str, line: int) -> None:
        self._count += 1
        heappush(self.events, (self.now + after_s, self._count, what, line))

    def _dial(self) -> None:
        scene = Scene(
            at_s=self.now,
            idle=self.idle - len(self.waiting),
            talking=tuple(self.talking.values()),
            writing=tuple(self.writing.values()),
            ringing=tuple(self.ringing.values()),
        )
        for _ in range(self.pace(scene)):
            self.lines += 1
            self.ringing[self.lines] = self.now
            if self.rng.random() < self.hit_rate:
                self._at(self.rng.uniform(*_ANSWERED_S), "answers", self.lines)
            else:
                self._at(_BUSY_S if self.rng.random() < _BUSY_SHARE else _VAIN_S, "vain", self.lines)

    def _ended(self, line: int, *, answered: bool) -> None:
        since = self.ringing.pop(line)
        still = [self.now - other for other in self.ringing.values()]
        self.pacer.rings.ended(self.now - since, answered=answered, still=still)

    def _vain(self, line: int) -> None:
        self._ended(line, answered=False)

    def _answers(self, line: int) -> None:
        self._ended(line, answered=True)
        self.answered += 1
        if self.idle:
            self._talk(line)
        else:
            self.waiting.append(line)
            self._at(_PATIENCE_S, "gives_up", line)

    def _gives_up(self, line: int) -> None:
        if line in self.waiting:
            self.waiting.remove(line)
            self.lost += 1
            self.pacer.ceiling.lost()

    def _talk(self, line: int) -> None:
        self.idle -= 1
        self.pacer.ceiling.met()
        self.talking[line] = self.now
        self._at(self.rng.expovariate(1 / _TALK_S), "talked", line)

    def _talked(self, line: int) -> None:
        length = self.now - self.talking.pop(line)
        self.pacer.talk.ended(length)
        self.busy_s += length
        self.writing[line] = self.now
        self._at(self.rng.expovariate(1 / _WRITE_S), "wrote", line)

    def _wrote(self, line: int) -> None:
        length = self.now - self.writing.pop(line)
        self.pacer.write.ended(length)
        self.busy_s += length
        self.idle += 1
        if self.waiting:
            self._talk(self.waiting.popleft())


def a_day(agents: int, hit_rate: float, mode: Mode | float, seed: int, length_s: float = DAY_S) -> DayResult:
    """One day with this mode, or with a fixed ratio of lines to free agents."""
    pacer = Pacer(mode=mode if isinstance(mode, Mode) else Mode.PROGRESSIVE, limits=UNLIMITED)
    # The list never ends, so there will be hundreds of answers.
    pacer.ceiling.expected = 200
    pace = pacer.lines if isinstance(mode, Mode) else fixed_ratio(mode)
    return _Day(agents, hit_rate, pacer, pace, random.Random(seed)).run(length_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Days of one kind together, with 95 % confidence."""

    agents: int
    hit_rate: float
    name: str
    utilisation: Interval
    abandoned: Interval
    #: The worst day.
    most_abandoned: float


#: The utilisation to reach at hit rate 0.3 and at most 3 % abandoned, by agents.
GOALS = {10: 0.80, 20: 0.87, 50: 0.93, 100: 0.96}


def compare(agents: int, hit_rate: float, days: int, length_s: float = DAY_S) -> list[Row]:
    """Progressive, ours, and a fixed ratio of 1/hit rate, on so many days each."""
    modes: dict[str, Mode | float] = {
        "progressive": Mode.PROGRESSIVE,
        "ours": Mode.PREDICTIVE,
        "fixed ratio": 1 / hit_rate,
    }
    rows = []
    for name, mode in modes.items():
        found = [a_day(agents, hit_rate, mode, seed, length_s) for seed in range(days)]
        rows.append(
            Row(
                agents=agents,
                hit_rate=hit_rate,
                name=name,
                utilisation=interval(day.utilisation for day in found),
                abandoned=interval(day.abandoned for day in found),
                most_abandoned=max(day.abandoned for day in found),
            )
        )
    return rows
