"""A call that was passed on has several parts, each with an agent of its own: those that ended with being passed on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from callcenter.calls.journal import Entry, Json

#: Two clocks tell when the agent's channel ended.
_TOLERANCE_MS = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One agent's talk with the caller, until the call was passed on at `until`. Times are epoch milliseconds."""

    agent: str | None
    channel: str | None
    answered_at: int
    until: int
    #: Asterisk's measure on the agent's leg where there is one, else the engine's.
    talk_ms: int
    recording: str | None
    #: The agent's leg.
    leg: Entry | None


def passed_parts(answers: Mapping[int, Entry], passed: Sequence[Entry], legs: Sequence[Entry]) -> list[Part]:
    """The parts before the last one; `answers` by how often the call had been passed on before."""
    parts = []
    for n, entry in enumerate(passed):
        answer = answers.get(n)
        channel = text_in(answer.data, "agent_channel") if answer else None
        leg = next((one for one in legs if channel and one.data.get("channel") == channel), None)
        measured = whole_in(leg.data, "talk_ms") if leg else None
        believed = whole_in(entry.data, "talk_ms") or 0
        parts.append(
            Part(
                agent=text_in(entry.data, "agent") or entry.agent,
                channel=channel,
                answered_at=answer.at if answer else entry.at - believed,
                until=entry.at,
                talk_ms=believed if measured is None else measured,
                recording=text_in(answer.data, "recording") if answer else None,
                leg=leg,
            )
        )
    return parts


def last_legs(parts: Sequence[Part], legs: Sequence[Entry]) -> list[Entry]:
    """The agents' legs that belong to none of these parts."""
    channels = {part.channel for part in parts}
    last = max((part.until for part in parts), default=None)
    return [
        leg
        for leg in legs
        if leg.data.get("channel") not in channels and (last is None or leg.at > last + _TOLERANCE_MS)
    ]


def text_in(data: dict[str, Json], key: str) -> str | None:
    """A text among an entry's facts; None: absent, empty or something else."""
    value = data.get(key)
    return value or None if isinstance(value, str) else None


def whole_in(data: dict[str, Json], key: str) -> int | None:
    """A number among an entry's facts, cut to a whole one; None: absent or something else."""
    value = data.get(key)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
