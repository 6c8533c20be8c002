"""Three ways to connect a caller with an agent, each a running system of its own on the same Asterisk configuration."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from redis import Redis

from callcenter.asterisk.local import LocalAsterisk
from callcenter.asterisk.obtain import obtain_asterisk
from callcenter.centre import load_centre
from callcenter.embedded_redis import embedded_redis
from callcenter.house import furnish
from tests.benchmarks.calls.load import RigError, register
from tests.benchmarks.calls.processes import ended
from tests.e2e.harness.ports import free_ports
from tests.e2e.tones import write_tone

_LOAD, _HELD = "07000000101", "07000000102"
#: Agents of the group in which callers wait; none of them ever takes a call.
_ABSENT = tuple(str(9001 + i) for i in range(20))
_PATIENCE_S = 90.0


class Way(StrEnum):
    """How a caller is connected."""

    DIAL = "dial"
    QUEUE = "queue"
    ENGINE = "engine"


@dataclass(frozen=True, kw_only=True, slots=True)
class System:
    """One running system under test."""

    way: Way
    server: str
    #: The numbers to phone for an agent, in turn.
    numbers: tuple[str, ...]
    #: The number to phone for waiting.
    waiting_number: str
    agents_port: int
    #: Process ids of each part whose cost counts.
    parts: dict[str, tuple[int, ...]]
    controller: int | None
    channels: Callable[[], int]
    #: How many callers wait, as the system itself sees it.
    waiting: Callable[[], int]
    #: Whether everything that the calls left to be done is done.
    settled: Callable[[], bool]


def until(condition: Callable[[], bool], what: str, patience_s: float = _PATIENCE_S) -> None:
    """Return when the condition holds. Raises `RigError`."""
    deadline = time.monotonic() + patience_s
    while not condition():
        if time.monotonic() > deadline:
            raise RigError(f"{what}: not within {patience_s:g} s")
        time.sleep(0.05)


@contextmanager
def opened(way: Way, folder: Path, agents: int) -> Iterator[System]:
    """A fresh system of this way with so many agents, ready for calls."""
    ids = tuple(str(1001 + i) for i in range(agents))
    first = free_ports(6)
    folder.mkdir(parents=True)
    (folder / "centre.toml").write_text(_centre(ids))
    settings = furnish(
        folder,
        sip_host="127.0.0.1",
        sip_port=first,
        ari_port=first + 2,
        ami_port=first + 3,
        redis_url=f"redis://127.0.0.1:{first + 4}/0",
        rtp_first=12000,
        rtp_last=19999,
    )
    asterisk = LocalAsterisk(programs=obtain_asterisk(), home=folder / "asterisk")
    asterisk.prepare(load_centre(settings.centre), settings)
    write_tone(settings.music / "default" / "music.wav", 311, seconds=5)
    _configure(way, asterisk.folders.etc, ids)
    with ExitStack() as stack:
        process = asterisk.start()
        stack.enter_context(ended(process))
        until(lambda: "fully booted" in asterisk.command("core waitfullybooted"), "Asterisk up")
        server = f"127.0.0.1:{settings.sip_port}"
        passwords = {agent: settings.sip_passwords[agent].get_secret_value() for agent in ids}
        register(folder / "registration", server, passwords, first + 5)
        channels = partial(channels_of, asterisk)
        parts: dict[str, tuple[int, ...]] = {"asterisk": (process.pid,)}
        numbers: tuple[str, ...]
        waiting, settled, controller = channels, lambda: True, None
        if way is Way.ENGINE:
            redis_pid = stack.enter_context(embedded_redis(settings.redis_url, folder / "redis"))
            ledger = stack.enter_context(process_of(folder, "ledger"))
            controller = stack.enter_context(process_of(folder, "controller"))
            parts |= {"controller": (controller,), "ledger": (ledger, redis_pid)}
            redis = stack.enter_context(Redis.from_url(settings.redis_url))
            until(lambda: bool(_board(redis).get("ari")), "the controller up")
            _log_in(redis, ids)
            waiting, settled = partial(_waiting_in_engine, redis), partial(_ledger_done, redis)
            numbers, held = (_LOAD,), _HELD
        elif way is Way.QUEUE:
            numbers, held = ("load",), "held"
        else:
            numbers, held = ids, "held"
        yield System(
            way=way,
            server=server,
            numbers=numbers,
            waiting_number=held,
            agents_port=first + 5,
            parts=parts,
            controller=controller,
            channels=channels,
            waiting=waiting,
            settled=settled,
        )


def _configure(way: Way, etc: Path, ids: tuple[str, ...]) -> None:
    context = "from-trunk" if way is Way.ENGINE else "bench"
    # Without sound from the callers, Asterisk would take those who wait for vanished.
    accounts = f"[carrier](phone)\ncontext = {context}\ntrust_id_inbound = yes\nrtp_timeout = 0\nrtp_timeout_hold = 0\n"
    for agent in ids:
        # All phones are one program on one port, registered by another, and never asked whether they still live.
        accounts += f"[{agent}](+type=endpoint)\nrewrite_contact = no\n[{agent}](+type=aor)\nqualify_frequency = 0\n"
    (etc / "pjsip_custom.conf").write_text(accounts)
    if way is Way.DIAL:
        dialplan = "exten => _XXXX,1,Dial(PJSIP/${EXTEN},20)\nexten => held,1,Answer()\n same => n,MusicOnHold()\n"
    else:
        dialplan = "exten => load,1,Queue(load)\nexten => held,1,Answer()\n same => n,Queue(held)\n"
    if way is not Way.ENGINE:
        (etc / "extensions_custom.conf").write_text(f"[bench]\n{dialplan}")
    if way is Way.QUEUE:
        with (etc / "modules.conf").open("a") as modules:
            modules.write("load = app_queue.so\n")
        # What statistics and live boards over app_queue read: its log, and the manager's events as Asterisk makes them.
        for file, ours, stock in (
            ("logger.conf", "queue_log = no", "queue_log = yes"),
            ("manager.conf", "disabledevents", ";"),
        ):
            (etc / file).write_text((etc / file).read_text().replace(ours, stock, 1))
        common = "strategy = leastrecent\nringinuse = no\ntimeout = 20\nwrapuptime = 0\njoinempty = yes\n"
        (etc / "queues.conf").write_text(
            "[general]\nautofill = yes\n"
            + f"[load]\n{common}"
            + "".join(f"member => PJSIP/{agent}\n" for agent in ids)
            + f"[held]\n{common}"
            + "".join(f"member => PJSIP/{agent},0,,,no,0,yes\n" for agent in _ABSENT)
        )


def _centre(ids: tuple[str, ...]) -> str:
    days = "".join(f'{day} = "00:00-24:00"\n' for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
    text = (
        'name = "측정"\nname_en = "Benchmark"\nhotlines = ["16000000"]\n'
        f"[hours]\n{days}closed_on_holidays = false\n"
        '[waiting]\nwrapup_s = 0\nposition_every_s = 0\nno_answer = "ready"\n'
        '[[menu]]\nkey = "1"\nname = "모두"\nname_en = "all"\ncategories = ["load", "held"]\n'
    )
    for code, (slug, number) in enumerate((("load", _LOAD), ("held", _HELD)), start=101):
        names = f'name = "{slug}"\nname_en = "{slug}"\n'
        text += f'[[group]]\nid = "{slug}"\n{names}'
        text += f'[[company]]\nid = "{slug}"\ncode = "{code}"\n{names}numbers = ["{number}"]\ncategories = ["{slug}"]\n'
        text += "recording = false\ngreeting = false\n"
    for group, members in (("load", ids), ("held", _ABSENT)):
        text += "".join(
            f'[[agent]]\nid = "{agent}"\nname = "{agent}"\nname_en = "{agent}"\ngroups = ["{group}"]\n'
            for agent in members
        )
    return text


@contextmanager
def process_of(folder: Path, name: str) -> Iterator[int]:
    """A `callcenter` command of this name on this data folder."""
    with (folder / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "callcenter", name],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={**os.environ, "CALLCENTER_DATA": str(folder)},
        )
    with ended(process) as pid:
        yield pid


def channels_of(asterisk: LocalAsterisk) -> int:
    """How many channels there are now; -1 when Asterisk does not say."""
    lines = asterisk.command("core show channels count").splitlines()
    return int(next((line.split()[0] for line in lines if "active channel" in line), "-1"))


def _board(redis: Redis) -> dict[str, object]:
    raw = redis.get("cc:board")
    board: dict[str, object] = orjson.loads(raw) if isinstance(raw, bytes) else {}
    return board


def _waiting_in_engine(redis: Redis) -> int:
    waiting = _board(redis).get("waiting")
    return sum(call["stage"] == "queue" for call in waiting) if isinstance(waiting, list) else -1


def _log_in(redis: Redis, ids: tuple[str, ...]) -> None:
    for verb in ("login", "ready"):
        with redis.pipeline(transaction=False) as pipeline:
            for agent in ids:
                wish: dict[Any, Any] = {
                    "id": uuid.uuid4().hex,
                    "agent": agent,
                    "verb": verb,
                    "reason": "",
                    "at": time.time_ns() // 10**6,
                }
                pipeline.xadd("cc:commands", wish)
            pipeline.execute()

    def ready() -> bool:
        agents = _board(redis).get("agents")
        return isinstance(agents, list) and sum(a["state"] == "ready" and a["registered"] for a in agents) == len(ids)

    until(ready, f"{len(ids)} agents ready")


def _ledger_done(redis: Redis) -> bool:
    groups = redis.xinfo_groups("cc:journal")
    return all(group["lag"] == 0 and group["pending"] == 0 for group in groups)
