"""The forms of the centre as a whole: how callers wait, what relieves the line, the hotline's menu.

Each has what it shows, from the centre or as it was sent, and the changed text of the centre's file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from starlette.datastructures import FormData

from callcenter.centre import Centre, Waiting
from callcenter.config.edit import (
    USUAL,
    keys_of_menu,
    switched_off,
    with_hotline,
    with_menu,
    with_settings,
    with_waiting,
)
from callcenter.config.mistakes import Mistake
from callcenter.web.configuration.fields import messages, typed, whole

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


def waiting_sent(sent: FormData) -> dict[str, Any]:
    """The form of how callers wait and agents are rung; `comfort` are the messages."""
    values: dict[str, Any] = {}
    for key in (key for keys in WAITING.values() for key in keys):
        if LIMITS["waiting"][key]["type"] == "boolean":
            values[key] = key in sent
        else:
            values[key] = typed(sent, key) if key == "no_answer" else whole(typed(sent, key))
    return values | {"comfort": messages(sent, [f"_{n}" for n in range(MESSAGES)])}


def changed_waiting(text: str, waiting: Mapping[str, Any]) -> str:
    """The file with what the form says."""
    return with_waiting(text, {key: value for key, value in waiting.items() if key != "comfort"}, waiting["comfort"])


def relief_of(centre: Centre) -> dict[str, dict[str, Any] | None]:
    """Peak time, callbacks and voicemail as the centre has them; None: not at all."""
    tables = {table: getattr(centre, table) for table in RELIEF}
    return {table: found.model_dump() if found else None for table, found in tables.items()}


def relief_sent(sent: FormData) -> dict[str, dict[str, Any] | None]:
    """The form of them; what was left empty is as usual."""
    return {table: _relief(sent, table) if table in sent else None for table in RELIEF}


def _relief(sent: FormData, table: str) -> dict[str, Any]:
    said = {key: typed(sent, f"{table}_{key}") for key in LIMITS[table]}
    return {
        key: None if not value else value.replace(" ", "") if key == "between" else whole(value)
        for key, value in said.items()
    }


def changed_relief(text: str, relief: Mapping[str, Mapping[str, Any] | None]) -> str:
    """The file with what the form says."""
    for table, values in relief.items():
        text = switched_off(text, table) if values is None else with_settings(text, table, values)
    return text


def menu_of(centre: Centre) -> dict[str, Any]:
    """The hotline's numbers, the group of the undecided, and by key the names and categories, as they are."""
    keys = {one.key: {"name": one.name, "name_en": one.name_en, "categories": one.categories} for one in centre.menu}
    return {"hotlines": centre.hotlines, "undecided": centre.undecided or "", "keys": keys}


def menu_sent(sent: FormData) -> dict[str, Any]:
    """The form of them; a key that was emptied is not there. Commas or spaces part numbers, which may have hyphens."""
    keys: dict[str, dict[str, Any]] = {}
    for key in KEYS:
        chosen = [typed(sent, f"category_{key}_{n}") for n in range(1, CHOICES + 1)]
        keys[key] = {name: typed(sent, f"{name}_{key}") for name in ("name", "name_en")}
        keys[key]["categories"] = [category for category in chosen if category]
    numbers = re.split(r"[\s,]+", typed(sent, "hotlines").replace("-", ""))
    return {
        "hotlines": [number for number in numbers if number],
        "undecided": typed(sent, "undecided"),
        "keys": {key: said for key, said in keys.items() if any(said.values())},
    }


def changed_menu(text: str, menu: Mapping[str, Any]) -> str:
    """The file with what the form says."""
    return with_hotline(with_menu(text, menu["keys"]), menu["hotlines"], menu["undecided"])


def wrong_fields(text: str, mistakes: Iterable[Mistake]) -> set[str]:
    """The fields of these forms in which the mistakes of a changed text stand."""
    found = set()
    for mistake in mistakes:
        match mistake.key.split("."):
            case ["menu", place, "categories", *nth]:
                found.add(f"category_{keys_of_menu(text)[int(place)]}_{int(nth[0]) + 1 if nth else 1}")
            case ["menu", place, field]:
                found.add(f"{field}_{keys_of_menu(text)[int(place)]}")
            case ["waiting", key, *_]:
                found.add(key)
            case [table, key] if table in RELIEF:
                found.add(f"{table}_{key}")
            case ["hotlines" | "undecided" as key, *_]:
                found.add(key)
    return found
