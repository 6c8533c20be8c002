"""Papers that applicants hand in: PDF, JPEG or PNG of bounded size, told by their first bytes and not by their name."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

LARGEST = 10 * 2**20
#: More papers than this belong to no application.
MOST = 30

_TYPES = {b"%PDF-": "application/pdf", b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}
ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


class Paper(StrEnum):
    """What kind of paper it is."""

    #: Business registration certificate (사업자등록증).
    REGISTRATION = "registration"
    #: Proof that the goods are made in Korea, as a factory registration.
    FACTORY = "factory"
    INSURANCE = "insurance"
    INSURER_REFUSAL = "insurer_refusal"
    OTHER = "other"


#: Handed in with the application; the others come with the contract.
WITH_FORM = (Paper.REGISTRATION, Paper.FACTORY, Paper.OTHER)
WITH_CONTRACT = (Paper.INSURANCE, Paper.INSURER_REFUSAL, Paper.OTHER)


class PaperError(ValueError):
    """The file cannot be taken; `key` says why: `empty`, `too_large`, `type` or `too_many`."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A file that may be kept."""

    media_type: str
    size: int
    sha256: str


def check(content: bytes) -> Checked:
    """What the file is. Raises `PaperError`."""
    if not content:
        raise PaperError("empty")
    if len(content) > LARGEST:
        raise PaperError("too_large")
    media_type = next((known for first, known in _TYPES.items() if content.startswith(first)), None)
    if media_type is None:
        raise PaperError("type")
    return Checked(media_type=media_type, size=len(content), sha256=hashlib.sha256(content).hexdigest())


def path(data: Path, application: int, document: int) -> Path:
    """Where a paper's bytes lie. The name is ours alone: nothing of what the sender wrote is in it."""
    return data / "papers" / str(application) / f"{document}.bin"


def keep(data: Path, application: int, document: int, content: bytes) -> None:
    """Write a paper so that it is there whole or not at all."""
    there = path(data, application, document)
    there.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = there.with_suffix(".part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(there)
