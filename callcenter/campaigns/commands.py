"""What shall be done beyond `calls/commands.py`: record an answer, hand over to a group, dial, write attempts down."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.calls import commands
from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.machines import Heard
from callcenter.campaigns.permission import Why


@dataclass(frozen=True, slots=True)
class Record:
    """Record the customer until # or for so long; `Recorded` with this name follows whatever happens."""

    channel: str
    recording: str
    most_s: int


@dataclass(frozen=True, slots=True)
class HandOver:
    """Let the customer wait in line for an agent of this group."""

    channel: str
    group: str


@dataclass(frozen=True, slots=True)
class FindContacts:
    """Look for so many contacts of the campaign that are due; `ContactsFound` follows."""

    campaign: str
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAttempt:
    """Write down, for good, that this attempt is about to be dialled; `AttemptWritten` follows only then."""

    attempt: str
    campaign: str
    contact: int
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """Ring this number, once. The channel carries the attempt's id, so that a restart finds it again."""

    attempt: str
    number: str
    caller: str
    ring_s: int


@dataclass(frozen=True, slots=True)
class ConnectAgent:
    """Let the customer who answered and this agent hear each other."""

    attempt: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSheet:
    """The agent speaks with the customer: keep a sheet for what the agent will enter, by which a restart knows so."""

    attempt: str
    agent: str
    at: int


@dataclass(frozen=True, slots=True)
class Conclude:
    """Nothing more will be entered: `InterviewEnded` follows, by what the sheet holds."""

    attempt: str


@dataclass(frozen=True, slots=True)
class ShowContact:
    """In preview: let the agent look at this contact; None: there is none any more."""

    agent: str
    contact: int | None


@dataclass(frozen=True, slots=True)
class BeginInterview:
    """Let the recorded voice ask the form's questions."""

    attempt: str


@dataclass(frozen=True, slots=True)
class Identify:
    """Nobody is free, or a machine seems to have answered: say who called and hang up."""

    attempt: str


@dataclass(frozen=True, slots=True)
class NoteHeard:
    """Write down what was heard of whoever answered."""

    attempt: str
    heard: Heard


@dataclass(frozen=True, slots=True)
class SetAside:
    """A contact must not be called, for a reason that does not pass with time; the funnel shows it."""

    contact: int
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteOutcome:
    """Write down how the attempt ended; each attempt ends once."""

    attempt: str
    contact: int
    outcome: Outcome
    at: int
    #: When the conversation with an agent was over; None: it still goes on, or there was none.
    spoke_until: int | None = None


Command = (
    commands.Command
    | Record
    | HandOver
    | FindContacts
    | WriteAttempt
    | Dial
    | ConnectAgent
    | OpenSheet
    | Conclude
    | ShowContact
    | BeginInterview
    | Identify
    | NoteHeard
    | SetAside
    | WriteOutcome
)
