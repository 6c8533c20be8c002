"""A table of TOML or YAML read value by value; every mistake in it is told with its key and what is expected."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from billing.month import Month

_Choice = TypeVar("_Choice", bound=StrEnum)
#: Far above any real amount of won; a slip of the hand is caught, not billed.
_LARGEST = 10**12
_EXACT = re.compile(r"[0-9]{1,12}(/0*[1-9][0-9]{0,11}|\.[0-9]{1,12})?", re.ASCII)
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,31}", re.ASCII)


@dataclass
class Table:
    """A table that notes what is wrong with its values and goes on with a harmless one.

    Tables inside it share the list of problems.
    """

    raw: Mapping[str, object]
    source: str
    path: str = ""
    problems: list[str] = field(default_factory=list)
    _parts: list[Table] = field(default_factory=list)
    _known: set[str] = field(default_factory=set)

    def wrong(self, key: str, why: str) -> None:
        """Note a mistake at this key."""
        self.problems.append(f"{self.source}: {self.path}{key}: {why}")

    def refuse_unknown(self) -> None:
        """Note every key that nobody asked for, here and in the tables inside."""
        for key in self.raw:
            if key not in self._known:
                self.wrong(key, "unknown key; check the spelling or remove it")
        for part in self._parts:
            part.refuse_unknown()

    def _value(self, key: str, expected: str, *, required: bool = True) -> object:
        self._known.add(key)
        if key not in self.raw and required:
            self.wrong(key, f"is absent; expected {expected}")
        return self.raw.get(key)

    def _part(self, raw: Mapping[str, object], path: str) -> Table:
        part = Table(raw, self.source, path, self.problems)
        self._parts.append(part)
        return part

    def table(self, key: str) -> Table:
        """The table [key]."""
        value = self._value(key, f"a table [{key}]")
        if isinstance(value, Mapping):
            return self._part(value, f"{self.path}{key}.")
        if value is not None:
            self.wrong(key, f"expected a table [{key}]")
        # Its absence is reported; its keys need not be reported one by one.
        return Table({}, self.source, f"{self.path}{key}.", [])

    def tables(self, key: str, *, at_least: int = 1) -> list[Table]:
        """Each table under [[key]]."""
        expected = f"one table [[{key}]] or more"
        value = self._value(key, expected, required=at_least > 0)
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str) or not all(isinstance(v, Mapping) for v in value):
            self.wrong(key, f"expected tables, each under [[{key}]]")
            return []
        if len(value) < at_least:
            self.wrong(key, f"is empty; expected {expected}")
        return [self._part(raw, f"{self.path}{key}.{place}.") for place, raw in enumerate(value, start=1)]

    def has(self, key: str) -> bool:
        """Whether the key is there."""
        return key in self.raw

    def texts(self, key: str, expected: str, pattern: re.Pattern[str]) -> frozenset[str]:
        """A list, perhaps empty, of texts of this pattern."""
        value = self._value(key, expected)
        if isinstance(value, list) and all(isinstance(text, str) and pattern.fullmatch(text) for text in value):
            return frozenset(value)
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return frozenset()

    def whole(self, key: str, *, at_least: int = 0, at_most: int = _LARGEST) -> int:
        """A whole number."""
        expected = f"a whole number from {at_least} to {at_most}"
        value = self._value(key, expected)
        if isinstance(value, int) and not isinstance(value, bool) and at_least <= value <= at_most:
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return at_least

    def exact(self, key: str, instead: Fraction, *, at_most: int = 10**6) -> Fraction:
        """A fraction written as text."""
        expected = f'an exact fraction from 0 to {at_most} in quotes, such as "7/10" or "0.7"'
        value = self._value(key, expected)
        if isinstance(value, str) and _EXACT.fullmatch(value) and Fraction(value) <= at_most:
            return Fraction(value)
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return instead

    def truth(self, key: str) -> bool:
        """True or false."""
        value = self._value(key, "true or false")
        if value is not None and not isinstance(value, bool):
            self.wrong(key, f"is {_shown(value)}; expected true or false")
        return value is True

    def text(self, key: str) -> str:
        """Text that is not blank."""
        value = self._value(key, "text")
        if isinstance(value, str) and value.strip():
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected text")
        return ""

    def slug(self, key: str) -> str:
        """A short name for programs."""
        expected = "a short name of small letters, digits, - and _"
        value = self._value(key, expected)
        if isinstance(value, str) and _SLUG.fullmatch(value):
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return ""

    def month(self, key: str) -> Month | None:
        """A month; None if it is none."""
        value = self._value(key, 'a month in quotes such as "2026-11"')
        if value is None:
            return None
        try:
            return Month.parse(str(value))
        except ValueError as error:
            self.wrong(key, str(error))
            return None

    def choice(self, key: str, kind: type[_Choice]) -> _Choice:
        """A word of this enumeration."""
        return kind(self.word(key, [choice.value for choice in kind]) or next(iter(kind)))

    def word(self, key: str, choices: Collection[str]) -> str:
        """One of these words."""
        expected = "one of " + ", ".join(choices)
        value = self._value(key, expected)
        if isinstance(value, str) and value in choices:
            return value
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return ""

    def words(self, key: str, choices: Collection[str]) -> frozenset[str]:
        """Some of these words, at least one."""
        expected = "a list of some of " + ", ".join(choices)
        value = self._value(key, expected)
        if isinstance(value, list) and value and all(isinstance(word, str) and word in choices for word in value):
            return frozenset(value)
        if value is not None:
            self.wrong(key, f"is {_shown(value)}; expected {expected}")
        return frozenset()


def _shown(value: object) -> str:
    return repr(value)[:60]
