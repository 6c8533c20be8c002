"""What Asterisk tells while it is looked at for the first time on a connection.

The list of channels is old by the time each caller's details are known. Whoever hung up since would be put into the
line as a caller without a channel, and whoever phoned since would hear nothing until a later look.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from callcenter.asterisk.ari import Json
from callcenter.calls.events import AsteriskSeen


@dataclass(slots=True)
class Meanwhile:
    """Begun anew with each connection."""

    _gone: set[str] = field(default_factory=set)
    _entered: list[tuple[Json, Json]] = field(default_factory=list)

    def entered(self, channel: Json, event: Json) -> None:
        """A channel came into the engine's hands."""
        self._entered.append((channel, event))

    def gone(self, channel: str) -> None:
        """A channel is no more."""
        self._gone.add(channel)

    def corrected(self, seen: AsteriskSeen) -> AsteriskSeen:
        """What was seen, without what is gone since."""
        calls = tuple(call for call in seen.calls if call.channel not in self._gone)
        return replace(seen, calls=calls, channels=seen.channels - self._gone)

    def unseen(self, seen: AsteriskSeen) -> list[tuple[Json, Json]]:
        """Who came too late to be seen and is still there, the first first."""
        here = (one for one in self._entered if one[0]["id"] not in self._gone)
        return [(channel, event) for channel, event in here if channel["id"] not in seen.channels]
