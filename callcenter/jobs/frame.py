"""What every job begins and ends with: settings, logs, the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from callcenter.logs import configure_logs
from callcenter.settings import Settings
from callcenter.store.engine import Sessions, open_engine, sessions


@asynccontextmanager
async def opened() -> AsyncIterator[tuple[Settings, Sessions]]:
    """The settings of this installation, and its database while the job runs."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    engine = open_engine(settings.database_url)
    try:
        yield settings, sessions(engine)
    finally:
        await engine.dispose()
