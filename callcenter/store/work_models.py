"""The tables of the work beside the live phone: messages, callbacks that are over, marked numbers."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.calls.callers import Mark
from callcenter.store.models import Base, RowId, words
from routing.callback import State


class MessageState(StrEnum):
    """How far a message has been dealt with."""

    NEW = "new"
    #: An agent sees to it.
    TAKEN = "taken"
    DONE = "done"


class MessageRow(Base):
    """A message that a caller left: the ledger adds it with the call's record, agents move it on."""

    __tablename__ = "message"
    __table_args__ = (Index(None, "state", "left_at"),)

    call: Mapped[str] = mapped_column(primary_key=True)
    company: Mapped[str | None]
    group: Mapped[str | None]
    #: When the caller had left it.
    left_at: Mapped[int]
    state: Mapped[MessageState] = mapped_column(words(MessageState))
    #: Who took it last; None while it is new, and when a supervisor saw to it.
    agent: Mapped[str | None]
    #: When its state last changed. Two people who move it at once cannot both succeed.
    at: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": at, "version_id_generator": False}  # noqa: RUF012 (SQLAlchemy's own name)


class CallbackRow(Base):
    """A callback that is over (`calls/callbacks.py`), as its last journal entry tells."""

    __tablename__ = "callback"
    __table_args__ = (Index(None, "at"),)

    #: The journal entry's.
    key: Mapped[str] = mapped_column(primary_key=True)
    #: The call that asked for it, or that left the message.
    call: Mapped[str]
    company: Mapped[str | None]
    group: Mapped[str]
    number: Mapped[str]
    requested_at: Mapped[int]
    attempts: Mapped[int]
    state: Mapped[State] = mapped_column(words(State))
    why: Mapped[str | None]
    #: When it ended.
    at: Mapped[int]


class MarkedNumberRow(Base):
    """One change of how a number is treated; append-only, the newest of a number counts."""

    __tablename__ = "marked_number"
    __table_args__ = (Index(None, "number"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    number: Mapped[str]
    #: None: from then on as any other.
    mark: Mapped[Mark | None] = mapped_column(words(Mark))
    reason: Mapped[str]
    #: Counts until then, epoch ms; None: until somebody takes it back.
    until: Mapped[int | None]
    #: The log-in of who changed it.
    by: Mapped[str]
    at: Mapped[int]
