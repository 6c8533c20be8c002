"""What happened, as the telephony side tells it. The answer to each event is a list of `commands`."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.calls.callers import Known


@dataclass(frozen=True, slots=True)
class CallEntered:
    """A caller's channel came in from outside, or came back from the fallback while the engine was away."""

    channel: str
    dnis: str
    caller: str
    answered: bool = False


@dataclass(frozen=True, slots=True)
class CallerKnown:
    """What is known of the caller was looked up; nothing, when the look-up failed."""

    channel: str
    known: Known


@dataclass(frozen=True, slots=True)
class CustomerAnswered:
    """A customer whom the engine phoned has taken the call."""

    channel: str


@dataclass(frozen=True, slots=True)
class CustomerHanded:
    """A customer whom a campaign phoned is in the engine's hands, for the reserved agent or (empty) a group's line."""

    channel: str
    agent: str
    group: str
    company: str
    number: str
    shown: str
    language: str


@dataclass(frozen=True, slots=True)
class AgentsWanted:
    """A campaign can use so many agents of these groups now; `named`: only these. Repeated every second."""

    campaign: int
    groups: tuple[str, ...]
    most: int
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallReturned:
    """The dialplan's Dial ended without an answer and the caller is back; `status` is Asterisk's DIALSTATUS."""

    channel: str
    status: str


@dataclass(frozen=True, slots=True)
class CallPassed:
    """The caller was taken out of the conversation and is back; the agent's channel ends or has ended."""

    channel: str


@dataclass(frozen=True, slots=True)
class NotPassed:
    """The caller could not be taken out of the conversation."""

    channel: str


@dataclass(frozen=True, slots=True)
class FeatureDialled:
    """An agent's phone dialled a feature code."""

    channel: str
    agent: str
    code: str


@dataclass(frozen=True, slots=True)
class ColleagueDialled:
    """An agent's phone calls a colleague."""

    channel: str
    agent: str
    number: str


@dataclass(frozen=True, slots=True)
class PlaybackFinished:
    """A playback that was commanded has ended, by itself or stopped."""

    playback: str


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A caller pressed one of 0–9, * and #."""

    channel: str
    key: str


@dataclass(frozen=True, slots=True)
class PhoneRings:
    """An agent's phone rings on `agent_channel` for `channel`: a caller's, or a colleague's."""

    channel: str
    agent: str
    agent_channel: str


@dataclass(frozen=True, slots=True)
class PhoneAnswered:
    """The agent took the call; both hear each other."""

    channel: str
    agent_channel: str


@dataclass(frozen=True, slots=True)
class HangsUp:
    """A channel's phone has hung up; what was played to it ends now, and `ChannelGone` follows."""

    channel: str


@dataclass(frozen=True, slots=True)
class ChannelGone:
    """A channel no longer exists; `cause` is the Q.850 cause."""

    channel: str
    cause: int


@dataclass(frozen=True, slots=True)
class PhoneReachable:
    """An agent's phone registered, or no longer answers."""

    agent: str
    reachable: bool


@dataclass(frozen=True, slots=True)
class AgentAsked:
    """An agent's wish from the page: login, logout, ready, pause, abuse or pass. `ticket` names the answer that is
    waited for; `reason` is that of a pause, or where to pass the call on (`passing_on.PassingOn.asked`).
    """

    ticket: str
    agent: str
    verb: str
    reason: str | None
    #: The log-in of the supervisor whose wish it is; None: the agent's own.
    by: str | None = None


@dataclass(frozen=True, slots=True)
class ListenWanted:
    """A supervisor wants to listen to an agent's conversation."""

    ticket: str
    agent: str
    #: The supervisor's log-in.
    by: str


@dataclass(frozen=True, slots=True)
class ListenerAnswered:
    """A supervisor's phone that was rung to listen was answered."""

    channel: str


@dataclass(frozen=True, slots=True)
class PeakOrdered:
    """A supervisor has peak-time agents called up, or (not `call`) nobody asked any more."""

    ticket: str
    call: bool
    #: The supervisor's log-in.
    by: str


@dataclass(frozen=True, slots=True)
class CallbackOrdered:
    """A person's order from a page about an open callback, by the call that asked for it: cancel or now."""

    ticket: str
    call: str
    verb: str
    #: The person's log-in.
    by: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CallWanted:
    """Somebody wants the customer phoned who left a message; `since` is its place in the group's line."""

    ticket: str
    call: str
    by: str
    number: str
    dnis: str
    group: str
    company: str
    since: int


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that was commanded ran out."""

    name: str


@dataclass(frozen=True, slots=True)
class SeenCall:
    """A caller's channel as Asterisk shows it when the engine looks afresh."""

    channel: str
    dnis: str
    caller: str
    #: waiting: in the engine's hands, in the shared music. held: in its hands, alone. ringing and talking: in the
    #: dialplan's Dial. message: in its voicemail. elsewhere: put through to
    #: another number. dialling: the
    #: customer's phone rings. away: in the fallback.
    where: str
    agent: str | None = None
    agent_channel: str | None = None
    answered_at: int | None = None
    group: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class AsteriskSeen:
    """Everything that Asterisk has at this moment; what the engine believes is corrected by it."""

    calls: tuple[SeenCall, ...]
    #: Every channel there is, the agents' among them.
    channels: frozenset[str]
    #: Seen just after a (re)connection: beliefs may be outdated and are corrected at once. Otherwise events may be on
    #: their way, and only what differs twice running is corrected.
    fresh: bool


Event = (
    CallEntered
    | CallerKnown
    | CustomerAnswered
    | CustomerHanded
    | AgentsWanted
    | CallReturned
    | CallPassed
    | NotPassed
    | FeatureDialled
    | ColleagueDialled
    | PlaybackFinished
    | KeyPressed
    | PhoneRings
    | PhoneAnswered
    | HangsUp
    | ChannelGone
    | PhoneReachable
    | AgentAsked
    | ListenWanted
    | ListenerAnswered
    | PeakOrdered
    | CallbackOrdered
    | CallWanted
    | TimerFired
)
