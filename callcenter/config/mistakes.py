"""Every mistake in a centre's file at once, each with line, key and what is expected."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from callcenter.config.consistency import contradictions
from callcenter.config.locate import Path, line_of, lines
from callcenter.config.words import Gap, label, say

_Model = TypeVar("_Model", bound=BaseModel)
_NO_TOML = re.compile(r"(.*?) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)

#: pydantic's kind of error → case in words.toml, and where its limit stands in the error's context.
_CASES = {
    "extra_forbidden": ("unknown_key", ""),
    "missing": ("missing", ""),
    "greater_than_equal": ("at_least", "ge"),
    "less_than_equal": ("at_most", "le"),
    "greater_than": ("above", "gt"),
    "less_than": ("below", "lt"),
    "too_short": ("too_few", "min_length"),
    "too_long": ("too_many", "max_length"),
    "string_too_short": ("empty", ""),
    "string_too_long": ("too_long", "max_length"),
    "int_type": ("whole", ""),
    "int_parsing": ("whole", ""),
    "int_from_float": ("whole", ""),
    "float_type": ("number", ""),
    "float_parsing": ("number", ""),
    "bool_type": ("truth", ""),
    "bool_parsing": ("truth", ""),
    "string_type": ("text", ""),
    "tuple_type": ("list", ""),
    "model_type": ("table", ""),
    "dict_type": ("table", ""),
    "timezone_naive": ("moment", ""),
    "datetime_type": ("moment", ""),
    "datetime_parsing": ("moment", ""),
    "datetime_from_date_parsing": ("moment", ""),
    "date_from_datetime_parsing": ("date", ""),
    "date_parsing": ("date", ""),
}
#: Key → what its pattern expects; a group's id where nothing is said.
_PATTERNS = {
    **dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun", "days"), "spans"),
    **dict.fromkeys(("hotlines", "number_languages", "numbers", "number", "mobile"), "number"),
    "between": "span",
    "phone": "agent",
    "code": "code",
    "key": "key",
}
#: What people know an entry of a list of tables by.
_IDENTITIES = ("id", "key", "login")


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One mistake; its sentence is made for whoever reads it."""

    line: int
    #: Where it is, as people read it: `group tv, similar #2`. Entries go by what they are known by, others by their
    #: place from 1.
    key: str
    #: The same for programs: ("group", "tv", "similar", 1).
    path: Path = ()
    case: str
    gaps: Mapping[str, Gap] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """What is wrong and what is expected, in `ko` or `en`."""
        worded = {
            name: label(language, name, str(self.gaps[name])) for name in ("what", "expected") if name in self.gaps
        }
        gaps = {**self.gaps, **worded}
        return say(language, f"mistake.{self.case}", **gaps)

    def told(self, file: str, language: str) -> str:
        """`file:line: key: sentence`, as compilers tell it."""
        return f"{file}:{self.line}: {self.key + ': ' if self.key else ''}{self.sentence(language)}"


def examine(text: str, model: type[_Model]) -> tuple[_Model | None, list[Mistake]]:
    """The description that this text gives, or all of its mistakes in the order of lines."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _NO_TOML.match(str(error))
        line = int(found[2]) if found and found[2] else text.count("\n") + 1
        return None, [Mistake(line=line, key="", case="syntax", gaps={"why": found[1] if found else str(error)})]
    places = lines(text)
    described = None
    mistakes: list[Mistake] = []
    try:
        described = model.model_validate(raw)
    except ValidationError as error:
        mistakes += _wrong_values(error, raw, places)
    for finding in contradictions(raw):
        gaps = {**finding.gaps, "line": line_of(places, finding.other)} if finding.other else finding.gaps
        mistakes.append(_at(finding.path, raw, places, finding.case, gaps))
    return (None if mistakes else described), sorted(mistakes, key=lambda one: one.line)


def _wrong_values(error: ValidationError, raw: Mapping[str, Any], places: Mapping[Path, int]) -> Iterator[Mistake]:
    for problem in error.errors():
        path: Path = tuple(part for part in problem["loc"] if part != "[key]")
        kind, context, value = problem["type"], problem.get("ctx", {}), problem["input"]
        case, limit = _CASES.get(kind, ("other", ""))
        gaps: dict[str, Gap] = {"why": problem["msg"]}
        if limit:
            gaps = {"limit": context[limit], "value": str(value)}
        elif kind == "string_pattern_mismatch":
            case, gaps = "pattern", {"value": str(value), "expected": _expected(path)}
        elif kind in ("literal_error", "enum"):
            case, gaps = "one_of", {"value": str(value), "expected": context["expected"]}
        elif kind == "spans":
            case, gaps = "spans", {"value": str(value)}
        yield _at(path, raw, places, case, gaps)


def _expected(path: Path) -> str:
    keys = [part for part in path if isinstance(part, str)]
    if keys[:2] == ["agent", "id"]:
        return "agent"
    return next((_PATTERNS[key] for key in reversed(keys) if key in _PATTERNS), "slug")


def _at(path: Path, raw: Mapping[str, Any], places: Mapping[Path, int], case: str, gaps: Mapping[str, Gap]) -> Mistake:
    known, words = _named(raw, path)
    return Mistake(line=line_of(places, path), key=words, path=known, case=case, gaps=dict(gaps))


def _named(raw: Any, path: Path) -> tuple[Path, str]:
    """The path with entries by what they are known by, and the same in words."""
    known: list[str | int] = []
    words, joint = "", ""
    for part in path:
        raw = _within(raw, part)
        if isinstance(part, int):
            own = raw if isinstance(raw, dict) else {}
            name = next((said for key in _IDENTITIES if isinstance(said := own.get(key), str) and said), None)
            known.append(part if name is None else name)
            words, joint = f"{words} {f'#{part + 1}' if name is None else name}", ", "
        else:
            known.append(part)
            words, joint = f"{words}{joint}{part}", "."
    return tuple(known), words


def _within(raw: Any, part: str | int) -> Any:
    if isinstance(raw, list) and isinstance(part, int):
        return raw[part]
    return raw.get(part) if isinstance(raw, dict) else None


def told(mistakes: Iterable[Mistake], file: str, language: str) -> str:
    """All of them, one a line."""
    return "\n".join(mistake.told(file, language) for mistake in mistakes)
