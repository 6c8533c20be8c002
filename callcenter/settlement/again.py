"""Statements computed again from what is stored: to prove them, and to see what another tariff would make of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from billing.metering import Metering
from billing.month import Month
from billing.statement import LineKind, Statement, statement
from billing.tariff import COMPANY, Tariff
from billing.usage import Entry, Usage
from callcenter.settlement.accounts import book, today
from callcenter.settlement.digest import digest_of
from callcenter.store.corrections import Corrections
from callcenter.store.periods import Actor, PeriodError, Periods
from callcenter.store.settlement_models import (
    ByHand,
    CorrectionReason,
    CorrectionRow,
    PeriodState,
    ReratingRow,
    ReratingState,
    ShareChangeRow,
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

    The tariff counts for this month whatever its own months are. Where approving could not, or must not, change what
    a company pays, because of notes written by hand, the proposal says so. Raises `PeriodError`.
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
            before, after = _costs(stored, one), _Costs(made.supply, made.vat, _shares_of(made))
            if before == after:
                continue
            told = {"company": one.company, **after.beside(before)}
            if why := _by_hand(stored, one, told):
                told["by_hand"] = {"why": why, "left": list(stored.left(one))}
            differences.append(told)
        return stored.propose(month, periods.save_tariff(tariff.source, text), differences, actor)


class Effects(NamedTuple):
    """How many statements of a proposal approving it corrects by a note, changes for other payers only, and leaves to
    a person.
    """

    notes: int
    shares: int
    by_hand: int


def effects(proposal: ReratingRow) -> Effects:
    """What approving would do, for who decides about it."""
    by_hand = sum(bool(told.get("by_hand")) for told in proposal.differences)
    notes = sum(not told.get("by_hand") and _pays_else(told) for told in proposal.differences)
    return Effects(notes, len(proposal.differences) - by_hand - notes, by_hand)


@dataclass(frozen=True, slots=True)
class Carried:
    """What an approved proposal came to."""

    notes: list[CorrectionRow] = field(default_factory=list)
    #: Of statements of which only the payers' shares changed.
    shares: list[ShareChangeRow] = field(default_factory=list)
    #: Companies for whose statement somebody has to decide.
    by_hand: list[str] = field(default_factory=list)


def decide_rerating(engine: Engine, number: int, *, approve: bool, actor: Actor, zone: ZoneInfo) -> Carried:
    """Carry out a proposal as corrections of today's month, all or none, or drop it. Raises `PeriodError`.

    Each note corrects what the company pays, its contract's account, and what every other payer pays; notes that were
    written by hand stay beside it. A company that pays the same gets no note: only the payers' report changes. Where
    notes by hand stand in the way, the other payers' shares change and the company's part is left to a person.
    The proposal was computed against the re-ratings of its day: after another one it must be made anew.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        stored, done, corrected = Corrections(session), Carried(), []
        row = stored.proposal(number)
        if not approve:
            stored.decide(row, ReratingState.REJECTED, actor, {})
            return done
        month, day = Month.parse(row.month), today(actor, zone)
        written_in = Month(day.year, day.month)
        for told in row.differences:
            one = stored.statement(told["company"], month)
            _need_unchanged(stored, one, told)
            changes = {payer: after - before for payer, (before, after) in told.get("shares", {}).items()}
            supply, vat = (told[what][1] - told[what][0] for what in ("supply", "vat"))
            if told.get("by_hand"):
                done.by_hand.append(one.company)
                why = ByHand(told["by_hand"]["why"])
                stored.leave_to_a_person(one, why, rerating=number, actor=actor)
                # What the company was credited is between it and the centre; the others pay by the tariff all the same.
                changes = {} if why is ByHand.CANCELLED else {**changes, COMPANY: 0}
                supply = vat = 0
            if supply or vat:
                note = stored.correct(
                    one,
                    month=written_in,
                    reason=CorrectionReason.SUPPLY_CHANGED,
                    supply=supply,
                    vat=vat,
                    note=f"요금표 재적용 {row.month} (rerated, proposal {number})",
                    shares=changes,
                    rerating=number,
                    actor=actor,
                )
                done.notes.append(note)
                corrected.append(one)
            elif any(changes.values()):
                done.shares.append(stored.change_shares(one, changes, month=written_in, rerating=number, actor=actor))
        book(session, month, corrected, actor=actor, zone=zone)
        came = {"notes": len(done.notes), "only_shares": len(done.shares), "by_hand": len(done.by_hand)}
        stored.decide(row, ReratingState.APPROVED, actor, came)
        return done


def _need_unchanged(stored: Corrections, one: StatementRow, told: dict[str, Any]) -> None:
    """The statement stands as the proposal found it. Raises `PeriodError`."""
    now = _costs(stored, one)
    rated_since = (now.supply, now.vat) != (told["supply"][0], told["vat"][0]) or any(
        now.shares.get(payer, 0) != before for payer, (before, _) in told.get("shares", {}).items()
    )
    if rated_since or _by_hand(stored, one, told) != told.get("by_hand", {}).get("why"):
        raise PeriodError("outdated", f"{one.company} was corrected since; propose it anew")


def _by_hand(stored: Corrections, one: StatementRow, told: dict[str, Any]) -> ByHand | None:
    """Why notes that were written by hand leave no room for the proposed change; None: they do."""
    if stored.cancelled(one):
        return ByHand.CANCELLED
    if stored.credited_in_full(one):
        return ByHand.CREDITED_IN_FULL
    left = zip(stored.left(one), (told["supply"], told["vat"]), strict=True)
    return ByHand.TOO_MUCH if any(rest + after - before < 0 for rest, (before, after) in left) else None


def _pays_else(told: dict[str, Any]) -> bool:
    return any(before != after for before, after in (told["supply"], told["vat"]))


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
    return _Costs(row.supply + supply, row.vat + vat, stored.shares(row, rerated=True))


def _shares_of(made: Statement) -> dict[str, int]:
    """What each payer pays of the service fee."""
    return {line.of: line.amount for line in made.lines if line.kind is LineKind.SHARE}
