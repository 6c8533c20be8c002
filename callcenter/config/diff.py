"""What differs between two descriptions of the centre, in words of the trade. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from pydantic import BaseModel

from callcenter.centre import Agent, Centre, Company, Group, Key, Names
from callcenter.config.words import label, say

#: Tables of the file whose parts have names, in the order in which changes are told, and what tells them apart.
_TABLES = {"company": "id", "group": "id", "agent": "id", "menu": "key"}


class What(StrEnum):
    """What happened to a part."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One part of the centre, or one key of it, that is otherwise. `names` are those of both centres."""

    what: What
    #: company, group, agent or menu; centre for what stands outside of them.
    table: str
    #: The part with its id; None for the centre itself.
    part: Company | Group | Agent | Key | None = None
    #: The key that changed, dotted where it lies deeper.
    key: str = ""
    before: Any = None
    after: Any = None
    names: Mapping[str, Names]

    def sentence(self, language: str) -> str:
        """For readers of `ko` or `en`."""
        what = label(language, "table", self.table)
        if self.part is not None:
            number = getattr(self.part, _TABLES[self.table])
            what = f"{what} {self._name(self.part, language)} ({number})"
        if self.what is not What.CHANGED:
            return say(language, f"change.{self.what}", what=what)
        key = " · ".join(label(language, "key", word) for word in self.key.split("."))
        before, after = (self._shown(value, language) for value in (self.before, self.after))
        return say(language, "change.changed", what=what, key=key, before=before, after=after)

    @staticmethod
    def _name(named: Names, language: str) -> str:
        return named.name if language == "ko" else named.name_en

    def _shown(self, value: Any, language: str) -> str:
        """A value as people say it."""
        if value is None or value in ("", (), {}):
            return label(language, "value", "closed" if value == "" else "nothing")
        if isinstance(value, datetime):
            return f"{value:%Y-%m-%d %H:%M}"
        if isinstance(value, bool):
            return label(language, "value", str(value).lower())
        if isinstance(value, BaseModel):
            # What a part is about comes before what it shares with others of its kind.
            own = type(value).__annotations__
            said = sorted(
                ((key, one) for key, one in value if one not in (None, "")), key=lambda pair: pair[0] not in own
            )
            return " ".join(f"{label(language, 'key', key)} {self._shown(one, language)}" for key, one in said)
        if isinstance(value, Mapping):
            return ", ".join(f"{self._shown(key, language)} {self._shown(value[key], language)}" for key in value)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return ", ".join(self._shown(one, language) for one in value)
        if isinstance(value, Enum):
            return label(language, "value", str(value.value))
        if isinstance(value, str) and value in self.names:
            return self._name(self.names[value], language)
        return label(language, "value", str(value))


def differences(former: Centre, centre: Centre) -> list[Change]:
    """Everything that changes from the former centre to this one; an empty list when nothing does."""
    names: dict[str, Names] = {part.id: part for one in (former, centre) for part in one.company}
    names |= {part.id: part for one in (former, centre) for part in one.group}
    changes = [
        Change(what=What.CHANGED, table="centre", key=key, before=before, after=after, names=names)
        for key, before, after in _keys(former, centre)
        if key not in _TABLES
    ]
    for table, identity in _TABLES.items():
        olds = {getattr(part, identity): part for part in getattr(former, table)}
        news = {getattr(part, identity): part for part in getattr(centre, table)}
        for number in [*news, *(gone for gone in olds if gone not in news)]:
            old, new = olds.get(number), news.get(number)
            if old is None or new is None:
                what = What.ADDED if old is None else What.REMOVED
                changes.append(Change(what=what, table=table, part=new or old, names=names))
                continue
            changes += [
                Change(what=What.CHANGED, table=table, part=new, key=key, before=before, after=after, names=names)
                for key, before, after in _keys(old, new)
            ]
    return changes


def _keys(old: BaseModel, new: BaseModel) -> Iterator[tuple[str, Any, Any]]:
    """The keys that differ; of a table that both have, its own keys."""
    for key in type(new).model_fields:
        before, after = getattr(old, key), getattr(new, key)
        if isinstance(before, BaseModel) and isinstance(after, BaseModel):
            yield from ((f"{key}.{inner}", a, b) for inner, a, b in _keys(before, after))
        elif before != after:
            yield key, before, after
