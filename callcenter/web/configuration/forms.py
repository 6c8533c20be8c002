"""What the forms of groups, agents, companies and hours send, as a changed text of the centre's file."""

from __future__ import annotations

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
    with_week,
)
from callcenter.web.configuration.fields import decimal, messages, typed, whole
from callcenter.web.errors import Refused
from routing.acd import RINGS

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LANGUAGES: tuple[str, ...] = get_args(Language)
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
        helper = typed(sent, f"similar_{ring}")
        limits = _conditions(sent, f"_{ring}")
        if helper:
            similar.append(helper)
            # A ring that was left empty before this one moves up.
            if limits:
                ladder[len(similar) + 1] = limits
    peak: dict[str, int | float] = {}
    if said := typed(sent, "peak_forecast_s"):
        peak["forecast_s"] = whole(said)
    for key in ("level_below", "occupancy_over"):
        if said := typed(sent, f"peak_{key}"):
            peak[key] = whole(said) / 100
    then: list[Step] = []
    for n in range(len(sent)):
        if do := typed(sent, f"do_{n}"):
            number = {"number": said} if (said := typed(sent, f"number_{n}")) else {}
            then.append({"do": do, **number, **_conditions(sent, f"_then_{n}")})
    text = with_ladder(text, group, similar, ladder, then)
    text = with_distribution(text, group, typed(sent, "strategy"), whole(typed(sent, "priority_s") or "0"))
    return with_group_peak(text, group, peak)


def _conditions(sent: FormData, ending: str) -> dict[str, int | float]:
    said = {key: whole(limit) for key in CONDITIONS if (limit := typed(sent, key + ending))}
    return {key: limit / 100 if key == "level_below" else limit for key, limit in said.items()}


def changed_agent(text: str, agent: str, centre: Centre, sent: FormData) -> str:
    """The form of an agent's groups: a level for each, or none; and levels for companies."""
    levels = {group.id: whole(said) for group in centre.group if (said := typed(sent, f"level_{group.id}"))}
    languages = [language for language in LANGUAGES if f"speaks_{language}" in sent]
    if not languages:
        raise Refused(422, "config_language")
    companies = {one.id: whole(said) for one in centre.company if (said := typed(sent, f"company_{one.id}"))}
    return with_skills(text, agent, levels, companies, languages=languages, peak="peak" in sent)


def changed_company(text: str, company: str, sent: FormData) -> str:
    """The form of what a company's callers speak and hear, and of what it was promised."""
    announcement = next(iter(messages(sent, ("",))), {})
    contract: dict[str, int | float] = {}
    if said := typed(sent, "service_level"):
        contract["service_level"] = whole(said) / 100
    if said := typed(sent, "weight"):
        contract["weight"] = decimal(said)
    if said := typed(sent, "most_calls"):
        contract["most_calls"] = whole(said)
    language, music = typed(sent, "language"), "music" in sent
    return with_company(text, company, language=language, announcement=announcement, music=music, contract=contract)


def changed_hours(text: str, whose: Whose, sent: FormData) -> str:
    """The form of a week's opening times, and of what becomes of who still waits at their end."""
    text = with_week(text, whose, {day: typed(sent, day).replace(" ", "") for day in DAYS})
    if whose is None or whose[0] == "group":
        text = with_at_closing(text, whose[1] if whose else "", typed(sent, "at_closing"))
    return text


def closed_now(text: str, now: datetime, sent: FormData) -> str:
    """The form of a closing out of turn, from this local minute on."""
    try:
        until = datetime.fromisoformat(typed(sent, "until")).replace(tzinfo=None)
    except ValueError:
        raise Refused(422, "date") from None
    table, _, slug = typed(sent, "of").partition(":")
    of = {table: slug} if slug else {}
    span = {"since": now.replace(second=0, microsecond=0, tzinfo=None), "until": until}
    more = {key: typed(sent, key) for key in ("say", "say_en", "at_closing")}
    return with_closing(text, {**of, **span, **more})


def changed_day(text: str, whose: Whose, sent: FormData) -> str:
    """The form of a single day: closed, open at other times, or as the week says again."""
    try:
        day = date.fromisoformat(typed(sent, "day"))
    except ValueError:
        raise Refused(422, "date") from None
    how = typed(sent, "how")
    spans = {"closed": "", "times": typed(sent, "spans").replace(" ", "")}.get(how)
    return with_day(text, whose, day, spans)
