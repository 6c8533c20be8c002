"""What in a centre's description contradicts itself, though each value alone could be right.

It reads the plain TOML values, not the finished `Centre`: a wrong value somewhere must not hide what else is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from callcenter.config.locate import Path
from routing.acd import RINGS

_CONDITIONS = ("after_s", "forecast_s", "queue_over", "level_below")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Days that are open when nothing is said of them.
_OPEN_BY_ITSELF = frozenset(_DAYS) - {"sun"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction; `case` names its sentence in words.toml, `other` where its counterpart stands."""

    path: Path
    case: str
    gaps: Mapping[str, str | int] = field(default_factory=dict)
    other: Path | None = None


def contradictions(raw: Mapping[str, Any]) -> Iterator[Finding]:
    """All of them, whatever else is wrong; values of a wrong type are passed over."""
    groups = {group["id"] for _, group in _tables(raw, "group") if isinstance(group.get("id"), str)}
    yield from _references(raw, groups)
    yield from _ladders(raw)
    yield from _further(raw)
    yield from _peaks(raw)
    yield from _unserved(raw)
    yield from _hours(raw)
    yield from _twice(raw)
    zone = raw.get("timezone", "Asia/Seoul")
    if isinstance(zone, str) and not _is_zone(zone):
        yield Finding(("timezone",), "timezone", {"value": zone})


def _tables(part: Mapping[str, Any], name: str) -> list[tuple[int, Mapping[str, Any]]]:
    found = part.get(name)
    return [(n, one) for n, one in enumerate(found) if isinstance(one, dict)] if isinstance(found, list) else []


def _part(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = raw.get(name)
    return found if isinstance(found, dict) else {}


def _words(part: Mapping[str, Any], name: str) -> list[tuple[int, str]]:
    found = part.get(name)
    return [(n, one) for n, one in enumerate(found) if isinstance(one, str)] if isinstance(found, list) else []


def _references(raw: Mapping[str, Any], groups: set[str]) -> Iterator[Finding]:
    for table, key in (("company", "categories"), ("agent", "groups"), ("menu", "categories"), ("group", "similar")):
        for n, part in _tables(raw, table):
            for place, slug in _words(part, key):
                if slug not in groups:
                    yield Finding((table, n, key, place), "no_group", {"value": slug})
    undecided = raw.get("undecided")
    if isinstance(undecided, str) and undecided not in groups:
        yield Finding(("undecided",), "no_group", {"value": undecided})
    dialled = {number for _, number in _words(raw, "hotlines")}
    dialled |= {number for _, company in _tables(raw, "company") for _, number in _words(company, "numbers")}
    languages = raw.get("number_languages")
    for number in languages if isinstance(languages, dict) else ():
        if number not in dialled:
            yield Finding(("number_languages", number), "no_number", {"value": number})
    companies = {company["id"] for _, company in _tables(raw, "company") if isinstance(company.get("id"), str)}
    for n, closing in _tables(raw, "closing"):
        for key, known, case in (("group", groups, "no_group"), ("company", companies, "no_company")):
            if isinstance(named := closing.get(key), str) and named not in known:
                yield Finding(("closing", n, key), case, {"value": named})
    for n, agent in _tables(raw, "agent"):
        levels = agent.get("levels")
        own = {slug for _, slug in _words(agent, "groups")}
        for slug in levels if isinstance(levels, dict) else ():
            if slug not in own:
                yield Finding(("agent", n, "levels", slug), "level_elsewhere", {"value": slug})
        companies_known = agent.get("companies")
        for slug in companies_known if isinstance(companies_known, dict) else ():
            if slug not in companies:
                yield Finding(("agent", n, "companies", slug), "no_company", {"value": slug})


def _ladders(raw: Mapping[str, Any]) -> Iterator[Finding]:
    for n, group in _tables(raw, "group"):
        similar = _words(group, "similar")
        for place, slug in similar:
            path = ("group", n, "similar", place)
            if slug == group.get("id"):
                yield Finding(path, "own_help", {"value": slug})
        yield from _repeated("similar", [(("group", n, "similar", place), slug) for place, slug in similar])
        steps = [(place, step) for place, step in _tables(group, "widen") if _whole(step.get("ring"))]
        for place, step in _tables(group, "widen"):
            path = ("group", n, "widen", place)
            ring = step.get("ring")
            if _whole(ring) and len(similar) + 1 < ring <= RINGS:
                gaps = {"ring": ring, "needed": ring - 1, "there": len(similar)}
                yield Finding((*path, "ring"), "ring_beyond", gaps)
            if not step.keys() & set(_CONDITIONS):
                yield Finding(path, "no_condition")
            for key in _CONDITIONS:
                nearer = next((p for p, other in steps if _overtakes(step, other, key)), None)
                if nearer is not None:
                    said = {"ring": str(ring), "limit": key}
                    yield Finding((*path, key), "ladder_backwards", said, ("group", n, "widen", nearer))


def _further(raw: Mapping[str, Any]) -> Iterator[Finding]:
    needs = {"call_up": "peak", "callback": "callback", "voicemail": "voicemail"}
    for n, group in _tables(raw, "group"):
        steps = list(_tables(group, "then"))
        for place, step in steps:
            path, do = ("group", n, "then", place), step.get("do")
            if not step.keys() & set(_CONDITIONS):
                yield Finding(path, "no_condition")
            if isinstance(do, str) and (needed := needs.get(do)) and needed not in raw:
                yield Finding((*path, "do"), "then_needs", {"do": do, "part": needed})
            if (do == "number") != ("number" in step):
                yield Finding((*path, "number"), "then_number")
            for key in _CONDITIONS:
                before = next((p for p, other in steps if p < place and _sooner(step, other, key)), None)
                if before is not None:
                    yield Finding((*path, key), "then_backwards", {"limit": key}, ("group", n, "then", before))
            if do in ("voicemail", "number") and place != steps[-1][0]:
                yield Finding((*path, "do"), "then_not_last", {"do": do})


def _peaks(raw: Mapping[str, Any]) -> Iterator[Finding]:
    staffed = {
        slug for _, agent in _tables(raw, "agent") if agent.get("peak") is True for _, slug in _words(agent, "groups")
    }
    for n, group in _tables(raw, "group"):
        if not isinstance(group.get("peak"), dict):
            continue
        path: Path = ("group", n, "peak")
        if not {"forecast_s", "level_below", "occupancy_over"} & group["peak"].keys():
            yield Finding(path, "peak_condition")
        if "peak" not in raw:
            yield Finding(path, "peak_needs", {"part": "peak"})
        if group.get("id") not in staffed:
            yield Finding(path, "peak_nobody")


def _overtakes(wider: Mapping[str, Any], nearer: Mapping[str, Any], key: str) -> bool:
    """Whether the wider step's condition comes earlier than the nearer step's, which then never counts."""
    ring, nearer_ring = wider.get("ring"), nearer.get("ring")
    return _whole(ring) and _whole(nearer_ring) and ring > nearer_ring and _sooner(wider, nearer, key)


def _sooner(step: Mapping[str, Any], other: Mapping[str, Any], key: str) -> bool:
    """Whether this condition of the step holds before the other's does."""
    limit, others = step.get(key), other.get(key)
    if not (_number(limit) and _number(others)):
        return False
    return limit > others if key == "level_below" else limit < others


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _unserved(raw: Mapping[str, Any]) -> Iterator[Finding]:
    staffed = {slug for _, agent in _tables(raw, "agent") for _, slug in _words(agent, "groups")}
    helpers = {group.get("id"): [slug for _, slug in _words(group, "similar")] for _, group in _tables(raw, "group")}
    for n, group in _tables(raw, "group"):
        slug = group.get("id")
        if slug in staffed or not isinstance(slug, str):
            continue
        rings = [step["ring"] for _, step in _tables(group, "widen") if _whole(step.get("ring"))]
        reached = helpers[slug][: max(rings, default=1) - 1]
        if any(helper in staffed for helper in reached):
            continue
        circle = _circle(slug, helpers, staffed)
        if circle:
            yield Finding(("group", n), "circle", {"circle": " → ".join(circle)})
        elif any(helper in staffed for helper in helpers[slug]):
            yield Finding(("group", n), "ladder_short", {"value": slug})
        else:
            yield Finding(("group", n), "unserved", {"value": slug})


def _circle(slug: str, helpers: Mapping[Any, list[str]], staffed: set[str]) -> list[str]:
    """The way by first similar groups without agents back to this group; empty if it does not lead back."""
    way = [slug]
    while (following := next(iter(helpers.get(way[-1], ())), None)) and following not in staffed:
        if following == slug:
            return [*way, slug] if len(way) > 1 else []
        if following in way:
            return []
        way.append(following)
    return []


def _hours(raw: Mapping[str, Any]) -> Iterator[Finding]:
    places: list[tuple[Path, object]] = [(("hours",), raw.get("hours"))]
    for table in ("company", "group"):
        places += [((table, n, "hours"), part.get("hours")) for n, part in _tables(raw, table)]
    for path, hours in places:
        if isinstance(hours, dict) and not any(hours.get(day, day in _OPEN_BY_ITSELF) for day in _DAYS):
            yield Finding(path, "never_open")
    for n, closing in _tables(raw, "closing"):
        since, until = closing.get("since"), closing.get("until")
        if isinstance(since, datetime) and isinstance(until, datetime) and not _before(since, until):
            yield Finding(("closing", n, "until"), "closing_backwards", {"since": f"{since:%Y-%m-%d %H:%M}"})
    said = [
        (("waiting", "at_closing"), _part(raw, "waiting").get("at_closing")),
        *((("group", n, "at_closing"), group.get("at_closing")) for n, group in _tables(raw, "group")),
        *((("closing", n, "at_closing"), closing.get("at_closing")) for n, closing in _tables(raw, "closing")),
    ]
    for path, at_closing in said:
        # Each needs the part of its name.
        if at_closing in ("callback", "voicemail") and at_closing not in raw:
            yield Finding(path, "closing_needs", {"part": at_closing})


def _before(since: datetime, until: datetime) -> bool:
    """Times with a zone are refused as values; here they only must not raise."""
    return since.replace(tzinfo=None) < until.replace(tzinfo=None)


def _twice(raw: Mapping[str, Any]) -> Iterator[Finding]:
    numbers: list[tuple[Path, str]] = [(("hotlines", n), number) for n, number in _words(raw, "hotlines")]
    numbers += [
        (("company", n, "numbers", place), number)
        for n, company in _tables(raw, "company")
        for place, number in _words(company, "numbers")
    ]
    yield from _repeated("number", numbers)
    phones = [
        (table, n, key, part)
        for table, key in (("agent", "id"), ("supervisor", "phone"))
        for n, part in _tables(raw, table)
    ]
    yield from _repeated(
        "agent_id", [((t, n, key), part[key]) for t, n, key, part in phones if isinstance(part.get(key), str)]
    )
    for table, key in (("group", "id"), ("company", "id"), ("company", "code"), ("menu", "key")):
        stated = [((table, n, key), part[key]) for n, part in _tables(raw, table) if isinstance(part.get(key), str)]
        yield from _repeated(f"{table}_{key}", stated)
    lists = (
        ("agent", "groups", "category"),
        ("agent", "languages", "language"),
        ("company", "categories", "category"),
        ("menu", "categories", "category"),
    )
    for table, name, what in lists:
        for n, part in _tables(raw, table):
            yield from _repeated(what, [((table, n, name, p), s) for p, s in _words(part, name)])


def _repeated(what: str, stated: list[tuple[Any, str]]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for path, value in stated:
        if value in first:
            yield Finding(path, "twice", {"what": what, "value": value}, first[value])
        first.setdefault(value, path)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
