"""What happened to a campaign's calls, as adapters tell it. The answer to each event is a list of `commands`."""

from __future__ import annotations

from dataclasses import dataclass

from callcenter.campaigns.attempts import Outcome
from callcenter.campaigns.machines import Heard
from callcenter.campaigns.permission import Person


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact that is due; `tries` of it are written down already."""

    contact: int
    person: Person
    tries: int


@dataclass(frozen=True, slots=True)
class ContactsFound:
    """The answer to `FindContacts`; empty: nobody is due now."""

    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class AttemptWritten:
    """The attempt is written down for good; `person` is what was known in the same transaction."""

    attempt: str
    person: Person


@dataclass(frozen=True, slots=True)
class AttemptRefused:
    """The attempt could not be written: another holds the contact. It must not be dialled."""

    attempt: str


@dataclass(frozen=True, slots=True)
class LineRings:
    """The network says that the customer's phone rings."""

    attempt: str


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Somebody or something answered, and it is listened whether it is a machine; `LineAnswered` follows."""

    attempt: str


@dataclass(frozen=True, slots=True)
class LineAnswered:
    """The customer answered; `heard`: unless nobody listened for a machine, what was heard."""

    attempt: str
    heard: Heard | None = None


@dataclass(frozen=True, slots=True)
class LineEnded:
    """The line is gone; before an answer `outcome` says how it rang in vain, else it is None."""

    attempt: str
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class InterviewEnded:
    """The form was answered, by voice or on an agent's screen, as far as it was."""

    attempt: str
    outcome: Outcome
    #: The customer goes on to an agent's line, so nobody hangs up here.
    transferred: bool = False


@dataclass(frozen=True, slots=True)
class AgentSpeaks:
    """The agent who was rung has taken the customer's call."""

    attempt: str
    agent: str


@dataclass(frozen=True, slots=True)
class AgentDone:
    """The agent does something else now, so nothing more will be entered about this attempt."""

    attempt: str


@dataclass(frozen=True, slots=True)
class AgentFree:
    """An agent of the campaign is ready for a customer."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentGone:
    """An agent is not ready any more, for a reason of their own."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentLooks:
    """In preview: the agent has time to look at the next contact, or (False) no longer."""

    agent: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class AgentWants:
    """In preview: the agent has looked at the contact, wants it dialled, and is kept free for it."""

    agent: str


@dataclass(frozen=True, slots=True)
class AgentSkips:
    """In preview: the agent does not want this contact; it is put off or set aside already."""

    agent: str


@dataclass(frozen=True, slots=True)
class PatienceOver:
    """The timer of an answered customer for whom nobody was free ran out."""

    attempt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """How the rest of the house stands, once a second and when the carrier takes more calls again."""

    #: Carrier channels in use, and dials of the last second, by everybody.
    channels: int = 0
    dialled_last_second: int = 0
    #: The longest wait that inbound expects; None when nothing can be said.
    inbound_forecast_s: float | None = None
    #: After the carrier refused calls, so many lines at most; None: no limit.
    carrier_room: int | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """Start, pause (new calls stop, those that are on go on) and go on."""

    on: bool


@dataclass(frozen=True, slots=True)
class Pending:
    """An attempt found after a restart without an outcome, and what Asterisk has of it."""

    attempt: str
    contact: int
    number: str
    #: gone, ringing, listening (for a machine), answered, or (with an agent) talking; gone with an agent: the
    #: conversation was over.
    line: str
    #: Who speaks or spoke with the customer; empty: the customer waits for an agent in line.
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Restarted:
    """The engine looks afresh: every attempt that has no outcome."""

    pending: tuple[Pending, ...]


Event = (
    ContactsFound
    | AttemptWritten
    | AttemptRefused
    | LineRings
    | PickedUp
    | LineAnswered
    | LineEnded
    | InterviewEnded
    | AgentSpeaks
    | AgentDone
    | AgentFree
    | AgentGone
    | AgentLooks
    | AgentWants
    | AgentSkips
    | PatienceOver
    | Tick
    | Running
    | Restarted
)
