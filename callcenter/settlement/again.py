"""Statements computed again from what is stored: to prove them, and to see what another tariff would make of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from billing.metering import Metering
from billing.month import Month
from billing.statement import LineKind, Statement, statement
from billing.tariff import Tariff
from billing.usage import Entry, Usage
from callcenter.settlement.accounts import book, today
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
        days=row.days,
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

    The tariff counts for this month whatever its own months are. What was credited in full is not charged again by
    another tariff. Raises `PeriodError`.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        periods, stored = Periods(session), Corrections(session)
        row = periods.get(month)
        if row is None or row.state is not PeriodState.CLOSED:
            raise PeriodError("not_closed", f"{month} is not closed")
        differences: list[dict[str, Any]] = []
        here = replace(tariff, valid_from=month, valid_to=month)
        for one in stored.statements(month):
            if stored.credited_in_full(one):
                continue
            made, _ = computed_again(session, one, here)
            before, after = _costs(stored, one), _Costs(made.supply, made.vat, _shares_of(made))
            if before != after:
                differences.append({"company": one.company, **after.beside(before)})
        return stored.propose(month, periods.save_tariff(tariff.source, text), differences, actor)


def decide_rerating(engine: Engine, number: int, *, approve: bool, actor: Actor, zone: ZoneInfo) -> list[CorrectionRow]:
    """Carry out a proposal as corrections of today's month, all or none, or drop it. Raises `PeriodError`.

    Each note corrects what the company pays, its contract's account, and what every other payer pays; notes that were
    written by hand stay beside it. The proposal was computed against the re-ratings of its day: after another one it
    must be made anew.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        stored = Corrections(session)
        row = stored.decide(number, ReratingState.APPROVED if approve else ReratingState.REJECTED, actor)
        if not approve:
            return []
        notes, corrected, month, day = [], [], Month.parse(row.month), today(actor, zone)
        for told in row.differences:
            one = stored.statement(told["company"], month)
            shares = told.get("shares", {})
            now = _costs(stored, one)
            proposed = {payer: before for payer, (before, _) in shares.items()}
            rated_since = (now.supply, now.vat) != (told["supply"][0], told["vat"][0]) or any(
                now.shares.get(payer, 0) != before for payer, before in proposed.items()
            )
            if rated_since or stored.credited_in_full(one):
                raise PeriodError("outdated", f"{one.company} was corrected since; propose it anew")
            notes.append(
                stored.correct(
                    one,
                    month=Month(day.year, day.month),
                    reason=CorrectionReason.SUPPLY_CHANGED,
                    supply=told["supply"][1] - told["supply"][0],
                    vat=told["vat"][1] - told["vat"][0],
                    note=f"요금표 재적용 {row.month} (rerated, proposal {number})",
                    shares={payer: after - before for payer, (before, after) in shares.items()},
                    rerating=number,
                    actor=actor,
                )
            )
            corrected.append(one)
        book(session, month, corrected, actor=actor, zone=zone)
        return notes


class _Costs(NamedTuple):
    """What a statement costs whom, in won."""

    supply: int
    vat: int
    #: By payer; of the service fee.
    shares: dict[str, int]

    def beside(self, before: _Costs) -> dict[str, Any]:
        """Both, as a proposal keeps them."""
        payers = [*before.shares, *(payer for payer in self.shares if payer not in before.shares)]
        return {
            "supply": [before.supply, self.supply],
            "vat": [before.vat, self.vat],
            "shares": {payer: [before.shares.get(payer, 0), self.shares.get(payer, 0)] for payer in payers},
        }


def _costs(stored: Corrections, row: StatementRow) -> _Costs:
    """As the re-ratings so far have it: what was credited by hand stays credited."""
    supply, vat = stored.corrected(row, rerated=True)
    return _Costs(row.supply + supply, row.vat + vat, stored.shares(row))


def _shares_of(made: Statement) -> dict[str, int]:
    """What each payer pays of the service fee."""
    return {line.of: line.amount for line in made.lines if line.kind is LineKind.SHARE}
