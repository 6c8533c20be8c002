"""The synthetic voice: a text becomes telephone sound, by espeak-ng."""

from __future__ import annotations

import re
import subprocess
from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from dialplan import audio, korean
from dialplan.pronunciation import pronounced

#: Raise it when the same text shall sound different: every prompt is then made anew.
EDITION = 1
#: Variant f2 is a woman's voice with clear formants. Words a minute; Korean comes to five or six syllables a second.
_VOICES = {"ko": ("ko+f2", "158"), "en": ("en-us+f2", "150")}
_WORD_GAP = "1"  # 10 ms between words
#: Turns down what lies below 500 Hz and lifts the consonants: at the telephone's narrow band they carry the words.
_EMPHASIS = 0.4
_SENTENCE = re.compile(r"[^.!?]+[.!?]*\s*")
_HANGUL = re.compile(r"[가-힣]")
_LATIN_WORD = re.compile(r"[a-z]")
_PHONE = re.compile(r"(?<![0-9-])[0-9]{2,4}(?:-[0-9]{3,4})?-[0-9]{4}(?![0-9-])")


class Language(StrEnum):
    """Korean first."""

    KO = "ko"
    EN = "en"


class VoiceError(Exception):
    """The voice could not speak; the text says what the program said."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """espeak-ng as this machine has it: the words that start it and its environment (`ESPEAK_DATA_PATH`)."""

    command: tuple[str, ...]
    environment: Mapping[str, str]

    def speak(self, text: str, language: Language) -> list[float]:
        """The text as finished 8 kHz samples.

        Raises `VoiceError`: espeak-ng is absent or fails, or the text has nothing to say.
        """
        said = [sample for part, words in spoken(text, language) for sample in self._sound(words, part)]
        sound = audio.finish(said)
        if not sound:
            raise VoiceError(f"nothing to say in: {text!r}")
        return sound

    def _sound(self, words: str, language: Language) -> list[float]:
        name, speed = _VOICES[language]
        # -D: the same text always sounds the same.
        start = [*self.command, "-v", name, "-s", speed, "-g", _WORD_GAP, "-D", "--stdout", "--stdin"]
        try:
            done = subprocess.run(
                start, input=words.encode(), env=dict(self.environment), capture_output=True, check=False
            )
        except OSError as error:
            raise VoiceError(f"{self.command[0]}: {error.strerror}") from error
        if done.returncode or len(done.stdout) <= 44:
            raise VoiceError(f"espeak-ng ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
        # To a pipe espeak-ng writes a header whose length means nothing: all that follows is sound.
        rate = int.from_bytes(done.stdout[24:28], "little")
        narrow = audio.resample(array("h", done.stdout[44:]), rate)
        return [sample - _EMPHASIS * before for sample, before in zip(narrow, [0.0, *narrow], strict=False)]


def spoken(text: str, language: Language) -> list[tuple[Language, str]]:
    """What is handed to each voice, in order: a sentence in the other language's script has that language's voice."""
    sentences = [(_language_of(sentence, language), sentence) for sentence in _SENTENCE.findall(text)]
    parts = [
        (part, "".join(sentence for _, sentence in together).strip())
        for part, together in groupby(sentences, key=lambda found: found[0])
    ]
    return [(part, pronounced(korean.read(words)) if part is Language.KO else _english(words)) for part, words in parts]


def _language_of(sentence: str, language: Language) -> Language:
    if _HANGUL.search(sentence):
        return Language.KO
    return Language.EN if _LATIN_WORD.search(sentence) else language


def _english(text: str) -> str:
    """Telephone numbers digit by digit with a pause between their groups, and no Koreanism that reads badly."""
    text = _PHONE.sub(lambda found: ", ".join(" ".join(group) for group in found[0].split("-")), text)
    return text.replace("A/S", "after-sales")
