"""The clerk's changes, done in a thread: they are rare, and the books speak to the database without asyncio."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from billing.statement import StatementError
from callcenter.settlement.bookkeeping import Bookkeeping, bookkeeping
from callcenter.store.periods import Actor, PeriodError
from callcenter.web.errors import Refused
from callcenter.web.people import Person
from callcenter.web.services import Services

_Result = TypeVar("_Result")


async def change(services: Services, person: Person, what: Callable[[Bookkeeping, Actor], _Result]) -> _Result:
    """Do it in this person's name, now. Raises `Refused` with the reason."""
    actor = Actor(by=person.login, at=time.time_ns() // 1_000_000)

    def work() -> _Result:
        with bookkeeping(services.settings) as books:
            return what(books, actor)

    try:
        return await asyncio.to_thread(work)
    except PeriodError as error:
        raise Refused(409, f"period_{error.key}") from error
    except StatementError as error:
        raise Refused(409, "statement", why=str(error)) from error
