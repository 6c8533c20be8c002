"""Agents kept free for campaigns: whom no caller needs, as many as the dialler says that it can use.

The dialler repeats every second what each campaign wants. A reserved agent is out of the distribution until a
customer comes, or until the dialler gives the agent back; whoever has not been asked for in a while is free again, so
that a dead dialler keeps nobody from the callers.
"""

from __future__ import annotations

from callcenter.agents.presence import Presence, State
from callcenter.calls.commands import Command, StartTimer
from callcenter.calls.events import AgentsWanted
from callcenter.calls.feed import FedAcd
from callcenter.calls.staff import Staff

#: The timer that looks whether the dialler still asks.
RESERVED = "reserved"
#: A wish that was not repeated for so long is over.
_LASTS_MS = 5000


class Reservations:
    """Give it each wish; `fill` reserves whoever is free by then. Times are epoch ms."""

    def __init__(self, staff: Staff, out: list[Command]) -> None:
        self._staff = staff
        self._out = out
        self._wishes: dict[int, tuple[AgentsWanted, int]] = {}

    def wanted(self, wish: AgentsWanted, now: int) -> None:
        """A campaign says how many agents it can use at this moment."""
        self._wishes[wish.campaign] = (wish, now)
        self.wake()
        mine = [one for one in self._reserved() if one.reserved == wish.campaign]
        fitting = [one for one in mine if _fits(one, wish)]
        # The longest idle stay.
        keep = sorted(fitting, key=lambda one: (one.idle_since, one.id))[: wish.most]
        for presence in mine:
            if presence not in keep:
                self._staff.release(presence, now)

    def look(self, now: int) -> None:
        """Wishes that were not repeated are over, and their agents free."""
        self._wishes = {n: (wish, at) for n, (wish, at) in self._wishes.items() if now - at < _LASTS_MS}
        for presence in self._reserved():
            if presence.reserved not in self._wishes:
                self._staff.release(presence, now)
        if self._wishes:
            self.wake()

    def wake(self) -> None:
        """Somebody may be reserved: look again in a while."""
        self._out.append(StartTimer(RESERVED, _LASTS_MS))

    def fill(self, acd: FedAcd) -> None:
        """Reserve the free agents whom campaigns want, the longest idle first, for the campaign with the fewest."""
        if not any(wish.most for wish, _ in self._wishes.values()):
            return
        have = dict.fromkeys(self._wishes, 0)
        for presence in self._reserved():
            if presence.reserved in have:
                have[presence.reserved] += 1
        for agent, _ in sorted(acd.idle_agents.items(), key=lambda one: (one[1][0], one[0])):
            presence = self._staff.agents[agent]
            wishing = [
                number
                for number, (wish, _) in self._wishes.items()
                if have[number] < wish.most and _fits(presence, wish)
            ]
            if wishing:
                chosen = min(wishing, key=lambda number: (have[number], number))
                have[chosen] += 1
                self._staff.reserve(presence, chosen)

    def _reserved(self) -> list[Presence]:
        return [one for one in self._staff.agents.values() if one.reserved is not None]


def _fits(presence: Presence, wish: AgentsWanted) -> bool:
    """Whether the agent works for this campaign; whoever was called up for the callers does not."""
    if presence.state is not State.READY or presence.peak or not set(presence.groups) & set(wish.groups):
        return False
    return not wish.named or presence.id in wish.named
