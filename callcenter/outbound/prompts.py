"""What a version of a form says, as sound files: `sounds/<ko|en>/survey/<stamp>-<part>.wav`."""

from __future__ import annotations

import hashlib
from pathlib import Path

from callcenter.campaigns.form import Form
from dialplan.choir import Song
from dialplan.voice import EDITION, Language


def prefix_of(text: str) -> str:
    """What the prompts of a form of this text begin with; another wording is another file, so none is ever stale."""
    return f"survey/{hashlib.sha256(f'{EDITION} {text}'.encode()).hexdigest()[:16]}"


def missing(sounds: Path, text: str, form: Form) -> list[Song]:
    """The prompts that the form needs and the folder of sounds lacks."""
    words = {"opening": form.opening, "thanks": form.thanks, **{f"q-{one.id}": one for one in form.question}}
    songs = [
        Song(
            name=part,
            text=said.ko if language is Language.KO else said.en,
            language=language,
            target=sounds / language / f"{prefix_of(text)}-{part}.wav",
        )
        for part, said in words.items()
        for language in Language
    ]
    return [song for song in songs if not song.target.is_file()]
