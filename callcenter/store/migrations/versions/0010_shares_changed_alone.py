"""shares changed alone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_ROW_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "share_change",
        sa.Column("id", _ROW_ID, autoincrement=True, nullable=False),
        sa.Column("statement", _ROW_ID, nullable=False),
        sa.Column("company", sa.Text(), nullable=False),
        sa.Column("rerating", _ROW_ID, nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("shares", _DOCUMENT, nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["rerating"], ["rerating.id"], name=op.f("fk_share_change_rerating_rerating")),
        sa.ForeignKeyConstraint(["statement"], ["statement.id"], name=op.f("fk_share_change_statement_statement")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_change")),
    )
    with op.batch_alter_table("share_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_share_change_month"), ["month"], unique=False)
        batch_op.create_index(batch_op.f("ix_share_change_statement"), ["statement"], unique=False)


def downgrade() -> None:
    op.drop_table("share_change")
