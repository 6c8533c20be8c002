"""Between campaigns and the agents who may work for them: who has become free, looks at a contact, or is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcenter.asterisk.telephony import now_ms
from callcenter.campaigns import events
from callcenter.campaigns.pacing import Mode
from callcenter.outbound.agents import Agents
from callcenter.outbound.desk import Desk


class Crews:
    """`tell` takes an event to a campaign."""

    def __init__(self, agents: Agents, desks: Mapping[int, Desk], tell: Callable[[int, events.Event], None]) -> None:
        self._agents, self._desks, self._tell = agents, desks, tell

    def changed(self, agent: str) -> None:
        """Tell every campaign what has become of this agent."""
        for desk in list(self._desks.values()):
            self._look_at(desk, agent)

    def look(self, desk: Desk) -> None:
        """Tell a campaign what has become of everybody."""
        for agent in list(self._agents.states):
            self._look_at(desk, agent)

    def _look_at(self, desk: Desk, agent: str) -> None:
        elsewhere = any(
            agent in other.dialler.crew.previews.shown for other in self._desks.values() if other is not desk
        )
        for event in list(desk.news(self._agents.states[agent], elsewhere=elsewhere)):
            self._tell(desk.work.number, event)

    def pressed(self, agent: str, verb: str) -> list[Desk]:
        """What an agent pressed about the contact that is shown; the campaigns whose contact it was."""
        theirs = [desk for desk in self._desks.values() if agent in desk.dialler.crew.previews.shown]
        for desk in theirs:
            self._tell(desk.work.number, events.AgentWants(agent) if verb == "dial" else events.AgentSkips(agent))
        return theirs

    async def want(self, desk: Desk) -> None:
        """Tell the controller how many agents the campaign can use now."""
        if desk.work.mode is not Mode.AGENTLESS:
            wanted, named = desk.dialler.wants(now_ms()), desk.dialler.wants_by_name()
            await self._agents.want(desk.work.number, desk.work.groups, wanted, named)

    async def show(self, desk: Desk) -> None:
        """Let agents go on looking at whom they look at."""
        for agent, shown in list(desk.dialler.crew.previews.shown.items()):
            if shown is not None:
                await self._agents.show(agent, desk.work.number, shown.contact)

    def leave(self, desk: Desk) -> None:
        """The campaign is over: nobody looks at its contacts any more."""
        for agent in list(desk.dialler.crew.previews.shown):
            self._tell(desk.work.number, events.AgentLooks(agent, on=False))

    def group_of(self, desk: Desk, agent: str) -> str:
        """The campaign's group for which this agent works."""
        theirs = self._agents.states[agent]["groups"]
        return next((one for one in desk.work.groups if one in theirs), desk.work.groups[0])
