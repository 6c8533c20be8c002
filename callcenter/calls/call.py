"""A call from outside, as long as it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from callcenter.calls.callers import Known
from callcenter.calls.dialogue import Dialogue
from callcenter.calls.talk import Talk
from routing.forecast import Told


class Stage(StrEnum):
    """Where the caller is."""

    GREETING = "greeting"
    MENU = "menu"
    QUEUE = "queue"
    #: The engine phones the customer, an agent is reserved.
    DIALLING = "dialling"
    RINGING = "ringing"
    TALKING = "talking"
    #: Leaves a message.
    MESSAGE = "message"
    #: Put through to another number.
    ELSEWHERE = "elsewhere"
    #: Told goodbye or hung up by the engine; the channel is about to vanish.
    DONE = "done"


@dataclass(slots=True, kw_only=True)
class Call:
    """Times are epoch milliseconds; ids of companies, groups and agents are those of the centre."""

    id: str
    dnis: str
    caller: str
    entered_at: int
    dialogue: Dialogue
    #: What was looked up of the caller; None as long as nothing has been heard.
    known: Known | None = None
    #: A talk beside the dialogue: about a callback, or the greeting of a customer whom the engine phoned.
    talk: Talk | None = None
    #: The callback that this call carries out.
    callback: str | None = None
    #: Those before greeting and menu are over; the dialogue knows which of these two it is.
    late_stage: Stage | None = None
    company: str | None = None
    group: str | None = None
    queued_at: int = 0
    #: The place in line, when it is an earlier one than that of joining: a callback's.
    place: int | None = None
    #: Waits for this agent alone.
    sticky: str | None = None
    #: How far around its group agents may take it; the overflow ladder widens it.
    ring: int = 1
    #: The last step of the group's `then` that was taken; 1 before the first.
    then: int = 1
    agent: str | None = None
    agent_channel: str | None = None
    offered_at: int = 0
    answered_at: int | None = None
    #: What is being said to it in line.
    playback: str | None = None
    told: int = 0
    #: When its position was told last, when it was comforted last and how often, or when it joined the line.
    position_at: int = 0
    comforted_at: int = 0
    comforted: int = 0
    #: The wait expected when it joined the line, seconds, and what the caller was last told of it.
    forecast_s: float | None = None
    told_wait: Told | None = None
    #: Why it ends, once that is decided.
    why: str | None = None
    #: How it last differed from what Asterisk showed.
    suspicion: str | None = None

    @property
    def speaking(self) -> Talk | None:
        """What prompts and keys belong to: a talk beside the dialogue, else the dialogue before and after the line."""
        return self.talk or (self.dialogue if self.late_stage in (None, Stage.DONE) else None)

    @property
    def recording(self) -> str:
        """Where under the recordings folder both voices lie; the dialplan computes the same from the id."""
        return f"{datetime.fromtimestamp(float(self.id.rpartition('-')[2]), UTC):%Y%m%d}/{self.id}"

    @property
    def since(self) -> int:
        """When it counts as having joined the line."""
        return self.queued_at if self.place is None else self.place

    @property
    def stage(self) -> Stage:
        """The one stage it is in."""
        return self.late_stage or (Stage.MENU if self.dialogue.in_menu else Stage.GREETING)
