"""Who did what when in the books, with contracts and with the centre's file: read, never written here.

For the centre's own people. No personal data and no free text leaves this; amounts, days and numbers do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.config.versions import Version
from callcenter.store.contract_models import ContractEventRow
from callcenter.store.models import Role
from callcenter.store.settlement_models import AuditRow
from callcenter.store.span import Span

#: Fields that may be shown; reasons and notes in words may name somebody.
SHOWN = (
    *("number", "amount", "supply", "vat", "shares", "statements", "entries", "rerating"),
    *("notes", "only_shares", "by_hand", "why"),
    *("month", "start", "last", "year", "valid_from", "valid_to", "due", "version"),
)


class Field(StrEnum):
    """What it was done with."""

    BOOKS = "books"
    CONTRACTS = "contracts"
    CENTRE = "centre"


#: Whose work each is; an administrator answers for all of it.
OF_ROLE = {
    Role.BILLING: (Field.BOOKS, Field.CONTRACTS),
    Role.SUPERVISOR: (Field.CONTRACTS, Field.CENTRE),
    Role.ADMIN: tuple(Field),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """Something that somebody did."""

    #: Epoch ms.
    at: int
    #: The log-in; empty: nobody's, or the applicant's.
    by: str
    field: Field
    #: `period.closed`, a contract event's kind, `config.applied` of a version of the centre's file.
    what: str
    month: str | None
    company: str | None
    detail: dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What to look for; empty means any."""

    fields: Sequence[Field]
    by: str = ""
    what: str = ""
    company: str = ""
    span: Span | None = None


async def deeds(session: AsyncSession, versions: Sequence[Version], asked: Asked, *, limit: int) -> list[Deed]:
    """The newest first."""
    found: list[Deed] = []
    if Field.BOOKS in asked.fields:
        found += await _books(session, asked, limit)
    if Field.CONTRACTS in asked.fields:
        found += await _contracts(session, asked, limit)
    if Field.CENTRE in asked.fields and not asked.company:
        found += [one for one in _centre(versions) if _fits(one, asked)]
    return sorted(found, key=lambda one: one.at, reverse=True)[:limit]


async def _books(session: AsyncSession, asked: Asked, limit: int) -> list[Deed]:
    row = AuditRow
    query = select(row).where(*_narrowed(row, row.what, asked)).order_by(row.id.desc()).limit(limit)
    return [
        Deed(
            at=one.at,
            by=one.by,
            field=Field.BOOKS,
            what=one.what,
            month=one.month,
            company=one.company,
            detail=_shown(one.detail),
        )
        for one in await session.scalars(query)
    ]


async def _contracts(session: AsyncSession, asked: Asked, limit: int) -> list[Deed]:
    row = ContractEventRow
    query = select(row).where(*_narrowed(row, row.kind, asked)).order_by(row.id.desc()).limit(limit)
    return [
        Deed(
            at=one.at,
            by=one.by or "",
            field=Field.CONTRACTS,
            what=one.kind,
            month=one.data.get("month"),
            company=one.company,
            detail={"application": one.application, **_shown(one.data)},
        )
        for one in await session.scalars(query)
    ]


def _narrowed(
    row: type[AuditRow | ContractEventRow], what: SQLColumnExpression[str], asked: Asked
) -> Iterator[ColumnElement[bool]]:
    if asked.by:
        yield row.by == asked.by
    if asked.what:
        yield what == asked.what
    if asked.company:
        yield row.company == asked.company
    if asked.span:
        yield row.at >= asked.span.since
        yield row.at < asked.span.until


def _centre(versions: Sequence[Version]) -> Iterator[Deed]:
    for one in versions:
        yield Deed(
            at=int(one.at.timestamp() * 1000),
            by=one.by,
            field=Field.CENTRE,
            what="config.applied",
            month=None,
            company=None,
            detail={"version": one.number},
        )


def _fits(deed: Deed, asked: Asked) -> bool:
    return (
        asked.by in ("", deed.by)
        and asked.what in ("", deed.what)
        and (asked.span is None or asked.span.since <= deed.at < asked.span.until)
    )


def _shown(detail: dict[str, Any]) -> dict[str, Any]:
    return {name: detail[name] for name in SHOWN if name in detail and name != "month"}
