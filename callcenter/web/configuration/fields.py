"""What the forms of the configuration page have in common.

A form fills its fields from the centre, or with what was sent. What cannot be read goes into the changed file as it was
typed: the file's own check tells every mistake, and each form knows from which field a value came.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import ClassVar

from callcenter.config.locate import Path
from callcenter.config.mistakes import Mistake

#: What stands in each field; a tick that is not set is absent.
Filled = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Changed:
    """The centre's file as a form changes it."""

    text: str
    #: Place in the file, as in `Mistake.path` → the field that stands for it; in the order of the page.
    fields: Mapping[Path, str]

    def field_of(self, mistake: Mistake) -> str | None:
        """The field of what is wrong, or of the part it lacks; else of the first thing within, or of what it is in."""
        path = mistake.path
        exact: tuple[Path, ...] = (path, (str(mistake.gaps.get("part")),))
        within = (place for place in self.fields if path and place[: len(path)] == path)
        around = (path[:n] for n in range(len(path) - 1, 0, -1))
        return next((self.fields[place] for place in (*exact, *within, *around) if place in self.fields), None)

    def wrong(self, mistakes: Iterable[Mistake]) -> dict[str, list[Mistake]]:
        """What is wrong by field, in the order of the page."""
        found: dict[str, list[Mistake]] = {name: [] for name in self.fields.values()}
        for mistake in mistakes:
            if name := self.field_of(mistake):
                found[name].append(mistake)
        return {name: told for name, told in found.items() if told}


class Form(ABC):
    """A form: what stands in its fields as the centre is, and the centre's file as it changes it."""

    #: The name of its template.
    template: ClassVar[str]
    #: The field in which one begins.
    first: ClassVar[str] = ""
    #: Sets the ids of its fields apart from those of another form on the page.
    prefix: ClassVar[str] = ""

    @property
    @abstractmethod
    def address(self) -> str:
        """Where it is opened."""

    @property
    def action(self) -> str:
        """Where it is sent."""
        return self.address

    @abstractmethod
    def filled(self) -> Filled:
        """As the centre is."""

    @abstractmethod
    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent. `StopIteration` or `KeyError`: it has no such part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A form as it stands on a page."""

    form: Form
    filled: Filled
    wrong: Mapping[str, list[Mistake]] = field(default_factory=dict)
    #: The field in which one goes on.
    focus: str = ""


def typed(sent: Filled, name: str) -> str:
    """What was typed; empty where there is no such field."""
    return sent.get(name, "").strip()


def as_typed(values: Mapping[str, object]) -> Filled:
    """Values as fields show them; None is an empty field, False a tick that is not set."""
    said = {name: value for name, value in values.items() if value is not None and value is not False}
    return {name: "on" if value is True else str(value) for name, value in said.items()}


def number(said: str) -> float | str:
    """The number, a whole one where it can be; what was typed where it is none."""
    try:
        found = float(said)
    except ValueError:
        return said
    if not isfinite(found):
        return said
    return int(found) if found.is_integer() else found


def share(said: str) -> float | str:
    """A percentage as a share; what was typed where it is no number."""
    found = number(said)
    return found if isinstance(found, str) else found / 100


def messages(sent: Filled, endings: Iterable[str]) -> list[tuple[str, dict[str, str]]]:
    """What is said, Korean and English, and in which fields it stands; a language may have been left empty."""
    found = [(ending, {key: typed(sent, key + ending) for key in ("say", "say_en")}) for ending in endings]
    return [(ending, said) for ending, said in found if any(said.values())]
