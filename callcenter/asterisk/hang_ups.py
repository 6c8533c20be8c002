"""Who is hanging up: that nothing more could be played to them is no fault of a prompt."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


class HangUps:
    """The channels on which somebody has hung up, until Asterisk has destroyed them."""

    def __init__(self) -> None:
        self._channels: set[str] = set()

    def asked(self, channel: str) -> None:
        """Somebody hangs up; the channel is still there."""
        self._channels.add(channel)

    def gone(self, channel: str) -> None:
        """The channel is destroyed."""
        self._channels.discard(channel)

    def unplayable(self, playback: Json) -> bool:
        """Whether this playback failed for no other reason than the prompt's. Of several prompts in one playback, those
        that stand after a hang-up fail as well.
        """
        return playback["state"] == "failed" and playback["target_uri"].removeprefix("channel:") not in self._channels
