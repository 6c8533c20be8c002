"""Real servers for tests: each on a free port, with its data in a folder of the test, stopped at the end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL with an empty database; gives its SQLAlchemy URL. It refuses root, so another user runs it."""
    programs, port = postgresql_programs(), free_port()
    with TemporaryDirectory(prefix="callcenter-postgresql-") as folder:
        data = Path(folder) / "data"
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
            data,
            "-U",
            "callcenter",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        ]
        subprocess.run(initialise, check=True, cwd="/", stdout=subprocess.DEVNULL)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        control = [*user, programs / "pg_ctl", "-D", data, "-w", "-t", "60"]
        start = [*control, "-l", data / "log", "-o", options, "start"]
        subprocess.run(start, check=True, cwd="/", stdout=subprocess.DEVNULL)
        try:
            yield f"postgresql+psycopg://callcenter@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], check=True, cwd="/", stdout=subprocess.DEVNULL)


def _known(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
