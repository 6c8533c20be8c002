"""Every version of the centre's file that was ever in force: numbered, with who, when and why.

    centre.versions/0007.toml   the text
    centre.versions/0007.json   by, at, why; a version without it was never finished and does not count

The file `centre.toml` beside the folder is a copy of the newest version; every process reads it when it starts.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One of them. `at` is UTC."""

    number: int
    by: str
    at: datetime
    why: str
    text: str


def stamp(text: str) -> str:
    """Tells one text from another."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def stamp_of(file: Path) -> str:
    """The stamp of a file's text; empty for one that cannot be read."""
    try:
        return stamp(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError):
        return ""


class Versions:
    """The versions beside this centre's file."""

    def __init__(self, centre: Path) -> None:
        self._file = centre
        self._folder = centre.with_name(f"{centre.stem}.versions")

    @contextmanager
    def alone(self) -> Iterator[None]:
        """One change at a time, whoever makes it: the pages, the command, another machine at the same folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def all(self) -> list[Version]:
        """The oldest first."""
        return [self._read(told) for told in sorted(self._folder.glob("[0-9]*.json"))]

    def get(self, number: int) -> Version | None:
        """The version of this number."""
        told = self._folder / f"{number:04}.json"
        return self._read(told) if told.is_file() else None

    def newest(self) -> Version | None:
        """The version in force; None before the first start."""
        told = max(self._folder.glob("[0-9]*.json"), default=None)
        return self._read(told) if told else None

    def begin(self) -> None:
        """At a start, when the file as it lies there counts: what somebody edited in place becomes a version."""
        text, newest = self._file.read_text("utf-8"), self.newest()
        if newest is None or newest.text != text:
            self.add(text, by="", why="", at=datetime.now(UTC))

    def add(self, text: str, *, by: str, why: str, at: datetime) -> Version:
        """Put this text in force: the next version, and the file. A crash in between leaves the former one whole."""
        newest = self.newest()
        version = Version(number=newest.number + 1 if newest else 1, by=by, at=at, why=why, text=text)
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{version.number:04}"
        _write(self._folder / f"{name}.toml", text)
        told = {"by": by, "at": at.isoformat(timespec="seconds"), "why": why}
        _write(self._folder / f"{name}.json", json.dumps(told, ensure_ascii=False))
        _write(self._file, text)
        return version

    @staticmethod
    def _read(told: Path) -> Version:
        facts = json.loads(told.read_text("utf-8"))
        return Version(
            number=int(told.stem),
            by=facts["by"],
            at=datetime.fromisoformat(facts["at"]),
            why=facts["why"],
            text=told.with_suffix(".toml").read_text("utf-8"),
        )


def _write(target: Path, text: str) -> None:
    """Whole or not at all, also when the machine loses its power."""
    begun = target.with_name(f".{target.name}.{os.getpid()}")
    with begun.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    begun.replace(target)
