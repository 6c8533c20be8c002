"""Interviews on Asterisk's channels: prompts, keys, recordings and pauses, in the words of its REST interface."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from callcenter.asterisk.ari import AriClient, Json
from callcenter.asterisk.hang_ups import HangUps
from callcenter.calls.commands import Play, StartTimer, StopPlaying, StopTimer
from callcenter.campaigns.commands import Command, HandOver, Record
from callcenter.campaigns.interview import End, Interview

#: The tone before a recording, and some patience after its longest.
_RECORDING_SPARE_S = 5.0
_GOODBYE = "goodbye"

log = structlog.get_logger()


@dataclass(slots=True)
class _Talk:
    interview: Interview
    since: int
    timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    told: bool = False


class Interviews:
    """Those that are on now, by channel. `ended` hears of each once its last answer is given; then come the thanks.

    A customer who wants an agent goes to `hand_over` with the group, and is no longer ours.
    """

    def __init__(
        self, ari: AriClient, ended: Callable[[Interview, int], None], hand_over: Callable[[str, str], None]
    ) -> None:
        self._ari = ari
        self._ended = ended
        self._hand_over = hand_over
        self._talks: dict[str, _Talk] = {}
        #: An earlier process may have used the same names on a channel that is still there.
        self._token = uuid.uuid4().hex[:8]
        self._hang_ups = HangUps()
        ari.on_channel_event("ChannelDtmfReceived", self._key)
        ari.on_channel_event("ChannelHangupRequest", self._hangs_up)
        ari.on_event("PlaybackFinished", self._played)
        ari.on_event("RecordingFinished", self._recorded)
        ari.on_event("RecordingFailed", self._recorded)

    def begin(self, interview: Interview, now: int) -> None:
        """The customer has answered (epoch ms)."""
        self._talks[interview.channel] = _Talk(interview, now)
        self._obey(interview.channel, interview.begin())

    def filled(self, channel: str, full: frozenset[tuple[str, str]]) -> None:
        """Of these answers there are enough now."""
        if talk := self._talks.get(channel):
            talk.interview.full = full

    def hung_up(self, channel: str) -> None:
        """The channel is gone."""
        if talk := self._talks.get(channel):
            self._obey(channel, talk.interview.hung_up())
            self._forget(channel)

    def hang_up(self, channel: str) -> None:
        """End the call, but not before the last words are said."""
        talk = self._talks.get(channel)
        if talk is None or talk.interview.over:
            self._ari.channels.hangup(channel)

    def say_goodbye(self, channel: str, prompt: str, language: str) -> None:
        """Say only this, then end the call."""
        self._ari.channels.playWithId(channel, f"{channel}:{_GOODBYE}", f"sound:cc/{prompt}", language)

    def forget_all(self) -> None:
        """The connection is lost; what became of the calls is found at the next."""
        for channel in list(self._talks):
            self._forget(channel)

    def _forget(self, channel: str) -> None:
        self._hang_ups.gone(channel)
        for timer in self._talks.pop(channel).timers.values():
            timer.cancel()

    # -- what Asterisk tells

    def _key(self, channel: Json, event: Json) -> None:
        if talk := self._talks.get(channel["id"]):
            self._obey(channel["id"], talk.interview.key(event["digit"]))

    def _hangs_up(self, channel: Json, event: Json) -> None:
        if channel["id"] in self._talks:
            self._hang_ups.asked(channel["id"])

    def _played(self, event: Json) -> None:
        playback = event["playback"]
        channel = playback["target_uri"].removeprefix("channel:")
        if playback["id"] == f"{channel}:{_GOODBYE}":
            self._ari.channels.hangup(channel)
        elif talk := self._talks.get(channel):
            if self._hang_ups.unplayable(playback):
                log.error("prompt.unplayable", media=playback["media_uri"])
            self._obey(channel, talk.interview.playback_finished(playback["id"].removesuffix(f":{self._token}")))

    def _recorded(self, event: Json) -> None:
        recording = event["recording"]
        channel = recording["target_uri"].removeprefix("channel:")
        if talk := self._talks.get(channel):
            self._stop(talk, recording["name"])
            length_ms = 1000 * int(recording.get("duration", 0))
            self._obey(channel, talk.interview.recorded(recording["name"], length_ms))

    def _unrecorded(self, channel: str, recording: str) -> None:
        """Asterisk could not record, so nothing told of an end: as if nothing had been said."""
        if talk := self._talks.get(channel):
            log.error("answer.unrecorded")
            self._obey(channel, talk.interview.recorded(recording, 0))

    def _silent(self, channel: str, timer: str) -> None:
        if talk := self._talks.get(channel):
            talk.timers.pop(timer, None)
            self._obey(channel, talk.interview.silence())

    # -- what the interview commands

    def _obey(self, channel: str, commands: Iterable[Command]) -> None:
        talk = self._talks[channel]
        for command in commands:
            match command:
                case Play(_, playback, prompts, language):
                    media = ",".join(f"sound:{one if '/' in one else f'cc/{one}'}" for one in prompts)
                    self._ari.channels.playWithId(channel, f"{playback}:{self._token}", media, language)
                case StopPlaying(playback):
                    self._ari.playbacks.stop(f"{playback}:{self._token}")
                case Record(_, recording, most_s):
                    self._ari.channels.record(channel, recording, most_s)
                    wait_s = most_s + _RECORDING_SPARE_S
                    talk.timers[recording] = asyncio.get_running_loop().call_later(
                        wait_s, self._unrecorded, channel, recording
                    )
                case StartTimer(name, after_ms):
                    self._stop(talk, name)
                    loop = asyncio.get_running_loop()
                    talk.timers[name] = loop.call_later(after_ms / 1000, self._silent, channel, name)
                case StopTimer(name):
                    self._stop(talk, name)
                case HandOver(_, group):
                    self._hand_over(channel, group)
        if talk.interview.end is not None and not talk.told:
            talk.told = True
            self._ended(talk.interview, talk.since)
        if talk.interview.end is End.TRANSFERRED:
            self._forget(channel)
        elif talk.interview.over:
            self._ari.channels.hangup(channel)

    def _stop(self, talk: _Talk, name: str) -> None:
        if timer := talk.timers.pop(name, None):
            timer.cancel()
