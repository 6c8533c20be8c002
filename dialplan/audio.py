"""Sound as the telephone carries it: 8 kHz, mono, 16 bit. Samples are numbers up to `FULL`, whole or not."""

from __future__ import annotations

import os
import wave
from array import array
from collections.abc import Sequence
from functools import cache
from math import factorial, gcd, pi, sin, sqrt
from operator import mul
from pathlib import Path

RATE = 8000
#: Full scale.
FULL = 32767
#: Mean level of the parts in which somebody speaks, and the highest peak (−18 dBFS and −1.4 dBFS).
_SPEECH_LEVEL = 0.126 * FULL
_PEAK = 0.85 * FULL
#: Frames by which level is judged: 20 ms.
_FRAME = RATE // 50
#: Softer than the loudest frame by 40 dB is silence, and so is all below -80 dBFS.
_SILENCE = 0.01
_NOTHING = 1e-4 * FULL
_LEAD, _TAIL, _FADE = RATE // 25, RATE // 5, RATE // 100
#: Half way between the end of the telephone's band and the first frequency that would fold back into it.
_CUTOFF_HZ = 3900.0
#: Filter length in output samples, and its window: 53 dB down from 4.7 kHz.
_SPAN = 15
_KAISER = 5.0


def resample(samples: Sequence[float], rate: int) -> list[float]:
    """From `rate` to 8 kHz; what the telephone cannot carry is filtered out first (windowed sinc, polyphase)."""
    if rate == RATE or not samples:
        return list(samples)
    divisor = gcd(rate, RATE)
    up, down = RATE // divisor, rate // divisor
    taps = _filters(rate)
    width = len(taps[0])
    half = width // 2
    padded = [0.0] * half + list(map(float, samples)) + [0.0] * (half + 1)
    count = len(samples) * up // down
    result = [0.0] * count
    start = phase = 0
    step, more = divmod(down, up)
    for i in range(count):
        result[i] = sum(map(mul, taps[phase], padded[start : start + width]))
        start += step
        phase += more
        if phase >= up:
            phase -= up
            start += 1
    return result


@cache
def _filters(rate: int) -> tuple[tuple[float, ...], ...]:
    """One filter for every position that an output sample can have between two input samples."""
    up = RATE // gcd(rate, RATE)
    cutoff = min(_CUTOFF_HZ, 0.45 * rate) / rate
    half = max(8, round(_SPAN * rate / RATE / 2))
    filters = []
    for phase in range(up):
        taps = []
        for n in range(-half, half + 1):
            x = n - phase / up
            sinc = 2 * cutoff if x == 0 else sin(2 * pi * cutoff * x) / (pi * x)
            taps.append(sinc * _window(x / (half + 1)))
        total = sum(taps)
        filters.append(tuple(tap / total for tap in taps))
    return tuple(filters)


def _window(x: float) -> float:
    """Kaiser's, over -1…1."""
    return _bessel(_KAISER * sqrt(max(0.0, 1 - x * x))) / _bessel(_KAISER)


def _bessel(x: float) -> float:
    """I₀ by its series; twenty terms are exact to the last digit here."""
    return sum((x / 2) ** (2 * k) / factorial(k) ** 2 for k in range(20))


def finish(samples: Sequence[float]) -> list[float]:
    """Speech ready to be played: silence at both ends cut to a breath, even loudness, no click at the edges.

    Empty when there is nothing but silence.
    """
    levels = [_level(samples[i : i + _FRAME]) for i in range(0, len(samples), _FRAME)]
    loudest = max(levels, default=0.0)
    audible = [i for i, level in enumerate(levels) if level > loudest * _SILENCE and level > _NOTHING]
    if not audible:
        return []
    first, last = audible[0] * _FRAME, min(len(samples), (audible[-1] + 1) * _FRAME)
    spoken = list(samples[max(0, first - _LEAD) : last + _LEAD])
    active = [level for level in levels if level > loudest / 10]
    gain = min(
        _SPEECH_LEVEL / sqrt(sum(level * level for level in active) / len(active)), _PEAK / max(map(abs, spoken))
    )
    louder = [sample * gain for sample in spoken]
    for i in range(min(_FADE, len(louder) // 2)):
        louder[i] *= i / _FADE
        louder[-1 - i] *= i / _FADE
    return louder + [0.0] * _TAIL


def _level(samples: Sequence[float]) -> float:
    return sqrt(sum(map(mul, samples, samples)) / len(samples))


def write_wav(target: Path, samples: Sequence[float]) -> None:
    """Put the file in place in one step: a caller hears the old sound or the new one, never half.

    Samples beyond full scale are an error (`OverflowError`).
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f".{target.name}.{os.getpid()}")
    with wave.open(str(begun), "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(array("h", map(round, samples)).tobytes())
    begun.replace(target)
