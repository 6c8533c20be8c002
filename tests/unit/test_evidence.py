"""What was said before an abused agent asked for help."""

from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

from callcenter.calls.journal import Entry, Kind
from callcenter.jobs.evidence import keep
from callcenter.ledger.fold import fold

RECORD = replace(
    fold([Entry(key="k", kind=Kind.ENTERED, at=0, call="cc-1.1", data={})]),
    answered_at=1_000_000,
    recording="20261124/cc-1.1",
)


def test_both_voices_are_kept_from_a_minute_before_the_warning_to_the_end_once(tmp_path: Path) -> None:
    recordings, evidence = tmp_path / "recordings", tmp_path / "evidence"
    (recordings / "20261124").mkdir(parents=True)
    for voice, seconds in (("caller", 100), ("agent", 30)):
        with wave.open(str(recordings / f"{RECORD.recording}-{voice}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(b"".join(bytes([second, 0]) * 8000 for second in range(seconds)))
    # Warned 70 seconds into the conversation: from the tenth on.
    assert keep(RECORD, 1_070_000, recordings, evidence) == 2
    with wave.open(str(evidence / f"{RECORD.recording}-caller.wav")) as clip:
        assert (clip.getnframes(), clip.readframes(1)) == (90 * 8000, bytes([10, 0]))
    with wave.open(str(evidence / f"{RECORD.recording}-agent.wav")) as clip:
        assert clip.getnframes() == 20 * 8000
    assert keep(RECORD, 1_070_000, recordings, evidence) == 0


def test_a_warning_in_the_first_minute_keeps_everything_and_a_lost_recording_nothing(tmp_path: Path) -> None:
    assert keep(RECORD, 1_010_000, tmp_path, tmp_path / "evidence") == 0
