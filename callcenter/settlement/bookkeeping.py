"""What a billing clerk does with a month, for pages, jobs and the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from billing.month import Month
from billing.tariff import Payer, Tariff, in_force
from callcenter.centre import Centre, load_centre
from callcenter.settings import Settings
from callcenter.settlement.accounts import Booked
from callcenter.settlement.again import Carried, decide_rerating, rerate, stored_tariff, unlike
from callcenter.settlement.closing import cancel, close_month, correct
from callcenter.settlement.months import Settled, settle_month
from callcenter.settlement.provisional import Provisional, provisional
from callcenter.store.corrections import Corrections
from callcenter.store.engine import open_sync_engine
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import (
    AdjustmentRow,
    CorrectionReason,
    CorrectionRow,
    PeriodRow,
    PeriodState,
    ReratingRow,
)
from callcenter.tariffs import load_tariffs

_Result = TypeVar("_Result")
#: How often the books give way to people who enter events at the same time.
_TRIES = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Bookkeeping:
    """The books of one centre. Every method is one transaction, but for settling, which goes on where it was killed."""

    engine: Engine
    centre: Centre
    tariffs: Path

    def settle(self, month: Month, actor: Actor) -> Settled:
        """Make the month's statements. Raises `PeriodError`, `StatementError`, `TariffError`."""
        tariff = self.tariff(month)
        return settle_month(
            self.engine,
            month,
            tariff=tariff,
            text=(self.tariffs / tariff.source).read_text(encoding="utf-8"),
            members=[company.id for company in self.centre.company],
            zone=self.centre.zone,
            actor=actor,
        )

    def provisional(self, month: Month, tariff: Tariff) -> Provisional:
        """What the month's statements would be now; nothing is written."""
        members = [company.id for company in self.centre.company]
        return provisional(self.engine, month, tariff=tariff, members=members, zone=self.centre.zone)

    def close(self, month: Month, actor: Actor) -> tuple[int, Booked]:
        """Number the statements, charge the contracts and let the month stand. Raises `PeriodError`."""
        return self._again_if_overtaken(lambda session: close_month(session, month, actor=actor, zone=self.centre.zone))

    def reopen(self, month: Month, actor: Actor) -> None:
        """Take the month out of review. Raises `PeriodError`."""
        with self._transaction() as session:
            Periods(session).reopen(month, actor)

    def adjust(self, company: str, month: Month, amount: int, reason: str, actor: Actor) -> AdjustmentRow:
        """Add to a statement of an open month, or take off it. Raises `PeriodError`."""
        with self._transaction() as session:
            return Periods(session).adjust(company, month, amount, reason, actor)

    def correct(
        self, company: str, month: Month, *, reason: CorrectionReason, supply: int, vat: int, note: str, actor: Actor
    ) -> CorrectionRow:
        """Correct a closed statement by a note of today's month. Raises `PeriodError`."""
        return self._again_if_overtaken(
            lambda session: correct(
                session,
                Corrections(session).statement(company, month),
                reason=reason,
                supply=supply,
                vat=vat,
                note=note,
                actor=actor,
                zone=self.centre.zone,
            )
        )

    def cancel(self, company: str, month: Month, *, reason: CorrectionReason, note: str, actor: Actor) -> CorrectionRow:
        """Take a closed statement off the company and off every other payer, by one note. Raises `PeriodError`."""
        return self._again_if_overtaken(
            lambda session: cancel(
                session,
                Corrections(session).statement(company, month),
                reason=reason,
                note=note,
                actor=actor,
                zone=self.centre.zone,
            )
        )

    def rerate(self, month: Month, tariff: Tariff, text: str, actor: Actor) -> ReratingRow:
        """What another tariff would change of a closed month; changes nothing. Raises `PeriodError`."""
        return rerate(self.engine, month, tariff, text, actor)

    def decide(self, rerating: int, actor: Actor, *, approve: bool) -> Carried:
        """Carry a re-rating out, or drop it. Raises `PeriodError`."""
        return _again_if_overtaken(
            lambda: decide_rerating(self.engine, rerating, approve=approve, actor=actor, zone=self.centre.zone)
        )

    def reratings(self, month: Month) -> list[ReratingRow]:
        """What was proposed for the month."""
        with self._transaction() as session:
            return Corrections(session).reratings(month)

    def payers(self, rerating: ReratingRow) -> dict[str, Payer]:
        """The payers of the proposed tariff, by id."""
        with self._transaction() as session:
            return {payer.id: payer for payer in stored_tariff(session, rerating.tariff).payers}

    def save_tariff(self, name: str, text: str, first: Month, actor: Actor) -> None:
        """Write a version into the folder of tariffs. Raises `PeriodError` if months from its first on were settled."""
        with self._transaction() as session:
            periods = Periods(session)
            settled = [row.month for row in periods.all() if row.state is not PeriodState.OPEN]
            if any(month >= str(first) for month in settled):
                raise PeriodError("tariff_used", f"{first} or a later month is settled; begin with a later month")
            (self.tariffs / name).write_text(text, encoding="utf-8")
            periods.note(actor, "tariff.saved", month=first, tariff=periods.save_tariff(name, text))

    def unlike(self, month: Month) -> list[str]:
        """Companies whose statement does not come out the same from its stored inputs: none, or somebody meddled."""
        with Session(self.engine) as session:
            return unlike(session, month)

    def periods(self) -> list[PeriodRow]:
        """Every month that was settled or is being settled."""
        with self._transaction() as session:
            return Periods(session).all()

    def tariff(self, month: Month) -> Tariff:
        """The tariff in force. Raises `TariffError`."""
        return in_force(load_tariffs(self.tariffs), month)

    def _again_if_overtaken(self, work: Callable[[Session], _Result]) -> _Result:
        def once() -> _Result:
            with self._transaction() as session:
                return work(session)

        return _again_if_overtaken(once)

    @contextmanager
    def _transaction(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session


def _again_if_overtaken(work: Callable[[], _Result]) -> _Result:
    """Do it, again if somebody entered the next event of the same contract meanwhile. Raises `PeriodError`: always."""
    for _ in range(_TRIES):
        try:
            return work()
        except IntegrityError:
            continue
    raise PeriodError("overtaken", "somebody else keeps entering events of the same contracts; try again")


@contextmanager
def bookkeeping(settings: Settings) -> Iterator[Bookkeeping]:
    """The books of this installation. Raises `CentreError`."""
    engine = open_sync_engine(settings.database_url)
    try:
        yield Bookkeeping(engine=engine, centre=load_centre(settings.centre), tariffs=settings.tariffs)
    finally:
        engine.dispose()
