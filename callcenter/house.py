"""A whole centre on one machine: its data folder, and its processes from Redis to the pages."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.resources import files
from pathlib import Path

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk, obtain_voice
from callcenter.call_up.vapid import ensure_key
from callcenter.centre import Centre, load_centre
from callcenter.config.versions import Versions
from callcenter.embedded_redis import embedded_redis
from callcenter.forked import Forked, begin_imports
from callcenter.settings import Settings
from dialplan.render import accounts
from dialplan.sounds import ensure_prompts

_READY_S = 180.0
_STOP_S = 8.0
_NEEDED_MB = 300

Say = Callable[[str], None]


class HouseError(Exception):
    """The centre cannot be started here; the text says why and what to do."""


def furnish(data: Path, **settings: str | int) -> Settings:
    """Make the data folder, where it is new, with generated passwords and the example centre; give its settings.

    `settings` overrides names of `Settings` at the first making. An existing folder is kept as it is; accounts of
    agents added to the centre since get passwords.
    """
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(data).free < _NEEDED_MB * 2**20:
        raise HouseError(f"{data}: less than {_NEEDED_MB} MB free; free space or choose another folder with --data")
    example = files("callcenter") / "example"
    centre_file, tariffs = data / "centre.toml", data / "tariffs"
    if not centre_file.exists():
        centre_file.write_text((example / "centre.toml").read_text("utf-8"), "utf-8")
    if not tariffs.exists():
        tariffs.mkdir()
        for tariff in (example / "tariffs").iterdir():
            (tariffs / tariff.name).write_text(tariff.read_text("utf-8"), "utf-8")
    if not (data / "parties.toml").exists():
        (data / "parties.toml").write_text((example / "parties.toml").read_text("utf-8"), "utf-8")
    settings_file = data / "settings.toml"
    known = tomllib.loads(settings_file.read_text()) if settings_file.exists() else {}
    values = {
        "data": str(data),
        "centre": str(centre_file),
        "tariffs": str(tariffs),
        "media": str(data / "media"),
        "database_url": f"sqlite+aiosqlite:///{data}/callcenter.db",
        "ari_password": secrets.token_urlsafe(18),
        "ami_password": secrets.token_urlsafe(18),
        "secret_key": secrets.token_urlsafe(32),
        "sms_secret": secrets.token_urlsafe(32),
        **settings,
        **known,
    }
    passwords = known.get("sip_passwords", {})
    centre = load_centre(centre_file)
    Versions(centre_file).begin()
    for account in accounts(centre):
        passwords.setdefault(account, secrets.token_hex(5))
    values.pop("sip_passwords", None)
    lines = [f"{name} = {_toml(value)}" for name, value in values.items()]
    lines += ["", "[sip_passwords]", *(f'{account} = "{password}"' for account, password in passwords.items())]
    settings_file.touch(mode=0o600)
    settings_file.write_text("\n".join(lines) + "\n")
    ensure_key(data)
    return settings_of(data)


def settings_of(data: Path) -> Settings:
    """The settings of this data folder; the environment's own `CALLCENTER_*` still count first."""
    before = os.environ.get("CALLCENTER_DATA")
    os.environ["CALLCENTER_DATA"] = str(data)
    try:
        return Settings()
    finally:
        if before is None:
            del os.environ["CALLCENTER_DATA"]
        else:
            os.environ["CALLCENTER_DATA"] = before


def _toml(value: str | int | list[str]) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def check_ports(settings: Settings) -> None:
    """Raises `HouseError` naming every port that something else holds."""
    wanted = [
        ("web_port", settings.web_host, settings.web_port, socket.SOCK_STREAM),
        ("ari_port", "127.0.0.1", settings.ari_port, socket.SOCK_STREAM),
        ("ami_port", "127.0.0.1", settings.ami_port, socket.SOCK_STREAM),
        ("sip_port", settings.sip_host, settings.sip_port, socket.SOCK_STREAM),
        ("sip_port", settings.sip_host, settings.sip_port, socket.SOCK_DGRAM),
    ]
    taken = []
    for name, host, port, kind in wanted:
        with socket.socket(type=kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                transport = "udp" if kind == socket.SOCK_DGRAM else "tcp"
                taken.append(f"{transport} port {port} is taken: stop what uses it (ss -lnp | grep :{port})"
                             f" or set CALLCENTER_{name.upper()} to a free one")  # fmt: skip
    if taken:
        raise HouseError("\n".join(taken))


class House:
    """The running processes. `restart` and `kill` serve tests and whoever tries what the centre survives."""

    def __init__(self, settings: Settings, centre: Centre, say: Say) -> None:
        self.settings = settings
        self.centre = centre
        self.asterisk = LocalAsterisk(programs=obtain_asterisk(), home=settings.data / "asterisk")
        self.processes: dict[str, subprocess.Popen[bytes] | Forked] = {}
        self._say = say
        self._log = settings.data / "log"

    def start(self, name: str) -> None:
        """Start one process: asterisk, or a `callcenter` command of that name."""
        if name == "asterisk":
            self.processes[name] = self.asterisk.start()
            return
        environment = {**os.environ, "CALLCENTER_DATA": str(self.settings.data)}
        self.processes[name] = Forked(name.split(), environment, self._log / f"{name}.log")

    def stop(self, name: str, how: signal.Signals = signal.SIGTERM) -> None:
        """End one process and wait for it; what does not go is killed."""
        process = self.processes.pop(name)
        process.send_signal(how)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def missing(self) -> str:
        """What `/health/ready` complains of; nothing when every part answers."""
        url = f"http://{self.settings.web_host}:{self.settings.web_port}/health/ready"
        try:
            with urllib.request.urlopen(url, timeout=2):
                return ""
        except urllib.error.HTTPError as error:
            with error:
                return error.read().decode()
        except OSError:
            return "the pages do not answer"

    def wait_until_ready(self) -> None:
        """Return when every part answers; `HouseError` names the part that does not."""
        deadline = time.monotonic() + _READY_S
        while True:
            missing = self.missing()
            if not missing:
                return
            self.watch()
            if time.monotonic() > deadline:
                raise HouseError(f"The centre did not become ready: {missing}; see {self._log}")
            time.sleep(0.05)

    def watch(self) -> None:
        """Start again what has died; a process that cannot even start is an error."""
        for name, process in list(self.processes.items()):
            status = process.poll()
            if status is None:
                continue
            if status in (2, 3):
                raise HouseError(f"{name} stopped: {_last_lines(self._log / f'{name}.log')}")
            self._say(f"{name} ended ({status}) and is started again")
            self.start(name)

    def stop_all(self) -> None:
        """End everything in the order in which nothing is missed."""
        for name in reversed(list(self.processes)):
            with suppress(ProcessLookupError):
                self.stop(name)


def _last_lines(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-3:]) if log.exists() else "no log"


def speak(centre: Centre, settings: Settings, say: Say) -> None:
    """Make every prompt, tone and music on hold that is not there yet. Raises `ObtainError` or `VoiceError`."""
    espeak, environment = obtain_voice()

    def progress(done: int, of: int) -> None:
        if done == of or not done % 50:
            say(f"Prompts: {done} of {of} spoken")

    ensure_prompts(centre, settings.media, espeak, environment, progress)


@contextmanager
def running(settings: Settings, say: Say) -> Iterator[House]:
    """The whole centre, ready for calls, for as long as the block lasts.

    Raises `HouseError`, `ObtainError`, `CentreError` or `EmbeddedRedisError`, each saying what to do.
    """
    begin_imports()
    centre = load_centre(settings.centre)
    check_ports(settings)
    (settings.data / "log").mkdir(exist_ok=True)
    speak(centre, settings, say)
    house = House(settings, centre, say)
    house.asterisk.prepare(centre, settings)
    with ExitStack() as stack:
        stack.enter_context(embedded_redis(settings.redis_url, settings.data / "redis"))
        stack.callback(house.stop_all)
        for name in ("asterisk", "ledger", "controller", "web", "worker", "dialler"):
            house.start(name)
        house.wait_until_ready()
        yield house
