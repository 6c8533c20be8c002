"""Who hears whom: each voice is a tone of its own, looked for in what the other side's phone or the recording heard."""

from __future__ import annotations

import array
import math
import sys
import wave
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

RATE = 8000
#: Quieter than this is silence; G.711 of digital silence and comfort noise stay below it.
SILENCE_DBFS = -50.0
_FLOOR_DBFS = -120.0
_WINDOW_S = 0.1


def write_tone(path: Path, hz: float, *, seconds: float = 300, level: float = -12.0) -> Path:
    """A mono 16-bit 8 kHz wav with a sine of this frequency and peak level (dBFS); 0 Hz writes silence."""
    amplitude = 32767 * 10 ** (level / 20) if hz else 0
    # One second repeats without a click when the frequency is a whole number.
    second = array.array("h", (round(amplitude * math.sin(2 * math.pi * hz * i / RATE)) for i in range(RATE)))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((second.tobytes() * math.ceil(seconds))[: int(seconds * RATE) * 2])
    return path


@dataclass(frozen=True)
class Sound:
    """A mono wav in memory. Its time is that of the samples: a phone writes none while nothing is sent to it."""

    rate: int
    samples: array.array[int]

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @cached_property
    def windows(self) -> list[array.array[int]]:
        """Whole windows of a tenth of a second."""
        size = int(self.rate * _WINDOW_S)
        return [self.samples[i : i + size] for i in range(0, len(self.samples) - size + 1, size)]


def read_sound(path: Path) -> Sound:
    """The wav's samples, also while it is still being written and its header tells no length yet.

    Raises `ValueError`: not a mono 16-bit PCM wav.
    """
    raw = path.read_bytes()
    if raw[:4] != b"RIFF" or raw[8:12] != b"WAVE":
        raise ValueError(f"{path.name} is no wav file")
    at, rate = 12, 0
    while at + 8 <= len(raw):
        name, length = raw[at : at + 4], int.from_bytes(raw[at + 4 : at + 8], "little")
        if name == b"fmt ":
            form = [int.from_bytes(raw[at + 8 + i : at + 10 + i], "little") for i in (0, 2, 14)]
            if form[1:] != [1, 16]:
                raise ValueError(f"{path.name} is not mono 16-bit PCM")
            rate = int.from_bytes(raw[at + 12 : at + 16], "little")
        if name == b"data":
            rest = len(raw) - at - 8
            size = length if 0 < length <= rest else rest
            samples = array.array("h", raw[at + 8 : at + 8 + size // 2 * 2])
            if sys.byteorder == "big":
                samples.byteswap()
            return Sound(rate, samples)
        at += 8 + length + length % 2
    return Sound(rate or RATE, array.array("h"))


def loudness(path: Path, start: float = 0.0, end: float = math.inf) -> float:
    """Mean power between two times in dBFS, a full-scale sine being -3."""
    sound = read_sound(path)
    return _power(_cut(sound, start, end))


def level(path: Path, hz: float, start: float = 0.0, end: float = math.inf) -> float:
    """Peak level of the sine of this frequency between two times in dBFS, a full-scale sine being 0 (Goertzel)."""
    sound = read_sound(path)
    return _tone(_cut(sound, start, end), sound.rate, hz)


def spans(path: Path, hz: float, *, threshold: float = -30.0) -> list[tuple[float, float]]:
    """When the tone is heard, as (from, to) in seconds to a tenth.

    A window counts when the tone reaches `threshold` (dBFS) and is a fair part of all that sounds, which tells it from
    speech and music that happen to pass its frequency.
    """
    sound = read_sound(path)

    def present(window: array.array[int]) -> bool:
        tone = _tone(window, sound.rate, hz)
        return tone >= threshold and tone - 3.0 >= _power(window) - 8.0

    return _spans([present(window) for window in sound.windows])


def silences(path: Path) -> list[tuple[float, float]]:
    """When nothing is heard, as (from, to) in seconds to a tenth."""
    return _spans([_power(window) < SILENCE_DBFS for window in read_sound(path).windows])


def heard_for(path: Path, hz: float) -> float:
    """How many seconds of the tone are heard in all."""
    return sum(end - start for start, end in spans(path, hz))


def hears(path: Path, hz: float, seconds: float = 0.5) -> bool:
    """Whether the tone is heard for at least so long in all."""
    return heard_for(path, hz) >= seconds - _WINDOW_S / 2


def expect_tone(path: Path, hz: float, seconds: float = 0.5) -> None:
    """Fail, saying what was heard instead, unless the tone is heard for at least so long."""
    if not hears(path, hz, seconds):
        sound = read_sound(path)
        raise AssertionError(
            f"{path.name}: {hz:g} Hz heard for {heard_for(path, hz):.1f} s, expected {seconds:.1f} s;"
            f" {sound.seconds:.1f} s of sound, loudness {loudness(path):.0f} dBFS, the tone {level(path, hz):.0f} dBFS"
        )


def expect_no_tone(path: Path, hz: float) -> None:
    """Fail when the tone is heard at all: a tenth of a second is a leak."""
    if heard := spans(path, hz):
        raise AssertionError(f"{path.name}: {hz:g} Hz must not be heard, but is at {heard}")


def _cut(sound: Sound, start: float, end: float) -> array.array[int]:
    last = len(sound.samples) if math.isinf(end) else int(end * sound.rate)
    return sound.samples[int(start * sound.rate) : last]


def _power(samples: array.array[int]) -> float:
    if not samples:
        return _FLOOR_DBFS
    mean = sum(s * s for s in samples) / len(samples) / 32768**2
    return max(_FLOOR_DBFS, 10 * math.log10(mean)) if mean else _FLOOR_DBFS


def _tone(samples: array.array[int], rate: int, hz: float) -> float:
    """Goertzel's recurrence: one bin of the Fourier transform at any frequency."""
    if not samples:
        return _FLOOR_DBFS
    turn = 2 * math.pi * hz / rate
    factor = 2 * math.cos(turn)
    last = before = 0.0
    for sample in samples:
        last, before = sample + factor * last - before, last
    power = last * last + before * before - factor * last * before
    amplitude = 2 * math.sqrt(max(power, 0.0)) / len(samples) / 32768
    return max(_FLOOR_DBFS, 20 * math.log10(amplitude)) if amplitude else _FLOOR_DBFS


def _spans(present: list[bool]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    begun: int | None = None
    for i, here in enumerate([*present, False]):
        if here and begun is None:
            begun = i
        if not here and begun is not None:
            found.append((round(begun * _WINDOW_S, 1), round(i * _WINDOW_S, 1)))
            begun = None
    return found
