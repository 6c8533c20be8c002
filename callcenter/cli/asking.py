"""What commands that read the records share: the settings, one question to the database, an end with a reason."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import NoReturn, TypeVar
from zoneinfo import ZoneInfo

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.centre import Centre, CentreError, load_centre
from callcenter.settings import Settings
from callcenter.store.engine import open_engine, sessions

_Result = TypeVar("_Result")


def start() -> tuple[Centre, Settings]:
    """The centre and the settings; a mistake in them ends the command."""
    settings = Settings()
    try:
        return load_centre(settings.centre), settings
    except CentreError as error:
        stop(str(error))


def ask(settings: Settings, question: Callable[[AsyncSession], Awaitable[_Result]]) -> _Result:
    """The answer of the database to one question."""

    async def asked() -> _Result:
        engine = open_engine(settings.database_url)
        try:
            async with sessions(engine)() as session:
                return await question(session)
        finally:
            await engine.dispose()

    return read(lambda: asyncio.run(asked()))


def read(reading: Callable[[], _Result]) -> _Result:
    """The same for a reading that opens the database itself; trouble with it ends the command with a word on it."""
    try:
        return reading()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        stop(f"The call records cannot be read ({reason}); has the centre been started once, is its database up?")


def local(at: int, zone: ZoneInfo, *, milliseconds: bool = False) -> str:
    """The moment as the centre's clock shows it."""
    return datetime.fromtimestamp(at / 1000, zone).isoformat(" ", "milliseconds" if milliseconds else "seconds")


def remark(text: str) -> None:
    """Say something that is not part of the answer."""
    print(text, file=sys.stderr)


def stop(why: str) -> NoReturn:
    """End the command with the reason."""
    remark(why)
    raise typer.Exit(2)
