"""The centre's clock, moved: every Python process of a centre that is started with this environment reads it.

Asterisk and the phones keep the machine's time, so conversations last as long as they last; what the engine and
Asterisk write down, and the day the engine takes it to be, follow this clock. Between moves it goes on at the machine's
pace.
"""

from __future__ import annotations

import mmap
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from callcenter.asterisk.local import LocalAsterisk

_FILE = "CENTRE_CLOCK"
#: How the dialplan writes a leg's end into the spool.
_WRITTEN_AT = '"at":"${STRFTIME(,UTC,%s%3q)}"'
_MOVED_AT = '"at":"$[${STRFTIME(,UTC,%s%3q)} + ${CENTRE_CLOCK}]"'
#: Read by every process at its start, before anything else: Python imports a module of this name by itself. A process
#: that is forked from one with a moved clock reads it again, and must not move the clock twice.
_SITECUSTOMIZE = f'''
import mmap, os, struct, time
with open(os.environ["{_FILE}"], "rb") as file:
    offset = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
real = time.unmoved_ns = getattr(time, "unmoved_ns", time.time_ns)
time.time_ns = lambda: real() + struct.unpack("q", offset[:])[0]
time.time = lambda: time.time_ns() / 1e9
'''


class MovedClock:
    """A clock so far from the machine's."""

    def __init__(self, offset: mmap.mmap, environment: dict[str, str]) -> None:
        self._offset = offset
        self._asterisk: LocalAsterisk | None = None
        #: For whatever else shall live by it.
        self.environment = environment

    def now_ms(self) -> int:
        """What it shows, in epoch milliseconds."""
        (offset,) = struct.unpack("q", self._offset[:])
        return int((time.time_ns() + offset) // 1_000_000)

    def move_to(self, moment: datetime) -> None:
        """It shows this moment now."""
        self._offset[:] = struct.pack("q", round(moment.timestamp() * 1e9) - time.time_ns())
        if self._asterisk is not None:
            self._tell_asterisk(self._asterisk)

    def leads(self, asterisk: LocalAsterisk) -> None:
        """What this Asterisk writes down for the ledger follows the clock as well."""
        dialplan = asterisk.home / "etc" / "extensions.conf"
        text = dialplan.read_text(encoding="utf-8")
        assert _WRITTEN_AT in text
        dialplan.write_text(text.replace(_WRITTEN_AT, _MOVED_AT), encoding="utf-8")
        asterisk.command("dialplan reload")
        self._asterisk = asterisk
        self._tell_asterisk(asterisk)

    def _tell_asterisk(self, asterisk: LocalAsterisk) -> None:
        (offset,) = struct.unpack("q", self._offset[:])
        asterisk.command(f"dialplan set global CENTRE_CLOCK {offset // 1_000_000}")


@contextmanager
def moved_clock(folder: Path, moment: datetime) -> Iterator[MovedClock]:
    """A clock that shows this moment, for every process started meanwhile."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_SITECUSTOMIZE, encoding="utf-8")
    file = folder / "offset"
    file.write_bytes(bytes(8))
    path = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    moved = {_FILE: str(file), "PYTHONPATH": path}
    before = {name: os.environ.get(name) for name in moved}
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 8) as offset:
        clock = MovedClock(offset, moved)
        clock.move_to(moment)
        os.environ.update(moved)
        try:
            yield clock
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
