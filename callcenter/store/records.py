"""Reading call records. Only the ledger writes them (`ledger/writer.py`)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, func
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.ledger.record import CAMPAIGNS, Audio, CallRecord, Offer, Outcome
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
        found = await self._fetch(self._select(CallRow.call == call))
        return found[0] if found else None

    async def page(self, span: Span, filters: Filters | None = None, *, offset: int = 0, limit: int = 50) -> Page:
        """Records of calls that entered in the span, newest first."""
        narrowed = [*_entered_in(span), *_narrowed(filters or Filters())]
        query = self._select(*narrowed).order_by(CallRow.entered_at.desc(), CallRow.call.desc())
        total = await self._session.scalar(select_within(self._scope, CallRow, func.count()).where(*narrowed))
        return Page(records=await self._fetch(query.offset(offset).limit(limit)), total=total or 0)

    async def closed(self, company: str, span: Span) -> list[CallRecord]:
        """A company's closed records of calls that entered in the span, oldest first: what billing charges.

        A call belongs to the day and month in which it entered, however late it ended.
        """
        return await self._closed(CallRow.company == company, span)

    async def count(self, span: Span) -> int:
        """How many calls entered in the span, but for campaigns' own; open ones too."""
        query = select_within(self._scope, CallRow, func.count()).where(
            *_entered_in(span), CallRow.company.is_not(None), CallRow.via.not_in(CAMPAIGNS)
        )
        return await self._session.scalar(query) or 0

    async def unattributed(self, span: Span) -> list[CallRecord]:
        """Closed records that no company owns, oldest first; nothing for a company."""
        return await self._closed(CallRow.company.is_(None), span)

    async def earlier(self, company: str, caller: str, *, before: int, but: str, limit: int = 10) -> list[CallRecord]:
        """A caller's calls to one company that entered before this time, newest first; none for a withheld number.

        `but`: the call at hand, which entered before it rang.
        """
        if not caller:
            return []
        query = self._select(
            CallRow.company == company, CallRow.caller == caller, CallRow.entered_at < before, CallRow.call != but
        )
        return await self._fetch(query.order_by(CallRow.entered_at.desc()).limit(limit))

    async def of_caller(self, caller: str, *, limit: int = 100) -> list[CallRecord]:
        """A caller's calls on whatever day, newest first; none for a withheld number."""
        if not caller:
            return []
        return await self._fetch(
            self._select(CallRow.caller == caller).order_by(CallRow.entered_at.desc()).limit(limit)
        )

    async def _closed(self, whose: ColumnElement[bool], span: Span) -> list[CallRecord]:
        query = self._select(whose, *_entered_in(span), CallRow.outcome.is_not(None), CallRow.via.not_in(CAMPAIGNS))
        return await self._fetch(query.order_by(CallRow.entered_at, CallRow.call))

    def _select(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        return select_within(self._scope, CallRow, *_COLUMNS).where(*conditions)

    async def _fetch(self, query: Select[Any]) -> list[CallRecord]:
        return [_record(row) for row in (await self._session.execute(query)).mappings()]


def _entered_in(span: Span) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return CallRow.entered_at >= span.since, CallRow.entered_at < span.until


def _narrowed(filters: Filters) -> list[ColumnElement[bool]]:
    return [
        getattr(CallRow, field.name) == wanted
        for field in fields(Filters)
        if (wanted := getattr(filters, field.name)) is not None
    ]


def _record(row: RowMapping) -> CallRecord:
    values: dict[str, Any] = dict(row)
    values["offers"] = tuple(Offer(**offer) for offer in values["offers"])
    for leg in ("caller_audio", "agent_audio"):
        values[leg] = Audio(**values[leg]) if values[leg] else None
    return CallRecord(**values)
