"""A callback that keeps the caller's place in line: when it is dialled, tried again, given up.

The caller hangs up and a virtual call stands in the same line in its stead, with the time at which the caller joined.
When its turn comes an agent is reserved and the customer's phone rings: there are never more callbacks being dialled
than agents who wait for them, and a live caller is overtaken by nothing but the place that was kept. A customer who
does not answer has had the turn: the next attempt lines up anew at its own time. An agent who is lost before the
customer answers costs neither an attempt nor the place.

    requested ─► due ─► dialling ─► reached
        ▲         │        ├──────► retry ─► due ...
        └─ closed ┘        └──────► expired, cancelled (both from every open state)

Times are whole milliseconds on any one clock. Nothing here names a customer: whoever knows the number cancels the older
callback when the same customer asks again or calls by themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.acd import Request

#: The time within which customers may be called that holds this moment or else comes next, from and to (exclusive);
#: None when there is none to come.
CallingHours = Callable[[int], tuple[int, int] | None]


class State(StrEnum):
    """Where a callback stands."""

    #: Its time has not come: outside the calling hours.
    REQUESTED = "requested"
    #: Stands in line.
    DUE = "due"
    #: An agent is reserved, the customer's phone rings.
    DIALLING = "dialling"
    #: Not reached, to be tried again.
    RETRY = "retry"
    #: The customer talked with the agent.
    REACHED = "reached"
    #: Not reached in as many attempts, or as long, as the rule allows: a lost caller.
    EXPIRED = "expired"
    #: The customer no longer wants it, or called again and took the place; or somebody withdrew it.
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether anything is still to come."""
        return self not in (State.REACHED, State.EXPIRED, State.CANCELLED)


class Outcome(StrEnum):
    """How an attempt ended."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    #: A machine answered.
    VOICEMAIL = "voicemail"
    #: The number is not in service: no further attempt.
    UNOBTAINABLE = "unobtainable"
    #: The customer answered and no longer wants it.
    DECLINED = "declined"
    #: The reserved agent was lost before the customer answered.
    AGENT_LOST = "agent_lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRule:
    """When a callback is offered and how often it is tried. `ValueError` for a rule that could never work."""

    #: Offered to a caller who has waited so long, seconds; None: not for that.
    offer_after_s: float | None = None
    #: Offered when more than this still lies ahead, seconds; None: not for that.
    offer_forecast_s: float | None = None
    #: So many attempts in all.
    attempts: int = 3
    #: Between two attempts, seconds.
    spacing_s: float = 600
    #: Given up so long after it was asked for, seconds, however often it was tried.
    expires_s: float = 8 * 3600

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.spacing_s <= 0 or self.expires_s <= 0:
            raise ValueError(
                f"{self.attempts} attempts, {self.spacing_s} s apart, expiry after {self.expires_s} s; "
                "expected all above 0"
            )

    def offers(self, waited_s: float, forecast_s: float | None) -> bool:
        """Whether a caller who waits like this is to be asked; `forecast_s` None when nothing can be said."""
        by_wait = self.offer_after_s is not None and waited_s >= self.offer_after_s
        by_forecast = (
            self.offer_forecast_s is not None and forecast_s is not None and forecast_s > self.offer_forecast_s
        )
        return by_wait or by_forecast


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One callback as it stands; every decision answers with the next one."""

    id: str
    group: str
    company: str
    #: Its place: when the caller joined the line, or when the later attempt lined up.
    since: int
    #: When the caller asked for it.
    requested_at: int
    #: Earliest time to stand in line.
    due_at: int
    #: Attempts made so far.
    attempts: int = 0
    state: State = State.REQUESTED

    @classmethod
    def requested(
        cls, call: str, group: str, company: str, *, since: int, now: int, rule: CallbackRule, hours: CallingHours
    ) -> Callback:
        """The caller of this waiting call asks for it; due at once within the calling hours."""
        asked = cls(id=call, group=group, company=company, since=since, requested_at=now, due_at=now)
        return asked.look(now, rule, hours)

    def look(self, now: int, rule: CallbackRule, hours: CallingHours) -> Callback:
        """What has become of it by the passing of time; to be asked at `wake_at`, and after an interruption."""
        if not self.state.open or self.state is State.DIALLING:
            return self
        window = hours(max(now, self.due_at))
        if now >= self._expires_at(rule) or window is None or window[0] >= self._expires_at(rule):
            return replace(self, state=State.EXPIRED)
        if now < max(self.due_at, window[0]):
            state = State.RETRY if self.state is State.RETRY else State.REQUESTED
            return replace(self, state=state, due_at=max(self.due_at, window[0]))
        # A later attempt joins the line when it does, not when the time for it had come unseen.
        since = now if self.state is State.RETRY else self.since
        return replace(self, state=State.DUE, since=since, due_at=max(self.due_at, window[0]))

    def wake_at(self, rule: CallbackRule, hours: CallingHours) -> int | None:
        """When `look` may say something new; None while an attempt is made and when all is over."""
        if self.state in (State.REQUESTED, State.RETRY):
            return min(self.due_at, self._expires_at(rule))
        if self.state is State.DUE:
            window = hours(self.due_at)
            return min(window[1], self._expires_at(rule)) if window else self._expires_at(rule)
        return None

    def request(self, ring: int = 1, credit_ms: int = 0, language: str = "") -> Request:
        """The virtual call that stands in line. `ValueError` unless it is due: nothing is dialled twice."""
        self._must_be(State.DUE)
        return Request(
            call=self.id, group=self.group, since=self.since, company=self.company, credit_ms=credit_ms, ring=ring,
            language=language,
        )  # fmt: skip

    def dial(self) -> Callback:
        """Its turn has come and an agent is reserved. `ValueError` unless it is due."""
        self._must_be(State.DUE)
        return replace(self, state=State.DIALLING, attempts=self.attempts + 1)

    def next_attempt(self, now: int, outcome: Outcome, rule: CallbackRule, hours: CallingHours) -> Callback:
        """The attempt ended so. `ValueError` unless it is being dialled."""
        self._must_be(State.DIALLING)
        match outcome:
            case Outcome.REACHED:
                return replace(self, state=State.REACHED)
            case Outcome.DECLINED:
                return replace(self, state=State.CANCELLED)
            case Outcome.UNOBTAINABLE:
                return replace(self, state=State.EXPIRED)
            case Outcome.AGENT_LOST:
                again = replace(self, state=State.REQUESTED, attempts=self.attempts - 1, due_at=now)
                return again.look(now, rule, hours)
        if self.attempts >= rule.attempts:
            return replace(self, state=State.EXPIRED)
        later = replace(self, state=State.RETRY, due_at=now + round(rule.spacing_s * 1000))
        return later.look(now, rule, hours)

    def cancel(self) -> Callback:
        """Nobody wants it any longer; one that is over stays as it is."""
        return replace(self, state=State.CANCELLED) if self.state.open else self

    def _expires_at(self, rule: CallbackRule) -> int:
        return self.requested_at + round(rule.expires_s * 1000)

    def _must_be(self, state: State) -> None:
        if self.state is not state:
            raise ValueError(f"callback {self.id} is {self.state}; expected {state}")
