"""Asterisk's manager interface through panoramisk, wrapped against its known faults (docs/adr/0002).

Used for what only it tells, which phones can be reached, and for what only it can: to end a conversation of the
dialplan and keep one of the two. One connection object a connection, so that nothing is ever
sent again behind our back; values checked for line breaks; text decoded over segment borders; every action with a
time limit; a watchdog; callbacks that cannot kill the connection.
"""

from __future__ import annotations

import asyncio
import codecs
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import structlog
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

_ANSWER_S = 5.0
_PING_EVERY_S = 10.0
_PAUSE_S = 0.5
_BOOT_S = 60.0

Message = Mapping[str, Any]

log = structlog.get_logger()


class AmiError(Exception):
    """An action was refused, unanswered, or could not be sent."""


class _EveryAction:
    """Contains every action name: panoramisk then repeats none after a reconnection."""

    def __contains__(self, name: object) -> bool:
        return True


class _Protocol(AMIProtocol):  # type: ignore[misc]
    """Decodes UTF-8 across segment borders; fails what waits when the connection closes."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def data_received(self, data: bytes) -> None:
        super().data_received(self._decoder.decode(data).encode("utf-8"))

    def close(self) -> None:
        waiting = list(self.responses.values())
        super().close()
        for action in waiting:
            if not action.future.done():
                action.future.set_exception(AmiError("connection lost"))
                action.future.exception()  # nobody may be waiting any more


class _Manager(Manager):  # type: ignore[misc]
    """Says when its connection is gone and leaves it to us to make another."""

    lost: asyncio.Event

    def connection_lost(self, exc: object) -> None:
        self.lost.set()


class AmiClient:
    """`run` keeps it connected until cancelled."""

    def __init__(self, host: str, port: int, user: str, secret: str) -> None:
        self._host, self._port, self._user, self._secret = host, port, user, secret
        self._manager: _Manager | None = None

    @property
    def connected(self) -> bool:
        """Whether actions reach Asterisk now."""
        return self._manager is not None

    async def run(self, on_event: Callable[[Message], None], on_connected: Callable[[], Awaitable[None]]) -> None:
        """Stay connected; `on_connected` runs at each log-in, `on_event` with every event let through by the filter."""
        while True:
            try:
                await self._converse(on_event, on_connected)
            except (OSError, AmiError, TimeoutError) as error:
                log.info("ami.unavailable", error=type(error).__name__)
            finally:
                self._manager = None
            await asyncio.sleep(_PAUSE_S)

    async def ask(self, action: str, **values: str) -> list[Message]:
        """Send an action; all messages of its answer. Raises `AmiError`."""
        if self._manager is None:
            raise AmiError("not connected")
        return await _ask(self._manager, action, values)

    async def redirect(self, channel: str, context: str, extension: str) -> bool:
        """Take a channel (its id) to this place in the dialplan, whatever it does; whether that was possible."""
        try:
            await self.ask("Redirect", Channel=channel, Context=context, Exten=extension, Priority="1")
        except (AmiError, TimeoutError) as trouble:
            log.warning("ami.not_redirected", error=type(trouble).__name__)
            return False
        return True

    async def _converse(self, on_event: Callable[[Message], None], on_connected: Callable[[], Awaitable[None]]) -> None:
        loop = asyncio.get_running_loop()
        manager = _Manager(
            loop=loop,
            username=self._user,
            secret=self._secret,
            forgetable_actions=_EveryAction(),
            ping_delay=86_400,
        )
        manager.lost = asyncio.Event()
        booted = asyncio.Event()

        def receive(_: Manager, event: Message) -> None:
            if event.get("event") == "FullyBooted":
                booted.set()
            try:
                on_event(event)
            except Exception:
                log.exception("ami.event_failed", kind=event.get("event"))

        manager.register_event("*", receive)
        opened = loop.create_future()
        opened.set_result(await loop.create_connection(_Protocol, self._host, self._port))
        manager.connection_made(opened)
        try:
            async with asyncio.timeout(_ANSWER_S):
                answer = await manager.authenticated_future
            if not answer.success:
                raise AmiError("log-in refused: the AMI password of the settings is not Asterisk's")
            # An Asterisk that still loads its modules leaves some actions unanswered.
            async with asyncio.timeout(_BOOT_S):
                await booted.wait()
            self._manager = manager
            await on_connected()
            while not manager.lost.is_set():
                try:
                    async with asyncio.timeout(_PING_EVERY_S):
                        await manager.lost.wait()
                except TimeoutError:
                    await _ask(manager, "Ping", {})
            raise AmiError("connection lost")
        finally:
            manager.close()


async def _ask(manager: Manager, action: str, values: Mapping[str, str]) -> list[Message]:
    for name, value in values.items():
        if any(c in f"{name}{value}" for c in "\r\n"):
            raise AmiError(f"{action}: a line break in '{name}' would start another header")
    async with asyncio.timeout(_ANSWER_S):
        # Asked for a list, panoramisk never ends when the answer is an error; by itself it sees a list begin.
        answer = await manager.send_action({"Action": action, **values}, as_list=None)
    messages: list[Message] = list(answer) if isinstance(answer, list) else [answer]
    if messages[0].get("response") == "Error":
        raise AmiError(f"{action}: {messages[0].get('message')}")
    return messages


class Phones:
    """Which SIP accounts can be reached, from contact events and, where those are ambiguous, from the whole list."""

    _GONE = ("Removed", "Unreachable")

    def __init__(self, ami: AmiClient, changed: Callable[[str, bool], None]) -> None:
        """`changed(account, reachable)` is told every news."""
        self._ami = ami
        self._changed = changed
        self._reachable: set[str] = set()
        #: Set when the whole list must be asked for again.
        self.doubtful = asyncio.Event()

    def event(self, event: Message) -> None:
        """An event of the manager interface."""
        if event.get("event") == "ContactStatus":
            account, status = event.get("aor", ""), event.get("contactstatus", "")
            if status == "Removed":
                # A phone that moved has its new contact made and its old one removed, in either order.
                self.doubtful.set()
            else:
                self._tell(account, status not in self._GONE)

    async def ask_all(self) -> None:
        """Learn the present state of every account."""
        try:
            contacts = await self._ami.ask("PJSIPShowContacts")
        except AmiError:
            contacts = []  # Asterisk answers an empty list with an error
        found = [c for c in contacts if c.get("event") == "ContactList"]
        # A registered contact is named `account;@hash`, one of the configuration `account@@hash`.
        self._all(re.split(";@|@@", c["objectname"])[0] for c in found if c["status"] not in self._GONE)

    def tell_again(self) -> None:
        """Repeat what is known, for accounts that were nobody's before."""
        for account in self._reachable:
            self._changed(account, True)

    async def keep_certain(self) -> None:
        """Ask for the whole list whenever an event left a doubt; runs until cancelled."""
        while True:
            await self.doubtful.wait()
            self.doubtful.clear()
            if self._ami.connected:
                await self.ask_all()

    def _all(self, accounts: Iterable[str]) -> None:
        now = set(accounts)
        for account in self._reachable - now:
            self._tell(account, False)
        for account in now - self._reachable:
            self._tell(account, True)

    def _tell(self, account: str, reachable: bool) -> None:
        if reachable:
            self._reachable.add(account)
        else:
            self._reachable.discard(account)
        self._changed(account, reachable)
