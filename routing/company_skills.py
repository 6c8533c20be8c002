"""Skill by company: where the best skilled idle agent is asked first, those who know the caller's company come before.

An agent's level for a call is that for its company where one is stated, else that for its group. It only counts among
agents who are idle when a call comes or is widened, as the level for a group does: nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Mapping

from routing.acd import Acd, Request, Strategy


class SkilledAcd(Acd):
    """The distribution in which agents have levels for companies, too."""

    def __init__(self, strategies: Mapping[str, Strategy], levels: Mapping[str, Mapping[str, int]]) -> None:
        """`levels`: by company, the level of each agent who has one for it."""
        super().__init__(strategies)
        self._levels = levels

    def _idle_agent(self, request: Request) -> tuple[str, int] | None:
        found = super()._idle_agent(request)
        levels = self._levels.get(request.company)
        if found is None or not levels or self._strategies.get(request.group) is not Strategy.BEST_SKILL:
            return found
        ring = found[1]
        place = (request.group, request.language, ring)
        others = (entry for entry in self._idle[place] if entry[2] not in levels)
        ranked = [entry for entry in [next(others, None)] if entry]
        for agent, level in levels.items():
            own = (since for key, (_, since, _) in self._agents.get(agent, ()) if key == place)
            ranked += [(level, since, agent) for since in own]
        return min(ranked)[2], ring
