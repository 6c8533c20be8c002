"""Tables of applications and contracts. History is append-only; a participation is the fold of its events
(`billing/contracts/`). Until a company is selected, its rows have none.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.models import Base, RowId


class ApplicationRow(Base):
    """An application from its first draft on, and the participation that came of it."""

    __tablename__ = "application"
    __table_args__ = (
        # A company has one participation at a time, whoever selects it when.
        Index(
            "uq_application_company_going_on",
            "company",
            unique=True,
            sqlite_where=text("going_on AND company IS NOT NULL"),
            postgresql_where=text("going_on AND company IS NOT NULL"),
        ),
        Index(None, "registration"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    #: SHA-256 of the code that opens it for the applicant.
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    #: SHA-256 of the cookie of the browser that has it open; None once it was closed.
    cookie_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    #: What the form holds, finished or not.
    form: Mapped[dict[str, Any]]
    begun_at: Mapped[int]
    #: The applicant's last click.
    touched_at: Mapped[int]
    submitted_at: Mapped[int | None]
    #: Ten digits, once it was submitted.
    registration: Mapped[str | None] = mapped_column(String(10))
    company: Mapped[str | None]
    #: Submitted, and neither refused, withdrawn, ended nor terminated.
    going_on: Mapped[bool]


class ContractEventRow(Base):
    """One event of a participation; never changed."""

    __tablename__ = "contract_event"
    __table_args__ = (UniqueConstraint("application", "place"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    application: Mapped[int] = mapped_column(ForeignKey("application.number"))
    #: 1 for the first event, then without a gap: two people cannot both write the next.
    place: Mapped[int]
    company: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]]
    #: When it was entered, and by whose log-in; None: by the applicant.
    at: Mapped[int]
    by: Mapped[str | None]


class ContractDocumentRow(Base):
    """A paper that was handed in; its bytes lie in the data folder."""

    __tablename__ = "contract_document"
    __table_args__ = (Index(None, "application"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    application: Mapped[int] = mapped_column(ForeignKey("application.number"))
    company: Mapped[str | None]
    #: What kind of paper (`callcenter/papers.py`).
    paper: Mapped[str] = mapped_column(String(32))
    #: The file's name as it came, for people.
    name: Mapped[str]
    media_type: Mapped[str] = mapped_column(String(64))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[int]
    #: The log-in of whoever handed it in at the centre; None: the applicant.
    by: Mapped[str | None]


class LetterRow(Base):
    """A letter that was made: all that it says, so that its PDF can be made again alike."""

    __tablename__ = "contract_letter"
    __table_args__ = (Index(None, "application"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    application: Mapped[int] = mapped_column(ForeignKey("application.number"))
    company: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(2))
    data: Mapped[dict[str, Any]]
    at: Mapped[int]
    by: Mapped[str]


class ServiceFormulaRow(Base):
    """By which formula a company's service level is measured from a day on; a new version replaces none."""

    __tablename__ = "service_formula"
    __table_args__ = (UniqueConstraint("company", "version"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    version: Mapped[int]
    #: First day it holds for, as 2027-01-01.
    since: Mapped[str] = mapped_column(String(10))
    formula: Mapped[str] = mapped_column(String(32))
    in_time_s: Mapped[int]
    short_s: Mapped[int]
    #: What was promised, in per cent; None: nothing.
    target: Mapped[int | None]
    at: Mapped[int]
    by: Mapped[str]


class DataRequestRow(Base):
    """What a company asks of the data that the centre holds for it, and the centre's answer."""

    __tablename__ = "data_request"
    __table_args__ = (Index(None, "company", "at"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    kind: Mapped[str] = mapped_column(String(32))
    text: Mapped[str]
    at: Mapped[int]
    by: Mapped[str]
    #: The last day for an answer, as 2027-01-01.
    due: Mapped[str] = mapped_column(String(10))
    granted: Mapped[bool | None]
    answer: Mapped[str | None]
    answered_at: Mapped[int | None]
    answered_by: Mapped[str | None]


class RightsChangeRow(Base):
    """A right that a company's user was given, had changed or lost. Kept at least three years, as the standard of
    safety measures for personal data (개인정보의 안전성 확보조치 기준, article 5) asks.
    """

    __tablename__ = "rights_change"
    __table_args__ = (Index(None, "company", "at"),)

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    #: Whose right it is.
    login: Mapped[str]
    #: `added`, `level`, `disabled`, `enabled` or `password`.
    what: Mapped[str] = mapped_column(String(16))
    level: Mapped[str | None] = mapped_column(String(16))
    at: Mapped[int]
    by: Mapped[str]
