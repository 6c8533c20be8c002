"""The forms of one group, one agent, one company."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from callcenter.centre import Agent, Centre, Company, Conditions, Group, Language, Then
from callcenter.config.edit import (
    Step,
    with_company,
    with_distribution,
    with_group_peak,
    with_ladder,
    with_number_languages,
    with_skills,
)
from callcenter.config.locate import Path
from callcenter.web.configuration.fields import Changed, Filled, Form, as_typed, messages, number, share, typed
from routing.acd import RINGS, Strategy

LANGUAGES: tuple[str, ...] = get_args(Language)
#: Shares in the file, percentages in the forms.
SHARES = frozenset({"level_below", "occupancy_over", "service_level"})
CONDITIONS = ("after_s", "forecast_s", "queue_over", "level_below")
#: What a group's ladder may do for who still waits.
DOINGS: tuple[str, ...] = get_args(Then.model_fields["do"].annotation)
STRATEGIES = tuple(one.value for one in Strategy)
CALL_UP = ("forecast_s", "level_below", "occupancy_over")
#: Further steps for which the form has room at least.
ROOM = 3
CONTRACT = ("service_level", "weight", "most_calls")


def said_of(sent: Filled, keys: Mapping[str, str]) -> dict[str, float | str]:
    """The file's values by key, for those whose field (`keys`: key → field) is not empty."""
    typed_in = {key: typed(sent, name) for key, name in keys.items()}
    return {key: share(said) if key in SHARES else number(said) for key, said in typed_in.items() if said}


def _shown(key: str, value: float | None) -> float | None:
    return round(value * 100) if key in SHARES and value is not None else value


@dataclass(frozen=True)
class GroupForm(Form):
    """A group: its ladder, which agent is asked first, its priority and its peak-time agents."""

    group: Group
    template = "group"
    first = "strategy"

    @property
    def address(self) -> str:
        """Where it is opened."""
        return f"/configuration/group/{self.group.id}"

    def filled(self) -> Filled:
        """As the centre is."""
        group = self.group
        values: dict[str, object] = {"strategy": group.strategy.value, "priority_s": group.priority_s or None}
        values |= {f"similar_{ring}": helper for ring, helper in enumerate(group.similar, start=2)}
        for ring, limits in self._ladder().items():
            values |= {f"{key}_{ring}": limit for key, limit in limits.items()}
        for n, step in enumerate(group.then):
            values |= {f"do_{n}": step.do, f"number_{n}": step.number}
            values |= {f"{key}_then_{n}": limit for key, limit in _conditions(step).items()}
        if group.peak:
            values |= {f"peak_{key}": _shown(key, getattr(group.peak, key)) for key in CALL_UP}
        return as_typed(values)

    def _ladder(self) -> dict[int, dict[str, float]]:
        """The conditions of each ring: of several steps for a ring the earliest of each kind."""
        ladder: dict[int, dict[str, float]] = {}
        for step in self.group.widen:
            ring = ladder.setdefault(step.ring, {})
            for key, limit in _conditions(step).items():
                sooner = max if key == "level_below" else min
                ring[key] = sooner(limit, ring.get(key, limit))
        return ladder

    def rows(self, filled: Filled) -> int:
        """For how many further steps the form has room."""
        last = max((n for n in range(len(filled)) if typed(filled, f"do_{n}")), default=-1)
        return max(last + 2, ROOM)

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        slug = self.group.id
        own: Path = ("group", slug)
        fields: dict[Path, str] = {(*own, key): key for key in ("strategy", "priority_s")}
        # Nobody serves the group: somebody has to help out.
        fields[own] = "similar_2"
        similar: list[str] = []
        ladder: dict[int, Step] = {}
        for ring in range(2, RINGS + 1):
            if not (helper := typed(sent, f"similar_{ring}")):
                continue
            fields[*own, "similar", len(similar)] = f"similar_{ring}"
            similar.append(helper)
            names = {key: f"{key}_{ring}" for key in CONDITIONS}
            if limits := said_of(sent, names):
                fields |= {(*own, "widen", len(ladder), key): name for key, name in names.items()}
                # A ring that was left empty before this one moves up.
                ladder[len(similar) + 1] = limits
        then: list[Step] = []
        for n in range(len(sent)):
            if not (do := typed(sent, f"do_{n}")):
                continue
            place = (*own, "then", len(then))
            names = {key: f"{key}_then_{n}" for key in CONDITIONS}
            fields[*place, "do"] = f"do_{n}"
            fields[place] = names["after_s"]
            fields |= {(*place, key): name for key, name in names.items()} | {(*place, "number"): f"number_{n}"}
            put_through = {"number": said} if (said := typed(sent, f"number_{n}")) else {}
            then.append({"do": do, **put_through, **said_of(sent, names)})
        call_up = {key: f"peak_{key}" for key in CALL_UP}
        fields |= {(*own, "peak", key): name for key, name in call_up.items()}
        text = with_ladder(text, slug, similar, ladder, then)
        text = with_distribution(text, slug, typed(sent, "strategy"), number(typed(sent, "priority_s") or "0"))
        return Changed(text=with_group_peak(text, slug, said_of(sent, call_up)), fields=fields)


def _conditions(step: Conditions) -> dict[str, float]:
    limits = {key: _shown(key, getattr(step, key)) for key in CONDITIONS}
    return {key: limit for key, limit in limits.items() if limit is not None}


@dataclass(frozen=True)
class AgentForm(Form):
    """An agent's groups, with a level for each, or none; levels for companies; languages; whether it is for peaks."""

    agent: Agent
    centre: Centre
    template = "agent"
    first = "groups"

    @property
    def address(self) -> str:
        """Where it is opened."""
        return f"/configuration/agent/{self.agent.id}"

    def known(self, filled: Filled) -> list[Company]:
        """The companies of the agent's groups, and those for which it has a level."""
        groups = set(self.agent.groups)
        return [
            one for one in self.centre.company if typed(filled, f"company_{one.id}") or groups & set(one.categories)
        ]

    def filled(self) -> Filled:
        """As the centre is."""
        agent = self.agent
        values: dict[str, object] = {f"level_{group}": agent.levels.get(group, 1) for group in agent.groups}
        values |= {f"company_{company}": level for company, level in agent.companies.items()}
        values |= {f"speaks_{language}": True for language in agent.languages}
        return as_typed(values | {"peak": agent.peak})

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        own: Path = ("agent", self.agent.id)
        fields: dict[Path, str] = {(*own, "groups"): "groups"}
        levels = {group.id: f"level_{group.id}" for group in self.centre.group}
        companies = {company.id: f"company_{company.id}" for company in self.centre.company}
        for slug, name in levels.items():
            # Who leaves a group may leave it to nobody.
            fields |= {(*own, "levels", slug): name, ("group", slug): name}
        fields |= {(*own, "companies", slug): name for slug, name in companies.items()}
        fields |= {(*own, "languages"): "languages", (*own, "peak"): "peak"}
        text = with_skills(
            text,
            self.agent.id,
            said_of(sent, levels),
            said_of(sent, companies),
            languages=[language for language in LANGUAGES if f"speaks_{language}" in sent],
            peak="peak" in sent,
        )
        return Changed(text=text, fields=fields)


@dataclass(frozen=True)
class CompanyForm(Form):
    """What a company's callers speak and hear, and what it was promised."""

    company: Company
    centre: Centre
    template = "company"
    first = "language"

    @property
    def address(self) -> str:
        """Where it is opened."""
        return f"/configuration/company/{self.company.id}"

    def filled(self) -> Filled:
        """As the centre is."""
        company, contract = self.company, self.company.contract
        languages = self.centre.number_languages
        values: dict[str, object] = {"language": company.language, "music": company.music}
        values |= {f"number_language_{one}": languages.get(one) for one in company.numbers}
        values |= company.announcement.model_dump() if company.announcement else {}
        promised = round(contract.service_level * 100) or None
        return as_typed(
            values | {"service_level": promised, "weight": f"{contract.weight:g}", "most_calls": contract.most_calls}
        )

    def changed(self, text: str, sent: Filled) -> Changed:
        """The file with what was sent."""
        own: Path = ("company", self.company.id)
        languages = {one: f"number_language_{one}" for one in self.company.numbers}
        fields: dict[Path, str] = {(*own, "language"): "language"}
        fields |= {("number_languages", one): name for one, name in languages.items()}
        fields |= {(*own, "announcement", key): key for key in ("say", "say_en")} | {(*own, "music"): "music"}
        fields |= {(*own, "contract", key): key for key in CONTRACT}
        announced = [said for _, said in messages(sent, ("",))]
        text = with_company(
            text,
            self.company.id,
            language=typed(sent, "language"),
            announcement=announced[0] if announced else {},
            music="music" in sent,
            contract=said_of(sent, {key: key for key in CONTRACT}),
        )
        text = with_number_languages(text, {one: typed(sent, name) for one, name in languages.items()})
        return Changed(text=text, fields=fields)
