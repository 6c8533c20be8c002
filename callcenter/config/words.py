"""The words about a centre's description, in Korean and in English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

Gap = str | int | float

_WORDS: Mapping[str, Mapping[str, str]] = {
    f"{section}.{case}": words
    for section, cases in tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8")).items()
    for case, words in cases.items()
}


def say(language: str, key: str, /, **gaps: Gap) -> str:
    """The words for `section.case`; an unknown one is a programming error (`KeyError`)."""
    return _WORDS[key][language].format(**gaps)


def label(language: str, section: str, name: str) -> str:
    """A key of the file in words of the trade; a key that has none stands for itself."""
    found = _WORDS.get(f"{section}.{name}")
    return found[language] if found else name
