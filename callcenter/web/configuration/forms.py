"""What the forms of the configuration page send, as a changed text of the centre's file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import get_args

from starlette.datastructures import FormData

from callcenter.centre import Centre, Conditions, Group, Language, Then
from callcenter.config.edit import (
    Step,
    Whose,
    with_at_closing,
    with_closing,
    with_company,
    with_day,
    with_distribution,
    with_group_peak,
    with_ladder,
    with_skills,
    with_waiting,
    with_week,
)
from callcenter.web.errors import Refused
from routing.acd import RINGS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LANGUAGES: tuple[str, ...] = get_args(Language)
#: Settings of `[waiting]` that the form of waiting has, all in seconds, and how many comfort messages.
WAITING = ("position_every_s", "comfort_every_s", "language_s", "sticky_s", "repeat_priority_s")
MESSAGES = 3
#: A service level is a percentage in the form and a share in the file.
CONDITIONS = ("after_s", "forecast_s", "queue_over", "level_below")
#: What a group's ladder may do for who still waits.
DOINGS: tuple[str, ...] = get_args(Then.model_fields["do"].annotation)


def ladder_of(group: Group) -> dict[int, dict[str, int]]:
    """The conditions of each ring as the form shows them: of several steps for a ring the earliest of each kind."""
    ladder: dict[int, dict[str, int]] = {}
    for step in group.widen:
        ring = ladder.setdefault(step.ring, {})
        for key, limit in conditions_of(step).items():
            sooner = max if key == "level_below" else min
            ring[key] = sooner(limit, ring.get(key, limit))
    return ladder


def conditions_of(step: Conditions) -> dict[str, int]:
    """A step's conditions as the form shows them."""
    limits = {key: getattr(step, key) for key in CONDITIONS}
    return {
        key: round(limit * 100) if key == "level_below" else limit for key, limit in limits.items() if limit is not None
    }


def changed_group(text: str, group: str, sent: FormData) -> str:
    """The form of a group: its ladder, which agent is asked first, its priority and its peak-time agents."""
    similar, ladder = [], {}
    for ring in range(2, RINGS + 1):
        helper = _text(sent, f"similar_{ring}")
        limits = _conditions(sent, f"_{ring}")
        if helper:
            similar.append(helper)
            # A ring that was left empty before this one moves up.
            if limits:
                ladder[len(similar) + 1] = limits
    peak: dict[str, int | float] = {}
    if said := _text(sent, "peak_forecast_s"):
        peak["forecast_s"] = _whole(said)
    for key in ("level_below", "occupancy_over"):
        if said := _text(sent, f"peak_{key}"):
            peak[key] = _whole(said) / 100
    then: list[Step] = []
    for n in range(len(sent)):
        if do := _text(sent, f"do_{n}"):
            number = {"number": said} if (said := _text(sent, f"number_{n}")) else {}
            then.append({"do": do, **number, **_conditions(sent, f"_then_{n}")})
    text = with_ladder(text, group, similar, ladder, then)
    text = with_distribution(text, group, _text(sent, "strategy"), _whole(_text(sent, "priority_s") or "0"))
    return with_group_peak(text, group, peak)


def _conditions(sent: FormData, ending: str) -> dict[str, int | float]:
    said = {key: _whole(typed) for key in CONDITIONS if (typed := _text(sent, key + ending))}
    return {key: limit / 100 if key == "level_below" else limit for key, limit in said.items()}


def changed_agent(text: str, agent: str, centre: Centre, sent: FormData) -> str:
    """The form of an agent's groups: a level for each, or none; and levels for companies."""
    levels = {group.id: _whole(said) for group in centre.group if (said := _text(sent, f"level_{group.id}"))}
    languages = [language for language in LANGUAGES if f"speaks_{language}" in sent]
    if not languages:
        raise Refused(422, "config_language")
    companies = {one.id: _whole(said) for one in centre.company if (said := _text(sent, f"company_{one.id}"))}
    return with_skills(text, agent, levels, companies, languages=languages, peak="peak" in sent)


def changed_company(text: str, company: str, sent: FormData) -> str:
    """The form of what a company's callers speak and hear, and of what it was promised."""
    announcement = next(iter(_messages(sent, ("",))), {})
    contract: dict[str, int | float] = {}
    if said := _text(sent, "service_level"):
        contract["service_level"] = _whole(said) / 100
    if said := _text(sent, "weight"):
        contract["weight"] = _number(said)
    if said := _text(sent, "most_calls"):
        contract["most_calls"] = _whole(said)
    language, music = _text(sent, "language"), "music" in sent
    return with_company(text, company, language=language, announcement=announcement, music=music, contract=contract)


def changed_waiting(text: str, sent: FormData) -> str:
    """The form of what all callers hear while they wait."""
    seconds = {key: _whole(_text(sent, key)) for key in WAITING}
    return with_waiting(text, seconds, _messages(sent, [f"_{n}" for n in range(MESSAGES)]))


def _messages(sent: FormData, endings: Iterable[str]) -> list[dict[str, str]]:
    """What is said, Korean and English; `Refused` where only one of them is there."""
    found = [{key: _text(sent, key + ending) for key in ("say", "say_en")} for ending in endings]
    if any(bool(one["say"]) != bool(one["say_en"]) for one in found):
        raise Refused(422, "config_both")
    return [one for one in found if one["say"]]


def changed_hours(text: str, whose: Whose, sent: FormData) -> str:
    """The form of a week's opening times, and of what becomes of who still waits at their end."""
    text = with_week(text, whose, {day: _text(sent, day).replace(" ", "") for day in DAYS})
    if whose is None or whose[0] == "group":
        text = with_at_closing(text, whose[1] if whose else "", _text(sent, "at_closing"))
    return text


def closed_now(text: str, now: datetime, sent: FormData) -> str:
    """The form of a closing out of turn, from this local minute on."""
    try:
        until = datetime.fromisoformat(_text(sent, "until")).replace(tzinfo=None)
    except ValueError:
        raise Refused(422, "date") from None
    table, _, slug = _text(sent, "of").partition(":")
    of = {table: slug} if slug else {}
    span = {"since": now.replace(second=0, microsecond=0, tzinfo=None), "until": until}
    more = {key: _text(sent, key) for key in ("say", "say_en", "at_closing")}
    return with_closing(text, {**of, **span, **more})


def changed_day(text: str, whose: Whose, sent: FormData) -> str:
    """The form of a single day: closed, open at other times, or as the week says again."""
    try:
        day = date.fromisoformat(_text(sent, "day"))
    except ValueError:
        raise Refused(422, "date") from None
    how = _text(sent, "how")
    spans = {"closed": "", "times": _text(sent, "spans").replace(" ", "")}.get(how)
    return with_day(text, whose, day, spans)


def _text(sent: FormData, name: str) -> str:
    value = sent.get(name)
    return value.strip() if isinstance(value, str) else ""


def _whole(said: str) -> int:
    try:
        return int(said)
    except ValueError:
        raise Refused(422, "invalid") from None


def _number(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        raise Refused(422, "invalid") from None
