"""Between the floor and Asterisk: what happens there becomes events, what the floor commands is carried out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

import structlog

from callcenter.asterisk.addresses import (
    ANNOUNCER,
    announcer,
    connect_extension,
    endpoint,
    message_extension,
    outside_endpoint,
    outside_variables,
)
from callcenter.asterisk.ari import AriClient, AriError, Json
from callcenter.asterisk.hang_ups import HangUps
from callcenter.asterisk.meanwhile import Meanwhile
from callcenter.asterisk.seen import CALLER_CONTEXTS, WAITING, caller_seen
from callcenter.calls import commands, events
from callcenter.calls.events import AsteriskSeen, SeenCall
from callcenter.calls.floor import Floor
from callcenter.calls.journal import Entry
from callcenter.calls.reconfigure import reconfigure
from callcenter.calls.recovery import compare
from callcenter.centre import Centre
from dialplan.company_music import music_class

_MUSIC = "default"
#: A customer is phoned only when what was decided is safe in the journal, which must not take longer.
_SAFE_S = 3.0
_LISTENER_RINGS_S = 20
#: Q.850: temporary failure.
_FAILED = 41
#: Everything else is filtered out by Asterisk itself: it would only cost both sides time. The filter does not spare
#: answers to requests nor the notice of being replaced, so these two stand here too.
_EVENTS = ["StasisStart", "Dial", "ChannelHangupRequest", "ChannelDestroyed", "ChannelDtmfReceived", "PlaybackFinished"]
_EVENTS += ["RESTResponse", "ApplicationReplaced"]

log = structlog.get_logger()


def now_ms() -> int:
    """Epoch milliseconds."""
    return time.time_ns() // 1_000_000


class Telephony:
    """Drives one floor on one Asterisk. Synchronous in the event path: an event is answered before the next is read."""

    def __init__(
        self,
        ari: AriClient,
        floor: Floor,
        write: Callable[[Iterable[Entry]], None],
        agent_changed: Callable[[str], None],
        reply: Callable[[str, str | None], None],
        safe: Callable[[], Awaitable[None]],
        look_up: Callable[[str, str], None],
        redirect: Callable[[str, str, str], Awaitable[bool]],
    ) -> None:
        """`safe` returns when everything written so far is in the journal; `look_up` gets channel and caller;
        `redirect` takes a channel, wherever it is, to this context and extension, and tells whether it could.
        """
        self.ari = ari
        self.floor = floor
        self._write = write
        #: Bridges of companies with music of their own, as far as they were opened on this connection.
        self._rooms: set[str] = set()
        self._safe = safe
        self._look_up = look_up
        self._redirect = redirect
        #: What is not awaited: Asterisk's answer comes while events go on.
        self._under_way: set[asyncio.Task[None]] = set()
        self._hang_ups = HangUps()
        self._agent_changed = agent_changed
        self._reply = reply
        self._timers: dict[str, asyncio.TimerHandle] = {}
        #: Until the first look, events tell of calls that the floor does not know yet.
        self._looked = False
        self._while_looking = Meanwhile()
        self.node = ""
        self.version = ""
        ari.on_channel_event("StasisStart", self._stasis_start)
        ari.on_channel_event("ChannelHangupRequest", self._hangs_up)
        ari.on_channel_event("ChannelDestroyed", self._channel_destroyed)
        ari.on_channel_event("ChannelDtmfReceived", self._dtmf)
        ari.on_event("Dial", self._dial)
        ari.on_event("PlaybackFinished", self._playback_finished)

    # -- what Asterisk tells

    def handle(self, event: events.Event) -> None:
        """Let the floor answer an event, and carry out what it says."""
        self._execute(self.floor.handle(event, now_ms()))

    def _stasis_start(self, channel: Json, event: Json) -> None:
        if not self._looked:
            self._while_looking.entered(channel, event)
            return
        caller = channel["caller"]["number"]
        match event["args"]:
            case ["inbound", dnis]:
                self.handle(events.CallEntered(channel["id"], dnis, caller, channel["state"] == "Up"))
            case ["callback"]:
                self.handle(events.CustomerAnswered(channel["id"]))
            case ["campaign", agent, group, company, shown, language]:
                self.handle(events.CustomerHanded(channel["id"], agent, group, company, caller, shown, language))
            case ["announcement", playback, language, *prompts]:
                self._play(channel["id"], playback, prompts, language)
            case ["passed"]:
                self.handle(events.CallPassed(channel["id"]))
            case ["listens"]:
                self.handle(events.ListenerAnswered(channel["id"]))
            case ["after", status]:
                self.handle(events.CallReturned(channel["id"], status))
            case ["feature", code, agent]:
                self.handle(events.FeatureDialled(channel["id"], agent, code))
            case ["internal", number, agent]:
                self.handle(events.ColleagueDialled(channel["id"], agent, number))
            case _:
                log.warning("ari.unknown_purpose", purpose=event["args"][:1])

    def _hangs_up(self, channel: Json, event: Json) -> None:
        self._hang_ups.asked(channel["id"])
        if self._looked:
            self.handle(events.HangsUp(channel["id"]))

    def _channel_destroyed(self, channel: Json, event: Json) -> None:
        self._hang_ups.gone(channel["id"])
        if self._looked:
            self.handle(events.ChannelGone(channel["id"], event["cause"]))
        else:
            self._while_looking.gone(channel["id"])

    def _dtmf(self, channel: Json, event: Json) -> None:
        if self._looked:
            self.handle(events.KeyPressed(channel["id"], event["digit"]))

    def _playback_finished(self, event: Json) -> None:
        if not self._looked:
            return
        playback = event["playback"]
        if self._hang_ups.unplayable(playback):
            log.error("prompt.unplayable", media=playback["media_uri"])
        if playback["target_uri"].endswith(ANNOUNCER):
            self.ari.channels.hangup(playback["target_uri"].removeprefix("channel:"))
        self.handle(events.PlaybackFinished(playback["id"]))

    def _dial(self, event: Json) -> None:
        caller, peer = event.get("caller"), event["peer"]
        if not self._looked or caller is None:
            return
        if event["dialstatus"] == "":
            self.handle(events.PhoneRings(caller["id"], endpoint(peer["name"]), peer["id"]))
        elif event["dialstatus"] == "ANSWER":
            self.handle(events.PhoneAnswered(caller["id"], peer["id"]))

    def phone_reachable(self, account: str, reachable: bool) -> None:
        """News of the manager interface."""
        self.handle(events.PhoneReachable(account, reachable))

    def reconfigure(self, centre: Centre, version: int, by: str) -> None:
        """The centre is described otherwise from now on; everything that goes on goes on."""
        self._execute(reconfigure(self.floor, centre, now_ms(), version=version, by=by))

    # -- what the floor commands

    def _execute(self, todo: list[commands.Command]) -> None:
        written: list[Entry] = []
        for command in todo:
            match command:
                case commands.Write(entry):
                    written.append(entry)
                case commands.Connect():
                    self.ari.channels.continueInDialplan(command.channel, "cc-connect", connect_extension(command))
                case commands.LookUp(channel, number):
                    self._look_up(channel, number)
                case commands.Dial():
                    self._meanwhile(self._phone_customer(command))
                case commands.RingListener():
                    self._meanwhile(self._ring_listener(command))
                case commands.LetListen(channel):
                    self.ari.channels.continueInDialplan(channel, "cc-listen", "hear")
                case commands.Redirect():
                    self._meanwhile(self._take_out(command))
                case commands.TakeMessage(channel):
                    self.ari.channels.continueInDialplan(channel, "cc-voicemail", message_extension(command))
                case commands.PutThrough(channel):
                    self.ari.channels.setChannelVar(channel, "CC_OUTSIDE", outside_endpoint(command.number))
                    self.ari.channels.continueInDialplan(channel, "cc-outside", f"{command.group}*{command.company}")
                case commands.HoldInQueue(channel, company):
                    self.ari.bridges.addChannel(self._waiting_room(company), channel)
                case commands.Play(channel, playback, prompts, language):
                    self._play(channel, playback, prompts, language)
                case commands.Announce(channel, playback, prompts, language):
                    words = ",".join(("announcement", playback, language, *prompts))
                    self.ari.channels.snoopChannelWithId(channel, announcer(channel), "both", words)
                case commands.StopPlaying(playback):
                    self.ari.playbacks.stop(playback)
                case commands.Answer(channel):
                    self.ari.channels.answer(channel)
                case commands.HangUp(channel):
                    self.ari.channels.hangup(channel)
                case commands.ConnectColleague(channel, number):
                    self.ari.channels.continueInDialplan(channel, "cc-internal", number)
                case commands.StartTimer(name, after_ms):
                    self._stop_timer(name)
                    self._timers[name] = asyncio.get_running_loop().call_later(after_ms / 1000, self._fire, name)
                case commands.StopTimer(name):
                    self._stop_timer(name)
                case commands.AgentChanged(agent):
                    self._agent_changed(agent)
                case commands.Reply(ticket, error):
                    self._reply(ticket, error)
        if written:
            self._write(written)

    def _play(self, channel: str, playback: str, prompts: Iterable[str], language: str) -> None:
        media = ",".join(f"sound:cc/{prompt}" for prompt in prompts)
        self.ari.channels.playWithId(channel, playback, media, language)

    def _waiting_room(self, company: str) -> str:
        """The bridge in which callers of a company with music of its own wait, or (empty) all others."""
        if not company:
            return WAITING
        room = f"{WAITING}-{company}"
        if room not in self._rooms:
            self._rooms.add(room)
            self.ari.bridges.openWithMoh(room, music_class(company))
        return room

    async def _phone_customer(self, dial: commands.Dial) -> None:
        """Not before the attempt is safe: whatever is killed now, it will be known to have been made."""
        try:
            async with asyncio.timeout(_SAFE_S):
                await self._safe()
            await self.ari.channels.originate(
                outside_endpoint(dial.number), dial.channel, outside_variables(dial),
                context="cc-callback", extension="s", priority=1, callerId=dial.shown, timeout=dial.ring_s,
            )  # fmt: skip
        except (TimeoutError, AriError) as trouble:
            log.warning("dial.failed", error=type(trouble).__name__, status=getattr(trouble, "status", None))
            self.handle(events.ChannelGone(dial.channel, _FAILED))

    async def _ring_listener(self, ring: commands.RingListener) -> None:
        try:
            await self.ari.channels.originate(
                f"PJSIP/{ring.phone}", ring.channel, {"CC_HEARD": ring.agent_channel},
                context="cc-listen", extension="s", priority=1, callerId="listen", timeout=_LISTENER_RINGS_S,
            )  # fmt: skip
        except AriError as trouble:
            log.warning("listen.failed", error=type(trouble).__name__, status=trouble.status)
            self.handle(events.ChannelGone(ring.channel, _FAILED))

    async def _take_out(self, wanted: commands.Redirect) -> None:
        if not await self._redirect(wanted.channel, wanted.context, wanted.extension):
            self.handle(events.NotPassed(wanted.channel))

    def _meanwhile(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    def _stop_timer(self, name: str) -> None:
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()

    def _fire(self, name: str) -> None:
        self._timers.pop(name, None)
        self.handle(events.TimerFired(name))

    # -- looking afresh

    async def connected(self) -> None:
        """Take over: ask for the events wanted, have the shared music ready, look at what there is."""
        ari = self.ari
        info = await ari.asterisk.getInfo()
        self.node, self.version = info["config"]["name"], info["system"]["version"]
        await ari.applications.subscribe("channel:")
        await ari.applications.filter(_EVENTS)
        self._rooms.clear()
        if all(bridge["id"] != WAITING for bridge in await ari.bridges.list()):
            await ari.bridges.createWithId(WAITING, "holding")
        try:
            await ari.bridges.startMoh(WAITING, _MUSIC)
        except AriError as error:
            log.error("music.unavailable", error=str(error))
        await self.look(fresh=True)

    def lost(self) -> None:
        """The connection is gone; what happens meanwhile is found at the next look."""
        self._looked = False
        self._while_looking = Meanwhile()
        self._hang_ups = HangUps()

    async def look(self, fresh: bool = False) -> None:
        """Compare what the floor believes with what Asterisk shows."""
        bridges = await self.ari.bridges.list()
        channels = await self.ari.channels.list()
        seen = await self._seen(channels, bridges, fresh)
        if not fresh and not self._looked:
            return
        self._looked = True
        self._execute(compare(self.floor, self._while_looking.corrected(seen), now_ms()))
        for channel, event in self._while_looking.unseen(seen):
            self._stasis_start(channel, event)
        self._while_looking = Meanwhile()

    async def _seen(self, channels: list[Json], bridges: list[Json], fresh: bool) -> AsteriskSeen:
        names = {channel["id"]: channel["name"] for channel in channels}
        bridge_of = {member: bridge for bridge in bridges for member in bridge["channels"]}
        calls = []
        for channel in channels:
            if channel["dialplan"]["context"] in CALLER_CONTEXTS:
                call = caller_seen(channel, bridge_of.get(channel["id"]), names)
                if fresh:
                    call = await self._with_details(call)
                calls.append(SeenCall(**call))
        return AsteriskSeen(calls=tuple(calls), channels=frozenset(names), fresh=fresh)

    async def _with_details(self, call: dict[str, Any]) -> dict[str, Any]:
        try:
            call["dnis"] = await self.ari.channels.getChannelVar(call["channel"], "CC_DNIS")
            if call["agent_channel"]:
                at = await self.ari.channels.getChannelVar(call["agent_channel"], "CC_ANSWERED")
                call["answered_at"] = int(at) if at else None
        except AriError:
            pass  # hung up meanwhile
        return call
