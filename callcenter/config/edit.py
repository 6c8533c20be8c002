"""Small changes of a centre's file that leave everything else as its owner wrote it, comments and order too. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import tomlkit
from tomlkit.items import AoT, Array, InlineTable, Table

from callcenter.centre import Agent, Contract
from callcenter.hours import Closing, Hours
from routing.acd import Strategy

#: Keys of a step of the ladder, as the file has them.
Step = Mapping[str, str | int | float]
#: Ring → its conditions.
Ladder = Mapping[int, Step]

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


def with_distribution(text: str, group: str, strategy: str, priority_s: int) -> str:
    """Which idle agent of the group is asked first, and how much longer its callers count as having waited."""
    document = tomlkit.parse(text)
    part = _part(document, "group", group)
    _set(part, "strategy", None if strategy == Strategy.LONGEST_IDLE else strategy)
    _set(part, "priority_s", priority_s or None)
    return tomlkit.dumps(document)


def with_group_peak(text: str, group: str, limits: Mapping[str, int | float]) -> str:
    """The limits by which the group's own peak-time agents are called up; none: the group has no rule of its own."""
    document = tomlkit.parse(text)
    _set(_part(document, "group", group), "peak", _inline(limits))
    return tomlkit.dumps(document)


def with_skills(
    text: str,
    agent: str,
    levels: Mapping[str, int],
    companies: Mapping[str, int],
    *,
    languages: Sequence[str],
    peak: bool,
) -> str:
    """The agent's groups, each with its level, 1 the best; levels for companies; languages; whether it is for peaks."""
    document = tomlkit.parse(text)
    part = _part(document, "agent", agent)
    former = [str(group) for group in part["groups"]]
    _set(part, "groups", [group for group in former if group in levels] + [g for g in levels if g not in former])
    _set(part, "levels", _inline({group: level for group, level in levels.items() if level != 1}))
    _set(part, "companies", _inline(companies))
    _set(part, "languages", [] if tuple(languages) == Agent.model_fields["languages"].default else list(languages))
    _set(part, "peak", peak or None)
    return tomlkit.dumps(document)


def with_company(
    text: str,
    company: str,
    *,
    language: str,
    announcement: Mapping[str, str],
    music: bool,
    contract: Mapping[str, int | float],
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


def with_waiting(text: str, seconds: Mapping[str, int], comfort: Sequence[Mapping[str, str]]) -> str:
    """How often callers in line hear what, and the comfort messages, each by `say` and `say_en`."""
    document = tomlkit.parse(text)
    if "waiting" not in document:
        document["waiting"] = tomlkit.table()
    waiting = document["waiting"]
    for key, value in seconds.items():
        _set(waiting, key, value)
    messages = tomlkit.array()
    for message in comfort:
        messages.append(_inline(message))
    _set(waiting, "comfort", messages)
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


def with_day(text: str, whose: Whose, day: date, spans: str | None) -> str:
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
    """Set the key, or leave it out when its value says nothing."""
    if value in (None, [], {}) or (value == "" and not empty):
        part.pop(key, None)
    elif key in part or not isinstance(part, Table):
        part[key] = value
    else:
        # Appended, it would stand behind the comment that belongs to the next table.
        known = [name for name, item in part.value.body if name and not isinstance(item, Table | AoT)]
        if known:
            part.value._insert_after(known[-1], key, value)
        else:
            part[key] = value
