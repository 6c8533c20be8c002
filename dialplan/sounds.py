"""The folder of sounds that Asterisk plays: made by the voice, or replaced by a recording that somebody uploaded.

sounds/<ko|en>/cc/<prompt>.wav         what callers hear
sounds/custom/<ko|en>/<prompt>.<ext>   an uploaded original; while it is there it is what callers hear
sounds/synthetic/<ko|en>/<prompt>.wav  what the voice made, for going back
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from callcenter.centre import Centre
from dialplan.audio import write_wav
from dialplan.catalogue import catalogue
from dialplan.recording import RecordingError, Wrong, decode
from dialplan.voice import Language

_ENDINGS = (".wav", ".mp3", ".flac", ".ogg")


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """One prompt in one language as it stands in the folder."""

    name: str
    language: Language
    text: str
    #: What callers hear; absent until it was made.
    file: Path
    #: The uploaded original that replaces the synthetic voice.
    original: Path | None


def prompts_of(centre: Centre, media: Path) -> list[Prompt]:
    """Every prompt of the centre in both languages, in the order of the catalogue."""
    return [
        Prompt(
            name=name,
            language=language,
            text=text[language],
            file=played(media, language, name),
            original=original(media, language, name),
        )
        for name, text in catalogue(centre).items()
        for language in Language
    ]


def replace(centre: Centre, media: Path, name: str, language: Language, recording: bytes, filename: str) -> None:
    """Let callers hear this recording (wav, mp3, flac or ogg) from the next time the prompt is played.

    `filename` is the uploader's; only its ending is used, for the original that is kept. Takes a second for a minute
    of sound. Raises `RecordingError`: no such prompt, or the recording cannot be used; nothing has changed then.
    """
    _known(centre, name)
    samples = decode(recording)
    ending = Path(filename).suffix.lower()
    kept = _custom(media, language) / f"{name}{ending if ending in _ENDINGS else '.audio'}"
    before = original(media, language, name)
    _write(kept, recording)
    write_wav(played(media, language, name), samples)
    if before and before != kept:
        before.unlink(missing_ok=True)


def revert(centre: Centre, media: Path, name: str, language: Language) -> None:
    """Let callers hear the synthetic voice again and forget the recording; no error when nothing was replaced.

    Raises `RecordingError`: no such prompt.
    """
    _known(centre, name)
    if uploaded := original(media, language, name):
        uploaded.unlink(missing_ok=True)
        install(media, language, name)


def install(media: Path, language: Language, name: str) -> bool:
    """Put in place what callers shall hear, be it recorded or synthetic; False when there is neither."""
    target = played(media, language, name)
    if uploaded := original(media, language, name):
        write_wav(target, decode(uploaded.read_bytes()))
    elif (made := synthetic(media, language, name)).is_file():
        _write(target, made.read_bytes())
    else:
        return False
    return True


def played(media: Path, language: Language, name: str) -> Path:
    """What callers hear."""
    return media / "sounds" / language / "cc" / f"{name}.wav"


def synthetic(media: Path, language: Language, name: str) -> Path:
    """What the voice made."""
    return media / "sounds/synthetic" / language / f"{name}.wav"


def original(media: Path, language: Language, name: str) -> Path | None:
    """The uploaded recording, if the prompt is replaced."""
    return next((file for file in sorted(_custom(media, language).glob(f"{name}.*")) if file.stem == name), None)


def _custom(media: Path, language: Language) -> Path:
    return media / "sounds/custom" / language


def _known(centre: Centre, name: str) -> None:
    if name not in catalogue(centre):
        raise RecordingError(Wrong.NO_PROMPT)


def _write(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f".{target.name}.{os.getpid()}")
    begun.write_bytes(content)
    begun.replace(target)
