"""The tables. Every time is UTC epoch milliseconds in a BIGINT, every duration milliseconds, as in the journal:
the same on SQLite and PostgreSQL, exact, and compared without conversion. Pages and statements convert at their edge
(`store/span.py` gives the bounds of a local day or month).

Tables with a `company` column belong to that company; they are read through `store/scope.py` only.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    column,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from callcenter.calls.journal import Kind
from callcenter.ledger.record import Direction, EndedBy, Outcome, Via

#: A row number; SQLite counts by itself only in a column of type INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")
#: Entries about agents that reports read: few among those about calls, so that they have an index of their own.
COMINGS_AND_GOINGS = (Kind.LOGGED_IN, Kind.LOGGED_OUT, Kind.PEAK_CAME, Kind.PEAK_LEFT)
_OF_THESE_KINDS = column("kind").in_([kind.value for kind in COMINGS_AND_GOINGS])
Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Role(StrEnum):
    """What a person may do; a user has one."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    BILLING = "billing"
    COMPANY = "company"
    ADMIN = "admin"


class Level(StrEnum):
    """How much of their company's data a company's user sees."""

    #: Also makes the company's users, sees its contract and asks for data.
    ADMIN = "admin"
    #: Customers' names, numbers and recordings.
    STAFF = "staff"
    #: Figures, statements and calls with masked numbers.
    VIEWER = "viewer"


class TicketStatus(StrEnum):
    """Where a customer's case stands."""

    OPEN = "open"
    CLOSED = "closed"


class DiscrepancyKind(StrEnum):
    """How our record and Asterisk's own CDR disagree about a call."""

    #: Asterisk has a CDR, we have no record.
    MISSING_RECORD = "missing_record"
    #: We have a record, Asterisk has no CDR.
    MISSING_CDR = "missing_cdr"
    #: Talk time differs by more than a second.
    TALK = "talk"
    #: One says answered, the other does not.
    DISPOSITION = "disposition"


def words(kind: type[StrEnum]) -> Enum:
    """A column that holds these words as text."""
    return Enum(kind, native_enum=False, length=32, values_callable=lambda e: [member.value for member in e])


class Base(DeclarativeBase):
    """Constraints have names, so that a migration can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger,
        str: Text,
        dict[str, Any]: Document,
        list[dict[str, Any]]: Document,
        **{
            kind: words(kind) for kind in (Role, Level, TicketStatus, DiscrepancyKind, Direction, Via, EndedBy, Outcome)
        },
    }


class EventRow(Base):
    """The journal, append-only: one row an entry (`calls/journal.py`)."""

    __tablename__ = "event"
    __table_args__ = (
        Index(None, "call"),
        Index(None, "at"),
        Index(
            "ix_event_comings_and_goings",
            "at",
            postgresql_where=_OF_THESE_KINDS,
            sqlite_where=_OF_THESE_KINDS,
        ),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    call: Mapped[str | None]
    agent: Mapped[str | None]
    data: Mapped[dict[str, Any]]


class CallRow(Base):
    """The fold of a call's events (`ledger/record.py` tells what each column means)."""

    __tablename__ = "call_record"
    __table_args__ = (
        Index(None, "company", "entered_at"),
        Index(None, "entered_at"),
        Index(None, "caller", "entered_at"),
    )

    call: Mapped[str] = mapped_column(primary_key=True)
    company: Mapped[str | None]
    category: Mapped[str | None]
    group: Mapped[str | None]
    dnis: Mapped[str]
    caller: Mapped[str]
    direction: Mapped[Direction]
    via: Mapped[Via]
    entered_at: Mapped[int]
    queued_at: Mapped[int | None]
    answered_at: Mapped[int | None]
    ended_at: Mapped[int | None]
    greeting_ms: Mapped[int]
    wait_ms: Mapped[int]
    ring_ms: Mapped[int]
    talk_ms: Mapped[int]
    agent: Mapped[str | None]
    agent_channel: Mapped[str | None]
    offers: Mapped[list[dict[str, Any]]]
    outcome: Mapped[Outcome | None]
    ended_by: Mapped[EndedBy | None]
    cause: Mapped[int | None]
    recording: Mapped[str | None]
    caller_audio: Mapped[dict[str, Any] | None]
    agent_audio: Mapped[dict[str, Any] | None]
    reason: Mapped[str | None]
    product: Mapped[str | None]
    symptom: Mapped[str | None]
    result: Mapped[str | None]
    ticket: Mapped[int | None]


class QueueLogRow(Base):
    """One line of the queue_log file, in the order of writing; the file is a copy of this table."""

    __tablename__ = "queue_log"
    __table_args__ = (UniqueConstraint("key"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    #: The fact that the line tells, so that a fact is told once.
    key: Mapped[str]
    line: Mapped[str]


class PositionRow(Base):
    """How far the ledger has come in a file; written in the transaction that holds what was read there."""

    __tablename__ = "ledger_position"

    name: Mapped[str] = mapped_column(primary_key=True)
    #: Bytes of a spool file; the last line's id of the queue_log.
    position: Mapped[int]


class DiscrepancyRow(Base):
    """A difference between a call record and Asterisk's own CDR."""

    __tablename__ = "discrepancy"
    __table_args__ = (UniqueConstraint("call", "kind"), Index(None, "at"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    call: Mapped[str]
    kind: Mapped[DiscrepancyKind]
    company: Mapped[str | None]
    #: When the call entered.
    at: Mapped[int]
    #: What each side says.
    ours: Mapped[str]
    asterisk: Mapped[str]
    found_at: Mapped[int]


class UserRow(Base):
    """A person with a log-in. A company's user has a company, an agent's an extension."""

    __tablename__ = "user_account"

    login: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[Role]
    company: Mapped[str | None]
    agent: Mapped[str | None]
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    #: A company's user has one; nobody else.
    level: Mapped[Level | None]
    #: Since when the user may not sign in; None: may.
    disabled_at: Mapped[int | None]


class PushSubscriptionRow(Base):
    """A browser of an agent that asked to be told of call-ups by Web Push (`call_up/push.py`)."""

    __tablename__ = "push_subscription"
    __table_args__ = (Index(None, "agent"),)

    #: The address at the browser's push service; a secret of the browser.
    endpoint: Mapped[str] = mapped_column(primary_key=True)
    agent: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    #: The browser's public key and the secret that it shares with us, base64url.
    p256dh: Mapped[str]
    auth: Mapped[str]
    subscribed_at: Mapped[int]


class TicketRow(Base):
    """A customer's case with one company."""

    __tablename__ = "ticket"
    __table_args__ = (
        Index(None, "company", "changed_at"),
        Index(None, "customer_phone", "company"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    customer_name: Mapped[str]
    customer_phone: Mapped[str]
    product: Mapped[str]
    symptom: Mapped[str]
    status: Mapped[TicketStatus]
    opened_at: Mapped[int]
    changed_at: Mapped[int]


class TicketEntryRow(Base):
    """One thing that happened to a ticket."""

    __tablename__ = "ticket_entry"
    __table_args__ = (Index(None, "ticket"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    ticket: Mapped[int] = mapped_column(ForeignKey("ticket.number"))
    #: The ticket's company.
    company: Mapped[str]
    at: Mapped[int]
    call: Mapped[str | None]
    agent: Mapped[str | None]
    reason: Mapped[str]
    text: Mapped[str]
    result: Mapped[str]
