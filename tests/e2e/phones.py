"""Real softphones under a test's hand: baresip, driven by its JSON control socket."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from callcenter.asterisk.obtain import PHONES, obtain
from tests.e2e.harness.ports import free_ports

#: Between two keys: a finger's pace, and longer than baresip plays one key.
KEY_PACE_S = 0.35
_STARTS_WITHIN_S = 10.0
_ENDS_WITHIN_S = 5.0


class PhoneError(Exception):
    """The phone did not start, or refused what it was told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """What baresip reports: its name of the event, the call, what goes with it (a key, a reason), the other side and
    how it is called.
    """

    name: str
    call: str
    text: str
    peer: str
    called: str


@dataclass
class Phone:
    """One softphone: what it says is its microphone's wav, what it hears is written to a wav for each call.

    Events are read in order: each wait goes on where the one before ended, so a test reads like the call it tells.
    """

    folder: Path
    server: str
    account: str
    _process: asyncio.subprocess.Process
    _transport: asyncio.Transport | None = None
    _events: list[Event] = field(default_factory=list)
    _read: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _replies: dict[str, asyncio.Future[tuple[bool, str]]] = field(default_factory=dict)
    _commands: int = 0
    _earlier: set[Path] = field(default_factory=set)
    #: The caller's name as this phone showed it when it rang last.
    shown: str = ""

    async def dial(self, number: str) -> None:
        """Phone this number at the server, or a whole `sip:` address."""
        self._earlier = set(self.folder.glob("dump-*"))
        await self._next_wav()
        await self._tell("dial", number if number.startswith("sip:") else f"sip:{number}@{self.server}")

    async def rings(self, within: float = 10.0) -> str:
        """Wait until somebody phones; the caller's number as shown on this phone."""
        event = await self.event("CALL_INCOMING", within=within)
        self.shown = event.called
        return event.peer.removeprefix("sip:").partition("@")[0]

    async def answer(self, within: float = 5.0) -> None:
        """Take the ringing call and wait until it stands."""
        await self._next_wav()
        await self._tell("accept")
        await self.talks(within=within)

    async def answers_call(self, within: float = 10.0) -> str:
        """Wait for the phone to ring and take the call; the caller's number."""
        caller = await self.rings(within)
        await self.answer()
        return caller

    async def talks(self, within: float = 10.0) -> None:
        """Wait until the call that this phone dialled or answers by itself stands."""
        event = await self.event("CALL_ESTABLISHED", "CALL_CLOSED", within=within)
        if event.name == "CALL_CLOSED":
            raise AssertionError(f"{self.account}: the call ended before it stood: {event.text}")

    async def hang_up(self) -> None:
        """End the call, give up dialling, or refuse the ringing call (486)."""
        await self._tell("hangup")
        await self.ended()

    async def ended(self, within: float = 10.0) -> str:
        """Wait until the call is over for whatever reason; baresip's reason, such as `486 Busy Here`."""
        return (await self.event("CALL_CLOSED", within=within)).text

    async def press(self, keys: str) -> None:
        """Send DTMF (RFC 4733), key by key."""
        for key in keys:
            await self._tell("sndcode", key)
            await asyncio.sleep(KEY_PACE_S)

    async def hears_key(self, within: float = 10.0) -> str:
        """Wait for a key that the other side presses."""
        return (await self.event("CALL_DTMF_START", within=within)).text

    async def hold(self) -> None:
        """Put the call on hold. From here on this phone's wav of what it hears stands still (baresip 1.1)."""
        await self._tell("hold")
        await self.event("CALL_ANSWERED")

    async def resume(self) -> None:
        """Take the held call back; baresip 1.1 does so and yet answers with an error."""
        await self._tell("resume", refusable=True)
        await self.event("CALL_ANSWERED")

    async def event(self, *names: str, within: float = 10.0) -> Event:
        """Wait for the next event of one of these names, passing over others."""
        start = self._read
        try:
            async with asyncio.timeout(within):
                while True:
                    while self._read < len(self._events):
                        event = self._events[self._read]
                        self._read += 1
                        if event.name in names:
                            return event
                    if self._transport is None or self._transport.is_closing():
                        raise PhoneError(f"{self.account}: the phone is off; see {self.folder / 'log'}")
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            seen = [event.name for event in self._events[start:]] or "nothing"
            raise AssertionError(f"{self.account}: no {' or '.join(names)} within {within:g} s, but {seen}") from None

    @property
    def heard(self) -> Path:
        """What the latest call sounded like to this phone; a wav as long as sound was received."""
        return self._latest("dec")

    @property
    def said(self) -> Path:
        """What this phone sent in its latest call."""
        return self._latest("enc")

    async def vanish(self) -> None:
        """The plug is pulled: no BYE, no un-REGISTER."""
        self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """Hang up, un-register, end; killed if it does not."""
        if self._process.returncode is None:
            self._process.terminate()
            try:
                async with asyncio.timeout(_ENDS_WITHIN_S):
                    await self._process.wait()
            except TimeoutError:
                await self.vanish()
        if self._transport is not None:
            self._transport.close()

    def _latest(self, side: str) -> Path:
        found = sorted(set(self.folder.glob(f"dump-*-{side}.wav")) - self._earlier)
        if not found:
            raise AssertionError(f"{self.account}: no sound in the latest call")
        return found[-1]

    async def _next_wav(self) -> None:
        """Baresip names its wavs by the second: a second one within it would overwrite the first."""
        if any(self.folder.glob(time.strftime("dump-%Y-%m-%d-%H-%M-%S-*"))):
            await asyncio.sleep(1.01 - time.time() % 1)

    async def _tell(self, command: str, words: str | None = None, *, refusable: bool = False) -> None:
        if self._transport is None or self._transport.is_closing():
            raise PhoneError(f"{self.account}: the phone is off; see {self.folder / 'log'}")
        self._commands += 1
        token = str(self._commands)
        message = {"command": command, "token": token} | ({"params": words} if words is not None else {})
        raw = json.dumps(message).encode()
        reply: asyncio.Future[tuple[bool, str]] = asyncio.get_running_loop().create_future()
        self._replies[token] = reply
        self._transport.write(b"%d:%s," % (len(raw), raw))
        async with asyncio.timeout(_ENDS_WITHIN_S):
            obeyed, said = await reply
        if not obeyed and not refusable:
            raise PhoneError(f"{self.account}: {command} refused: {said.strip()}")

    def _received(self, message: dict[str, object]) -> None:
        def text(key: str) -> str:
            return str(message.get(key, ""))

        if message.get("response"):
            if reply := self._replies.pop(text("token"), None):
                reply.set_result((message.get("ok") is True, text("data")))
            return
        if message.get("type") == "CALL_INCOMING":
            self._earlier = set(self.folder.glob("dump-*"))
        self._events.append(
            Event(
                name=text("type"),
                call=text("id"),
                text=text("param"),
                peer=text("peeruri"),
                called=text("peerdisplayname"),
            )
        )
        self._news.set()

    def _lost(self) -> None:
        for reply in self._replies.values():
            if not reply.done():
                reply.set_exception(PhoneError(f"{self.account}: the phone died; see {self.folder / 'log'}"))
        self._news.set()


@asynccontextmanager
async def open_phone(
    folder: Path,
    server: str,
    account: str,
    *,
    password: str | None = None,
    microphone: Path,
    register: bool = True,
    auto_answer: bool = False,
    address: str = "127.0.0.1",
) -> AsyncIterator[Phone]:
    """A phone that is switched on (and, with a password, registered) and is switched off at the end.

    `server` is `host:port`; the folder takes its files; `microphone` is a mono 8 kHz wav, best minutes long
    (`tones.write_tone`). Without a password it is a stranger's phone. `address` is this machine's at which it stands.

    Raises `PhoneError`: it does not start or register.
    """
    folder.mkdir(parents=True, exist_ok=True)
    programs = obtain(PHONES)
    first = free_ports(4)
    modules = programs.file("usr/lib/baresip/modules")
    # The player must be a device that takes sound and drops it: baresip 1.1 crashes when a wav player is put on hold.
    (folder / "config").write_text(
        f"""poll_method epoll
sip_listen {address}:{first}
net_interface {address}
rtp_ports 31000-32700
ctrl_tcp_listen 127.0.0.1:{first + 2}
audio_source aufile,{microphone.resolve()}
audio_player aubridge,sink
audio_alert aubridge,alert
ausrc_srate 8000
auplay_srate 8000
ringback_disabled yes
call_max_calls 4
jitter_buffer_type fixed
jitter_buffer_delay 1-5
module_path {modules}
module g711.so
module sndfile.so
module aufile.so
module aubridge.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
snd_path {folder.resolve()}
"""
    )
    # Accounts come over the control socket, so that no registration passes before anybody listens.
    (folder / "accounts").write_text("")
    with (folder / "log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *programs.command("baresip"),
            *("-4", "-f", str(folder.resolve())),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A crash of the phone leaves its core file here and not in the work tree.
            cwd=folder,
        )
    phone = Phone(folder=folder, server=server, account=account, _process=process)
    try:
        phone._transport = await _connect(phone, first + 2)
        answering = "auto" if auto_answer else "manual"
        registers = password is not None and register
        secret = f";auth_user={account};auth_pass={password}" if password is not None else ""
        await phone._tell(
            "uanew", f"<sip:{account}@{server}>;regint={60 if registers else 0};answermode={answering}{secret}"
        )
        if registers:
            event = await phone.event("REGISTER_OK", "REGISTER_FAIL")
            if event.name == "REGISTER_FAIL":
                raise PhoneError(f"{account}: not registered: {event.text}")
        yield phone
    finally:
        await phone.stop()


async def _connect(phone: Phone, port: int) -> asyncio.Transport:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_STARTS_WITHIN_S):
            while phone._process.returncode is None:
                try:
                    transport, _ = await loop.create_connection(lambda: _Control(phone), "127.0.0.1", port)
                except ConnectionRefusedError:
                    await asyncio.sleep(0.02)
                else:
                    return transport
    except TimeoutError:
        pass
    raise PhoneError(f"{phone.account}: baresip did not start; see {phone.folder / 'log'}")


class _Control(asyncio.Protocol):
    """Netstrings of JSON from baresip."""

    def __init__(self, phone: Phone) -> None:
        self._phone = phone
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            length, colon, rest = self._buffer.partition(b":")
            if not colon or len(rest) < int(length) + 1:
                return
            self._phone._received(json.loads(rest[: int(length)].decode("utf-8", "replace")))
            self._buffer = rest[int(length) + 1 :]

    def connection_lost(self, exc: Exception | None) -> None:
        self._phone._lost()
