"""What a fact means: every threshold of the doctor. No I/O, no clock."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from callcenter.doctor.finding import Finding, failed, ok, warning

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
