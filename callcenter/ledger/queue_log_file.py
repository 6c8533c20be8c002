"""The live queue_log file: a copy of the table `queue_log`, line by line, each line once.

The table has every line in order, committed with the entries that it tells of. The file follows: a line is one write in
append mode, and a file that was renamed (log rotation) is opened anew. How far the file has come is noted in the
database a batch later, so after a kill the last lines may stand in the file although the note does not say so; then the
file's own end tells. Only a kill just after a rotation can repeat lines.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO


class QueueLogFile:
    """Lines at the end of one file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def append(self, lines: Sequence[str]) -> None:
        """Write these lines."""
        file = self._open()
        for line in lines:
            file.write(line.encode() + b"\n")

    def resume(self, lines: Sequence[str]) -> None:
        """Write those of these lines that the file's end does not have already, completing one that was torn."""
        wanted = b"".join(line.encode() + b"\n" for line in lines)
        file = self._open()
        size = os.fstat(file.fileno()).st_size
        with self._path.open("rb") as reader:
            reader.seek(max(size - len(wanted), 0))
            end = reader.read()
        torn = bool(end) and not end.endswith(b"\n")
        reached = next(
            (
                n
                for n in range(min(len(wanted), len(end)), 0, -1)
                if end.endswith(wanted[:n]) and _whole(wanted, n, torn)
            ),
            0,
        )
        if torn and not reached:
            file.write(b"\n")
        file.write(wanted[reached:])

    def _open(self) -> BinaryIO:
        if self._file is not None and self._moved():
            self._file.close()
            self._file = None
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
        return self._file

    def _moved(self) -> bool:
        assert self._file is not None
        try:
            now = self._path.stat()
        except FileNotFoundError:
            return True
        ours = os.fstat(self._file.fileno())
        return (now.st_dev, now.st_ino) != (ours.st_dev, ours.st_ino)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _whole(wanted: bytes, n: int, torn: bool) -> bool:
    """Whether `n` bytes end where a line ends, or anywhere when the file's last line is torn."""
    return torn or wanted[n - 1 : n] == b"\n"
