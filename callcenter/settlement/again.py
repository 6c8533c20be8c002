"""Statements computed again from what is stored: to prove them, and to see what another tariff would make of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from billing.metering import Metering
from billing.month import Month
from billing.statement import Statement, statement
from billing.tariff import Tariff
from billing.usage import Entry, Usage
from callcenter.settlement.digest import digest_of
from callcenter.store.corrections import Corrections
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import (
    CorrectionReason,
    CorrectionRow,
    PeriodState,
    ReratingRow,
    ReratingState,
    StatementRow,
)
from callcenter.tariffs import read_text


def stored_tariff(session: Session, digest: str) -> Tariff:
    """A tariff from the words that months were billed with."""
    found = Periods(session).tariff_text(digest)
    return read_text(found.text, found.source)


def computed_again(session: Session, row: StatementRow, tariff: Tariff | None = None) -> tuple[Statement, bool]:
    """The statement from its stored inputs, and whether every entry was decided by the rule that it is linked to.

    With another tariff: what that makes of the same inputs.
    """
    stored = Corrections(session)
    used_tariff = tariff or stored_tariff(session, row.tariff)
    metering = Metering(used_tariff.rules, increment_ms=used_tariff.call_price.increment_ms)
    alike = True
    for page in stored.entries(row):
        decided = metering.decide([used for used, _ in page])
        alike = alike and decided == [place for _, place in page]
    month = Month.parse(row.month)
    made = statement(
        used_tariff,
        metering.tally(),
        company=row.company,
        month=month,
        adjustments=stored.adjustments(row.company, month),
    )
    return made, alike


def opened(session: Session, row: StatementRow, zone: ZoneInfo) -> tuple[Statement, Usage]:
    """The statement with everything that stands on it, for one reader to look into."""
    tariff = stored_tariff(session, row.tariff)
    made, _ = computed_again(session, row)
    entries = tuple(
        Entry(used=used, rule=tariff.rules[place]) for page in Corrections(session).entries(row) for used, place in page
    )
    usage = Usage(company=row.company, month=made.month, zone=zone, entries=entries, tally=made.tally, faults=())
    return made, usage


def unlike(session: Session, month: Month) -> list[str]:
    """Companies whose statement of the month does not come out the same, to the byte, from its stored inputs."""
    found = []
    for row in Corrections(session).statements(month):
        made, alike = computed_again(session, row)
        if not alike or digest_of(made) != row.digest:
            found.append(row.company)
    return found


def rerate(engine: Engine, month: Month, tariff: Tariff, text: str, actor: Actor) -> ReratingRow:
    """Propose another tariff for a closed month: what would change is written down, nothing else is.

    The tariff counts for this month whatever its own months are. Raises `PeriodError`.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        periods, stored = Periods(session), Corrections(session)
        row = periods.get(month)
        if row is None or row.state is not PeriodState.CLOSED:
            raise PeriodError("not_closed", f"{month} is not closed")
        differences: list[dict[str, Any]] = []
        here = replace(tariff, valid_from=month, valid_to=month)
        for one in stored.statements(month):
            made, _ = computed_again(session, one, here)
            supply, vat = stored.corrected(one)
            before = (one.supply + supply, one.vat + vat)
            if before != (made.supply, made.vat):
                told = {"supply": [before[0], made.supply], "vat": [before[1], made.vat]}
                differences.append({"company": one.company, **told})
        return stored.propose(month, periods.save_tariff(tariff.source, text), differences, actor)


def decide_rerating(engine: Engine, number: int, *, approve: bool, today: Month, actor: Actor) -> list[CorrectionRow]:
    """Carry out a proposal as corrections of today's month, all or none, or drop it. Raises `PeriodError`.

    It was computed against the notes of its day: if a statement was corrected since, it must be proposed anew.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        stored = Corrections(session)
        row = stored.decide(number, ReratingState.APPROVED if approve else ReratingState.REJECTED, actor)
        if not approve:
            return []
        notes = []
        for told in row.differences:
            one = stored.statement(told["company"], Month.parse(row.month))
            supply, vat = stored.corrected(one)
            if [one.supply + supply, one.vat + vat] != [told["supply"][0], told["vat"][0]]:
                raise PeriodError("outdated", f"{one.company} was corrected since; propose it anew")
            notes.append(
                stored.correct(
                    one,
                    month=today,
                    reason=CorrectionReason.SUPPLY_CHANGED,
                    supply=told["supply"][1] - told["supply"][0],
                    vat=told["vat"][1] - told["vat"][0],
                    note=f"요금표 재적용 {row.month} (rerated, proposal {number})",
                    actor=actor,
                )
            )
        return notes
