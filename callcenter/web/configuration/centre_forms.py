"""The forms of the centre as a whole: how callers wait, what relieves the line, the hotline's menu."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, get_args

from callcenter.centre import Centre, Waiting
from callcenter.config.edit import (
    USUAL,
    switched_off,
    with_hotline,
    with_menu,
    with_number_languages,
    with_settings,
    with_waiting,
)
from callcenter.config.locate import Path
from callcenter.web.configuration.fields import Changed, Filled, Form, as_typed, messages, number, typed

#: Settings of `[waiting]` by what they are about.
WAITING: Mapping[str, tuple[str, ...]] = {
    "agents": ("ring_s", "wrapup_s", "no_answer", "rest_s", "listening_shown"),
    "line": (
        *("service_level_s", "position_every_s", "comfort_every_s", "language_s", "sticky_s", "repeat_priority_s"),
        "even_groups",
    ),
    "keys": ("key_s", "key_tries"),
}
#: Most comfort messages, and for how many the form has room at least.
MESSAGES, ROOM = 9, 3
NO_ANSWER: tuple[str, ...] = get_args(Waiting.model_fields["no_answer"].annotation)
#: What a centre may have beside its line, each a table of its own.
RELIEF = ("peak", "callback", "voicemail")
#: Keys of the hotline's menu, and how many choices callers have behind one.
KEYS = ("1", "2", "3", "4", "5", "6", "7")
CHOICES = 9
#: Table → key → the schema of its value, with the least and the most.
LIMITS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    table: usual.model_json_schema()["properties"] for table, usual in USUAL.items()
}


@dataclass(frozen=True)
class WaitingForm(Form):
    """How callers wait, what they hear meanwhile, and how agents are rung."""

    centre: Centre
    template = "waiting"
    first = "ring_s"
    address = "/configuration/waiting"

    def filled(self) -> Filled:
        """As the centre is."""
        waiting = self.centre.waiting
        values: dict[str, object] = {key: getattr(waiting, key) for keys in WAITING.values() for key in keys}
        for n, message in enumerate(waiting.comfort):
            values |= {f"say_{n}": message.say, f"say_en_{n}": message.say_en}
        return as_typed(values)

    def rows(self, filled: Filled) -> int:
        """For how many comfort messages the form has room."""
        last = max((n for n in range(MESSAGES) if filled.get(f"say_{n}") or filled.get(f"say_en_{n}")), default=-1)
        return min(max(last + 2, ROOM), MESSAGES)

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        values: dict[str, object] = {}
        fields: dict[Path, str] = {}
        for key in (key for keys in WAITING.values() for key in keys):
            fields["waiting", key] = key
            if LIMITS["waiting"][key]["type"] == "boolean":
                values[key] = key in sent
            else:
                values[key] = typed(sent, key) if key == "no_answer" else number(typed(sent, key))
        comfort = messages(sent, [f"_{n}" for n in range(MESSAGES)])
        for place, (ending, said) in enumerate(comfort):
            fields |= {("waiting", "comfort", place, key): key + ending for key in said}
        return Changed(text=with_waiting(text, values, [said for _, said in comfort]), fields=fields)


@dataclass(frozen=True)
class ReliefForm(Form):
    """Peak-time agents, callbacks, voicemail: each switched on or off; what is left empty is as usual."""

    centre: Centre
    template = "relief"
    first = RELIEF[0]
    address = "/configuration/relief"

    def filled(self) -> Filled:
        """As the centre is."""
        values: dict[str, object] = {}
        for table in RELIEF:
            if there := getattr(self.centre, table):
                values |= {table: True} | {f"{table}_{key}": getattr(there, key) for key in LIMITS[table]}
        return as_typed(values)

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        fields: dict[Path, str] = {}
        for table in RELIEF:
            # Whatever needs it complains here, should it be switched off.
            fields[table,] = table
            fields |= {(table, key): f"{table}_{key}" for key in LIMITS[table]}
            if table not in sent:
                text = switched_off(text, table)
                continue
            said = {key: typed(sent, f"{table}_{key}") for key in LIMITS[table]}
            values = {
                key: None if not value else value.replace(" ", "") if key == "between" else number(value)
                for key, value in said.items()
            }
            text = with_settings(text, table, values)
        return Changed(text=text, fields=fields)


@dataclass(frozen=True)
class MenuForm(Form):
    """The hotline's numbers with their languages, the group of the undecided, and what stands behind each key."""

    centre: Centre
    template = "menu"
    first = "hotline_0"
    address = "/configuration/menu"

    def filled(self) -> Filled:
        """As the centre is."""
        centre = self.centre
        values: dict[str, object] = {f"hotline_{n}": one for n, one in enumerate(centre.hotlines)}
        values |= {f"hotline_language_{n}": centre.number_languages.get(one) for n, one in enumerate(centre.hotlines)}
        values |= {"undecided": centre.undecided}
        for one in centre.menu:
            values |= {f"name_{one.key}": one.name, f"name_en_{one.key}": one.name_en}
            values |= {f"category_{one.key}_{n}": category for n, category in enumerate(one.categories, start=1)}
        return as_typed(values)

    def rows(self, filled: Filled) -> int:
        """For how many numbers the form has room."""
        return max((n for n in range(len(filled)) if filled.get(f"hotline_{n}")), default=-1) + 2

    def used(self, filled: Filled) -> list[str]:
        """The keys for which anything stands in the form."""
        return [key for key in KEYS if any(self._key(filled, key).values())]

    @staticmethod
    def _key(sent: Filled, key: str) -> dict[str, Any]:
        said: dict[str, Any] = {name: typed(sent, f"{name}_{key}") for name in ("name", "name_en")}
        chosen = (typed(sent, f"category_{key}_{n}") for n in range(1, CHOICES + 1))
        return said | {"categories": [category for category in chosen if category]}

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        # Numbers may have hyphens and spaces, as on paper; a line without a number is gone.
        said = {n: "".join(typed(sent, f"hotline_{n}").replace("-", "").split()) for n in range(len(sent))}
        rows = [(n, one) for n, one in said.items() if one]
        fields: dict[Path, str] = {("hotlines",): "hotline_0"}
        elsewhere = {
            one: ("company", company.id, "numbers", n)
            for company in self.centre.company
            for n, one in enumerate(company.numbers)
        }
        languages = dict.fromkeys(self.centre.hotlines, "")
        for place, (n, one) in enumerate(rows):
            fields["hotlines", place] = f"hotline_{n}"
            fields["number_languages", one] = f"hotline_language_{n}"
            if one in elsewhere:
                # Of two that are the same the company's is told.
                fields[elsewhere[one]] = f"hotline_{n}"
            languages[one] = typed(sent, f"hotline_language_{n}")
        keys = {key: self._key(sent, key) for key in self.used(sent)}
        fields |= {("undecided",): "undecided", ("menu",): f"name_{KEYS[0]}"}
        for key in KEYS:
            own: Path = ("menu", key)
            fields |= {(*own, name): f"{name}_{key}" for name in ("name", "name_en")}
            fields[*own, "categories"] = f"category_{key}_1"
            chosen = [n for n in range(1, CHOICES + 1) if typed(sent, f"category_{key}_{n}")]
            fields |= {(*own, "categories", place): f"category_{key}_{n}" for place, n in enumerate(chosen)}
        text = with_hotline(with_menu(text, keys), [one for _, one in rows], typed(sent, "undecided"))
        return Changed(text=with_number_languages(text, languages), fields=fields)
