"""An exchange without the engine: the product's own Asterisk configuration and a few extensions to try phones on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from pydantic import SecretStr

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk
from callcenter.centre import Centre, load_centre
from callcenter.settings import Settings
from dialplan.render import accounts
from tests.e2e.harness.ports import free_ports
from tests.e2e.tones import write_tone

PASSWORD = "harness"
#: What a held caller hears.
MUSIC_HZ = 311
PHONES = ("7001", "7002", "7003", "7004")
_EXTENSIONS = """
[harness]
exten => _7XXX,1,Dial(PJSIP/${EXTEN},20)
; 600: press 5 and hear yourself. 601: somebody who says nothing. 602: busy.
exten => 600,1,Answer()
 same => n,WaitExten(10)
exten => 5,1,Echo()
exten => 601,1,Answer()
 same => n,Wait(60)
exten => 602,1,Hangup(17)
"""
_PHONE = """
[{name}](phone)
context = harness
auth = {name}
aors = {name}
[{name}](phone-auth)
username = {name}
password = {password}
[{name}](phone-aor)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """A running Asterisk; `PHONES` may register with `PASSWORD` and dial each other and 600 to 602."""

    asterisk: LocalAsterisk
    settings: Settings
    centre: Centre

    @property
    def server(self) -> str:
        """Where phones register."""
        return f"127.0.0.1:{self.settings.sip_port}"

    @property
    def log(self) -> Path:
        """Where it complains."""
        return self.asterisk.folders.log / "messages"


@asynccontextmanager
async def open_exchange(
    folder: Path, extensions: str = _EXTENSIONS, contexts: Mapping[str, str] | None = None
) -> AsyncIterator[Exchange]:
    """An exchange that is up; stopped at the end.

    `extensions` is its own dialplan, with the context `harness` for `PHONES`; `contexts` says where accounts of the
    product dial instead of where the engine would take them, such as `{"from-trunk": "toy"}`.
    """
    first = free_ports(4)
    with as_file(files("callcenter") / "example" / "centre.toml") as example:
        centre = load_centre(example)
    settings = Settings(
        data=folder,
        media=folder / "media",
        sip_host="127.0.0.1",
        sip_port=first,
        ari_port=first + 2,
        ami_port=first + 3,
        ari_password=SecretStr(PASSWORD),
        ami_password=SecretStr(PASSWORD),
        sip_passwords={account: SecretStr(PASSWORD) for account in accounts(centre)},
    )
    asterisk = LocalAsterisk(programs=obtain_asterisk(), home=folder / "asterisk")
    asterisk.prepare(centre, settings)
    write_tone(settings.music / "default" / "music.wav", MUSIC_HZ, seconds=5)
    etc = asterisk.folders.etc
    (etc / "extensions_custom.conf").write_text(extensions)
    accounts_file = etc / "pjsip.conf"
    for theirs, ours in (contexts or {}).items():
        accounts_file.write_text(accounts_file.read_text().replace(f"context = {theirs}\n", f"context = {ours}\n"))
    (etc / "pjsip_custom.conf").write_text("".join(_PHONE.format(name=p, password=PASSWORD) for p in PHONES))
    process = asterisk.start()
    try:
        async with asyncio.timeout(20):
            while "fully booted" not in await asyncio.to_thread(asterisk.command, "core waitfullybooted"):
                if process.poll() is not None:
                    raise RuntimeError(f"Asterisk ended with {process.returncode}: {asterisk.folders.log / 'console'}")
                await asyncio.sleep(0.05)
        yield Exchange(asterisk=asterisk, settings=settings, centre=centre)
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 10)
