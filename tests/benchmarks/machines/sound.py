"""Greetings as the telephone carries them: spoken by espeak-ng, at a level, with pauses, noise, tones and music."""

from __future__ import annotations

import random
import subprocess
from array import array
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import cycle, islice
from math import pi, sin, sqrt
from pathlib import Path

from callcenter.asterisk.obtain import obtain_voice
from dialplan.audio import FULL, RATE, resample, write_wav
from tests.benchmarks.machines.greetings import Greeting, Kind

#: How long whatever answers can be heard; the analysis ends before.
_LASTS_S = 8
#: Who hears nothing says hello again.
_AGAIN_S = 2.5
_FRAME = RATE // 50
_BEEP_HZ, _FAX_HZ = 1000, 2100
_CHATTER = (
    "그래서 어제 시장에 갔더니 사람이 정말 많더라고요.",
    "내일 날씨는 대체로 맑고 낮 기온은 이십 도 안팎이 되겠습니다.",
)


def make(greeting: Greeting, folder: Path) -> Path:
    """The wav of a greeting, from the moment of the answer on; once made it stays."""
    target = folder / f"{greeting.name}.wav"
    if not target.exists():
        write_wav(target, list(_sound(greeting)))
    return target


def ring_back(folder: Path, seconds: int) -> Path:
    """Music that the network plays while it rings."""
    target = folder / "ring-back.wav"
    notes = [sin(2 * pi * hz * i / RATE) for hz in (392, 494, 587, 494) for i in range(RATE // 4)]
    write_wav(target, [0.2 * FULL * sample for sample in islice(cycle(notes), seconds * RATE)])
    return target


def _sound(greeting: Greeting) -> Iterator[float]:
    silence = [0.0] * (greeting.before_ms * RATE // 1000)
    if greeting.kind is Kind.FAX:
        heard = silence + _tone(_FAX_HZ, 3.5, greeting.level)
    elif greeting.kind is Kind.SILENT:
        heard = []
    else:
        said = _at(greeting.level, _speak(greeting.words, greeting.voice, greeting.speed, greeting.pitch))
        rest = _tone(_BEEP_HZ, 0.6, greeting.level) if greeting.kind.machine else [0.0] * int(_AGAIN_S * RATE) + said
        heard = silence + said + rest
    length = _LASTS_S * RATE
    heard = [*heard, *[0.0] * max(0, length - len(heard))][:length]
    most = float(FULL)
    for sample, noise in zip(heard, _noise(greeting, length), strict=True):
        yield max(-most, min(most, sample + noise))


def _noise(greeting: Greeting, length: int) -> list[float]:
    chance = random.Random(greeting.name)
    if greeting.babble and not greeting.kind.machine:
        voices = [_speak(words, voice, 150, 50) for words, voice in zip(_CHATTER, ("m5", "f5"), strict=True)]
        mixed = [a + b for a, b in zip(*(islice(cycle(one), length) for one in voices), strict=True)]
        return _at(greeting.noise, mixed)
    smooth, sound = 0.0, []
    for _ in range(length):
        # Rooms and streets rumble more than they hiss.
        smooth = 0.7 * smooth + chance.gauss(0, 1)
        sound.append(smooth)
    return _at(greeting.noise, sound)


def _tone(hz: int, seconds: float, level: float) -> list[float]:
    return _at(level, [sin(2 * pi * hz * i / RATE) for i in range(int(seconds * RATE))])


def _at(level: float, samples: Sequence[float]) -> list[float]:
    """The same with this mean power where something sounds."""
    powers = [sum(s * s for s in samples[i : i + _FRAME]) / _FRAME for i in range(0, len(samples), _FRAME)]
    loud = [power for power in powers if power > max(powers) / 100]
    gain = FULL * 10 ** (level / 20) / sqrt(sum(loud) / len(loud))
    return [gain * sample for sample in samples]


@cache
def _speak(words: str, voice: str, speed: int, pitch: int) -> list[float]:
    command, environment = obtain_voice()
    done = subprocess.run(
        [*command, "-v", f"ko+{voice}", "-s", str(speed), "-p", str(pitch), "--stdout", words],
        env=environment, capture_output=True, check=True,
    )  # fmt: skip
    samples = array("h", done.stdout[44:])
    loudest = max(map(abs, samples))
    first = next(i for i, sample in enumerate(samples) if abs(sample) > loudest / 100)
    last = next(i for i in range(len(samples), 0, -1) if abs(samples[i - 1]) > loudest / 100)
    return resample(samples[first:last], int.from_bytes(done.stdout[24:28], "little"))
