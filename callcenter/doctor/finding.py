"""What the doctor finds, and its words in Korean and English."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

#: Fills a `{gap}` of a sentence.
Gap = str | int | float

#: `check.case` → what is so (`ko`, `en`) and, where something is wrong, what to do (`mend_ko`, `mend_en`).
WORDS: Mapping[str, Mapping[str, str]] = {
    f"{check}.{case}": words
    for check, cases in tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8")).items()
    for case, words in cases.items()
}


class Result(StrEnum):
    """How an examination ended."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence about one thing examined."""

    result: Result
    #: `check.case` of the table of words.
    case: str
    gaps: Mapping[str, Gap]

    @property
    def check(self) -> str:
        """What was examined."""
        return self.case.partition(".")[0]

    def sentence(self, language: str) -> str:
        """What is so; `language` is `ko` or `en`."""
        return WORDS[self.case][language].format(**self.gaps)

    def mend(self, language: str) -> str:
        """What to do; empty when nothing is wrong."""
        return WORDS[self.case].get(f"mend_{language}", "").format(**self.gaps)


def ok(case: str, **gaps: Gap) -> Finding:
    """All is well."""
    return Finding(Result.OK, case, gaps)


def warning(case: str, **gaps: Gap) -> Finding:
    """The centre works, yet something should be looked at."""
    return Finding(Result.WARNING, case, gaps)


def failed(case: str, **gaps: Gap) -> Finding:
    """Something that calls, records or bills need does not work."""
    return Finding(Result.FAILED, case, gaps)


def worst(findings: Iterable[Finding]) -> Result:
    """The gravest result; ok when there is none."""
    results = {finding.result for finding in findings}
    return next((grave for grave in (Result.FAILED, Result.WARNING) if grave in results), Result.OK)
