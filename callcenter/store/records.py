"""Reading call records. Only the ledger writes them (`ledger/writer.py`)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.ledger.record import Audio, CallRecord, Offer, Outcome
from callcenter.store.models import CallRow
from callcenter.store.scope import Scope, select_within
from callcenter.store.span import Span

_COLUMNS = tuple(getattr(CallRow, field.name) for field in fields(CallRecord))


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a list of records is narrowed to; None does not narrow."""

    company: str | None = None
    group: str | None = None
    agent: str | None = None
    outcome: Outcome | None = None
    caller: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Part of a list of records, newest first."""

    records: list[CallRecord]
    #: How many there are on all pages.
    total: int


class Records:
    """The call records that a scope may see."""

    def __init__(self, session: AsyncSession, scope: Scope) -> None:
        self._session = session
        self._scope = scope

    async def get(self, call: str) -> CallRecord | None:
        """One record; None also when it is another company's."""
        found = await self._fetch(CallRow.call == call)
        return found[0] if found else None

    async def page(self, span: Span, filters: Filters | None = None, *, offset: int = 0, limit: int = 50) -> Page:
        """Records of calls that entered in the span, newest first."""
        raise NotImplementedError

    async def closed(self, company: str, span: Span) -> list[CallRecord]:
        """A company's closed records of calls that entered in the span, oldest first: what billing charges.

        A call belongs to the day and month in which it entered, however late it ended.
        """
        raise NotImplementedError

    async def unattributed(self, span: Span) -> list[CallRecord]:
        """Closed records that no company owns, oldest first; nothing for a company."""
        raise NotImplementedError

    async def earlier(self, company: str, caller: str, *, before: int, limit: int = 10) -> list[CallRecord]:
        """A caller's calls to one company that entered before this time, newest first; none for a withheld number."""
        raise NotImplementedError

    async def _fetch(self, *conditions: ColumnElement[bool]) -> list[CallRecord]:
        rows = await self._session.execute(select_within(self._scope, CallRow, *_COLUMNS).where(*conditions))
        return [_record(row) for row in rows.mappings()]


def _record(row: RowMapping) -> CallRecord:
    values: dict[str, Any] = dict(row)
    values["offers"] = tuple(Offer(**offer) for offer in values["offers"])
    for leg in ("caller_audio", "agent_audio"):
        values[leg] = Audio(**values[leg]) if values[leg] else None
    return CallRecord(**values)
