"""Commands that run in processes forked from one which has imported everything already.

A centre on one machine is five Python processes beside Redis and Asterisk. Each importing much the same modules took
most of the time of a start. Here the standard library's fork server imports them once, and every command of every
centre that this program starts begins as its copy. Where each process has a container of its own, `callcenter NAME` is
started as usual.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing.connection import wait
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from types import ModuleType

_FORKS = multiprocessing.get_context("forkserver")
_COMMANDS = ("controller", "dialler", "ledger", "web", "worker")
_FORKS.set_forkserver_preload([f"callcenter.cli.{name}" for name in _COMMANDS])


def begin_imports() -> None:
    """Let the fork server import while the caller does something else."""
    with _without_main():
        ensure_running()


@contextmanager
def _without_main() -> Iterator[None]:
    """Keep `multiprocessing` from running this program's own script in the new process: no command needs it."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


class Forked:
    """A running command, with as much of `subprocess.Popen` as its keeper needs."""

    def __init__(self, words: list[str], environment: dict[str, str], log: Path) -> None:
        # A daemon, so that whoever forgot to end it does not wait for it at exit.
        self._process = _FORKS.Process(target=_run, args=(words, environment, log), daemon=True)
        with _without_main():
            self._process.start()
        assert self._process.pid is not None
        # A signal to this program's group may end the fork server, which then no longer tells who lives.
        self._lives = os.pidfd_open(self._process.pid)
        weakref.finalize(self, os.close, self._lives)

    def poll(self) -> int | None:
        """The exit status, minus the number of the signal that ended it; None while it runs."""
        return self._status(0.0)

    def send_signal(self, number: signal.Signals) -> None:
        """Raises `ProcessLookupError` where it has ended."""
        signal.pidfd_send_signal(self._lives, number)

    def kill(self) -> None:
        """At once; `ProcessLookupError` where it has ended."""
        self.send_signal(signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> int:
        """Raises `subprocess.TimeoutExpired` where it runs on."""
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("callcenter", timeout or 0.0)
        return status

    def _status(self, patience_s: float | None) -> int | None:
        if not wait([self._lives], patience_s):
            return None
        self._process.join()
        return self._process.exitcode


def _run(words: list[str], environment: dict[str, str], log: Path) -> None:
    """What a new interpreter would do, but for the imports."""
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(written, 1)
    os.dup2(written, 2)
    os.close(written)
    Path("/proc/self/comm").write_text(f"cc-{words[0]}", encoding="ascii")  # what ps and top call it
    sys.path[:0] = filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.modules.pop("sitecustomize", None)
    with suppress(ImportError):
        import_module("sitecustomize")
    import_module("callcenter.cli").app(words)
