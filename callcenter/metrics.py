"""What Prometheus reads: the live board, the day's counters and the engine's own. No label ever names a person.

Day counters start again at midnight in Seoul, which Prometheus takes for an ordinary counter reset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

from callcenter.store.figures import Figures
from callcenter.store.lengths import Lengths
from callcenter.web.board import Board

#: Every threshold that a service level is likely to have is a bound.
WAIT_BOUNDS_S = (5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600)
TALK_BOUNDS_S = (30, 60, 120, 180, 300, 450, 600, 900, 1800, 3600)

_OURS = ("company", "group")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """Everything that one scrape tells."""

    board: Board
    day: Iterable[Figures]
    #: The controller's own counters, by name.
    counters: Mapping[str, int]
    #: None while the database does not answer.
    waits: Lengths | None
    talks: Lengths | None
    #: Today's calls whose record and Asterisk's own CDR disagree; None while the database does not answer.
    differences: int | None = None
    #: Whether the carrier takes no calls of some campaign; None while no dialler works.
    carrier_refuses: bool | None = None


@dataclass(frozen=True, slots=True)
class _Collected(Collector):
    families: list[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.families


def exposition(reading: Reading) -> bytes:
    """The text that Prometheus scrapes."""
    return generate_latest(_Collected(list(_families(reading))))


def _families(reading: Reading) -> Iterator[Metric]:
    board = reading.board
    yield from _day(list(reading.day))

    waiting = GaugeMetricFamily("callcenter_queue_waiting_calls", "Callers in the queue now.", labels=["group"])
    oldest = GaugeMetricFamily(
        "callcenter_queue_oldest_wait_seconds", "How long the longest waiting caller waits.", labels=["group"]
    )
    for group, line in board.groups.items():
        waiting.add_metric([group], line.waiting)
        since = line.longest_since
        oldest.add_metric([group], max(0, board.at - since) / 1000 if since is not None else 0)
    yield waiting
    yield oldest

    agents = GaugeMetricFamily("callcenter_agents", "Agents in each state.", labels=["state"])
    for state, number in board.states.items():
        agents.add_metric([state], number)
    yield agents

    level = GaugeMetricFamily(
        "callcenter_service_level_ratio", "Answered in time / (answered + abandoned - abandoned short), today."
    )
    if (ratio := board.total.day.service_level) is not None:
        level.add_metric([], ratio)
    yield level

    yield from _lengths("callcenter_queue_wait_seconds", "Waits of calls answered today.", reading.waits)
    yield from _lengths("callcenter_talk_seconds", "Talk of calls answered today.", reading.talks)

    if reading.differences is not None:
        yield GaugeMetricFamily(
            "callcenter_records_differing",
            "Calls of today whose record and Asterisk's own CDR disagree.",
            value=reading.differences,
        )

    health = board.health
    for name, holds in (
        ("callcenter_controller_up", health.controller),
        ("callcenter_ari_connected", health.ari),
        ("callcenter_ami_connected", health.ami),
    ):
        yield GaugeMetricFamily(name, "1 while it holds.", value=int(holds))
    yield GaugeMetricFamily(
        "callcenter_dialler_up", "1 while it holds.", value=int(reading.carrier_refuses is not None)
    )
    yield GaugeMetricFamily(
        "callcenter_carrier_refuses",
        "1 while the carrier puts no calls of some campaign through.",
        value=int(reading.carrier_refuses or False),
    )
    yield CounterMetricFamily(
        "callcenter_divergences_healed",
        "Differences between engine and Asterisk that were mended.",
        value=health.healed,
    )
    for name, number in sorted(reading.counters.items()):
        known = re.sub(r"[^a-z0-9_]", "_", name.lower()).removesuffix("_total")
        if known == "healed":
            continue
        if known.endswith("_waiting"):
            yield GaugeMetricFamily(f"callcenter_{known}", "Told by the controller.", value=number)
        else:
            yield CounterMetricFamily(f"callcenter_{known}", "Counted by the controller since its start.", value=number)


def _day(day: list[Figures]) -> Iterator[Metric]:
    offered = CounterMetricFamily("callcenter_calls_offered", "Joined a queue today and left it.", labels=_OURS)
    answered = CounterMetricFamily("callcenter_calls_answered", "Spoke with an agent today.", labels=_OURS)
    abandoned = CounterMetricFamily(
        "callcenter_calls_abandoned", "Hung up today: in the queue, or before it.", labels=[*_OURS, "reason"]
    )
    for figures in day:
        ours = [figures.company or "", figures.group or ""]
        offered.add_metric(ours, figures.offered)
        answered.add_metric(ours, figures.answered)
        abandoned.add_metric([*ours, "queue"], figures.abandoned)
        abandoned.add_metric([*ours, "greeting"], figures.abandoned_greeting)
    yield offered
    yield answered
    yield abandoned


def _lengths(name: str, meaning: str, lengths: Lengths | None) -> Iterator[Metric]:
    if lengths is None:
        return
    family = HistogramMetricFamily(name, meaning)
    buckets = [(str(float(bound)), float(found)) for bound, found in lengths.up_to]
    family.add_metric([], [*buckets, ("+Inf", lengths.count)], lengths.sum_ms / 1000)
    yield family
