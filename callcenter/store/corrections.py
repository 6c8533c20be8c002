"""Statements that stand, their inputs, and what corrects them. For the centre's own people, through `settlement/`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from billing.month import Month
from billing.rules import Used
from billing.statement import Adjustment, LineKind
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import (
    LINES_A_STATEMENT,
    AdjustmentRow,
    ByHand,
    CorrectionReason,
    CorrectionRow,
    PeriodState,
    ReratingRow,
    ReratingState,
    ShareChangeRow,
    StatementLineRow,
    StatementRow,
    UsageEntryRow,
)

_PAGE = 20_000


class Corrections:
    """Reads what statements were made from; adds notes, never changes a statement."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._periods = Periods(session)

    def statement(self, company: str, month: Month) -> StatementRow:
        """The company's statement. Raises `PeriodError` if there is none."""
        query = select(StatementRow).where(StatementRow.company == company, StatementRow.month == str(month))
        found = self._session.scalars(query).one_or_none()
        if found is None:
            raise PeriodError("no_statement", f"{company} has no statement of {month}")
        return found

    def statements(self, month: Month) -> list[StatementRow]:
        """All statements of the month, by company."""
        query = select(StatementRow).where(StatementRow.month == str(month)).order_by(StatementRow.company)
        return list(self._session.scalars(query))

    def adjustments(self, company: str, month: Month) -> list[Adjustment]:
        """What was added to the statement or taken off it."""
        query = select(AdjustmentRow).where(AdjustmentRow.company == company, AdjustmentRow.month == str(month))
        return [
            Adjustment(id=str(row.id), amount=row.amount, reason=row.reason)
            for row in self._session.scalars(query.order_by(AdjustmentRow.id))
        ]

    def entries(self, statement: StatementRow) -> Iterator[list[tuple[Used, int]]]:
        """Pages of what stands on the statement, in the order of deciding, each with the place of its rule."""
        first = statement.id * LINES_A_STATEMENT
        row, place = UsageEntryRow, UsageEntryRow.line - first
        bytewise = "C" if self._session.get_bind().dialect.name == "postgresql" else "BINARY"
        query = (
            select(row.call, row.kind, row.company, row.at, row.ended_at, row.talk_ms, row.outcome, row.caller, place)
            .where(row.line >= first, row.line < first + LINES_A_STATEMENT)
            .order_by(row.at, row.call.collate(bytewise), row.kind.collate(bytewise))
            .execution_options(yield_per=_PAGE)
        )
        for page in self._session.execute(query).partitions():
            yield [(Used._make(found[:8]), int(found[8] or 0)) for found in page]

    def correct(
        self,
        statement: StatementRow,
        *,
        month: Month,
        reason: CorrectionReason,
        supply: int,
        vat: int,
        note: str,
        actor: Actor,
        shares: Mapping[str, int] = MappingProxyType({}),
        rerating: int | None = None,
    ) -> CorrectionRow:
        """A note with a number of the month in which it is written; `shares`: by how much each payer's share changes,
        `rerating`: the proposal that it carries out. By hand only cancelling the statement changes shares.

        A note takes off at most what is left of the statement: together they are never below zero.
        Raises `PeriodError`.
        """
        period = self._periods.get(Month.parse(statement.month))
        if period is None or period.state is not PeriodState.CLOSED:
            raise PeriodError("not_closed", f"{statement.month} is not closed; take it out of review and adjust it")
        if not note.strip() or supply == vat == 0 or supply * vat < 0:
            raise PeriodError("reason", "a note needs an amount, its VAT with the same sign, and a reason")
        left_supply, left_vat = self.left(statement)
        if left_supply + supply < 0 or left_vat + vat < 0:
            raise PeriodError("too_much", "the note takes off more than is left of the statement")
        number = self._periods.numbers(f"C{month}", 1)
        row = CorrectionRow(
            number=f"C{month}-{number:05}",
            statement=statement.id,
            company=statement.company,
            reason=reason,
            note=note.strip(),
            supply=supply,
            vat=vat,
            shares={payer: amount for payer, amount in shares.items() if amount},
            rerating=rerating,
            by=actor.by,
            at=actor.at,
        )
        self._session.add(row)
        self._session.flush()
        self._periods.note(
            actor,
            "statement.corrected",
            month=Month.parse(statement.month),
            company=statement.company,
            number=row.number,
            supply=supply,
            vat=vat,
            reason=reason,
            **({"shares": row.shares} if row.shares and rerating is None else {}),
        )
        return row

    def cancelled(self, statement: StatementRow) -> bool:
        """Whether a note by hand has taken it off every payer."""
        by_hand = select(CorrectionRow.shares).where(
            CorrectionRow.statement == statement.id, CorrectionRow.rerating.is_(None)
        )
        return any(self._session.scalars(by_hand))

    def change_shares(
        self, statement: StatementRow, shares: Mapping[str, int], *, month: Month, rerating: int, actor: Actor
    ) -> ShareChangeRow:
        """A re-rating, approved in this month, changes the payers' shares and nothing of what the company pays."""
        changed = {payer: amount for payer, amount in shares.items() if amount}
        row = ShareChangeRow(
            statement=statement.id,
            company=statement.company,
            rerating=rerating,
            month=str(month),
            shares=changed,
            by=actor.by,
            at=actor.at,
        )
        self._session.add(row)
        self._periods.note(
            actor,
            "shares.corrected",
            month=Month.parse(statement.month),
            company=statement.company,
            rerating=rerating,
            shares=changed,
        )
        return row

    def leave_to_a_person(self, statement: StatementRow, why: ByHand, *, rerating: int, actor: Actor) -> None:
        """Write down that a re-rating left what the company pays as it is."""
        month = Month.parse(statement.month)
        self._periods.note(actor, "rerating.kept", month=month, company=statement.company, rerating=rerating, why=why)

    def notes(self, month: Month) -> dict[int, list[CorrectionRow]]:
        """The notes of the month's statements, by statement, oldest first."""
        query = select(CorrectionRow).join(StatementRow, CorrectionRow.statement == StatementRow.id)
        found: dict[int, list[CorrectionRow]] = {}
        for row in self._session.scalars(query.where(StatementRow.month == str(month)).order_by(CorrectionRow.id)):
            found.setdefault(row.statement, []).append(row)
        return found

    def shares(self, statement: StatementRow, *, rerated: bool = False) -> dict[str, int]:
        """What each payer pays of the service fee, as it was corrected, or as re-ratings alone have corrected it."""
        line = StatementLineRow
        query = select(line.of, line.amount).where(line.statement == statement.id, line.kind == LineKind.SHARE)
        found: Counter[str] = Counter()
        for payer, amount in self._session.execute(query):
            found[payer] += amount
        notes = select(CorrectionRow.shares).where(CorrectionRow.statement == statement.id)
        notes = notes.where(CorrectionRow.rerating.is_not(None)) if rerated else notes
        changes = select(ShareChangeRow.shares).where(ShareChangeRow.statement == statement.id)
        for told in (*self._session.scalars(notes), *self._session.scalars(changes)):
            found.update(told)
        return dict(found)

    def corrected(self, statement: StatementRow, *, rerated: bool = False) -> tuple[int, int]:
        """Supply and VAT of all its notes together, or of those that carried out re-ratings."""
        query = select(func.coalesce(func.sum(CorrectionRow.supply), 0), func.coalesce(func.sum(CorrectionRow.vat), 0))
        query = query.where(CorrectionRow.statement == statement.id)
        if rerated:
            query = query.where(CorrectionRow.rerating.is_not(None))
        supply, vat = self._session.execute(query).one()
        return int(supply), int(vat)

    def left(self, statement: StatementRow) -> tuple[int, int]:
        """Supply and VAT of the statement with all its notes."""
        supply, vat = self.corrected(statement)
        return statement.supply + supply, statement.vat + vat

    def credited_in_full(self, statement: StatementRow) -> bool:
        """Whether notes that were written by hand have taken off all that it charged."""
        return self.left(statement)[0] == 0 < statement.supply + self.corrected(statement, rerated=True)[0]

    def propose(self, month: Month, tariff: str, differences: Sequence[dict[str, Any]], actor: Actor) -> ReratingRow:
        """Write down what another tariff would change."""
        row = ReratingRow(
            month=str(month),
            tariff=tariff,
            state=ReratingState.PROPOSED,
            differences=list(differences),
            by=actor.by,
            at=actor.at,
        )
        self._session.add(row)
        self._session.flush()
        self._periods.note(actor, "month.rerated", month=month, rerating=row.id, statements=len(differences))
        return row

    def reratings(self, month: Month) -> list[ReratingRow]:
        """What was proposed for the month, oldest first."""
        query = select(ReratingRow).where(ReratingRow.month == str(month)).order_by(ReratingRow.id)
        return list(self._session.scalars(query))

    def proposal(self, number: int) -> ReratingRow:
        """A proposal that waits to be decided. Raises `PeriodError`."""
        row = self._session.get(ReratingRow, number, with_for_update=True)
        if row is None or row.state is not ReratingState.PROPOSED:
            raise PeriodError("no_proposal", f"there is no open proposal {number}")
        return row

    def decide(self, row: ReratingRow, state: ReratingState, actor: Actor, done: Mapping[str, int]) -> None:
        """The proposal is approved or rejected; `done`: how much was changed by it."""
        row.state = state
        self._periods.note(
            actor, f"rerating.{state}", month=Month.parse(row.month), rerating=row.id, **dict[str, Any](done)
        )
