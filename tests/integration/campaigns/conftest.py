from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from callcenter.store.engine import Sessions, open_engine, sessions


@pytest.fixture
async def made(database_url: str) -> AsyncIterator[Sessions]:
    """Sessions of an empty database, once of each kind."""
    engine = open_engine(database_url)
    yield sessions(engine)
    await engine.dispose()
