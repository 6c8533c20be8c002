"""machines that answer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.add_column(sa.Column("heard", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("heard_cause", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("heard_ms", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_column("heard_ms")
        batch_op.drop_column("heard_cause")
        batch_op.drop_column("heard")
