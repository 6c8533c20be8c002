"""Makes every sound that a centre needs; only what is missing or says something else than before is made anew."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from callcenter.centre import Centre
from dialplan.audio import write_wav
from dialplan.catalogue import catalogue
from dialplan.choir import Song, sing
from dialplan.music import hold_music, tone
from dialplan.sounds import install, original, played, synthetic
from dialplan.voice import EDITION, Language, Voice, spoken


def ensure_prompts(
    centre: Centre, media: Path, espeak: Sequence[str], env: Mapping[str, str], say: Callable[[str], None] | None = None
) -> int:
    """Prompts, tones and music on hold in the media folder; the number of files made.

    `espeak` are the words that start espeak-ng, `env` its environment. Uploaded recordings stay in place. Prompts of
    companies that are gone are removed. `say` is told in words how far it is. Raises `VoiceError`.
    """
    made = _ensure_tones(media)
    texts = {(language, name): text[language] for name, text in catalogue(centre).items() for language in Language}
    marks = {key: _fingerprint(text, key[0]) for key, text in texts.items()}
    index = _read_index(media)
    stale = [
        key for key, mark in marks.items() if index.get(_line(*key)) != mark or not synthetic(media, *key).is_file()
    ]
    songs = [Song(text=texts[key], language=key[0], target=synthetic(media, *key), name=key[1]) for key in stale]
    try:
        for done, song in enumerate(sing(Voice(command=tuple(espeak), environment=env), songs), 1):
            key = (song.language, song.name)
            if not original(media, *key):
                install(media, *key)
            index[_line(*key)] = marks[key]
            if say and (done % 40 == 0 or done == len(songs)):
                say(f"Prompts: {done} of {len(songs)} spoken")
    finally:
        _forget(media, index, {_line(*key) for key in marks})
    return made + len(stale) + sum(install(media, *key) for key in marks if not played(media, *key).is_file())


def _ensure_tones(media: Path) -> int:
    made = 0
    for target, sound in _tones(media):
        if not target.is_file():
            write_wav(target, sound())
            made += 1
    return made


def _tones(media: Path) -> Iterator[tuple[Path, Callable[[], list[float]]]]:
    yield media / "moh/default/calm.wav", hold_music
    for language in Language:
        folder = media / "sounds" / language
        yield folder / "cc/selftest.wav", lambda: tone(1004, 2, -12)
        # Asterisk's own Record() plays this before it listens.
        yield folder / "beep.wav", lambda: tone(1000, 0.4, -15)


def _line(language: Language, name: str) -> str:
    return f"{language}/{name}"


def _fingerprint(text: str, language: Language) -> str:
    said = json.dumps([EDITION, spoken(text, language)], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _index_file(media: Path) -> Path:
    return media / "sounds/synthetic/index.json"


def _read_index(media: Path) -> dict[str, str]:
    """Language and prompt → mark of what was spoken; a damaged file counts as none."""
    try:
        index = json.loads(_index_file(media).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return {key: str(mark) for key, mark in index.items()} if isinstance(index, dict) else {}


def _forget(media: Path, index: dict[str, str], wanted: set[str]) -> None:
    """Write the index and remove the sounds that no prompt needs any more."""
    for line in index.keys() - wanted:
        language, _, name = line.partition("/")
        for file in (synthetic(media, Language(language), name), played(media, Language(language), name)):
            file.unlink(missing_ok=True)
        del index[line]
    target = _index_file(media)
    target.parent.mkdir(parents=True, exist_ok=True)
    begun = target.with_name(f".index.{os.getpid()}")
    begun.write_text(json.dumps(index, indent=0, sort_keys=True))
    begun.replace(target)
