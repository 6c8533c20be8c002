"""What a fact means: every threshold of the doctor. No I/O, no clock."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from callcenter.doctor.finding import Finding, Gap, failed, ok, warning

#: ARI requests over the WebSocket, which the engine needs, came with this version.
OLDEST_ASTERISK = (22, 10)
_LOW_DISK_MB, _FULL_DISK_MB = 1000, 300
_CLOCK_S = 3.0
#: The ledger asks for work four times a second.
_LEDGER_IDLE_MS = 15_000
#: Four minutes of a busy centre.
_LEDGER_BEHIND = 2000
#: The prompt is 2 s of -12 dBFS; packets may be lost at the beginning and the end.
_TONE_S, _TONE_DBFS = 1.5, -20.0
#: People begin to talk over each other above 150 ms one way (ITU-T G.114).
_SLOW_MS = 300
#: SIP answers to a registration that mean that account or password are not right there.
_REFUSALS = (401, 403, 404, 407)
_WINDOW = 400


def disk(folder: str, free_mb: int) -> Finding:
    """Free space where calls are recorded."""
    if free_mb < _FULL_DISK_MB:
        return failed("disk.full", folder=folder, free=free_mb)
    if free_mb < _LOW_DISK_MB:
        return warning("disk.low", folder=folder, free=free_mb)
    return ok("disk.free", folder=folder, free=free_mb)


def version(text: str) -> Finding:
    """Whether this Asterisk can carry the engine."""
    found = re.search(r"(\d+)\.(\d+)", text)
    wanted = ".".join(str(part) for part in OLDEST_ASTERISK)
    if found is None or (int(found[1]), int(found[2])) < OLDEST_ASTERISK:
        return failed("asterisk.old", version=text, wanted=wanted)
    return ok("asterisk.version", version=text)


def modules(wanted: Collection[str], running: Collection[str]) -> Finding:
    """Whether every module that the configuration loads runs."""
    missing = sorted(set(wanted) - set(running))
    return failed("modules.missing", names=", ".join(missing)) if missing else ok("modules.loaded", count=len(wanted))


def phones(agents: Collection[str], online: Collection[str]) -> Finding:
    """Which agents have no phone that can be reached."""
    absent = sorted(set(agents) - set(online))
    if absent:
        return warning("registrations.absent", there=len(agents) - len(absent), all=len(agents), ids=", ".join(absent))
    return ok("registrations.all", all=len(agents))


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """Where Asterisk registers with a carrier, and what came of it."""

    server: str
    #: Asterisk's word: Registered, Unregistered (not yet answered), Rejected, Stopped.
    status: str
    #: The last SIP status that it complained of, 0: no answer; None: nothing is known.
    answer: int | None
    #: Whether the server's name can be found.
    found: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where calls through the trunk are sent."""

    where: str
    #: Asterisk's word: Reachable, Unreachable, NonQualified (never asked), Unknown (not yet).
    status: str
    #: Of its last answer to OPTIONS.
    roundtrip_ms: float | None
    found: bool


def trunk(registrations: Sequence[Registration], contacts: Sequence[Contact]) -> Iterator[Finding]:
    """Whether the telephone company can be reached, each registration and each address by itself."""
    yield from (_registration(one) for one in registrations)
    if not contacts:
        yield warning("trunk.absent")
    yield from (_contact(one) for one in contacts)


def _registration(one: Registration) -> Finding:
    if one.status == "Registered":
        return ok("trunk.registered", server=one.server)
    if one.answer in _REFUSALS:
        return failed("trunk.refused", server=one.server, answer=one.answer)
    if one.answer:
        return failed("trunk.declined", server=one.server, answer=one.answer)
    if not one.found:
        return failed("trunk.nameless", name=one.server)
    if one.answer == 0 or one.status == "Unregistered":
        return failed("trunk.silent", server=one.server)
    return failed("trunk.unregistered", server=one.server)


def _contact(one: Contact) -> Finding:
    if one.status == "Reachable" and one.roundtrip_ms is not None:
        gaps: dict[str, Gap] = {"where": one.where, "ms": f"{one.roundtrip_ms:.1f}"}
        return warning("trunk.slow", **gaps) if one.roundtrip_ms > _SLOW_MS else ok("trunk.answers", **gaps)
    if one.status == "Unreachable":
        return failed("trunk.unreachable", where=one.where) if one.found else failed("trunk.nameless", name=one.where)
    return warning("trunk.unasked", where=one.where)


def redis_settings(settings: Mapping[str, str], used: int, limit: int) -> Iterator[Finding]:
    """Whether Redis keeps what it was given. `used`, `limit`: bytes, no limit being 0."""
    if settings.get("appendonly") != "yes":
        yield failed("redis.forgets")
    if settings.get("maxmemory-policy") != "noeviction":
        yield failed("redis.evicts", policy=settings.get("maxmemory-policy", "?"))
    if limit and used > 0.8 * limit:
        yield warning("redis.memory", used=used // 2**20, limit=limit // 2**20)


def controller(heartbeat: Mapping[str, Any] | None) -> Finding:
    """`heartbeat`: `cc:controller`, which expires by itself."""
    if heartbeat is None:
        return failed("controller.absent")
    away = [name.upper() for name in ("ari", "ami") if not heartbeat[name]]
    return failed("controller.parted", names=", ".join(away)) if away else ok("controller.beats")


def ledger(idle_ms: int | None, behind: int) -> Finding:
    """`idle_ms`: since it last asked the journal, None if it never did; `behind`: entries that SQL does not have."""
    if idle_ms is None or idle_ms > _LEDGER_IDLE_MS:
        return failed("ledger.absent", behind=behind)
    if behind > _LEDGER_BEHIND:
        return warning("ledger.behind", behind=behind)
    return ok("ledger.current", behind=behind)


def clocks(seconds: Mapping[str, float], newest_entry_s: float | None) -> Iterator[Finding]:
    """Whether all parts tell the same time.

    `seconds`: name of a part → how far its clock is ahead of ours; `newest_entry_s`: the same for the last line of
    the journal, which lies in the past unless a clock was set back.
    """
    apart = {name: off for name, off in seconds.items() if abs(off) > _CLOCK_S}
    for name, off in sorted(apart.items()):
        yield failed("time.apart", part=name, seconds=f"{off:+.0f}")
    if newest_entry_s is not None and newest_entry_s > _CLOCK_S:
        yield failed("time.back", seconds=f"{newest_entry_s:.0f}")
    if seconds and not apart:
        yield ok("time.together", parts=", ".join(sorted(seconds)))


def echo(samples: Sequence[int], rate: int, hz: float) -> Finding:
    """Whether the tone of this frequency came back. `samples`: 16 bit, signed."""
    heard_s = tone_seconds(samples, rate, hz)
    if heard_s >= _TONE_S:
        return ok("audio.heard", seconds=f"{heard_s:.1f}")
    if not any(abs(sample) > 100 for sample in samples):
        return failed("audio.silent", seconds=f"{len(samples) / rate:.1f}")
    return failed("audio.torn", seconds=f"{heard_s:.1f}", wanted=_TONE_S)


def tone_seconds(samples: Sequence[int], rate: int, hz: float) -> float:
    """How long the tone is heard and most of what is heard (Goertzel's algorithm, windows of 50 ms at 8 kHz)."""
    factor = 2 * math.cos(2 * math.pi * hz / rate)
    heard = 0
    for start in range(0, len(samples) - _WINDOW + 1, _WINDOW):
        window = samples[start : start + _WINDOW]
        last = before = 0.0
        for sample in window:
            last, before = sample + factor * last - before, last
        # Of a sine of amplitude A: its part of the spectrum is (A·n/2)², its energy A²·n/2.
        spectrum = last * last + before * before - factor * last * before
        amplitude = 2 * math.sqrt(max(spectrum, 0.0)) / _WINDOW / 32768
        energy = sum(sample * sample for sample in window) or 1
        pure = 2 * spectrum / _WINDOW / energy
        heard += amplitude > 10 ** (_TONE_DBFS / 20) and pure > 0.8
    return heard * _WINDOW / rate
