"""The commands of `callcenter bill` that change the books. Each is written into the audit with the caller's name."""

from __future__ import annotations

import getpass
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError

from billing.payers import as_csv
from billing.statement import StatementError
from billing.tariff import COMPANY, TariffError
from billing.words import Language
from callcenter.centre import CentreError
from callcenter.cli.bill_asking import ask, away, centre_of, month_of, must_exist, remark, stop, tariff_of
from callcenter.config.versions import Versions
from callcenter.settings import Settings
from callcenter.settlement.again import effects
from callcenter.settlement.bookkeeping import Bookkeeping, bookkeeping
from callcenter.settlement.shares import payers_report
from callcenter.store.deeds import Asked, Field, deeds
from callcenter.store.periods import Actor, PeriodError
from callcenter.store.scope import WholeCentre
from callcenter.store.settlement_models import ByHand, CorrectionReason
from callcenter.store.span import day_span
from callcenter.store.statements import Statements
from callcenter.tariffs import read_text

_BY_HAND = {
    ByHand.TOO_MUCH: "notes have left {left:,} won of the statement, which is less than would be taken off. Approving "
    "leaves what the company pays as it is and changes the other payers' shares; then take off by hand what is due, "
    "at most {left:,} (bill correct)",
    ByHand.CREDITED_IN_FULL: "notes have taken off all that the company pays, so it is not charged again. Approving "
    "changes the other payers' shares. If the company is to pay all the same, charge it by hand (bill correct)",
    ByHand.CANCELLED: "the statement was cancelled for every payer, so nothing of it is rated again",
}
MonthOption = Annotated[str, typer.Option(help="Such as 2026-11.")]
_Result = TypeVar("_Result")


def settle(month: MonthOption) -> None:
    """Make a month's statements, to be looked through; killed, it goes on when it is repeated."""
    chosen = month_of(month)
    settled = _books(lambda books, actor: books.settle(chosen, actor))
    print(f"{chosen}: {settled.companies} statements, {settled.entries} entries; now in review")


def close(month: MonthOption) -> None:
    """Number a month's statements, charge the contracts and let the month stand; later only notes correct it.

    Repeated, it only adds what is missing on an account, because its contract was entered since.
    """
    chosen = month_of(month)
    numbered, booked = _books(lambda books, actor: books.close(chosen, actor))
    print(f"{chosen}: closed, {numbered} statements numbered, {booked.entries} entries on contracts' accounts")
    if booked.without_contract:
        remark(f"No contract to charge: {', '.join(booked.without_contract)}.")


def reopen(month: MonthOption) -> None:
    """Take a month out of review; its statements go."""
    chosen = month_of(month)
    _books(lambda books, actor: books.reopen(chosen, actor))
    print(f"{chosen}: open")


def months() -> None:
    """Every month that was settled: its state, statements, entries."""
    for row in _books(lambda books, _: books.periods()):
        print(f"{row.month}  {row.state:<7} {row.done}/{row.companies} statements, {row.entries} entries")


def adjust(
    company: Annotated[str, typer.Option()],
    month: MonthOption,
    amount: Annotated[int, typer.Option(help="Won, less than zero to take off.")],
    reason: Annotated[str, typer.Option()],
) -> None:
    """Add to a company's statement of an open month, or take off it."""
    chosen = month_of(month)
    row = _books(lambda books, actor: books.adjust(company, chosen, amount, reason, actor))
    print(f"adjustment {row.id}")


def correct(
    company: Annotated[str, typer.Option()],
    month: MonthOption,
    supply: Annotated[int, typer.Option(help="Won without VAT, less than zero to take off.")],
    note: Annotated[str, typer.Option(help="Why, in words.")],
    reason: Annotated[CorrectionReason, typer.Option()],
    vat: Annotated[int, typer.Option(help="The VAT of it.")] = 0,
) -> None:
    """Correct a closed statement by a note of this month."""
    chosen = month_of(month)
    row = _books(
        lambda books, actor: books.correct(
            company, chosen, reason=reason, supply=supply, vat=vat, note=note, actor=actor
        )
    )
    print(row.number)


def cancel(
    company: Annotated[str, typer.Option()],
    month: MonthOption,
    note: Annotated[str, typer.Option(help="Why, in words.")],
    reason: Annotated[CorrectionReason, typer.Option()],
) -> None:
    """Take a closed statement off the company and off every other payer, by one note of this month."""
    chosen = month_of(month)
    row = _books(lambda books, actor: books.cancel(company, chosen, reason=reason, note=note, actor=actor))
    print(f"{row.number}  {row.supply + row.vat:+,}")
    for payer, amount in row.shares.items():
        if payer != COMPANY:
            print(f"  {payer:<18} {amount:+,}")


def rerate(month: MonthOption, tariff: Annotated[Path, typer.Option(help="Another version, as a file.")]) -> None:
    """What another tariff would change of a closed month. It changes nothing; see `approve`."""
    chosen = month_of(month)
    try:
        text = tariff.read_text(encoding="utf-8")
        other = read_text(text, tariff.name)
    except OSError as error:
        stop(f"{tariff}: {error.strerror}")
    except ValueError as error:
        stop(str(error))
    row = _books(lambda books, actor: books.rerate(chosen, other, text, actor))
    for told in row.differences:
        before, after = (told["supply"][n] + told["vat"][n] for n in (0, 1))
        print(f"{told['company']:<20} {before:>14,} -> {after:>14,}  {after - before:>+14,}")
        for payer, (was, will) in told["shares"].items():
            if payer != COMPANY and was != will:
                print(f"  {payer:<18} {was:>14,} -> {will:>14,}  {will - was:>+14,}")
        if by_hand := told.get("by_hand"):
            print(f"  by hand: {_BY_HAND[by_hand['why']].format(left=sum(by_hand['left']))}")
    does = effects(row)
    print(
        f"proposal {row.id}: {len(row.differences)} statements differ; nothing was changed. Approving it issues "
        f"{does.notes} notes, changes only other payers' shares of {does.shares}, and leaves {does.by_hand} to you"
    )


def approve(proposal: int) -> None:
    """Carry a re-rating out: notes where a company pays something else, other payers' shares in their report."""
    done = _books(lambda books, actor: books.decide(proposal, actor, approve=True))
    for note in done.notes:
        print(f"{note.number}  {note.company}  {note.supply + note.vat:+,}")
    for change in done.shares:
        told = ", ".join(f"{payer} {amount:+,}" for payer, amount in change.shares.items())
        print(f"no note  {change.company}  {told}")
    for company in done.by_hand:
        remark(f"{company}: what it pays was left as it is; decide by hand (bill correct).")


def reject(proposal: int) -> None:
    """Drop a re-rating."""
    _books(lambda books, actor: books.decide(proposal, actor, approve=False))
    print(f"proposal {proposal}: rejected")


def verify(month: MonthOption) -> None:
    """Compute every statement of a month again from what it was made from; exit code 1 if one differs."""
    chosen = month_of(month)
    unlike = _books(lambda books, _: books.unlike(chosen))
    for company in unlike:
        print(company)
    remark(f"{len(unlike)} statements of {chosen} do not come out the same")
    if unlike:
        raise typer.Exit(1)


def payers(month: MonthOption, lang: Annotated[Language, typer.Option("--lang")] = Language.KO) -> None:
    """What each payer owes for a month over all companies, and its budget, as CSV."""
    settings, chosen = Settings(), month_of(month)
    tariff = tariff_of(settings, chosen)
    report = ask(settings, lambda session: payers_report(Statements(session, WholeCentre()), chosen, tariff))
    print(as_csv(report, lang), end="")


def history(
    by: Annotated[str, typer.Option(help="A log-in.")] = "",
    what: Annotated[str, typer.Option(help="Such as period.closed, or a contract event such as paid.")] = "",
    company: Annotated[str, typer.Option()] = "",
    day: Annotated[str, typer.Option(help="Such as 2026-12-01, in the centre's time zone.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000)] = 100,
) -> None:
    """Who did what when in the books, with contracts and with the centre's file: the newest last."""
    settings = Settings()
    zone = centre_of(settings).zone
    try:
        span = day_span(date.fromisoformat(day), zone) if day else None
    except (ValueError, OverflowError):
        stop(f"--day: '{day[:40]}' is no day; expected one such as 2026-12-01")
    asked = Asked(fields=tuple(Field), by=by, what=what, company=company, span=span)
    versions = Versions(settings.centre).all()
    found = ask(settings, lambda session: deeds(session, versions, asked, limit=limit))
    for one in reversed(found):
        moment = datetime.fromtimestamp(one.at / 1000, UTC).astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
        about = " ".join(part for part in (one.company, one.month) if part)
        detail = " ".join(f"{name}={value}" for name, value in one.detail.items())
        print(f"{moment}  {one.by or '-'}  {one.what}  {about}  {detail}".rstrip())


def add_to(app: typer.Typer) -> None:
    """Make these commands of the app."""
    books = (settle, close, reopen, months, adjust, correct, cancel, rerate, approve, reject, verify)
    for command in (*books, payers, history):
        app.command()(command)


def _books(what: Callable[[Bookkeeping, Actor], _Result]) -> _Result:
    settings = Settings()
    try:
        must_exist(settings)
        with bookkeeping(settings) as books:
            return what(books, Actor(by=getpass.getuser(), at=time.time_ns() // 1_000_000))
    except (PeriodError, StatementError, TariffError, CentreError) as error:
        stop(str(error))
    except (SQLAlchemyError, OSError) as error:
        away(error)
