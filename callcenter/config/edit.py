"""Small changes of a centre's file that leave everything else as its owner wrote it, comments and order too. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import tomlkit
from pydantic import BaseModel
from tomlkit import TOMLDocument
from tomlkit.items import AoT, Array, InlineTable, Item, Table

from callcenter.centre import Agent, Callback, Contract, Peak, Voicemail, Waiting
from callcenter.config.blocks import with_block, without_block
from callcenter.config.locate import blocks
from callcenter.hours import Closing, Hours
from routing.acd import Strategy

#: A number, or what was typed where there should be one: reading the file tells it as a mistake.
Figure = int | float | str
#: Keys of a step of the ladder, as the file has them.
Step = Mapping[str, Figure]
#: Ring → its conditions.
Ladder = Mapping[int, Step]

#: The centre's own tables, in the order in which they are put into a file, with what holds when they say nothing.
USUAL: Mapping[str, BaseModel] = {
    "waiting": Waiting(),
    "peak": Peak(),
    "callback": Callback(),
    "voicemail": Voicemail(),
}

#: Of which table and id; None for the centre itself.
Whose = tuple[str, str] | None


def with_ladder(text: str, group: str, similar: Sequence[str], ladder: Ladder, then: Sequence[Step] = ()) -> str:
    """The group's similar groups, the steps by which they are asked, and what else is done for who still waits."""
    document = tomlkit.parse(text)
    part = _part(document, "group", group)
    _set(part, "similar", list(similar))
    _set(part, "widen", _steps({"ring": ring, **ladder[ring]} for ring in sorted(ladder)))
    _set(part, "then", _steps(then))
    return tomlkit.dumps(document)


def with_distribution(text: str, group: str, strategy: str, priority_s: Figure) -> str:
    """Which idle agent of the group is asked first, and how much longer its callers count as having waited."""
    document = tomlkit.parse(text)
    part = _part(document, "group", group)
    _set(part, "strategy", None if strategy == Strategy.LONGEST_IDLE else strategy)
    _set(part, "priority_s", priority_s or None)
    return tomlkit.dumps(document)


def with_group_peak(text: str, group: str, limits: Mapping[str, Figure]) -> str:
    """The limits by which the group's own peak-time agents are called up; none: the group has no rule of its own."""
    document = tomlkit.parse(text)
    _set(_part(document, "group", group), "peak", _inline(limits))
    return tomlkit.dumps(document)


def with_skills(
    text: str,
    agent: str,
    levels: Mapping[str, Figure],
    companies: Mapping[str, Figure],
    *,
    languages: Sequence[str],
    peak: bool,
) -> str:
    """The agent's groups, each with its level, 1 the best; levels for companies; languages; whether it is for peaks."""
    document = tomlkit.parse(text)
    part = _part(document, "agent", agent)
    former = [str(group) for group in part["groups"]]
    groups = [group for group in former if group in levels] + [g for g in levels if g not in former]
    _set(part, "groups", groups, empty=True)
    _set(part, "levels", _inline({group: level for group, level in levels.items() if level != 1}))
    _set(part, "companies", _inline(companies))
    usual = tuple(languages) == Agent.model_fields["languages"].default
    _set(part, "languages", None if usual else list(languages), empty=True)
    _set(part, "peak", peak or None)
    return tomlkit.dumps(document)


def with_company(
    text: str,
    company: str,
    *,
    language: str,
    announcement: Mapping[str, str],
    music: bool,
    contract: Mapping[str, Figure],
) -> str:
    """What callers of the company speak and hear (`announcement` by `say` and `say_en`, empty for none), and what it
    was promised.
    """
    document = tomlkit.parse(text)
    part = _part(document, "company", company)
    _set(part, "language", language)
    _set(part, "announcement", _inline(announcement))
    _set(part, "music", music or None)
    usual = Contract().model_dump()
    _set(part, "contract", _inline({key: value for key, value in contract.items() if value != usual[key]}))
    return tomlkit.dumps(document)


def with_waiting(text: str, values: Mapping[str, Any], comfort: Sequence[Mapping[str, str]]) -> str:
    """How callers wait and agents are rung, by keys of `Waiting`, and the comfort messages, by `say` and `say_en`."""
    usual = USUAL["waiting"]
    if comfort or any(value != getattr(usual, key) for key, value in values.items()):
        text = switched_on(text, "waiting")
    document = tomlkit.parse(text)
    if "waiting" in document:
        waiting = document["waiting"]
        _set_unusual(waiting, usual, values)
        messages = tomlkit.array()
        for message in comfort:
            messages.append(_inline(message))
        _set(waiting, "comfort", messages)
    return tomlkit.dumps(document)


def with_settings(text: str, table: str, values: Mapping[str, Any]) -> str:
    """One of the centre's own tables with these values; None leaves a value unsaid."""
    document = tomlkit.parse(switched_on(text, table))
    _set_unusual(document[table], USUAL[table], values)
    return tomlkit.dumps(document)


def switched_on(text: str, table: str) -> str:
    """With this table of the centre's own; a new one stands behind those that come before it in `USUAL`."""
    if table in tomllib.loads(text):
        return text
    order = ("hours", *USUAL)
    there = [(other,) for other in order[: order.index(table)] if (other,) in blocks(text)]
    block = f"[{table}]"
    return with_block(text, block, there[-1]) if there else f"{text.rstrip()}\n\n{block}\n"


def switched_off(text: str, table: str) -> str:
    """Without this table of the centre's own; comments about it stay."""
    if (table,) in blocks(text):
        return without_block(text, (table,))
    document = tomlkit.parse(text)
    document.pop(table, None)
    return tomlkit.dumps(document)


def with_menu(text: str, menu: Mapping[str, Mapping[str, Any]]) -> str:
    """The hotline's menu by key, each with `name`, `name_en` and `categories` in order; other keys are gone."""
    for key in sorted(menu.keys() - set(keys_of_menu(text))):
        text = _with_key(text, key)
    for key in [known for known in keys_of_menu(text) if known not in menu]:
        text = _without_key(text, key)
    document = tomlkit.parse(text)
    for part in document.get("menu", ()):
        for name, value in menu[str(part["key"])].items():
            _set(part, name, value, empty=True)
    return tomlkit.dumps(document)


def keys_of_menu(text: str) -> list[str]:
    """The keys of the hotline's menu in the order of the file."""
    return [str(part["key"]) for part in tomllib.loads(text).get("menu", ())]


def with_hotline(text: str, hotlines: Sequence[str], undecided: str) -> str:
    """The hotline's numbers, and the group of who presses nothing; empty: they are asked to call again."""
    document = tomlkit.parse(text)
    _set(document, "hotlines", list(hotlines))
    _set(document, "undecided", undecided)
    return tomlkit.dumps(document)


def with_number_languages(text: str, languages: Mapping[str, str]) -> str:
    """What callers of these numbers hear and speak from the start; empty: nothing is said of the number."""
    document = tomlkit.parse(text)
    if "number_languages" not in document:
        said = {number: language for number, language in languages.items() if language}
        _set(document, "number_languages", _inline(said))
        return tomlkit.dumps(document)
    known = document["number_languages"]
    for number, language in languages.items():
        _set(known, number, language)
    if isinstance(known, InlineTable) and not known:
        document.pop("number_languages")
    return tomlkit.dumps(document)


def with_week(text: str, whose: Whose, week: Mapping[str, str]) -> str:
    """Opening times by `mon` to `sun`."""
    document = tomlkit.parse(text)
    hours = _hours(document, whose)
    for day, spans in week.items():
        _set(hours, day, spans, empty=True)
    return tomlkit.dumps(document)


def with_at_closing(text: str, group: str, at_closing: str) -> str:
    """What becomes of who still waits when it is closed, in a group or (empty) the centre; empty: nothing said."""
    document = tomlkit.parse(text)
    if not group and "waiting" not in document:
        document["waiting"] = tomlkit.table()
    _set(_part(document, "group", group) if group else document["waiting"], "at_closing", at_closing)
    return tomlkit.dumps(document)


def with_closing(text: str, closing: Mapping[str, Any]) -> str:
    """A closing out of turn with the keys of `Closing`; those that were over before it begins are taken out."""
    document = tomlkit.parse(text)
    kept = [one for one in document.get("closing", ()) if not Closing.model_validate(one).over(closing["since"])]
    said = {key: value for key, value in closing.items() if value not in (None, "")}
    _set_closings(document, [*kept, said])
    return tomlkit.dumps(document)


def without_closing(text: str, number: int) -> str:
    """The closing of this number, from 0 in the order of the file, is over now. `KeyError`: there is none."""
    document = tomlkit.parse(text)
    closings = list(document.get("closing", ()))
    if not 0 <= number < len(closings):
        raise KeyError(number)
    _set_closings(document, closings[:number] + closings[number + 1 :])
    return tomlkit.dumps(document)


def with_day(text: str, whose: Whose, day: date | str, spans: str | None) -> str:
    """A single day that is otherwise: closed when `spans` is empty, as the week says again when it is None."""
    document = tomlkit.parse(text)
    hours = _hours(document, whose)
    days = {str(known): str(value) for known, value in hours.get("days", {}).items() if str(known) != f"{day}"}
    if spans is not None:
        days[f"{day}"] = spans
    _set(hours, "days", _inline(dict(sorted(days.items()))))
    return tomlkit.dumps(document)


def _part(document: Any, table: str, slug: str) -> Any:
    return next(part for part in document[table] if part["id"] == slug)


def _with_key(text: str, key: str) -> str:
    """A key of the menu before the first larger one, else behind the last."""
    keys = keys_of_menu(text)
    at = next((n for n, known in enumerate(keys) if known > key), len(keys))
    if ("menu", 0) not in blocks(text):
        document = tomlkit.parse(text)
        document["menu"].insert(at, _inline({"key": key}))
        return tomlkit.dumps(document)
    block = f'[[menu]]\nkey = "{key}"'
    if at < len(keys):
        return with_block(text, block, ("menu", at), before=True)
    return with_block(text, block, ("menu", at - 1))


def _without_key(text: str, key: str) -> str:
    at = keys_of_menu(text).index(key)
    if ("menu", at) in blocks(text):
        return without_block(text, ("menu", at))
    document = tomlkit.parse(text)
    del document["menu"][at]
    return tomlkit.dumps(document)


def _set_unusual(part: Any, usual: BaseModel, values: Mapping[str, Any]) -> None:
    """What holds anyway is said only where the file says the key already."""
    for key, value in values.items():
        if key in part or value != getattr(usual, key):
            _set(part, key, value, empty=True)


def _set_closings(document: Any, closings: Sequence[Mapping[str, Any]]) -> None:
    document.pop("closing", None)
    if not closings:
        return
    tables = tomlkit.aot()
    for closing in closings:
        table = tomlkit.table()
        table.update(closing)
        tables.append(table)
    document["closing"] = tables


def _hours(document: Any, whose: Whose) -> Any:
    """The table of opening times; a company or group without its own begins with the centre's."""
    if whose is None:
        if "hours" not in document:
            document["hours"] = tomlkit.table()
        return document["hours"]
    part = _part(document, *whose)
    if "hours" not in part:
        own = Hours.model_validate(document.get("hours", tomlkit.table()).unwrap())
        _set(part, "hours", _inline(own.model_dump(mode="json", exclude_defaults=True)))
    return part["hours"]


def _steps(steps: Iterable[Step]) -> Array:
    array = tomlkit.array()
    for step in steps:
        array.append(_inline(step))
    return array


def _inline(values: Mapping[str, Any]) -> InlineTable:
    table = tomlkit.inline_table()
    for key, value in values.items():
        table[key] = _inline(value) if isinstance(value, dict) else value
    return table


def _set(part: Any, key: str, value: Any, *, empty: bool = False) -> None:
    """Set the key, or leave it out when its value says nothing; what says the same already stays as it is written."""
    if value is None or (not empty and value in ("", [], {})):
        part.pop(key, None)
    elif key in part:
        if _plain(part[key]) != _plain(value):
            part[key] = value
    elif not isinstance(part, Table | TOMLDocument):
        part[key] = value
    else:
        # Appended, it would stand behind the comment that belongs to the next table.
        body = part.value if isinstance(part, Table) else part
        known = [name for name, item in body.body if name and not isinstance(item, Table | AoT)]
        if known:
            body._insert_after(known[-1], key, value)
        elif body.body:
            body._insert_at(0, key, value)
        else:
            part[key] = value


def _plain(value: Any) -> Any:
    return value.unwrap() if isinstance(value, Item) else value
