"""Alembic's entrance: always with the connection that `store/migrate.py` hands over."""

from __future__ import annotations

from alembic import context

from callcenter.store import (  # noqa: F401 (same Base)
    aftermath_models,
    campaign_models,
    contract_models,
    settlement_models,
    work_models,
)
from callcenter.store.models import Base

connection = context.config.attributes["connection"]
# SQLite changes a table by copying it (batch mode).
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
