"""Forked commands: how they end is known, whatever becomes of the server that forked them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from pathlib import Path

import pytest

from callcenter.forked import Forked


@contextmanager
def endless(folder: Path) -> Iterator[Forked]:
    """A command that goes on for hours."""
    process = Forked(["simulate", "--seeds", "100000"], dict(os.environ), folder / "log")
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)


def test_a_command_that_cannot_start_says_so_in_its_log_and_its_status(tmp_path: Path) -> None:
    absent = tmp_path / "absent.toml"
    process = Forked(["controller"], {**os.environ, "CALLCENTER_CENTRE": str(absent)}, tmp_path / "log")
    assert process.wait(60) == process.poll() == 2
    assert str(absent) in (tmp_path / "log").read_text()
    with pytest.raises(ProcessLookupError):
        process.send_signal(signal.SIGTERM)


def test_the_signal_that_ended_it_is_its_status(tmp_path: Path) -> None:
    with endless(tmp_path) as process:
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL


def test_it_is_seen_and_ended_when_the_server_is_gone(tmp_path: Path) -> None:
    with endless(tmp_path) as process:
        server = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
        os.kill(server, signal.SIGKILL)
        os.waitid(os.P_PID, server, os.WEXITED | os.WNOWAIT)
        assert process.poll() is None
        process.kill()
        assert process.wait(10) is not None
    with endless(tmp_path) as process:
        assert process.poll() is None


def test_the_program_that_starts_it_is_not_run_again(tmp_path: Path) -> None:
    absent, log, program = tmp_path / "absent.toml", tmp_path / "log", tmp_path / "program.py"
    program.write_text(
        "import os, pathlib\nfrom callcenter.forked import Forked\nprint('once')\n"
        f"environment = {{**os.environ, 'CALLCENTER_CENTRE': {str(absent)!r}}}\n"
        f"print(Forked(['controller'], environment, pathlib.Path({str(log)!r})).wait(60))\n"
    )
    ran = subprocess.run([sys.executable, program], check=True, capture_output=True, text=True, timeout=100)
    assert ran.stdout.split() == ["once", "2"]
    assert "once" not in log.read_text()
