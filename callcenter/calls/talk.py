"""Prompts and keys in turn: what every conversation of the engine with a caller is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from callcenter.calls.commands import Answer, Command, Play, StartTimer, StopPlaying, StopTimer


@dataclass(slots=True, kw_only=True)
class Talk:
    """Each method gives the commands that follow; an end of a prompt or a key that comes too late means nothing."""

    channel: str
    language: str = "ko"
    answered: bool = False
    #: Tells this talk's playbacks and timers from those of others with the same caller.
    topic: str = ""
    _playing: str | None = None
    _played: int = 0
    _after: Callable[[], list[Command]] | None = None
    #: What keys mean now; empty: nothing.
    _menu: str = ""

    def playback_finished(self, playback: str) -> list[Command]:
        """What follows a prompt; an outdated playback means nothing."""
        if playback != self._playing:
            return []
        self._playing = None
        after, self._after = self._after, None
        return after() if after else []

    def key(self, key: str) -> list[Command]:
        """A key counts in a menu, also while its prompt still plays, and nowhere else."""
        if not self._menu:
            return []
        stop: list[Command] = [StopTimer(self._timer)]
        if self._playing:
            stop.append(StopPlaying(self._playing))
            self._playing = self._after = None
        return stop + self._pressed(key)

    def silence(self) -> list[Command]:
        """No key came in time."""
        return self._silent() if self._menu else []

    def cancel(self) -> list[Command]:
        """The caller is going: no end of a prompt and no key means anything from here on."""
        self._playing = self._after = None
        self._menu = ""
        return [StopTimer(self._timer)]

    def hush(self) -> list[Command]:
        """The caller goes elsewhere now: what plays is stopped as well."""
        return [*([StopPlaying(self._playing)] if self._playing else []), *self.cancel()]

    def _pressed(self, key: str) -> list[Command]:
        """A key in a menu; a talk without menus is never asked."""
        return []

    def _silent(self) -> list[Command]:
        """No key in a menu."""
        return []

    @property
    def _timer(self) -> str:
        return f"key:{self.channel}"

    def _say(self, prompts: tuple[str, ...], after: Callable[[], list[Command]]) -> list[Command]:
        commands: list[Command] = [] if self.answered else [Answer(self.channel)]
        self.answered = True
        self._played += 1
        self._playing = f"{self.channel}:{self.topic}{self._played}"
        self._after = after
        return [*commands, Play(self.channel, self._playing, prompts, self.language)]

    def _await_key(self, within_s: int) -> list[Command]:
        return [StartTimer(self._timer, within_s * 1000)]
