"""What agents do on their own phones: feature codes, calls to colleagues."""

from __future__ import annotations

from collections.abc import Callable

from callcenter.calls import events
from callcenter.calls.commands import Answer, Command, ConnectColleague, HangUp, Play
from callcenter.calls.feature_codes import dialled, passing_target
from callcenter.calls.staff import Staff


class AgentPhones:
    """Each such call ends with a prompt, or is connected to the colleague."""

    def __init__(self, staff: Staff, out: list[Command], pass_on: Callable[[str, str, str, int], str | None]) -> None:
        """`pass_on` gets agent, where to, how and the time; it gives a slug of why not."""
        self._staff = staff
        self._pass_on = pass_on
        self._out = out
        #: The channel to hang up, by the prompt that says goodbye there.
        self._farewells: dict[str, str] = {}

    def feature(self, event: events.FeatureDialled, now: int) -> None:
        """A feature code was dialled: do it and say what became of it."""
        presence = self._staff.agents.get(event.agent)
        if presence is None:
            self._farewell(event.channel, "agent-refused")
            return
        self._staff.occupied(presence, event.channel)
        if target := passing_target(self._staff, event.code):
            refused = self._pass_on(presence.id, target, "phone", now)
            self._farewell(event.channel, "agent-refused" if refused else "agent-passed")
        else:
            self._farewell(event.channel, dialled(self._staff, presence, event.code, now))

    def colleague(self, event: events.ColleagueDialled) -> None:
        """A colleague was dialled."""
        if presence := self._staff.agents.get(event.agent):
            self._staff.occupied(presence, event.channel)
        if event.number in self._staff.agents:
            self._out.append(ConnectColleague(event.channel, event.number))
        else:
            self._farewell(event.channel, "number-unknown")

    def said(self, playback: str) -> bool:
        """Whether this was a goodbye, which has now been said."""
        channel = self._farewells.pop(playback, None)
        if channel:
            self._out.append(HangUp(channel))
        return channel is not None

    def _farewell(self, channel: str, prompt: str) -> None:
        playback = f"{channel}:farewell"
        self._farewells[playback] = channel
        self._out += [Answer(channel), Play(channel, playback, (prompt,), "ko")]
