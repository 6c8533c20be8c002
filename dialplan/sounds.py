"""The folder of sounds that Asterisk plays: made by the voice, or replaced by a recording that somebody uploaded.

sounds/<ko|en>/cc/<prompt>.wav         what callers hear
sounds/custom/<ko|en>/<prompt>.<ext>   an uploaded original; while it is there it is what callers hear
sounds/synthetic/<ko|en>/<prompt>.wav  what the voice made, for going back; index.json tells from which text
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from callcenter.centre import Centre
from dialplan.audio import write_wav
from dialplan.catalogue import catalogue
from dialplan.choir import Song, sing
from dialplan.company_music import ensure_music, musical
from dialplan.music import hold_music, tone
from dialplan.recording import RecordingError, Wrong, decode
from dialplan.voice import EDITION, Language, Voice, spoken

_ENDINGS = (".wav", ".mp3", ".flac", ".ogg")
#: Number of prompts spoken so far and in all.
Progress = Callable[[int, int], None]


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


def ensure_prompts(
    centre: Centre,
    media: Path,
    espeak: Sequence[str],
    env: Mapping[str, str],
    progress: Progress | None = None,
    still: Centre | None = None,
) -> int:
    """Prompts, tones and music on hold in the media folder; the number of files made.

    `espeak` are the words that start espeak-ng, `env` its environment. Uploaded recordings stay in place. Prompts of
    companies that are gone are removed, but for those of `still`, which callers may hear yet. `progress` hears after
    each prompt. Raises `VoiceError`.
    """
    made = _ensure_tones(media)
    made += ensure_music({*musical(centre), *(musical(still) if still else ())}, media, shared_music(media))
    texts = {(language, name): text[language] for name, text in catalogue(centre).items() for language in Language}
    marks = {key: _fingerprint(text, key[0]) for key, text in texts.items()}
    index = _read_index(media)
    stale = [
        key for key, mark in marks.items() if index.get(_line(*key)) != mark or not _synthetic(media, *key).is_file()
    ]
    songs = [Song(text=texts[key], language=key[0], target=_synthetic(media, *key), name=key[1]) for key in stale]
    try:
        for done, song in enumerate(sing(Voice(command=tuple(espeak), environment=env), songs), 1):
            key = (song.language, song.name)
            if not _original(media, *key):
                _install(media, *key)
            index[_line(*key)] = marks[key]
            if progress:
                progress(done, len(songs))
    finally:
        heard = {_line(language, name) for name in (catalogue(still) if still else ()) for language in Language}
        _forget(media, index, heard | {_line(*key) for key in marks})
    return made + len(stale) + sum(_install(media, *key) for key in marks if not _played(media, *key).is_file())


def prompts_of(centre: Centre, media: Path) -> list[Prompt]:
    """Every prompt of the centre in both languages, in the order of the catalogue."""
    return [
        Prompt(
            name=name,
            language=language,
            text=text[language],
            file=_played(media, language, name),
            original=_original(media, language, name),
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
    before = _original(media, language, name)
    _write(kept, recording)
    write_wav(_played(media, language, name), samples)
    if before and before != kept:
        before.unlink(missing_ok=True)


def revert(centre: Centre, media: Path, name: str, language: Language) -> None:
    """Let callers hear the synthetic voice again and forget the recording; no error when nothing was replaced.

    Raises `RecordingError`: no such prompt.
    """
    _known(centre, name)
    if uploaded := _original(media, language, name):
        uploaded.unlink(missing_ok=True)
        _install(media, language, name)


def shared_music(media: Path) -> Path:
    """What callers hear who wait for a company without music of its own."""
    return media / "moh/default/calm.wav"


def _install(media: Path, language: Language, name: str) -> bool:
    """Put in place what callers shall hear, be it recorded or synthetic; False when there is neither."""
    target = _played(media, language, name)
    if uploaded := _original(media, language, name):
        write_wav(target, decode(uploaded.read_bytes()))
    elif (made := _synthetic(media, language, name)).is_file():
        _write(target, made.read_bytes())
    else:
        return False
    return True


def _played(media: Path, language: Language, name: str) -> Path:
    return media / "sounds" / language / "cc" / f"{name}.wav"


def _synthetic(media: Path, language: Language, name: str) -> Path:
    return media / "sounds/synthetic" / language / f"{name}.wav"


def _original(media: Path, language: Language, name: str) -> Path | None:
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


def _ensure_tones(media: Path) -> int:
    made = 0
    for target, sound in _tones(media):
        if not target.is_file():
            write_wav(target, sound())
            made += 1
    return made


def _tones(media: Path) -> Iterator[tuple[Path, Callable[[], list[float]]]]:
    yield shared_music(media), hold_music
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
        for file in (_synthetic(media, Language(language), name), _played(media, Language(language), name)):
            file.unlink(missing_ok=True)
        del index[line]
    _write(_index_file(media), json.dumps(index, indent=0, sort_keys=True).encode())
