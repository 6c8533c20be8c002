"""The echo call: Asterisk phones itself, plays a tone, and what comes back is measured.

It passes through SIP with authentication, RTP both ways, the prompts and the recorder, as a customer's call does.
"""

from __future__ import annotations

import array
import asyncio
import secrets
import sys
import wave
from pathlib import Path

import aiohttp

from callcenter.doctor import judge
from callcenter.doctor.ari import Ari
from callcenter.doctor.finding import Finding, failed

_TONE_HZ = 1004.0
_RING_S = 5
_CALL_S = 12.0
_FILE_S = 2.0
_POLL_S = 0.1


async def echo_call(ari: Ari, media: Path) -> Finding:
    """Place the call and judge its recording, which is removed."""
    name = f"doctor{secrets.token_hex(6)}"
    recording = media / "selftest" / f"{name}.wav"
    channel = f"callcenter-doctor-{name}"
    try:
        await ari.post("channels", channelId=channel, endpoint="PJSIP/selftest", context="cc-selftest-tone",
                       extension=name, priority=1, timeout=_RING_S)  # fmt: skip
        if not await _ended(ari, channel):
            await ari.delete(f"channels/{channel}")
            return failed("audio.endless", seconds=int(_CALL_S))
        return await _judge_recording(recording)
    except aiohttp.ClientResponseError as error:
        return failed("audio.refused", status=error.status, why=error.message)
    finally:
        recording.unlink(missing_ok=True)


async def _ended(ari: Ari, channel: str) -> bool:
    for _ in range(int(_CALL_S / _POLL_S)):
        if not await ari.exists(f"channels/{channel}"):
            return True
        await asyncio.sleep(_POLL_S)
    return False


async def _judge_recording(recording: Path) -> Finding:
    """The recorder closes its file a moment after the call."""
    for _ in range(int(_FILE_S / _POLL_S)):
        if recording.exists():
            break
        await asyncio.sleep(_POLL_S)
    else:
        return failed("audio.unanswered")
    await asyncio.sleep(_POLL_S)
    try:
        with wave.open(str(recording)) as sound:
            rate = sound.getframerate()
            samples = array.array("h", sound.readframes(sound.getnframes()))
    except (wave.Error, EOFError, OSError) as error:
        return failed("audio.unreadable", why=str(error))
    if sys.byteorder == "big":
        samples.byteswap()
    return judge.echo(samples, rate, _TONE_HZ)
