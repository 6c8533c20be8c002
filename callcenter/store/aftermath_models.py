"""The tables of what follows answers: low scores that somebody sees to, notices that are owed, what was destroyed."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.campaigns.spoken import Ended
from callcenter.store.models import Base, RowId, words


class PhoneState(StrEnum):
    """Whether somebody has phoned a customer whose score was low."""

    OPEN = "open"
    #: Somebody is going to.
    TAKEN = "taken"
    DONE = "done"


class LowScoreRow(Base):
    """An interview with a score that called for a ticket; written with the attempt's outcome, so once an attempt."""

    __tablename__ = "low_score"
    __table_args__ = (Index(None, "campaign"), Index(None, "ticket"), Index(None, "state"))

    attempt: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    company: Mapped[str]
    campaign: Mapped[int] = mapped_column(ForeignKey("campaign.number"))
    ticket: Mapped[int] = mapped_column(ForeignKey("ticket.number"))
    #: Question → score.
    scores: Mapped[dict[str, Any]]
    #: Of a score after which the form wants a supervisor to phone the customer; None: the ticket is enough.
    state: Mapped[PhoneState | None] = mapped_column(words(PhoneState))
    #: Who moved it last.
    by: Mapped[str | None]
    #: When the answer was given.
    answered_at: Mapped[int]
    #: When its state last changed. Two people who move it at once cannot both succeed.
    at: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": at, "version_id_generator": False}  # noqa: RUF012 (SQLAlchemy's own name)


class DestroyedRow(Base):
    """A recording that was destroyed: the evidence, without anything of what was said or by whom."""

    __tablename__ = "destroyed_recording"
    __table_args__ = (Index(None, "campaign"),)

    #: The recording's, without `.wav`.
    name: Mapped[str] = mapped_column(primary_key=True)
    company: Mapped[str | None]
    campaign: Mapped[int | None]
    #: When it was recorded, and when it was destroyed.
    recorded_at: Mapped[int]
    at: Mapped[int]
    why: Mapped[Ended] = mapped_column(words(Ended))


class NoticeRow(Base):
    """A person was told within 14 days what became of a consent, a refusal or a withdrawal; a row for each telling."""

    __tablename__ = "consent_notice"
    __table_args__ = (UniqueConstraint("consent"), UniqueConstraint("refusal"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    #: What was told about: a line of the ledger, or a refusal.
    consent: Mapped[int | None] = mapped_column(ForeignKey("consent.id"))
    refusal: Mapped[int | None] = mapped_column(ForeignKey("do_not_call.id"))
    #: How: text message, letter, call.
    channel: Mapped[str] = mapped_column(String(16))
    #: When the person was told.
    at: Mapped[int]
    by: Mapped[str]
