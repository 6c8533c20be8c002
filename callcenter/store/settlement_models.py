"""The tables of billing. What was charged is never changed: a closed month is corrected by notes in an open one.

Amounts are whole won; times UTC epoch milliseconds, as in `models.py`; months are written `2026-11`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Enum, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from callcenter.store.models import Base, Document, RowId

#: A line's id is its statement's times this, plus its number: entries are linked to their line before it is written.
LINES_A_STATEMENT = 1000


#: Kinds of usage whose entries another part of the product writes before they are billed; the others come from records.
WRITTEN_BEFORE = ("survey", "happy", "sms", "transfer")


class PeriodState(StrEnum):
    """A month of accounting: its figures move, are looked through, stand."""

    OPEN = "open"
    REVIEW = "review"
    CLOSED = "closed"


class ByHand(StrEnum):
    """Why a re-rating leaves what a company pays as it is, for somebody to decide."""

    #: Notes written by hand have left less of the statement than the tariff would take off.
    TOO_MUCH = "too_much"
    #: They have taken off everything: it is not charged again.
    CREDITED_IN_FULL = "credited_in_full"
    #: The statement was cancelled for every payer: nothing of it is rated again.
    CANCELLED = "cancelled"


class CorrectionReason(StrEnum):
    """Why a closed statement is corrected: the tax service's reasons for a corrected tax invoice."""

    MISTAKE = "mistake"
    SUPPLY_CHANGED = "supply_changed"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    ISSUED_TWICE = "issued_twice"


class ReratingState(StrEnum):
    """A closed month under another tariff: looked at, then carried out or not."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"


def _words(kind: type[StrEnum]) -> Enum:
    return Enum(kind, native_enum=False, length=32, values_callable=lambda e: [member.value for member in e])


class TariffTextRow(Base):
    """A tariff as months were billed with it, word for word."""

    __tablename__ = "billing_tariff"

    #: SHA-256 of the text.
    digest: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    text: Mapped[str]


class PeriodRow(Base):
    """A month that is being settled or was; a month without a row is open."""

    __tablename__ = "billing_period"

    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    state: Mapped[PeriodState] = mapped_column(_words(PeriodState))
    tariff: Mapped[str] = mapped_column(ForeignKey("billing_tariff.digest"))
    #: How many statements there will be, and how many there are.
    companies: Mapped[int]
    done: Mapped[int]
    #: Things used that stand on them, and about how many there will be.
    entries: Mapped[int]
    expected: Mapped[int]
    #: The last call that was settled; None at the month's beginning.
    reached_at: Mapped[int | None]
    reached_call: Mapped[str | None]
    #: Hides the callers' numbers in the entries, and is forgotten when the month is closed.
    key: Mapped[str]
    began_at: Mapped[int]
    #: When the last statement was made.
    settled_at: Mapped[int | None]
    closed_at: Mapped[int | None]


class StatementRow(Base):
    """A company's month as it was computed."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("company", "month"), UniqueConstraint("number"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    month: Mapped[str] = mapped_column(String(7))
    #: Given when the month is closed; a statement of zero won gets none.
    number: Mapped[str | None]
    tariff: Mapped[str] = mapped_column(ForeignKey("billing_tariff.digest"))
    #: Calls of this month itself that are charged or listed here or on later statements: if the company has more
    #: records than this, some are late.
    records: Mapped[int]
    #: Days of the month under contract when it was made; None: all, as far as was known.
    days: Mapped[int | None]
    counted: Mapped[int]
    supply: Mapped[int]
    vat: Mapped[int]
    total: Mapped[int]
    #: SHA-256 of the statement's figures as JSON; what is computed again must have the same.
    digest: Mapped[str]


class StatementLineRow(Base):
    """A line of it."""

    __tablename__ = "statement_line"
    __table_args__ = (Index(None, "statement"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    statement: Mapped[int] = mapped_column(ForeignKey("statement.id"))
    company: Mapped[str]
    kind: Mapped[str] = mapped_column(String(32))
    of: Mapped[str]
    #: An exact fraction, `1/6`.
    quantity: Mapped[str]
    unit: Mapped[str] = mapped_column(String(32))
    amount: Mapped[int]
    due: Mapped[bool]
    worth: Mapped[int]


class UsageEntryRow(Base):
    """One thing used, as it was when it was charged: the call record may be corrected or destroyed later."""

    __tablename__ = "usage_entry"
    __table_args__ = (
        Index(None, "line"),
        Index(
            "ix_usage_entry_unbilled",
            "at",
            sqlite_where=text("line IS NULL"),
            postgresql_where=text("line IS NULL"),
        ),
    )

    #: The call's id; of an SMS the message's; of a call's further part the call's with a number, as in `cc-1.2/2`.
    call: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    company: Mapped[str]
    at: Mapped[int]
    ended_at: Mapped[int]
    talk_ms: Mapped[int]
    outcome: Mapped[str]
    #: A mark in the caller's place, good for finding repeats on this statement and for nothing else; empty: unknown.
    caller: Mapped[str]
    #: The statement's line that billed it; None: not billed yet. No foreign key, which would be looked up for each row.
    line: Mapped[int | None]


class FaultRow(Base):
    """Something that could not be charged when its month was settled, for somebody to look at."""

    __tablename__ = "billing_fault"
    __table_args__ = (Index(None, "month"),)

    call: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    company: Mapped[str]
    why: Mapped[str]


class AdjustmentRow(Base):
    """Won added to a statement of an open month, or taken off it."""

    __tablename__ = "adjustment"
    __table_args__ = (Index(None, "company", "month"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    company: Mapped[str]
    month: Mapped[str] = mapped_column(String(7))
    amount: Mapped[int]
    reason: Mapped[str]
    by: Mapped[str]
    at: Mapped[int]


class CorrectionRow(Base):
    """A note that corrects a closed statement: less or more supply and VAT, with its reason and a number of its own."""

    __tablename__ = "correction"
    __table_args__ = (UniqueConstraint("number"), Index(None, "statement"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    number: Mapped[str]
    statement: Mapped[int] = mapped_column(ForeignKey("statement.id"))
    company: Mapped[str]
    reason: Mapped[CorrectionReason] = mapped_column(_words(CorrectionReason))
    note: Mapped[str]
    supply: Mapped[int]
    vat: Mapped[int]
    #: By how much each payer's share of the service fee changes, in won: of a note that carries out a re-rating, or
    #: that cancels the statement.
    shares: Mapped[dict[str, Any]] = mapped_column(Document)
    #: The re-rating that it carries out; None: written by hand.
    rerating: Mapped[int | None]
    by: Mapped[str]
    at: Mapped[int]


class ShareChangeRow(Base):
    """A re-rating changed what the payers pay of a statement's service fee, and nothing of what the company pays.

    The company gets no note of it; the payers' report of the month in which it was approved has it.
    """

    __tablename__ = "share_change"
    __table_args__ = (Index(None, "statement"), Index(None, "month"))

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    statement: Mapped[int] = mapped_column(ForeignKey("statement.id"))
    company: Mapped[str]
    rerating: Mapped[int] = mapped_column(ForeignKey("rerating.id"))
    #: In which it was approved.
    month: Mapped[str] = mapped_column(String(7))
    #: By how much each payer's share changes, in won.
    shares: Mapped[dict[str, Any]] = mapped_column(Document)
    by: Mapped[str]
    at: Mapped[int]


class ReratingRow(Base):
    """A closed month under another tariff, and what would change."""

    __tablename__ = "rerating"

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    month: Mapped[str] = mapped_column(String(7))
    tariff: Mapped[str] = mapped_column(ForeignKey("billing_tariff.digest"))
    state: Mapped[ReratingState] = mapped_column(_words(ReratingState))
    #: `{"company", "supply": [before, after], "vat": [before, after], "shares": {payer: [before, after]}}` of each
    #: statement that differs; where approving leaves what the company pays to a person also
    #: `"by_hand": {"why", "left": [supply, vat]}` with what the notes have left of the statement.
    differences: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    by: Mapped[str]
    at: Mapped[int]


class CounterRow(Base):
    """The last number given in a series; taken in the transaction that uses it, so that no number is left out."""

    __tablename__ = "billing_counter"

    series: Mapped[str] = mapped_column(primary_key=True)
    last: Mapped[int]


class AuditRow(Base):
    """Who did what when. The database refuses to change or delete a row."""

    __tablename__ = "billing_audit"
    __table_args__ = (Index(None, "month"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=True)
    at: Mapped[int]
    by: Mapped[str]
    #: Such as `period.closed`.
    what: Mapped[str]
    month: Mapped[str | None] = mapped_column(String(7))
    company: Mapped[str | None]
    detail: Mapped[dict[str, Any]] = mapped_column(Document)
