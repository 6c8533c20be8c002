"""Whom each agent may serve: its own groups, and from which ring on those that its groups help out."""

from __future__ import annotations

from callcenter.centre import Agent, Centre
from routing.acd import Skill


def skills_of(agent: Agent, centre: Centre) -> tuple[Skill, ...]:
    """Own groups in ring 1; a group whose n-th similar group is one of them in ring n + 1."""
    skills = [Skill(group, level=agent.levels.get(group, 1)) for group in agent.groups]
    for group in centre.group:
        if group.id in agent.groups:
            continue
        near = next((n for n, slug in enumerate(group.similar) if slug in agent.groups), None)
        if near is not None:
            skills.append(Skill(group.id, near + 2, agent.levels.get(group.similar[near], 1)))
    return tuple(skills)
