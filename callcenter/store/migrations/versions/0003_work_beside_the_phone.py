"""messages, callbacks that are over, marked numbers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _words(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, length=32)


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            _words("state", "requested", "due", "dialling", "retry", "reached", "expired", "cancelled"),
            nullable=False,
        ),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_callback")),
    )
    op.create_index(op.f("ix_callback_at"), "callback", ["at"])
    op.create_table(
        "marked_number",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("mark", _words("mark", "caution", "never_call", "message_only", "refused"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marked_number")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_marked_number_number"), "marked_number", ["number"])
    op.create_table(
        "message",
        sa.Column("call", sa.Text(), nullable=False),
        sa.Column("company", sa.Text(), nullable=True),
        sa.Column("group", sa.Text(), nullable=True),
        sa.Column("left_at", sa.BigInteger(), nullable=False),
        sa.Column("state", _words("messagestate", "new", "taken", "done"), nullable=False),
        sa.Column("agent", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("call", name=op.f("pk_message")),
    )
    op.create_index(op.f("ix_message_state_left_at"), "message", ["state", "left_at"])
    # Messages from before nobody was told of: they wait like new ones.
    op.execute(
        'INSERT INTO message ("call", company, "group", left_at, state, at) '
        'SELECT "call", company, "group", ended_at, \'new\', ended_at FROM call_record '
        "WHERE outcome = 'voicemail' AND ended_at IS NOT NULL"
    )
