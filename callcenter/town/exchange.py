"""The Asterisk that is the telephone network: its configuration, its life, and the call files that make it dial."""

from __future__ import annotations

import asyncio
import secrets
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk
from callcenter.settings import Settings
from callcenter.town.customers import Visit
from callcenter.town.speech import AGENTS, prepare_speech
from dialplan.render import EMPTY

#: What happens to a call from the centre, by the last digit of the number it dials.
OUTCOMES = {
    "1": "patient",
    "2": "busy",
    "3": "no-answer",
    "4": "silent",
    "5": "hangs-up",
    "6": "machine",
    "7": "failure",
    "8": "unallocated",
    "9": "patient",
    "0": "patient",
}
#: Whoever has a number that begins so answers surveys by keys.
RESPONDENTS = "0100002"
#: How, by the last digit, where others are patient.
OPINIONS = {"1": "content", "9": "displeased", "0": "refuses"}
#: Q.850, which SIP calls 503; and call rejected, 403.
NO_CIRCUIT, REJECTED = 34, 21
_STARTS_WITHIN_S = 20.0
_GOES_HOME_WITHIN_S = 5.0


class TownError(Exception):
    """The town cannot be started or is not running; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The town's Asterisk under `home`, running or not; every process that knows the folder can make it dial."""

    home: Path

    @property
    def asterisk(self) -> LocalAsterisk:
        """Its programs and folders."""
        return LocalAsterisk(programs=obtain_asterisk(), home=self.home)

    @property
    def up(self) -> bool:
        """Whether it answers on its console."""
        return "uptime" in self.asterisk.command("core show uptime").lower()

    @property
    def customers_on_the_line(self) -> int:
        """Customers who are phoning now: Asterisk keeps a call's file until the call is over."""
        return len(list(self._outgoing.glob("customer-*")))

    def phone_in(self, visit: Visit) -> None:
        """Let this customer phone now."""
        self._dial(
            "customer",
            f"PJSIP/{visit.number}@centre",
            caller=visit.caller,
            variables={
                "NUMBER": visit.caller,
                "KEYS": "-".join(visit.keys),
                "SENTENCE": visit.sentence,
                "LEAVES": str(visit.leaves_s),
                "PATIENCE": str(visit.patience_s),
                "TALK": str(visit.talk_s),
            },
            then=("Context: customer", "Extension: s", "Priority: 1"),
        )

    def report_for_duty(self, agent: str) -> None:
        """Let the agent's phone log in, or say that the agent is ready."""
        self._dial("duty", f"Local/{agent}@duty/n")

    def carry(self, *, calls: bool, cause: int = NO_CIRCUIT) -> None:
        """Whether the network takes the centre's calls; else they end with this cause (Q.850)."""
        self.asterisk.command(f"dialplan set global OUT_OF_ORDER {0 if calls else cause}")

    def bar(self, number: str) -> None:
        """Let the network connect no call of the centre's to this number."""
        self.asterisk.command(f"dialplan set global BARRED {number}")

    def register(self, *, there: bool) -> None:
        """Whether the network is registered at the centre as its trunk."""
        self.asterisk.command(f"pjsip send {'register' if there else 'unregister'} network")

    async def send_home(self, agents: Sequence[str]) -> None:
        """Log these agents out, as far as the centre still listens."""
        for agent in agents:
            self._dial("home", f"Local/{agent}@home/n")
        try:
            async with asyncio.timeout(_GOES_HOME_WITHIN_S):
                while any(self._outgoing.glob("home-*")):  # noqa: ASYNC110 - Asterisk removes the files
                    await asyncio.sleep(0.1)
        except TimeoutError:
            pass

    @asynccontextmanager
    async def running(self, settings: Settings, agents: Sequence[str]) -> AsyncIterator[subprocess.Popen[bytes]]:
        """The town's Asterisk with these agents' phones, as a process; it is stopped at the end.

        Raises `TownError`: another runs in this folder, an account has no password, or it does not start.
        Raises `ObtainError`: Asterisk or the voice cannot be had.
        """
        if self.up:
            raise TownError(f"A town is already running in {self.home}: stop it first.")
        await asyncio.to_thread(prepare_speech, self.home / "speech")
        self._configure(settings, agents)
        process = self.asterisk.start()
        try:
            await self._wait_until_up(process)
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            await asyncio.to_thread(process.wait, 10)

    def _configure(self, settings: Settings, agents: Sequence[str]) -> None:
        folders = self.asterisk.folders
        for folder in (folders.etc, folders.lib / "keys", folders.data, folders.spool, folders.run, folders.log):
            folder.mkdir(parents=True, exist_ok=True)
        documentation = folders.data / "documentation"
        if not documentation.is_symlink():
            documentation.symlink_to(self.asterisk.programs.file("usr/share/asterisk/documentation"))
        self._outgoing.mkdir(exist_ok=True)
        for left in (folders.run / "asterisk.ctl", *self._outgoing.iterdir()):
            left.unlink(missing_ok=True)
        host = settings.asterisk_host
        missing = [name for name in ("network", *agents) if name not in settings.sip_passwords]
        if missing:
            raise TownError(f"sip_passwords has no {', '.join(missing)}: start the centre once before the town.")
        values = {
            "folders": folders,
            "host": host,
            "sip_port": settings.sip_port,
            "bind": "127.0.0.1" if _is_loopback(host) else "0.0.0.0",
            "port": _free_port(),
            "agents": agents,
            "accounts": {name: settings.sip_passwords[name].get_secret_value() for name in ("network", *agents)},
            "outcomes": OUTCOMES,
            "respondents": RESPONDENTS,
            "opinions": OPINIONS,
            "speech": (self.home / "speech").resolve(),
            "agent_sentences": len(AGENTS),
        }
        environment = Environment(
            loader=PackageLoader("callcenter.town"),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701
            keep_trailing_newline=True,
        )
        texts = {
            n.removesuffix(".j2"): environment.get_template(n).render(values) for n in environment.list_templates()
        }
        for name, text in (texts | dict.fromkeys(EMPTY, "")).items():
            target = folders.etc / name
            target.write_text(text, encoding="utf-8")
            target.chmod(0o600)

    async def _wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        try:
            async with asyncio.timeout(_STARTS_WITHIN_S):
                while process.poll() is None:
                    if "fully booted" in await asyncio.to_thread(self.asterisk.command, "core waitfullybooted"):
                        return
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass
        raise TownError(f"The town's Asterisk did not start: see {self.asterisk.folders.log}")

    @property
    def _outgoing(self) -> Path:
        return self.home / "spool" / "outgoing"

    def _dial(
        self,
        kind: str,
        channel: str,
        *,
        caller: str = "",
        variables: Mapping[str, str] | None = None,
        then: Sequence[str] = ("Application: Wait", "Data: 60"),
    ) -> None:
        lines = [f"Channel: {channel}", "Codecs: ulaw", "MaxRetries: 0", "WaitTime: 60", *then]
        lines += [f"CallerID: <{caller}>"] if caller else []
        lines += [f"Setvar: {name}={value}" for name, value in (variables or {}).items()]
        if any("\n" in line or "\r" in line for line in lines):
            raise ValueError("a call file takes one line a value")
        name = f"{kind}-{secrets.token_hex(6)}"
        # Asterisk takes a file the moment it appears: it must come whole, by a rename.
        new = self.home / "spool" / f"new-{name}"
        new.write_text("\n".join(lines) + "\n", encoding="ascii")
        new.rename(self._outgoing / name)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _free_port() -> int:
    """A port nobody has; nobody need know it, for the town registers at the centre."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("0.0.0.0", 0))
        port: int = probe.getsockname()[1]
        return port
