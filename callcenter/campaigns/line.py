"""One attempt as the dialler knows it while it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where an attempt is."""

    WRITING = "writing"
    RINGING = "ringing"
    #: Answered; no agent yet.
    WAITING = "waiting"
    #: With an agent, or with the recorded voice.
    TALKING = "talking"
    #: Hung up; the agent still enters what came of it.
    ENTERING = "entering"
    #: Asked to hang up; the outcome is written.
    ENDING = "ending"


#: The agent who may be needed has to be kept free.
BEFORE_AN_AGENT = (Stage.WRITING, Stage.RINGING, Stage.WAITING)


@dataclass(slots=True)
class Line:
    """One attempt."""

    contact: int
    stage: Stage
    since: int
    agent: str | None = None
    #: Whether the agent has taken the call.
    spoke: bool = False
    #: Whether the outcome is written.
    told: bool = False
    #: Whether the phone rang, or may have.
    rang: bool = False
    #: Answered, and still listened to whether it is a machine, since then.
    picked_up: int | None = None
