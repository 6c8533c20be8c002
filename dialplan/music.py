"""Music on hold, composed and played by this module: free of anybody's rights.

Slow broken chords over a soft pad with a sparse melody above, in D major, in the band that a telephone carries.
Every note that rings past the end is added to the beginning, so the loop has no seam.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import exp, pi, sin, sqrt
from operator import add, mul
from random import Random

from dialplan.audio import FULL, RATE

_BEAT = 6400  # samples: 75 beats a minute
_BEATS = 4  # in a bar
#: One chord a bar as MIDI notes: Dmaj7 Bm7 Gmaj7 A7sus4 twice over, by way of F♯m7 and Em7.
_CHORDS = (
    *((62, 66, 69, 73), (59, 66, 69, 74), (55, 66, 71, 74), (57, 64, 69, 74)),
    *((62, 66, 69, 73), (54, 61, 69, 76), (55, 62, 71, 74), (52, 62, 67, 71)),
)
_ROUNDS = 3
_PENTATONIC = (74, 76, 78, 81, 83, 86)
_LEVEL = 0.1  # −20 dBFS
#: Overtones of a plucked string and of the pad; a telephone's loudspeaker makes up the fundamental from them.
_PLUCKED = (1.0, 0.45, 0.2, 0.08)
_PAD = (0.7, 0.5, 0.12)


def hold_music() -> list[float]:
    """77 seconds at 8 kHz that begin where they end, at a level of −20 dBFS; always the same."""
    random = Random(1)
    bar = _BEAT * _BEATS
    sound = [0.0] * (bar * len(_CHORDS) * _ROUNDS)
    for number, chord in enumerate(_CHORDS * _ROUNDS):
        start = number * bar
        for note in chord:
            _mix(sound, _pad(note), start, 0.16)
        upwards = [*chord, chord[2] + 12, chord[1] + 12, chord[3], chord[2]]
        for half_beat, note in enumerate(upwards):
            _mix(sound, _string(note), start + half_beat * _BEAT // 2, 0.5 + 0.1 * random.random())
        if number % 2:
            fitting = [note for note in _PENTATONIC if any((note - other) % 12 == 0 for other in chord)]
            _mix(sound, _string(random.choice(fitting)), start + 2 * _BEAT, 0.7)
    echo = list(sound)
    for delay, strength in ((_BEAT * 3 // 4, 0.28), (_BEAT * 3 // 2, 0.12)):
        sound = list(map(add, sound, [strength * sample for sample in echo[-delay:] + echo[:-delay]]))
    gain = _LEVEL * FULL / sqrt(sum(map(mul, sound, sound)) / len(sound))
    return [sample * gain for sample in sound]


def tone(frequency: float, seconds: float, level_db: float) -> list[float]:
    """A sine of this RMS level (dBFS, full-scale sine is −3) without clicks at its ends."""
    count = round(seconds * RATE)
    peak = FULL * sqrt(2) * 10 ** (level_db / 20)
    edge = RATE // 200
    return [
        peak * min(1.0, i / edge, (count - 1 - i) / edge) * sin(2 * pi * frequency * i / RATE) for i in range(count)
    ]


def _mix(sound: list[float], note: Sequence[float], start: int, strength: float) -> None:
    end = start + len(note)
    first = min(end, len(sound)) - start
    sound[start : start + first] = map(add, sound[start : start + first], [strength * s for s in note[:first]])
    if rest := len(note) - first:
        sound[:rest] = map(add, sound[:rest], [strength * s for s in note[first:]])


@cache
def _string(note: int) -> list[float]:
    """Plucked: a quick rise, then dying away over three seconds."""
    length = 3 * RATE
    fall = exp(-3.2 / length)
    envelope, strength = [], 1.0
    for i in range(length):
        envelope.append(strength * min(1.0, i / 80) * min(1.0, (length - i) / 800))
        strength *= fall
    return list(map(mul, envelope, _wave(note, length, _PLUCKED)))


@cache
def _pad(note: int) -> list[float]:
    """Held: swells over a second and overlaps the next bar."""
    length, edge = _BEAT * _BEATS + RATE, RATE
    envelope = [sin(pi / 2 * min(1.0, i / edge, (length - i) / edge)) ** 2 for i in range(length)]
    return list(map(mul, envelope, _wave(note, length, _PAD)))


def _wave(note: int, length: int, overtones: Sequence[float]) -> list[float]:
    frequency = 440.0 * 2 ** ((note - 69) / 12)
    heard = [(n, strength) for n, strength in enumerate(overtones, 1) if 150 < frequency * n < 3400]
    step = 2 * pi * frequency / RATE
    # One cycle of 4096 points is enough: its error lies 60 dB below the note.
    table = [sum(strength * sin(2 * pi * n * i / 4096) for n, strength in heard) for i in range(4096)]
    scale = 4096 * step / (2 * pi)
    return [table[int(i * scale) & 4095] for i in range(length)]
