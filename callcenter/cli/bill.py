"""`callcenter bill`: statements, the cost comparison, the tariffs' check. Results go to stdout, remarks to stderr."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar
from zoneinfo import ZoneInfo

import typer
from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from billing import comparison_forms, statement_forms
from billing.comparison import compare
from billing.month import Month
from billing.tariff import Tariff, TariffError, in_force
from billing.words import Language
from callcenter.centre import Centre, CentreError, load_centre
from callcenter.settings import Settings
from callcenter.statements import company_statement, unattributed_calls
from callcenter.store.engine import open_engine, sessions
from callcenter.store.records import Records
from callcenter.store.scope import OneCompany, Scope, WholeCentre
from callcenter.tariffs import load_tariffs

app = typer.Typer(no_args_is_help=True, help="Statements, the cost comparison, tariffs.")

_EXAMPLE_TARIFFS = Path(__file__).parents[1] / "example" / "tariffs"
_Result = TypeVar("_Result")


class Form(StrEnum):
    """How a statement is written."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


class ComparisonForm(StrEnum):
    """How a comparison is written."""

    TEXT = "text"
    JSON = "json"


MonthOption = Annotated[str, typer.Option(help="Such as 2026-11; months begin and end in the centre's time zone.")]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Korean or English.")]


@app.command(name="statement")
def write_statement(
    company: Annotated[str, typer.Option(help="The company's id in the centre's file.")],
    month: MonthOption,
    form: Annotated[Form, typer.Option("--format")] = Form.TEXT,
    lang: LanguageOption = Language.KO,
) -> None:
    """One company's month, from its closed call records."""
    settings, chosen = Settings(), _month(month)
    centre = _centre(settings)
    found = next((one for one in centre.company if one.id == company), None)
    if found is None:
        _stop(f"no company '{company}'; expected one of " + ", ".join(one.id for one in centre.company))
    tariff = _tariff(settings, chosen)
    statement, usage = _from_records(
        settings,
        OneCompany(found.id),
        lambda records: company_statement(records, tariff, company=found.id, month=chosen, zone=centre.zone),
    )
    if datetime.now(UTC) < chosen.next.start(centre.zone):
        _remark(f"{chosen} is not over: this statement is provisional.")
    nobodys = _unattributed(settings, centre, chosen)
    if nobodys:
        _remark(f"Not attributable to any company in {chosen}: {nobodys} calls (callcenter bill unattributed).")
    match form:
        case Form.TEXT:
            text = statement_forms.as_text(statement, usage, found, lang)
        case Form.JSON:
            text = statement_forms.as_json(statement, usage)
        case Form.CSV:
            text = statement_forms.as_csv(statement, usage, lang)
    print(text, end="")


@app.command()
def unattributed(month: MonthOption) -> None:
    """How many calls stand on nobody's statement, because their company is unknown."""
    settings, chosen = Settings(), _month(month)
    centre = _centre(settings)
    print(_unattributed(settings, centre, chosen))


@app.command(name="compare")
def write_comparison(
    calls_per_day: Annotated[int, typer.Option(help="The company's calls a working day.")],
    month: Annotated[str, typer.Option(help="Whose tariff to use; this month's if absent.")] = "",
    form: Annotated[ComparisonForm, typer.Option("--format")] = ComparisonForm.TEXT,
    lang: LanguageOption = Language.KO,
) -> None:
    """A year's cost of a private centre beside that of the joint centre."""
    settings = Settings()
    chosen = _month(month) if month else Month.of(datetime.now(UTC), ZoneInfo("Asia/Seoul"))
    if not settings.tariffs.exists():
        _remark(f"{settings.tariffs}: no such folder; these figures are those of the example tariff.")
        settings.tariffs = _EXAMPLE_TARIFFS
    try:
        comparison = compare(_tariff(settings, chosen), calls_per_day)
    except ValueError as error:
        _stop(str(error))
    match form:
        case ComparisonForm.TEXT:
            print(comparison_forms.as_text(comparison, lang), end="")
        case ComparisonForm.JSON:
            print(comparison_forms.as_json(comparison), end="")


@app.command()
def check() -> None:
    """Whether the tariffs can be used; every mistake with file, key and what is expected."""
    for tariff in _tariffs(Settings()):
        until = f" to {tariff.valid_to}" if tariff.valid_to else ""
        print(f"{tariff.source}: from {tariff.valid_from}{until}, {tariff.form}")


def _month(written: str) -> Month:
    try:
        return Month.parse(written)
    except ValueError as error:
        _stop(f"--month: {error}")


def _centre(settings: Settings) -> Centre:
    try:
        return load_centre(settings.centre)
    except CentreError as error:
        _stop(str(error))


def _tariffs(settings: Settings) -> tuple[Tariff, ...]:
    try:
        return load_tariffs(settings.tariffs)
    except TariffError as error:
        _stop(str(error))


def _tariff(settings: Settings, month: Month) -> Tariff:
    try:
        return in_force(_tariffs(settings), month)
    except TariffError as error:
        _stop(str(error))


def _unattributed(settings: Settings, centre: Centre, month: Month) -> int:
    return len(
        _from_records(
            settings, WholeCentre(), lambda records: unattributed_calls(records, month=month, zone=centre.zone)
        )
    )


def _from_records(settings: Settings, scope: Scope, question: Callable[[Records], Awaitable[_Result]]) -> _Result:
    async def ask() -> _Result:
        engine = open_engine(settings.database_url)
        try:
            async with sessions(engine)() as session:
                return await question(Records(session, scope))
        finally:
            await engine.dispose()

    url = make_url(settings.database_url)
    try:
        # Asking SQLite would make an empty database where there is none, or fail in a thread of its own.
        if url.get_backend_name() == "sqlite" and url.database:
            Path(url.database).open("rb").close()
        return asyncio.run(ask())
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        _stop(f"The call records cannot be read ({reason}); has the centre been started once, is its database up?")
    except ValueError as error:
        _stop(str(error))


def _remark(text: str) -> None:
    print(text, file=sys.stderr)


def _stop(why: str) -> NoReturn:
    _remark(why)
    raise typer.Exit(2)
