"""What the carrier has of ours, all campaigns and callers together: channels, calls of the last second, refusals."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from typing import Any

from callcenter.campaigns import events
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.carrier import Backoff, Refusals, Trouble
from callcenter.campaigns.pacing import Limits
from callcenter.outbound.desk import Desk


class Traffic:
    """Times are epoch ms."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.backoff = Backoff()
        self._refusals = Refusals()
        #: Calls of the line.
        self.inbound = 0
        #: Whether the carrier tells when a phone rings: then what is never told of came to no phone.
        self._tells = False
        self._dialled: deque[int] = deque()

    def dialled(self, desk: Desk, now: int) -> None:
        """A campaign dialled a number."""
        self._dialled.append(now)
        self.backoff.dialled(now)
        desk.backoff.dialled(now)

    def rings(self, desk: Desk, now: int) -> None:
        """The carrier told that a phone rings."""
        self._tells = True
        self.carried(desk, now)

    def carried(self, desk: Desk, now: int) -> None:
        """The carrier put a campaign's call through, whatever became of it."""
        self._refusals.carried()
        desk.refusals.carried()
        self._answers(desk, now)

    def _answers(self, desk: Desk, now: int) -> None:
        self.backoff.carried(now)
        desk.backoff.carried(now)

    def unanswered(
        self, desk: Desk, contact: int, met: Outcome | Trouble, now: int, *, rang: bool, given_up: bool
    ) -> Outcome:
        """What a campaign's call through the carrier came to that nobody answered.

        `rang`: whether the carrier told of ringing; `given_up`: its ringing time is over. A trunk at whose other end
        nobody is leaves nothing else to be seen.
        """
        if met is Outcome.NO_ANSWER and given_up and self._tells and not rang:
            met = Trouble.UNREACHABLE
        if met is Outcome.BARRED:
            return self._refused(desk, contact, now)
        if isinstance(met, Trouble):
            self.backoff.congested(now, met)
            return Outcome.CONGESTION
        self.carried(desk, now)
        return met

    def _refused(self, desk: Desk, contact: int, now: int) -> Outcome:
        # The number that one campaign shows may be barred while others are carried.
        everybody, theirs = self._refusals.refused(contact), desk.refusals.refused(contact)
        if theirs:
            self.backoff.carried(now)
            desk.backoff.congested(now, Trouble.ACCOUNT)
        elif everybody:
            self.backoff.congested(now, Trouble.ACCOUNT)
        else:
            self._answers(desk, now)
            return Outcome.BARRED
        return Outcome.CONGESTION

    def told(self, desk: Desk) -> dict[str, Any]:
        """Why the carrier puts the campaign's calls not through and until when it is not asked again (epoch ms), for
        its page.
        """
        for backoff in (self.backoff, desk.backoff):
            if backoff.trouble:
                return {"carrier": backoff.trouble, "carrier_until": backoff.until}
        return {"carrier": None, "carrier_until": None}

    def room_at(self, now: int) -> int | None:
        """When the earliest of the last second's calls is one no longer; None without any."""
        while self._dialled and self._dialled[0] <= now - 1000:
            self._dialled.popleft()
        return self._dialled[0] + 1000 if self._dialled else None

    def house(self, desk: Desk, desks: Collection[Desk], now: int) -> events.Tick:
        """How the rest of the house stands for one campaign at this moment."""
        self.room_at(now)
        rooms = (self.backoff.room(now), desk.backoff.room(now))
        others = sum(other.about_to_dial() for other in desks if other is not desk)
        return events.Tick(
            channels=self.inbound + taken(desk, desks, self.limits.channels - self.inbound),
            # What other campaigns have dialled this very second counts against the carrier's limits as well.
            dialled_last_second=len(self._dialled) + others,
            inbound_forecast_s=desk.forecast_s,
            carrier_room=min((room for room in rooms if room is not None), default=None),
        )


def taken(desk: Desk, desks: Collection[Desk], room: int) -> int:
    """How many of so many channels are no longer to be had for one campaign: those that are on, and of another that
    would dial as well its equal share.
    """
    share = room // max(1, sum(one.hungry for one in desks))
    return sum(max(one.channels(), share) if one.hungry and one is not desk else one.channels() for one in desks)
