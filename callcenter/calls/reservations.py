"""Agents kept free for campaigns: whom no caller needs, as many as the dialler says that it can use.

The dialler repeats every second what each campaign wants. A reserved agent is out of the distribution until a
customer comes, or until the dialler gives the agent back; whoever has not been asked for in a while is free again, so
that a dead dialler keeps nobody from the callers.
"""

from __future__ import annotations

from callcenter.agents.presence import Presence
from callcenter.calls.commands import Command, StartTimer
from callcenter.calls.events import AgentsWanted
from callcenter.calls.feed import FedAcd
from callcenter.calls.staff import Staff

#: The timer that tells that the dialler no longer asks, before the campaign's number.
RESERVED = "reserved"
#: A wish that was not repeated for so long is over.
_LASTS_MS = 5000


class Reservations:
    """Give it each wish; `fill` reserves whoever is free by then. Times are epoch ms."""

    def __init__(self, staff: Staff, out: list[Command]) -> None:
        self._staff = staff
        self._out = out
        self._wishes: dict[int, AgentsWanted] = {}

    def wanted(self, wish: AgentsWanted, now: int) -> None:
        """A campaign says how many agents it can use at this moment."""
        self._wishes[wish.campaign] = wish
        self.watch(wish.campaign)
        mine = [one for one in self._reserved() if one.reserved == wish.campaign]
        fitting = [one for one in mine if _fits(one, wish)]
        # The longest idle stay.
        keep = sorted(fitting, key=lambda one: (one.idle_since, one.id))[: wish.most]
        for presence in mine:
            if presence not in keep:
                self._staff.release(presence, now)

    def over(self, campaign: int, now: int) -> None:
        """The campaign's wish was not repeated: its agents are free."""
        self._wishes.pop(campaign, None)
        for presence in self._reserved():
            if presence.reserved == campaign:
                self._staff.release(presence, now)

    def watch(self, campaign: int) -> None:
        """Unless the campaign is heard of within a while, its wish is over."""
        self._out.append(StartTimer(f"{RESERVED}:{campaign}", _LASTS_MS))

    def fill(self, acd: FedAcd) -> None:
        """Reserve the free agents whom campaigns want, the longest idle first, for the campaign with the fewest."""
        if not any(wish.most for wish in self._wishes.values()):
            return
        have = dict.fromkeys(self._wishes, 0)
        for presence in self._reserved():
            if presence.reserved in have:
                have[presence.reserved] += 1
        for agent, _ in sorted(acd.idle_agents.items(), key=lambda one: (one[1][0], one[0])):
            presence = self._staff.agents[agent]
            wishing = [
                number for number, wish in self._wishes.items() if have[number] < wish.most and _fits(presence, wish)
            ]
            if wishing:
                chosen = min(wishing, key=lambda number: (have[number], number))
                have[chosen] += 1
                self._staff.reserve(presence, chosen)

    def _reserved(self) -> list[Presence]:
        return [one for one in self._staff.agents.values() if one.reserved is not None]


def _fits(presence: Presence, wish: AgentsWanted) -> bool:
    """Whether the agent works for this campaign; whoever was called up for the callers does not."""
    if not presence.waits or presence.peak or not set(presence.groups) & set(wish.groups):
        return False
    return not wish.named or presence.id in wish.named
