"""What the carrier has of ours, all campaigns and callers together: channels, calls of the last second, refusals."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection

from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.carrier import Backoff, Trouble
from callcenter.campaigns.pacing import Limits
from callcenter.outbound.desk import Desk


class Traffic:
    """Times are epoch ms."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.backoff = Backoff()
        #: Calls of the line.
        self.inbound = 0
        #: Whether the carrier tells when a phone rings: then what is never told of came to no phone.
        self._tells = False
        self._dialled: deque[int] = deque()

    def dialled(self, now: int) -> None:
        """A number was dialled."""
        self._dialled.append(now)
        self.backoff.dialled(now)

    def rings(self, now: int) -> None:
        """The carrier told that a phone rings."""
        self._tells = True
        self.backoff.carried(now)

    def unanswered(self, met: Outcome | Trouble, now: int, *, rang: bool, given_up: bool) -> Outcome:
        """What a call through the carrier came to that nobody answered.

        `rang`: whether the carrier told of ringing; `given_up`: its ringing time is over. A trunk at whose other end
        nobody is leaves nothing else to be seen.
        """
        if met is Outcome.NO_ANSWER and given_up and self._tells and not rang:
            met = Trouble.UNREACHABLE
        if isinstance(met, Trouble):
            self.backoff.congested(now, met)
            return Outcome.CONGESTION
        self.backoff.carried(now)
        return met

    def room_at(self, now: int) -> int | None:
        """When the earliest of the last second's calls is one no longer; None without any."""
        while self._dialled and self._dialled[0] <= now - 1000:
            self._dialled.popleft()
        return self._dialled[0] + 1000 if self._dialled else None

    def house(self, desk: Desk, desks: Collection[Desk], now: int) -> events.Tick:
        """How the rest of the house stands for one campaign at this moment."""
        self.room_at(now)
        others = sum(other.about_to_dial() for other in desks if other is not desk)
        return events.Tick(
            channels=self.inbound + taken(desk, desks, self.limits.channels - self.inbound),
            # What other campaigns have dialled this very second counts against the carrier's limits as well.
            dialled_last_second=len(self._dialled) + others,
            inbound_forecast_s=desk.forecast_s,
            carrier_room=self.backoff.room(now),
        )


def taken(desk: Desk, desks: Collection[Desk], room: int) -> int:
    """How many of so many channels are no longer to be had for one campaign: those that are on, and of another that
    would dial as well its equal share.
    """
    share = room // max(1, sum(one.hungry for one in desks))
    return sum(max(one.channels(), share) if one.hungry and one is not desk else one.channels() for one in desks)
