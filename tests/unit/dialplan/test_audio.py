from __future__ import annotations

import itertools
import wave
from math import log10, pi, sin, sqrt
from pathlib import Path

import pytest

from dialplan.audio import FULL, RATE, finish, resample, write_wav
from dialplan.music import hold_music, tone


def _sine(frequency: float, rate: int, seconds: float = 0.5, peak: float = 0.5) -> list[float]:
    return [FULL * peak * sin(2 * pi * frequency * i / rate) for i in range(round(rate * seconds))]


def _decibels(samples: list[float]) -> float:
    middle = samples[len(samples) // 5 : -len(samples) // 5]
    return 20 * log10(max(1e-9, sqrt(sum(s * s for s in middle) / len(middle)) / FULL))


def _difference(one: list[float], other: list[float]) -> float:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("rate", [22050, 48000, 16000])
def test_the_telephone_band_passes_and_what_would_fold_back_does_not(rate: int) -> None:
    loud = _decibels(_sine(1000, rate))
    assert _decibels(resample(_sine(300, rate), rate)) == pytest.approx(loud, abs=0.1)
    assert _decibels(resample(_sine(3000, rate), rate)) == pytest.approx(loud, abs=1)
    for above in (4900, 5500, 7000):
        assert _decibels(resample(_sine(above, rate), rate)) < loud - 48


@pytest.mark.parametrize("rate", [4000, 8000, 11025, 22050, 44100, 96000])
def test_resampling_keeps_time_and_pitch(rate: int) -> None:
    slow = resample(_sine(440, rate), rate)
    assert len(slow) == pytest.approx(RATE / 2, abs=1)
    crossings = sum(1 for a, b in itertools.pairwise(slow) if a < 0 <= b)
    assert crossings == pytest.approx(220, abs=1)


def test_finished_speech_has_no_long_silence_one_loudness_and_soft_edges() -> None:
    quiet = [0.0] * RATE + _sine(500, RATE, 1, 0.01) + [0.0] * RATE
    loud = [0.0] * 4000 + _sine(500, RATE, 1, 0.9) + [0.0] * 4000
    for samples in (finish(quiet), finish(loud)):
        assert len(samples) == pytest.approx(1.28 * RATE, abs=0.06 * RATE)
        assert 20 * log10(sqrt(sum(s * s for s in samples[2000:6000]) / 4000) / FULL) == pytest.approx(-18, abs=0.3)
        assert max(map(abs, samples)) <= 0.86 * FULL
        assert abs(samples[0]) < 10
        assert samples[-1] == 0
    assert finish([0.0] * RATE) == []
    assert finish([]) == []


def test_one_loud_peak_does_not_overload() -> None:
    assert max(map(abs, finish([*_sine(500, RATE, 1, 0.001), FULL, *_sine(500, RATE, 1, 0.001)]))) <= 0.851 * FULL


def test_hold_music_loops_without_a_seam_at_its_level() -> None:
    music = hold_music()
    assert len(music) == 76.8 * RATE
    assert 20 * log10(sqrt(sum(s * s for s in music) / len(music)) / FULL) == pytest.approx(-20, abs=0.1)
    assert max(map(abs, music)) < FULL
    steps = [abs(b - a) for a, b in itertools.pairwise(music)]
    assert abs(music[0] - music[-1]) <= sorted(steps)[len(steps) * 999 // 1000]
    # The three rounds differ in touch only: the last bar rings on into the beginning as the others do into the next.
    first, second, third = (music[i * len(music) // 3 :][:RATE] for i in range(3))
    assert _difference(first, second) < 1.5 * _difference(second, third)
    levels = [sqrt(sum(s * s for s in music[i : i + RATE]) / RATE) for i in range(0, len(music) - RATE, RATE)]
    assert min(levels) > 0.02 * FULL


def test_the_tone_for_measuring_is_exact() -> None:
    measuring = tone(1004, 2, -12)
    assert len(measuring) == 2 * RATE
    assert _decibels(measuring) == pytest.approx(-12, abs=0.02)
    assert sum(1 for a, b in itertools.pairwise(measuring) if a < 0 <= b) == pytest.approx(2008, abs=1)


def test_a_written_file_is_what_asterisk_plays(tmp_path: Path) -> None:
    write_wav(tmp_path / "new/sound.wav", [0.0, 100.4, -100.6, FULL])
    with wave.open(str(tmp_path / "new/sound.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth(), file.getnframes()) == (8000, 1, 2, 4)
        assert file.readframes(4) == b"\x00\x00\x64\x00\x9b\xff\xff\x7f"
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["sound.wav"]
