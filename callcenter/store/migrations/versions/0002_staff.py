"""agents' comings and goings found fast, and their browsers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KINDS = "kind IN ('agent.logged_in', 'agent.logged_out', 'peak.came', 'peak.left')"


def upgrade() -> None:
    op.create_index(
        "ix_event_comings_and_goings",
        "event",
        ["at"],
        postgresql_where=sa.text(_KINDS),
        sqlite_where=sa.text(_KINDS),
    )
    op.create_table(
        "push_subscription",
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("p256dh", sa.Text(), nullable=False),
        sa.Column("auth", sa.Text(), nullable=False),
        sa.Column("subscribed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("endpoint", name=op.f("pk_push_subscription")),
    )
    op.create_index(op.f("ix_push_subscription_agent"), "push_subscription", ["agent"])


def downgrade() -> None:
    op.drop_index(op.f("ix_push_subscription_agent"), table_name="push_subscription")
    op.drop_table("push_subscription")
    op.drop_index("ix_event_comings_and_goings", table_name="event")
