"""Real servers for tests: each on a free port, with its data in a folder of the test, stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.debian import install

_UNPRIVILEGED = ("postgres", "nobody")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgresql_programs() -> Path:
    """The folder of `initdb` and `pg_ctl`, installed first where they are absent."""
    if not _installed():
        # Debian's package would make and start a cluster of its own.
        no_cluster = Path("/etc/postgresql-common/createcluster.d")
        if os.geteuid() == 0:
            no_cluster.mkdir(parents=True, exist_ok=True)
            (no_cluster / "none.conf").write_text("create_main_cluster = false\n")
        install("postgresql")
    return _installed()[-1]


def _installed() -> list[Path]:
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found.sort(key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("initdb")
    return found or ([Path(on_path).resolve().parent] if on_path else [])


class PostgreSQL:
    """A server that may be killed and started again; it refuses root, so another user runs it."""

    def __init__(self, folder: Path) -> None:
        programs, self.port = postgresql_programs(), free_port()
        self._data = folder / "data"
        user = []
        if os.geteuid() == 0:
            name = next(name for name in _UNPRIVILEGED if _known(name))
            person = pwd.getpwnam(name)
            user = ["setpriv", f"--reuid={name}", f"--regid={person.pw_gid}", "--clear-groups"]
            os.chown(folder, person.pw_uid, person.pw_gid)
        initialise = [
            *user,
            programs / "initdb",
            "-D",
            self._data,
            "-U",
            "callcenter",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(initialise, check=True, cwd="/", stdout=subprocess.DEVNULL)
        self._control = [*user, programs / "pg_ctl", "-D", self._data, "-w", "-t", "60"]

    @property
    def url(self) -> str:
        """Its SQLAlchemy URL."""
        return f"postgresql+psycopg://callcenter@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Start it, after a kill with recovery, and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        start = [*self._control, "-l", self._data / "log", "-o", options, "start"]
        subprocess.run(start, check=True, cwd="/", stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        """SIGKILL to the server and to every process of its connections, as when the power goes."""
        server = int((self._data / "postmaster.pid").read_text().splitlines()[0])
        children = [
            int(pid) for tasks in Path(f"/proc/{server}/task").glob("*/children") for pid in tasks.read_text().split()
        ]
        for pid in (server, *children):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(Path(f"/proc/{pid}").exists() and not _is_over(pid) for pid in (server, *children)):
            time.sleep(0.01)
        # Where nobody waits for the dead they keep their number, and the next server would believe that they run.
        (self._data / "postmaster.pid").unlink()

    def stop(self) -> None:
        """The end."""
        subprocess.run([*self._control, "-m", "immediate", "stop"], check=True, cwd="/", stdout=subprocess.DEVNULL)


@contextmanager
def postgresql_server() -> Iterator[PostgreSQL]:
    """A PostgreSQL with an empty database."""
    with TemporaryDirectory(prefix="callcenter-postgresql-") as folder:
        server = PostgreSQL(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL with an empty database; gives its SQLAlchemy URL."""
    with postgresql_server() as server:
        yield server.url


def _is_over(pid: int) -> bool:
    """Killed, and not yet waited for by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
