"""What an agent is doing, as the engine knows it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    """Exactly one holds for each agent."""

    OFFLINE = "offline"
    READY = "ready"
    PAUSED = "paused"
    RINGING = "ringing"
    TALKING = "talking"
    WRAPUP = "wrapup"


class PauseReason(StrEnum):
    """Why an agent takes no calls; the phone's codes *461 to *466 are the first six in this order."""

    BREAK = "break"
    MEAL = "meal"
    TRAINING = "training"
    MEETING = "meeting"
    PAPERWORK = "paperwork"
    OTHER = "other"
    #: Set by the engine: logged in and not yet ready, rang unanswered, phone not reachable.
    LOGIN = "login"
    NO_ANSWER = "no_answer"
    PHONE_OFF = "phone_off"
    #: Rest after a call that was ended for abuse; ready is not granted before its time is over.
    REST = "rest"


CHOSEN_BY_PEOPLE = tuple(PauseReason)[:6]


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """The call that an agent is rung for, talks with or wraps up."""

    call: str
    company: str | None
    group: str | None
    caller: str
    #: The customer asked to be phoned.
    callback: bool = False
    #: The agent fills in a campaign's form.
    sheet: bool = False
    #: The agent who passed the call on.
    passed_by: str | None = None
    #: How supervisors have marked this number (`calls.callers.Mark`).
    mark: str | None = None
    #: A supervisor listens, and the agent may know.
    listened: bool = False
    #: What the caller speaks.
    language: str = "ko"
    #: Warned for abuse; the next call for help ends the call.
    warned: bool = False


@dataclass(slots=True, kw_only=True)
class Presence:
    """One agent's state. Times are epoch milliseconds."""

    id: str
    groups: tuple[str, ...]
    peak: bool = False
    state: State = State.OFFLINE
    since: int = 0
    reason: str | None = None
    #: What follows the present call: a pause or a log-out asked for while talking.
    next_state: State | None = None
    next_reason: str | None = None
    #: Idle since, for the longest-idle order; kept over pauses shorter than a call.
    idle_since: int = 0
    #: Since when asked to come on line for the peak.
    called_up_at: int | None = None
    #: Came on line because of it at, and may stay at least until.
    came_at: int | None = None
    stays_until: int | None = None
    #: The phone answers SIP.
    registered: bool = False
    #: Channels the phone opened itself (feature codes, colleagues).
    own_channels: set[str] = field(default_factory=set)
    #: The living call; `serving` remembers it through wrap-up.
    call: str | None = None
    serving: Serving | None = None
    channel: str | None = None
    #: End of wrap-up.
    until: int | None = None
    #: The campaign for whose next customer the agent is kept free.
    reserved: int | None = None

    @property
    def called_up(self) -> bool:
        """Whether the agent is asked to come on line for the peak."""
        return self.called_up_at is not None

    @property
    def came(self) -> bool:
        """Whether the agent came on line because of a call-up, and is therefore paid for this time."""
        return self.came_at is not None

    @property
    def waits(self) -> bool:
        """Whether a call may ring this phone now: a caller's, or that of the campaign which keeps the agent free."""
        return self.state is State.READY and self.registered and not self.own_channels

    @property
    def available(self) -> bool:
        """Whether a caller's call may ring this phone now."""
        return self.waits and self.reserved is None

    def enter(self, state: State, now: int, reason: str | None = None) -> None:
        """Change state; what belonged to the former one is forgotten."""
        self.state, self.since, self.reason = state, now, reason
        self.until = self.reserved = None
        if state not in (State.RINGING, State.TALKING, State.WRAPUP):
            self.call = self.channel = self.serving = None
            self.next_state = self.next_reason = None
        if state is State.READY:
            self.idle_since = now
        elif state is State.OFFLINE:
            self.came_at = self.stays_until = None
