from __future__ import annotations

import array
from math import pi, sin

import pytest

from callcenter.town.speech import _slower


def sine(hz: int, rate: int) -> array.array[int]:
    return array.array("h", (round(10000 * sin(2 * pi * hz * i / rate)) for i in range(rate)))


def power(samples: array.array[int]) -> float:
    return (sum(s * s for s in samples) / len(samples)) ** 0.5


def test_a_voice_keeps_its_length_and_strength_and_what_a_telephone_cannot_carry_goes() -> None:
    voice = _slower(sine(500, 22050), 22050)
    assert len(voice) == 8000
    assert power(voice) == pytest.approx(power(sine(500, 8000)), rel=0.03)
    assert power(_slower(sine(8000, 22050), 22050)) < 0.1 * power(voice)
