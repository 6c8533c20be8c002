"""The tables of outbound. As everywhere, times are UTC epoch milliseconds, and a company's rows carry its id."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.models import Base, RowId


class FormRow(Base):
    """One version of a survey form; versions are never changed, so that answers keep their questions."""

    __tablename__ = "survey_form"
    __table_args__ = (UniqueConstraint("company", "name", "version"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    name: Mapped[str]
    version: Mapped[int]
    #: As written, in TOML (`campaigns/form.py`).
    text: Mapped[str]
    made_at: Mapped[int]
    made_by: Mapped[str]


class CampaignRow(Base):
    """A survey, an advertising or a happy-call campaign of one company."""

    __tablename__ = "campaign"
    __table_args__ = (Index(None, "company", "made_at"), {"sqlite_autoincrement": True})

    number: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    name: Mapped[str]
    #: A `campaigns.kinds.Kind`.
    kind: Mapped[str] = mapped_column(String(32))
    own_reward: Mapped[bool]
    #: draft, running, paused or stopped.
    state: Mapped[str] = mapped_column(String(16))
    #: A `campaigns.pacing.Mode`.
    mode: Mapped[str] = mapped_column(String(16))
    form: Mapped[int | None] = mapped_column(ForeignKey("survey_form.id"))
    #: The number that is shown.
    caller: Mapped[str]
    #: Everything else (`campaigns/plan.py`).
    plan: Mapped[dict[str, Any]]
    made_at: Mapped[int]
    made_by: Mapped[str]


class ImportRow(Base):
    """One file of contacts, and how far its reading has come."""

    __tablename__ = "contact_import"
    __table_args__ = (Index(None, "campaign"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    campaign: Mapped[int] = mapped_column(ForeignKey("campaign.number"))
    file_name: Mapped[str]
    #: uploaded, running, done or failed.
    state: Mapped[str] = mapped_column(String(16))
    #: Column number as text → what it holds.
    columns: Mapped[dict[str, Any]]
    rows: Mapped[int]
    good: Mapped[int]
    #: Bad rows by fault.
    faults: Mapped[dict[str, Any]]
    #: Why the whole file was not read.
    fault: Mapped[str | None]
    made_at: Mapped[int]
    made_by: Mapped[str]
    ended_at: Mapped[int | None]


class ContactRow(Base):
    """One person to call in one campaign."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("campaign", "number", "case"),
        Index(None, "campaign", "due_at"),
        Index(None, "company", "number"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    campaign: Mapped[int] = mapped_column(ForeignKey("campaign.number"))
    import_: Mapped[int | None] = mapped_column("import", ForeignKey("contact_import.id"))
    number: Mapped[str]
    name: Mapped[str]
    language: Mapped[str] = mapped_column(String(2))
    segment: Mapped[str]
    product: Mapped[str]
    more: Mapped[dict[str, Any]]
    #: Of a happy call, the call or ticket that it follows; else empty.
    case: Mapped[str]
    #: When it was first due.
    first_due_at: Mapped[int]
    #: Not to be dialled before; None: not again.
    due_at: Mapped[int | None]
    #: Attempts written down so far.
    tries: Mapped[int]
    #: An attempt without an outcome holds the contact.
    held: Mapped[bool]
    #: The outcome that speaks for the contact so far.
    outcome: Mapped[str | None] = mapped_column(String(32))
    #: Why it must not be called, once the dialler found so.
    why: Mapped[str | None] = mapped_column(String(32))


class AttemptRow(Base):
    """One dialling: written before it is dialled; its outcome is written once."""

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("contact", "try"),
        Index(None, "campaign", "outcome"),
        Index(None, "number", "at"),
    )

    #: `<campaign>-<contact>-<try>`.
    id: Mapped[str] = mapped_column(primary_key=True)
    company: Mapped[str]
    campaign: Mapped[int] = mapped_column(ForeignKey("campaign.number"))
    contact: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    try_: Mapped[int] = mapped_column("try")
    number: Mapped[str]
    at: Mapped[int]
    #: A `campaigns.attempts.Outcome`; None while it is under way.
    outcome: Mapped[str | None] = mapped_column(String(32))
    ended_at: Mapped[int | None]
    #: When the person asked to be called again.
    wished_at: Mapped[int | None]
    #: A `campaigns.machines.Verdict` with its cause, and how long that took; None: nobody listened for a machine.
    heard: Mapped[str | None] = mapped_column(String(16))
    heard_cause: Mapped[str | None] = mapped_column(String(64))
    heard_ms: Mapped[int | None]


class ResponseRow(Base):
    """What one person answered; one an attempt."""

    __tablename__ = "response"
    __table_args__ = (Index(None, "campaign", "complete"),)

    attempt: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    company: Mapped[str]
    campaign: Mapped[int] = mapped_column(ForeignKey("campaign.number"))
    contact: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    form: Mapped[int] = mapped_column(ForeignKey("survey_form.id"))
    segment: Mapped[str]
    at: Mapped[int]
    answers: Mapped[dict[str, Any]]
    invalid: Mapped[dict[str, Any]]
    silent: Mapped[dict[str, Any]]
    #: A `campaigns.interview.End`.
    end: Mapped[str] = mapped_column(String(16))
    #: By the form's own rule; only these are charged.
    complete: Mapped[bool]


class SheetRow(Base):
    """What an agent enters while speaking with a campaign's customer; the dialler makes the outcome of it."""

    __tablename__ = "sheet"
    __table_args__ = (Index(None, "company"),)

    attempt: Mapped[str] = mapped_column(ForeignKey("attempt.id"), primary_key=True)
    company: Mapped[str]
    #: Who speaks with the customer.
    agent: Mapped[str]
    #: When they began.
    at: Mapped[int]
    answers: Mapped[dict[str, Any]]
    #: A `campaigns.sheet.Verdict`; None while the agent has not said how it ended.
    verdict: Mapped[str | None] = mapped_column(String(16))
    #: When the person asked to be called again.
    wished_at: Mapped[int | None]


class ConsentRow(Base):
    """One line of the consent ledger, append-only."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "company", "number"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    number: Mapped[str]
    matter: Mapped[str] = mapped_column(String(16))
    act: Mapped[str] = mapped_column(String(16))
    at: Mapped[int]
    proof: Mapped[str]
    written_at: Mapped[int]
    written_by: Mapped[str]


class DoNotCallRow(Base):
    """Somebody who does not want to be called by a company; for good."""

    __tablename__ = "do_not_call"
    __table_args__ = (UniqueConstraint("company", "number", "extent"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    number: Mapped[str]
    extent: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(16))
    at: Mapped[int]


class ScrubRow(Base):
    """One comparison with the national register: what was sent and what came back, as evidence."""

    __tablename__ = "scrub"
    __table_args__ = (Index(None, "company", "exported_at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    exported_at: Mapped[int]
    exported_by: Mapped[str]
    exported: Mapped[int]
    #: SHA-256 of the numbers sent, a line each in their order.
    exported_hash: Mapped[str]
    imported_at: Mapped[int | None]
    imported_by: Mapped[str | None]
    #: Numbers that came back, so may be called.
    returned: Mapped[int | None]
    #: SHA-256 of the file that came back.
    returned_hash: Mapped[str | None]


class ScrubbedRow(Base):
    """A number of a comparison."""

    __tablename__ = "scrubbed"
    __table_args__ = (Index(None, "company", "number"),)

    scrub: Mapped[int] = mapped_column(ForeignKey("scrub.id"), primary_key=True)
    number: Mapped[str] = mapped_column(primary_key=True)
    company: Mapped[str]
    #: None until the answer is here.
    cleared: Mapped[bool | None]


class CallerNumberRow(Base):
    """A number that a company may show, with the proof that it is its own."""

    __tablename__ = "caller_number"
    __table_args__ = (Index(None, "company"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    number: Mapped[str]
    proof: Mapped[str]
    since: Mapped[int]
    until: Mapped[int | None]
