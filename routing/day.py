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
    #: Takes a callback when one is offered.
    accepts: bool = False
    #: Whether an attempt to call back is answered, in order; further ones are not.
    answers: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """Comes on line when called up, and leaves when stood down. Times are ms."""

    #: Comes only between these times, and leaves at the second one.
    start: int
    stop: int
    #: From being called to being on line.
    delay: int
    #: Whoever came is paid so long at least, and stays on line for it.
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One person at work."""

    id: str
    skills: tuple[Skill, ...]
    #: On the phone from, to; in order, apart.
    shifts: tuple[tuple[int, int], ...]
    #: A peak-time agent, who has no shifts.
    on_call: OnCall | None = None

    @property
    def home(self) -> str:
        """The group to which the agent is counted."""
        return self.skills[0].group


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended."""

    call: Call
    #: Until answered or until hanging up, ms; until reached, or the end of the day, when called back.
    waited: int
    #: Who talked with the caller; None when the caller was lost.
    agent: str | None
    #: Asked for a callback, reached or not.
    called_back: bool = False


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


class Offer(NamedTuple):
    """The waiting caller is asked whether to be called back. Whoever accepts hangs up and is no longer waiting."""

    call: str
    #: Told the time when the caller accepts.
    accepted: Callable[[int], Sequence[Decision]]


class Dial(NamedTuple):
    """The idle agent calls back one who accepted."""

    call: str
    agent: str
    #: Told the time when nobody answered.
    missed: Callable[[int], Sequence[Decision]]


class PeakTime(NamedTuple):
    """Those on call are called up, or stood down."""

    called_up: bool
    #: Only agents of this group; none: everybody.
    group: str = ""


Decision = Match | Offer | Dial | PeakTime


class Policy(Protocol):
    """Decides who takes which call. Whom it matches it forgets, both the call and, until idle again, the agent."""

    def arrives(self, call: Call, now: int) -> Sequence[Decision]:
        """The call joins the line."""

    def gives_up(self, call: Call, now: int) -> None:
        """The waiting caller hung up."""

    def idle(self, agent: Agent, now: int) -> Sequence[Decision]:
        """The agent can take a call."""

    def away(self, agent: Agent) -> None:
        """The agent can take calls no longer: was idle, or has ended the last call after the end of the shift."""

    def due(self, what: str, now: int) -> Sequence[Decision]:
        """The time came that the policy asked for about this, which may be of no interest any longer."""


#: The policy asks to be woken at this time about this: a call, or a name of its own.
Later = Callable[[int, str], None]
#: Makes the day's policy.
MakePolicy = Callable[[Sequence[Agent], Later], Policy]
