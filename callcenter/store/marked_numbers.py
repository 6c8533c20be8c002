"""Numbers that supervisors have marked: every change is kept, the newest of a number counts."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.calls.callers import Mark
from callcenter.store.work_models import MarkedNumberRow

#: International numbers have up to 15 digits, the shortest that phone from outside 7 (behind an area code left out).
_SHORTEST, _LONGEST = 7, 15


class NumberError(Exception):
    """What was typed is no telephone number; `slug` says why: letters, short or long."""

    def __init__(self, slug: str) -> None:
        super().__init__(slug)
        self.slug = slug


def read_number(written: str) -> str:
    """The number as calls bring it: a Korean one as it is dialled there, a foreign one with +. Raises `NumberError`."""
    number = re.sub(r"[\s().\-]", "", written)
    if abroad := re.match(r"(\+|00)82", number):
        number = number[abroad.end() :]
        if not re.match(r"0|1[568]\d{6}$", number):
            number = "0" + number
    digits = number.removeprefix("+")
    if not re.fullmatch(r"[0-9]*", digits):
        raise NumberError("letters")
    if len(digits) < _SHORTEST:
        raise NumberError("short")
    if len(digits) > _LONGEST:
        raise NumberError("long")
    return number


class MarkedNumbers:
    """All marks of the centre."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def current(self, now: int) -> list[MarkedNumberRow]:
        """The marks that count at this moment, the newest first."""
        return list(await self._session.scalars(_current(now).order_by(MarkedNumberRow.id.desc())))

    async def of(self, number: str, now: int) -> MarkedNumberRow | None:
        """The mark of one number."""
        return (await self._session.scalars(_current(now).where(MarkedNumberRow.number == number))).one_or_none()

    async def get(self, number: int) -> MarkedNumberRow | None:
        """One change by its row's number."""
        return (await self._session.scalars(select(MarkedNumberRow).where(MarkedNumberRow.id == number))).one_or_none()

    async def change(
        self, number: str, mark: Mark | None, *, reason: str, until: int | None, by: str, at: int
    ) -> MarkedNumberRow:
        """Treat the number so from now on; None takes its mark back."""
        row = MarkedNumberRow(number=number, mark=mark, reason=reason, until=until, by=by, at=at)
        self._session.add(row)
        await self._session.flush()
        return row

    async def history(self, limit: int = 50) -> list[MarkedNumberRow]:
        """The last changes, the newest first."""
        query = select(MarkedNumberRow).order_by(MarkedNumberRow.id.desc()).limit(limit)
        return list(await self._session.scalars(query))


def _current(now: int) -> Select[Any]:
    newest = select(func.max(MarkedNumberRow.id)).group_by(MarkedNumberRow.number)
    return select(MarkedNumberRow).where(
        MarkedNumberRow.id.in_(newest),
        MarkedNumberRow.mark.is_not(None),
        or_(MarkedNumberRow.until.is_(None), MarkedNumberRow.until > now),
    )
