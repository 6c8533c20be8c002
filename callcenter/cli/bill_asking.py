"""What `callcenter bill` needs: centre, tariffs, database; a sentence and exit code 2 where one is missing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, TypeVar

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from billing.month import Month
from billing.tariff import Tariff, TariffError, in_force
from callcenter.centre import Centre, CentreError, load_centre
from callcenter.settings import Settings
from callcenter.store.engine import open_engine, sessions
from callcenter.tariffs import load_tariffs

_Result = TypeVar("_Result")


def month_of(written: str) -> Month:
    """The month that was asked for."""
    try:
        return Month.parse(written)
    except ValueError as error:
        stop(f"--month: {error}")


def centre_of(settings: Settings) -> Centre:
    """The centre's file."""
    try:
        return load_centre(settings.centre)
    except CentreError as error:
        stop(str(error))


def tariffs_of(settings: Settings) -> tuple[Tariff, ...]:
    """All versions."""
    try:
        return load_tariffs(settings.tariffs)
    except TariffError as error:
        stop(str(error))


def tariff_of(settings: Settings, month: Month) -> Tariff:
    """The version in force."""
    try:
        return in_force(tariffs_of(settings), month)
    except TariffError as error:
        stop(str(error))


def ask(settings: Settings, question: Callable[[AsyncSession], Awaitable[_Result]]) -> _Result:
    """Ask the database, where there is one."""

    async def answer() -> _Result:
        engine = open_engine(settings.database_url)
        try:
            async with sessions(engine)() as session:
                return await question(session)
        finally:
            await engine.dispose()

    try:
        must_exist(settings)
        return asyncio.run(answer())
    except (SQLAlchemyError, OSError) as error:
        away(error)
    except ValueError as error:
        stop(str(error))


def must_exist(settings: Settings) -> None:
    """Asking SQLite would make an empty database where there is none, or fail in a thread. Raises `OSError`."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).open("rb").close()


def away(error: Exception) -> NoReturn:
    """The database is not to be had."""
    reason = str(getattr(error, "orig", None) or error).splitlines()[0]
    stop(f"The call records cannot be read ({reason}); has the centre been started once, is its database up?")


def remark(text: str) -> None:
    """For people, beside the result."""
    print(text, file=sys.stderr)


def stop(why: str) -> NoReturn:
    """Nothing was done, and why."""
    remark(why)
    raise typer.Exit(2)
