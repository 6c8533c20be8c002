"""Both voices of a call as one stereo recording, caller left and agent right, put together while it is sent."""

from __future__ import annotations

import re
import struct
from array import array
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from callcenter.ledger.record import CallRecord, Outcome

#: What Asterisk writes: 16 bits a sample, one channel.
_SAMPLE = 2
_HEADER = 44
_CHUNK_FRAMES = 16_384


class UnreadableRecording(Exception):
    """A file that is no mono 16-bit wav."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Voice:
    path: Path
    rate: int
    #: Where samples begin, and how many there are.
    offset: int
    frames: int


def recording_paths(folder: Path, recording: str) -> tuple[Path, Path]:
    """The caller's and the agent's file of a recording, which is named `<UTC day>/<call>`.

    Raises `UnreadableRecording`: the name is no recording's.
    """
    if re.fullmatch(r"\d{8}/[\w-]+\.\d+", recording) is None:
        raise UnreadableRecording(recording)
    return folder / f"{recording}-caller.wav", folder / f"{recording}-agent.wav"


def message_path(media: Path, record: CallRecord) -> Path | None:
    """The file of the message that this call left; None when it left none, or the file is gone."""
    if record.outcome is not Outcome.VOICEMAIL or record.recording != f"voicemail/{record.call}":
        return None
    path = media / f"{record.recording}.wav"
    return path if re.fullmatch(r"[\w-]+\.\d+", record.call) and path.is_file() else None


class Stereo:
    """Two mono files as one stereo file. A missing or shorter voice is silent."""

    def __init__(self, caller: Path, agent: Path) -> None:
        """Raises `FileNotFoundError`: neither voice was recorded; `UnreadableRecording`: one is no usable wav."""
        self._voices = [_voice(path) for path in (caller, agent)]
        known = [voice for voice in self._voices if voice is not None]
        if not known:
            raise FileNotFoundError(caller)
        if len({voice.rate for voice in known}) > 1:
            raise UnreadableRecording(str(caller))
        self._rate = known[0].rate
        self._frames = max(voice.frames for voice in known)

    @property
    def size(self) -> int:
        """Bytes of the whole stereo file."""
        return _HEADER + self._frames * 2 * _SAMPLE

    def read(self, first: int, last: int) -> Iterator[bytes]:
        """The bytes from `first` to `last`, both included."""
        if first < _HEADER:
            yield self._header()[first : last + 1]
        frame_size = 2 * _SAMPLE
        begin = max(first, _HEADER) - _HEADER
        end = last + 1 - _HEADER
        if end <= begin:
            return
        frame, skip = divmod(begin, frame_size)
        left = end - begin
        with ExitStack() as opened:
            files = [opened.enter_context(voice.path.open("rb")) if voice else None for voice in self._voices]
            while left > 0:
                frames = min(_CHUNK_FRAMES, self._frames - frame)
                data = self._interleaved(files, frame, frames)[skip : skip + left]
                yield data
                left -= len(data)
                frame += frames
                skip = 0

    def _interleaved(self, files: Sequence[BinaryIO | None], frame: int, frames: int) -> bytes:
        both = array("h", bytes(frames * 2 * _SAMPLE))
        for side, (file, voice) in enumerate(zip(files, self._voices, strict=True)):
            if file is None or voice is None or frame >= voice.frames:
                continue
            file.seek(voice.offset + frame * _SAMPLE)
            raw = file.read(min(frames, voice.frames - frame) * _SAMPLE)
            samples = array("h", raw[: len(raw) // _SAMPLE * _SAMPLE])
            both[side : 2 * len(samples) : 2] = samples
        return both.tobytes()

    def _header(self) -> bytes:
        data = self._frames * 2 * _SAMPLE
        return struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            *(b"RIFF", 36 + data, b"WAVE", b"fmt ", 16, 1, 2),
            *(self._rate, self._rate * 2 * _SAMPLE, 2 * _SAMPLE, 8 * _SAMPLE, b"data", data),
        )


def _voice(path: Path) -> _Voice | None:
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        return None
    with path.open("rb") as file:
        if file.read(12)[8:] != b"WAVE":
            raise UnreadableRecording(path.name)
        rate = 0
        while len(head := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", head)
            if name == b"fmt ":
                form, channels, rate, _, _, bits = struct.unpack("<HHIIHH", file.read(length)[:16])
                if (form, channels, bits) != (1, 1, 8 * _SAMPLE):
                    raise UnreadableRecording(path.name)
            elif name == b"data" and rate:
                # While the call lasts Asterisk has not written the length yet.
                held = size - file.tell()
                return _Voice(
                    path=path, rate=rate, offset=file.tell(), frames=(min(length, held) if length else held) // _SAMPLE
                )
            else:
                file.seek(length + length % 2, 1)
    raise UnreadableRecording(path.name)
