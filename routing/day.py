"""What a simulated day is made of, and what decides in it. All times are whole milliseconds since midnight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from routing.acd import Skill


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One caller of the day."""

    id: str
    #: Joins the line.
    at: int
    group: str
    company: str
    #: What an agent of the group would need, ms.
    handling: int
    #: Hangs up after waiting so long, ms.
    patience: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One person at work."""

    id: str
    skills: tuple[Skill, ...]
    #: On the phone from, to; in order, apart.
    shifts: tuple[tuple[int, int], ...]

    @property
    def home(self) -> str:
        """The group to which the agent is counted."""
        return self.skills[0].group


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    call: Call
    #: Until answered or until hanging up, ms.
    waited: int
    #: Who answered; None when the caller hung up.
    agent: str | None


class Work(NamedTuple):
    """An agent's day, ms."""

    #: In shifts and, past their end, until the last call is done.
    on_phone: int
    #: Handling and wrap-up.
    busy: int


@dataclass(frozen=True, slots=True)
class Day:
    """All that happened; the outcomes in the order in which they came about."""

    outcomes: tuple[Outcome, ...]
    work: dict[str, Work]


class Match(NamedTuple):
    """The waiting call goes to the idle agent."""

    call: str
    agent: str


class Policy(Protocol):
    """Decides who takes which call. Whom it matches it forgets, both the call and, until idle again, the agent."""

    def arrives(self, call: Call, now: int) -> Sequence[Match]:
        """The call joins the line."""

    def gives_up(self, call: Call, now: int) -> None:
        """The waiting caller hung up."""

    def idle(self, agent: Agent, now: int) -> Sequence[Match]:
        """The agent can take a call."""

    def away(self, agent: Agent) -> None:
        """The idle agent can take a call no longer."""

    def due(self, call: str, now: int) -> Sequence[Match]:
        """The time came that the policy asked for about this call, which may wait no longer."""


#: The policy asks to be woken at this time about this call.
Later = Callable[[int, str], None]
#: Makes the day's policy.
MakePolicy = Callable[[Sequence[Agent], Later], Policy]
