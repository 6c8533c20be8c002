"""An uploaded recording becomes a prompt: whether it can be used, and as telephone sound."""

from __future__ import annotations

from enum import StrEnum

import miniaudio

from dialplan import audio

LARGEST_MB = 30
SHORTEST_S, LONGEST_S = 0.2, 120
#: Softer than −60 dBFS at its loudest is a recording of nothing.
_SILENT = 0.001
#: What most recordings have; the decoder hands out every other rate as this one.
_DECODED_RATE = 48000


class Wrong(StrEnum):
    """Why a recording cannot replace a prompt; pages and commands translate it by `RecordingError`."""

    NO_PROMPT = "no_prompt"
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SILENT = "silent"


_WORDS = {
    Wrong.NO_PROMPT: (
        "그런 이름의 안내 음성이 없습니다. 목록에서 이름을 확인해 주세요.",
        "There is no prompt of that name: check the list.",
    ),
    Wrong.TOO_LARGE: (
        f"파일이 너무 큽니다. {LARGEST_MB}MB 이하의 파일을 올려 주세요.",
        f"The file is too large: at most {LARGEST_MB} MB.",
    ),
    Wrong.UNREADABLE: (
        "음성 파일로 읽을 수 없습니다. WAV, MP3, FLAC, OGG(Vorbis) 파일을 올려 주세요.",
        "The file cannot be read as sound: use WAV, MP3, FLAC or OGG (Vorbis).",
    ),
    Wrong.TOO_SHORT: (
        f"녹음이 너무 짧습니다. {SHORTEST_S}초 이상이어야 합니다.",
        f"The recording is too short: at least {SHORTEST_S} seconds.",
    ),
    Wrong.TOO_LONG: (
        f"녹음이 너무 깁니다. {LONGEST_S}초 이하여야 합니다.",
        f"The recording is too long: at most {LONGEST_S} seconds.",
    ),
    Wrong.SILENT: (
        "소리가 들리지 않는 녹음입니다. 마이크를 확인하고 다시 녹음해 주세요.",
        "The recording is silent: check the microphone and record again.",
    ),
}


class RecordingError(Exception):
    """The recording cannot be used; `korean` and `english` say why and what to do."""

    def __init__(self, wrong: Wrong) -> None:
        self.wrong = wrong
        self.korean, self.english = _WORDS[wrong]
        super().__init__(f"{self.korean} / {self.english}")


def decode(recording: bytes) -> list[float]:
    """The recording as a prompt: 8 kHz, loudness and pauses like every other one.

    Raises `RecordingError`.
    """
    if len(recording) > LARGEST_MB * 2**20:
        raise RecordingError(Wrong.TOO_LARGE)
    samples = _samples(recording)
    if len(samples) < SHORTEST_S * _DECODED_RATE:
        raise RecordingError(Wrong.TOO_SHORT)
    if max(map(abs, samples)) < _SILENT * audio.FULL:
        raise RecordingError(Wrong.SILENT)
    finished = audio.finish(audio.resample(samples, _DECODED_RATE))
    if not finished:
        raise RecordingError(Wrong.SILENT)
    return finished


def _samples(recording: bytes) -> list[int]:
    """Mono at `_DECODED_RATE`; read piece by piece, so that a small file cannot swell beyond the longest prompt."""
    samples: list[int] = []
    try:
        pieces = miniaudio.stream_memory(recording, nchannels=1, sample_rate=_DECODED_RATE)
        for piece in pieces:
            samples.extend(piece)
            if len(samples) > LONGEST_S * _DECODED_RATE:
                raise RecordingError(Wrong.TOO_LONG)
    except miniaudio.MiniaudioError as error:
        raise RecordingError(Wrong.UNREADABLE) from error
    return samples
