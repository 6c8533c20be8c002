"""Every minute: what was said before an abused agent asked for help is cut out of the recording and kept apart.

A clip has the name of its call's recording. Its folder is none that retention clears. Doing it again changes nothing.
"""

from __future__ import annotations

import time
import wave
from pathlib import Path

import structlog

from callcenter.calls.journal import Kind
from callcenter.jobs.frame import opened
from callcenter.ledger.record import CallRecord
from callcenter.store.events import calls_with
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre

#: Cases of this time are looked at, so that a worker that was away catches up.
_SPAN_MS = 7 * 24 * 3_600_000
#: A clip begins so long before the first warning and goes on to the call's end.
_BEFORE_MS = 60_000

log = structlog.get_logger()


async def keep_evidence() -> int:
    """The job: how many clips were made."""
    since = time.time_ns() // 1_000_000 - _SPAN_MS
    made = 0
    async with opened() as (settings, sessions), sessions() as session:
        for call, at in await calls_with(session, Kind.ABUSE_WARNED, since):
            record = await Records(session, WholeCentre()).get(call)
            if record and record.closed and record.recording:
                made += keep(record, at, settings.recordings, settings.evidence)
    if made:
        log.info("evidence.kept", clips=made)
    return made


def _recorded_ms(record: CallRecord, at: int) -> int:
    """How much was recorded until then: a call that was passed on goes on in the same recording."""
    talks = [(talk.at + (talk.ring_ms or 0), talk.talk_ms or 0) for talk in record.talks]
    if len(talks) < 2:
        return at - (record.answered_at or at)
    return sum(min(max(at - since, 0), length) for since, length in talks)


def keep(record: CallRecord, warned_at: int, recordings: Path, evidence: Path) -> int:
    """Both voices of the call from a minute before the warning; how many clips were made that were not there."""
    assert record.recording
    assert record.answered_at is not None
    begin_ms = max(_recorded_ms(record, warned_at) - _BEFORE_MS, 0)
    made = 0
    for voice in ("caller", "agent"):
        source = recordings / f"{record.recording}-{voice}.wav"
        clip = evidence / f"{record.recording}-{voice}.wav"
        if clip.exists() or not source.exists():
            continue
        clip.parent.mkdir(parents=True, exist_ok=True)
        draft = clip.with_suffix(".part")
        with wave.open(str(source), "rb") as whole, wave.open(str(draft), "wb") as part:
            part.setparams(whole.getparams())
            whole.setpos(min(begin_ms * whole.getframerate() // 1000, whole.getnframes()))
            part.writeframes(whole.readframes(whole.getnframes()))
        draft.replace(clip)
        made += 1
    return made
