"""Music to which a company's callers wait: the shared one until somebody has uploaded another.

moh/company-<id>/music.wav           what callers hear
sounds/custom/music/<id>.<ext>       the uploaded original; while it is there it is what callers hear
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from callcenter.centre import Centre
from dialplan.audio import write_wav
from dialplan.recording import RecordingError, Wrong, decode

_ENDINGS = (".wav", ".mp3", ".flac", ".ogg")


def music_class(company: str) -> str:
    """The name of its music in Asterisk, and of its folder."""
    return f"company-{company}"


def musical(centre: Centre) -> list[str]:
    """The companies with music of their own."""
    return [company.id for company in centre.company if company.music]


def ensure_music(companies: Iterable[str], media: Path, shared: Path) -> int:
    """Music for each of these companies is there, that of others is not any more; the number of files made.

    `shared`: the sound that is heard until another one is uploaded.
    """
    wanted = {music_class(company): company for company in companies}
    for folder in (media / "moh").glob("company-*"):
        if folder.name not in wanted:
            shutil.rmtree(folder)
    made = 0
    for company in wanted.values():
        if not heard(media, company).is_file():
            _install(media, company, shared)
            made += 1
    return made


def heard(media: Path, company: str) -> Path:
    """What its callers hear."""
    return media / "moh" / music_class(company) / "music.wav"


def original(media: Path, company: str) -> Path | None:
    """The uploaded recording, if there is one."""
    return next((file for file in sorted(_custom(media).glob(f"{company}.*")) if file.stem == company), None)


def replace_music(centre: Centre, media: Path, company: str, recording: bytes, filename: str) -> None:
    """Let its callers wait to this recording (wav, mp3, flac or ogg), from the next time that it begins.

    Raises `RecordingError`: the company has no music of its own, or the recording cannot be used; nothing has changed.
    """
    _known(centre, company)
    samples = decode(recording)
    ending = Path(filename).suffix.lower()
    kept = _custom(media) / f"{company}{ending if ending in _ENDINGS else '.audio'}"
    before = original(media, company)
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(recording)
    write_wav(heard(media, company), samples)
    if before and before != kept:
        before.unlink(missing_ok=True)


def revert_music(centre: Centre, media: Path, company: str, shared: Path) -> None:
    """Let its callers hear the shared music again. Raises `RecordingError`: it has none of its own."""
    _known(centre, company)
    if uploaded := original(media, company):
        uploaded.unlink(missing_ok=True)
    _install(media, company, shared)


def _install(media: Path, company: str, shared: Path) -> None:
    target = heard(media, company)
    target.parent.mkdir(parents=True, exist_ok=True)
    if uploaded := original(media, company):
        write_wav(target, decode(uploaded.read_bytes()))
    else:
        begun = target.with_name(f".{target.name}")
        begun.write_bytes(shared.read_bytes())
        begun.replace(target)


def _known(centre: Centre, company: str) -> None:
    if company not in musical(centre):
        raise RecordingError(Wrong.NO_PROMPT)


def _custom(media: Path) -> Path:
    return media / "sounds/custom/music"
