"""Two mono files are one stereo file, byte for byte, in whatever pieces it is asked for."""

from __future__ import annotations

import io
import wave
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcenter.web.records.audio import Stereo, UnreadableRecording, recording_paths


def write(path: Path, samples: list[int], *, rate: int = 8000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array("h", samples).tobytes())
    return path


def whole(stereo: Stereo) -> bytes:
    return b"".join(stereo.read(0, stereo.size - 1))


def sides(data: bytes) -> tuple[list[int], list[int]]:
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, 8000)
        both = array("h", file.readframes(file.getnframes()))
    return list(both[0::2]), list(both[1::2])


def test_caller_left_agent_right_and_the_shorter_is_silent_after_its_end(tmp_path: Path) -> None:
    stereo = Stereo(write(tmp_path / "c.wav", [1, 2, 3, 4]), write(tmp_path / "a.wav", [-1, -2]))
    data = whole(stereo)
    assert len(data) == stereo.size
    assert sides(data) == ([1, 2, 3, 4], [-1, -2, 0, 0])


def test_a_missing_voice_is_silence_and_none_at_all_is_an_error(tmp_path: Path) -> None:
    there = write(tmp_path / "a.wav", [5, 6])
    assert sides(whole(Stereo(tmp_path / "absent.wav", there))) == ([0, 0], [5, 6])
    with pytest.raises(FileNotFoundError):
        Stereo(tmp_path / "absent.wav", tmp_path / "absent too.wav")


def test_a_recording_that_is_still_being_written_has_no_length_yet(tmp_path: Path) -> None:
    path = write(tmp_path / "c.wav", [1, 2, 3])
    data = bytearray(path.read_bytes())
    data[40:44] = bytes(4)
    path.write_bytes(data)
    assert sides(whole(Stereo(path, tmp_path / "absent.wav"))) == ([1, 2, 3], [0, 0, 0])


def test_what_is_no_mono_wav_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    for bad in (tmp_path / "text.wav", write(tmp_path / "two.wav", [1, 2], channels=2)):
        with pytest.raises(UnreadableRecording):
            Stereo(bad, bad)
    with pytest.raises(UnreadableRecording):
        Stereo(write(tmp_path / "a.wav", [1]), write(tmp_path / "b.wav", [1], rate=16000))


@settings(max_examples=60, deadline=None)
@given(
    caller=st.lists(st.integers(-32768, 32767), min_size=1, max_size=40),
    agent=st.lists(st.integers(-32768, 32767), max_size=40),
    cut=st.data(),
)
def test_any_range_is_that_part_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, caller: list[int], agent: list[int], cut: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("voices")
    stereo = Stereo(write(folder / "c.wav", caller), write(folder / "a.wav", agent))
    data = whole(stereo)
    first = cut.draw(st.integers(0, stereo.size - 1))
    last = cut.draw(st.integers(first, stereo.size - 1))
    assert b"".join(stereo.read(first, last)) == data[first : last + 1]


def test_long_recordings_come_in_pieces(tmp_path: Path) -> None:
    samples = [n % 30_000 for n in range(50_000)]
    stereo = Stereo(write(tmp_path / "c.wav", samples), write(tmp_path / "a.wav", samples))
    assert len(list(stereo.read(0, stereo.size - 1))) > 3
    assert sides(whole(stereo)) == (samples, samples)


def test_a_recording_is_named_by_its_day_and_call() -> None:
    caller, agent = recording_paths(Path("recordings"), "20261123/cc-1795429970.12")
    assert caller == Path("recordings/20261123/cc-1795429970.12-caller.wav")
    assert agent == Path("recordings/20261123/cc-1795429970.12-agent.wav")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "20261123/../../x", "", "cc", "/cc-1795429970.1", "20261123/cc-1.1/x"]
)
def test_no_name_leads_out_of_the_recordings(name: str) -> None:
    with pytest.raises(UnreadableRecording):
        recording_paths(Path("recordings"), name)
