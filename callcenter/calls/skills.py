"""Whom each agent may serve: its own groups, and from which ring on those that its groups help out."""

from __future__ import annotations

from collections import Counter

from callcenter.centre import Agent, Centre, Language
from routing.acd import Skill


def skills(centre: Centre) -> dict[str, tuple[Skill, ...]]:
    """By agent: own groups in ring 1; a group whose n-th similar group is one of them in ring n + 1.

    Only languages that tell agents apart are named: for one that all speak, nobody has to be asked.
    """
    spoken = Counter(language for agent in centre.agent for language in agent.languages)
    apart = {language for language, agents in spoken.items() if agents < len(centre.agent)}
    return {agent.id: _skills_of(agent, centre, apart) for agent in centre.agent}


def company_levels(centre: Centre) -> dict[str, dict[str, int]]:
    """By company, the level of each agent who has one for it."""
    levels: dict[str, dict[str, int]] = {}
    for agent in centre.agent:
        for company, level in agent.companies.items():
            levels.setdefault(company, {})[agent.id] = level
    return levels


def _skills_of(agent: Agent, centre: Centre, apart: set[Language]) -> tuple[Skill, ...]:
    languages = tuple(language for language in agent.languages if language in apart)
    found = [Skill(group, level=agent.levels.get(group, 1), languages=languages) for group in agent.groups]
    for group in centre.group:
        if group.id in agent.groups:
            continue
        near = next((n for n, slug in enumerate(group.similar) if slug in agent.groups), None)
        if near is not None:
            level = agent.levels.get(group.similar[near], 1)
            found.append(Skill(group.id, near + 2, level, languages))
    return tuple(found)
