"""What shall be done, for the telephony side to execute in this order. Commands answer `events`."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.calls.journal import Entry


@dataclass(frozen=True, slots=True)
class Answer:
    """Take the call, so that sound can be played."""

    channel: str


@dataclass(frozen=True, slots=True)
class Play:
    """Play these prompts one after the other; `PlaybackFinished` with this id follows whatever happens."""

    channel: str
    playback: str
    prompts: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class StopPlaying:
    """End a playback early; one that has ended is ignored."""

    playback: str


@dataclass(frozen=True, slots=True)
class HoldInQueue:
    """Let the caller hear music until connected: a company's own, or (empty) the shared one."""

    channel: str
    company: str = ""


@dataclass(frozen=True, slots=True)
class Connect:
    """Hand the caller to the dialplan, which rings the agent, records, and hangs up by itself."""

    channel: str
    agent: str
    ring_s: int
    group: str
    company: str
    #: The folder for the recording; empty: nothing is recorded.
    record: str


@dataclass(frozen=True, slots=True)
class LookUp:
    """Tell what is known of the caller; `CallerKnown` follows whatever happens."""

    channel: str
    caller: str


@dataclass(frozen=True, slots=True)
class Dial:
    """Phone a customer on a channel of this id, after what was written so far is safe in the journal.

    `CustomerAnswered` follows, or `ChannelGone` for whatever reason it did not come to that.
    """

    channel: str
    number: str
    #: The number that the customer sees.
    shown: str
    ring_s: int
    company: str
    language: str


@dataclass(frozen=True, slots=True)
class TakeMessage:
    """Hand the caller to the dialplan, which records a message and hangs up by itself."""

    channel: str
    group: str
    company: str
    language: str
    most_s: int


@dataclass(frozen=True, slots=True)
class PutThrough:
    """Hand the caller to the dialplan, which rings this number outside; `CallReturned` when nobody answers there."""

    channel: str
    number: str
    group: str
    company: str


@dataclass(frozen=True, slots=True)
class Redirect:
    """Take the caller out of a conversation into this extension of the dialplan, which gives it back to the engine.

    `CallPassed` follows, or `NotPassed` when it could not be done; the agent's channel ends.
    """

    channel: str
    context: str
    extension: str


@dataclass(frozen=True, slots=True)
class ConnectColleague:
    """Hand an agent's own call to the dialplan, which rings the colleague."""

    channel: str
    number: str


@dataclass(frozen=True, slots=True)
class Announce:
    """Say this to both who talk on this channel, into the conversation; `PlaybackFinished` follows."""

    channel: str
    playback: str
    prompts: tuple[str, ...]
    language: str


@dataclass(frozen=True, slots=True)
class RingListener:
    """Ring a supervisor's phone on a channel of this id, to listen to an agent's; `ListenerAnswered` follows."""

    channel: str
    phone: str
    agent_channel: str


@dataclass(frozen=True, slots=True)
class LetListen:
    """The supervisor hears the conversation from now on."""

    channel: str


@dataclass(frozen=True, slots=True)
class HangUp:
    """End this channel normally."""

    channel: str


@dataclass(frozen=True, slots=True)
class StartTimer:
    """`TimerFired` with this name after so many milliseconds; a timer of that name starts anew."""

    name: str
    after_ms: int


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget the timer; one that does not run is ignored."""

    name: str


@dataclass(frozen=True, slots=True)
class Write:
    """Write this down in the journal."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """Tell whoever watches that this agent's state is another."""

    agent: str


@dataclass(frozen=True, slots=True)
class Reply:
    """Tell the page whether the agent's wish was granted; `error` is a slug of why not."""

    ticket: str
    error: str | None


Command = (
    Answer
    | Play
    | StopPlaying
    | HoldInQueue
    | Connect
    | LookUp
    | Dial
    | TakeMessage
    | PutThrough
    | Redirect
    | ConnectColleague
    | Announce
    | RingListener
    | LetListen
    | HangUp
    | StartTimer
    | StopTimer
    | Write
    | AgentChanged
    | Reply
)
