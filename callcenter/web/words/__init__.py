"""Every word that people read on a page, in each language; one TOML file a language with the same keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path

#: The first is what a newcomer sees.
LANGUAGES = ("ko", "en")

#: Fills the gaps `{like_this}` of a phrase.
Gap = str | int | float


def _read(language: str) -> Mapping[str, str]:
    sections = tomllib.loads((Path(__file__).parent / f"{language}.toml").read_text(encoding="utf-8"))
    return {f"{section}.{key}": phrase for section, phrases in sections.items() for key, phrase in phrases.items()}


CATALOGUE: Mapping[str, Mapping[str, str]] = {language: _read(language) for language in LANGUAGES}


def phrase(language: str, key: str, **gaps: Gap) -> str:
    """The words for `section.key`. An unknown key is a programming error (`KeyError`)."""
    return CATALOGUE[language][key].format(**gaps)


def preferred_language(accept_language: str) -> str:
    """The language of a browser that nobody has signed in with: English only if it ranks before Korean."""
    for part in accept_language.lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]
