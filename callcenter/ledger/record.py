"""The call record: everything that anybody may ask about one call, folded from its journal entries (`fold.py`).

Times are UTC epoch milliseconds, durations milliseconds, as in the journal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_CALL_ID = re.compile(r"(?:.*-)?(\d+)\.\d+")


class Direction(StrEnum):
    """Who phoned whom, seen from the centre."""

    INBOUND = "inbound"
    #: The centre phoned the customer.
    OUTBOUND = "outbound"


class Via(StrEnum):
    """What served the caller."""

    #: The engine.
    INBOUND = "inbound"
    #: The dialplan alone, because the engine was away.
    FALLBACK = "fallback"
    #: The engine, phoning a customer who had asked for it.
    CALLBACK = "callback"
    #: An agent, with a customer whom a campaign phoned.
    CAMPAIGN = "campaign"
    #: The same after a voice survey, whose form hands over to a group.
    TRANSFER = "transfer"


#: The centre phoned the customer.
OUTBOUND = frozenset({Via.CALLBACK, Via.CAMPAIGN, Via.TRANSFER})
#: Charged, if at all, by the interview and not as a call; figures of the line are not about these.
CAMPAIGNS = frozenset({Via.CAMPAIGN, Via.TRANSFER})


class EndedBy(StrEnum):
    """Who hung up."""

    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"


class Outcome(StrEnum):
    """How a call left; every call that entered leaves in exactly one of these ways."""

    #: An agent spoke with the caller.
    ANSWERED = "answered"
    #: The caller hung up before joining a queue: in the greeting, the notices or the menu.
    ABANDONED_GREETING = "abandoned_greeting"
    #: The caller hung up while waiting.
    ABANDONED_QUEUE = "abandoned_queue"
    #: The caller hung up while an agent's phone rang.
    ABANDONED_RINGING = "abandoned_ringing"
    #: Outside the hours.
    CLOSED = "closed"
    #: Nobody owns the dialled number.
    UNKNOWN_NUMBER = "unknown_number"
    #: The caller chose nothing in the menu.
    NO_CHOICE = "no_choice"
    #: An agent answered in the dialplan's own queue, without the engine.
    FALLBACK_ANSWERED = "fallback_answered"
    #: The caller left a message.
    VOICEMAIL = "voicemail"
    #: The caller rather wants to be phoned when the turn comes.
    CALLBACK = "callback"
    #: A customer who had asked for it was phoned and not reached.
    NOT_REACHED = "not_reached"
    #: An agent spoke with the caller and passed the call on; the caller hung up while waiting again.
    ABANDONED_PASSED = "abandoned_passed"
    #: Nobody of the centre was free; put through to another number.
    TRANSFERRED = "transferred"
    #: The number is one from which no calls are taken.
    REFUSED = "refused"
    #: Asterisk could not do what the engine asked for.
    FAILED = "failed"
    #: Ended by the system with nobody to say why: Asterisk died, or hung up unasked.
    LOST = "lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """One ringing of one agent for the call."""

    agent: str
    at: int
    #: Asterisk's DIALSTATUS: ANSWER, NOANSWER, BUSY, CANCEL (the caller went), …; empty while it rings.
    status: str
    ring_ms: int | None
    #: How long this agent spoke with the caller; None: did not, or still does.
    talk_ms: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Audio:
    """How well one leg sounded, from RTCP; the worse of the two directions."""

    #: Packets lost, in per cent.
    loss: float
    jitter_ms: float
    #: Round trip between Asterisk and the phone.
    rtt_ms: float
    #: Mean opinion score, 1.0 (bad) to 4.4 (the best that G.711 can do); see `quality.py`.
    mos: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRecord:
    """One call. Its columns in SQL have these names (`store/models.py`)."""

    #: The caller's channel id.
    call: str
    #: None: nobody could tell whose call this was.
    company: str | None
    category: str | None
    group: str | None
    #: The dialled number.
    dnis: str
    #: The caller's number; empty when withheld.
    caller: str
    direction: Direction
    via: Via

    entered_at: int
    #: Joined the queue; None: never got there.
    queued_at: int | None
    answered_at: int | None
    #: None while the call lasts.
    ended_at: int | None

    #: Entering until joining the queue (or until the end, if it never did).
    greeting_ms: int
    #: Joining the queue until an agent first answered (or until the end).
    wait_ms: int
    #: How long the agent who answered was rung, else the agent who was rung last.
    ring_ms: int
    #: With all agents together; each one's is in `offers`.
    talk_ms: int

    #: Who answered; of a call that was passed on, the last one.
    agent: str | None
    agent_channel: str | None
    offers: tuple[Offer, ...]

    #: None while the call lasts.
    outcome: Outcome | None
    ended_by: EndedBy | None
    #: Q.850.
    cause: int | None

    #: File name without the `-caller.wav` and `-agent.wav` endings.
    recording: str | None
    caller_audio: Audio | None
    agent_audio: Audio | None

    #: The agent's note: fault, usage, purchase or other.
    reason: str | None
    product: str | None
    symptom: str | None
    result: str | None
    #: Number of the ticket that the call opened or continued.
    ticket: int | None

    @property
    def talks(self) -> tuple[Offer, ...]:
        """Who spoke with the caller, in order: several agents, when the call was passed on."""
        return tuple(offer for offer in self.offers if offer.status == "ANSWER")

    @property
    def closed(self) -> bool:
        """Whether the call is over, so that the record may be charged."""
        return self.outcome is not None


def channel_made_at(call: str) -> int | None:
    """When the caller's channel was made, in whole seconds as its id `<systemname>-<epoch>.<n>` tells, but in ms."""
    found = _CALL_ID.fullmatch(call)
    return int(found[1]) * 1000 if found else None
