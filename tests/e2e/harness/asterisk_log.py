"""Fails a test that left Asterisk complaining: a warning nobody looks at is a fault nobody finds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

_COMPLAINT = re.compile(r"\b(WARNING|ERROR)\[")
#: Harmless: a listener of the test itself goes while Asterisk reads from it. The engine's loss shows in its calls.
EXPECTED: tuple[str, ...] = ("WebSocket read error: Software caused connection abort",)


def complaints(log: Path, expected: Iterable[str] = (), since: int = 0) -> list[str]:
    """The WARNING and ERROR lines from byte `since` on that match no expected pattern; no log, no complaint."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(since)
        lines = file.read().decode("utf-8", "replace").splitlines()
    patterns = [re.compile(pattern) for pattern in (*EXPECTED, *expected)]
    return [line for line in lines if _COMPLAINT.search(line) and not any(p.search(line) for p in patterns)]


def expect_clean(log: Path, expected: Iterable[str] = (), since: int = 0) -> None:
    """Fail with the complaints, if there are any."""
    if found := complaints(log, expected, since):
        raise AssertionError("Asterisk complained:\n" + "\n".join(found))
