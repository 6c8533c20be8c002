"""Closing a month, and correcting it afterwards: statements and contracts' accounts in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from billing.month import Month
from callcenter.settlement.accounts import Booked, book, today
from callcenter.store.contract_books import Contracts
from callcenter.store.corrections import Corrections
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import CorrectionReason, CorrectionRow, PeriodState, StatementRow


def close_month(session: Session, month: Month, *, actor: Actor, zone: ZoneInfo) -> tuple[int, Booked]:
    """Number the month's statements and charge the contracts; how many were numbered. Doing it again adds only what is
    missing on an account, because its contract was entered since.

    Raises `PeriodError` unless every statement is made and no contract has changed its days since.
    """
    periods, stored = Periods(session), Corrections(session)
    row = periods.get(month)
    statements = stored.statements(month)
    if row is None or row.state is not PeriodState.CLOSED:
        _need_the_same_days(session, month, {one.company: one.days for one in statements})
    numbered = periods.close(month, actor)
    if numbered:
        session.flush()
        session.expire_all()
    booked = book(session, month, stored.statements(month), actor=actor, zone=zone)
    if booked.entries:
        without = len(booked.without_contract)
        periods.note(actor, "month.charged", month=month, entries=booked.entries, without_contract=without)
    return numbered, booked


def correct(
    session: Session,
    statement: StatementRow,
    *,
    reason: CorrectionReason,
    supply: int,
    vat: int,
    note: str,
    actor: Actor,
    zone: ZoneInfo,
    shares: Mapping[str, int] = MappingProxyType({}),
) -> CorrectionRow:
    """A note of today's month that corrects a closed statement, and what it makes of the contract's account.

    `shares`: by how much each payer's part of the service fee changes. Raises `PeriodError`.
    """
    day = today(actor, zone)
    made = Corrections(session).correct(
        statement,
        month=Month(day.year, day.month),
        reason=reason,
        supply=supply,
        vat=vat,
        note=note,
        actor=actor,
        shares=shares,
    )
    book(session, Month.parse(statement.month), [statement], actor=actor, zone=zone)
    return made


def cancel(
    session: Session, statement: StatementRow, *, reason: CorrectionReason, note: str, actor: Actor, zone: ZoneInfo
) -> CorrectionRow:
    """A note that takes off all that is left of a closed statement, from the company and from every other payer.

    A note that credits the company alone leaves the others their shares. Raises `PeriodError`: among others if nothing
    is left to take off the company.
    """
    stored = Corrections(session)
    supply, vat = stored.left(statement)
    if supply == vat == 0:
        raise PeriodError("nothing_left", f"notes have left nothing of {statement.company}'s {statement.month}")
    shares = {payer: -amount for payer, amount in stored.shares(statement).items()}
    return correct(
        session,
        statement,
        reason=reason,
        supply=-supply,
        vat=-vat,
        note=note,
        actor=actor,
        zone=zone,
        shares=shares,
    )


def _need_the_same_days(session: Session, month: Month, made: Mapping[str, int | None]) -> None:
    now = Contracts(session).coverages()
    changed = sorted(
        company for company, days in made.items() if days != (now[company].days(month) if company in now else None)
    )
    missing = sorted(company for company, days in now.items() if company not in made and days.days(month))
    if changed or missing:
        raise PeriodError(
            "contract_changed",
            f"contracts have changed since {month} was settled ({', '.join([*changed, *missing][:20])}); "
            "take it back to open and settle it again",
        )
