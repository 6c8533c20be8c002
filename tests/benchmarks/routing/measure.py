"""How long decisions take: the Acd through all events, then the walk through the first of the same events."""

from __future__ import annotations

import gc
import os
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.benchmarks.calls.load import RigError
from tests.benchmarks.calls.processes import busy_seconds, own_seconds
from tests.benchmarks.routing.sides import Engine, Said, Side, Walk
from tests.benchmarks.routing.world import METHOD, Crowded, Event, Idle, Kind, Size, World

_SEED = 17
#: Nanoseconds of each decision.
Times = dict[Kind, "array[int]"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is measured, and how much of it."""

    sizes: Sequence[Size]
    #: The size for which there is a target.
    judged: Size
    #: Rounds before those that count, for both sides.
    warm_up: int
    rounds: int
    #: Of the rounds, those the walk goes through too.
    walked: int


FULL = Plan(
    sizes=(Size(1_000, 200), Size(10_000, 2_000), Size(100_000, 20_000)),
    judged=Size(10_000, 2_000),
    warm_up=200,
    rounds=20_000,
    walked=1_000,
)


@dataclass(kw_only=True, slots=True)
class Measured:
    """One size."""

    size: Size
    engine: Times = field(default_factory=dict)
    walk: Times = field(default_factory=dict)
    #: On how many events both decided the same.
    compared: int = 0
    #: Share of the machine that other programs used.
    disturbed: float = 0.0


def measure(size: Size, plan: Plan) -> Measured:
    """Crowded, then idle. Raises `RigError`: the two decided differently, or the centre did not stay as it should."""
    found = Measured(size=size)
    began, machine, own = time.monotonic(), busy_seconds(), own_seconds()
    for scene_of in (Crowded, Idle):
        world = World(size, _SEED)
        with _as_in_production():
            scene = scene_of(world)
            script = _run(scene, Engine(world.strategies), plan, found.engine)
            found.compared += _replay(scene, Walk(world.strategies), script, plan, found.walk)
    others = busy_seconds() - machine - own_seconds() + own
    found.disturbed = max(others / (time.monotonic() - began) / (os.cpu_count() or 1), 0.0)
    return found


def percentile(times: Sequence[int], share: float) -> float:
    """The time, in µs, that `share` of all do not exceed."""
    ordered = sorted(times)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] / 1000


@contextmanager
def _as_in_production() -> Iterator[None]:
    """The controller freezes what it has loaded; calls come later, and the collector looks through them."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _run(scene: Crowded | Idle, side: Side, plan: Plan, times: Times) -> list[list[tuple[Event, Said]]]:
    """The first rounds as they went, for the walk; keeping them all would give the collector work that is not ours."""
    scene.set_up(side)
    events = scene.events()
    ask = _methods(side)
    event, script = next(events), []
    for number in range(plan.warm_up + plan.rounds):
        part: list[tuple[Event, Said]] = []
        while event is not None:
            kind, arguments = event
            said, took = _timed(ask[kind], arguments)
            if number >= plan.warm_up:
                times.setdefault(kind, array("q")).append(took)
            part.append((event, said))
            event = events.send(said)
        if number < plan.warm_up + plan.walked:
            script.append(part)
        event = next(events)
    return script


def _replay(scene: Crowded | Idle, side: Side, script: list[list[tuple[Event, Said]]], plan: Plan, times: Times) -> int:
    """Raises `RigError` when this side decides otherwise than the script says."""
    scene.set_up(side)
    ask = _methods(side)
    compared = 0
    for number, part in enumerate(script):
        for (kind, arguments), expected in part:
            said, took = _timed(ask[kind], arguments)
            if said != expected:
                raise RigError(f"round {number}, {kind} {arguments}: the Acd says {expected}, the walk {said}")
            compared += kind is not Kind.LOOKED_UP
            if number >= plan.warm_up:
                times.setdefault(kind, array("q")).append(took)
    return compared


def _methods(side: Side) -> dict[Kind, Callable[..., Said]]:
    return {kind: getattr(side, name) for kind, name in METHOD.items()}


def _timed(ask: Callable[..., Said], arguments: tuple[object, ...]) -> tuple[Said, int]:
    began = time.perf_counter_ns()
    said = ask(*arguments)
    return said, time.perf_counter_ns() - began
