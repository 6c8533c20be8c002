"""Opening the database."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from callcenter.store.engine import open_engine, open_sync_engine

pytestmark = pytest.mark.integration
_FAILS, _NUMBER = text("SELECT nothing FROM nowhere WHERE number = :number"), {"number": "01000000001"}


async def test_an_error_tells_no_telephone_number(database_url: str) -> None:
    engine = open_engine(database_url)
    try:
        async with engine.connect() as connection:
            with pytest.raises(SQLAlchemyError) as told:
                await connection.execute(_FAILS, _NUMBER)
    finally:
        await engine.dispose()
    ledgers = open_sync_engine(database_url)
    with ledgers.connect() as connection, pytest.raises(SQLAlchemyError) as told_in_sync:
        connection.execute(_FAILS, _NUMBER)
    ledgers.dispose()
    for error in (told.value, told_in_sync.value):
        assert "nowhere" in str(error)
        assert _NUMBER["number"] not in str(error)
