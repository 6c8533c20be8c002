"""contracts in the books"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DOCUMENT = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
_WHYS = {
    "it ends before it enters": "ends_before",
    "it lasts longer than a day": "too_long",
    "it talks for less than nothing": "talk_negative",
    "it talks longer than it lasts": "talk_too_long",
    "no rule of the tariff decides it": "no_rule",
}


def upgrade() -> None:
    # Why something was not charged was a sentence; it became a word that pages tell in the reader's language.
    fault = sa.table("billing_fault", sa.column("why", sa.Text()))
    for sentence, word in _WHYS.items():
        op.execute(fault.update().where(fault.c.why == sentence).values(why=word))
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("days", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shares", _DOCUMENT, nullable=False, server_default=sa.text("'{}'")))
        batch_op.add_column(sa.Column("rerating", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.alter_column("shares", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_column("rerating")
        batch_op.drop_column("shares")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_column("days")
