"""`callcenter bill`: statements, months, the cost comparison. Results go to stdout, remarks to stderr."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from billing import comparison_forms
from billing.comparison import compare
from billing.month import Month
from billing.words import Language
from callcenter.centre import Centre
from callcenter.cli import bill_month
from callcenter.cli.bill_asking import ask, centre_of, month_of, remark, stop, tariff_of, tariffs_of
from callcenter.settings import Settings
from callcenter.settlement.forms import Form, named, tax_invoice_json, written
from callcenter.settlement.parties import PartyError, load_parties
from callcenter.statements import Shown, made_statement, open_statement, unattributed_calls
from callcenter.store.periods import PeriodError
from callcenter.store.records import Records
from callcenter.store.scope import OneCompany, WholeCentre
from callcenter.store.statements import Statements
from callcenter.typeface import FontError

app = typer.Typer(no_args_is_help=True, help="Statements, months of accounting, the cost comparison, tariffs.")
bill_month.add_to(app)

_EXAMPLE_TARIFFS = Path(__file__).parents[1] / "example" / "tariffs"
_BINARY = (Form.XLSX, Form.PDF)


class ComparisonForm(StrEnum):
    """How a comparison is written."""

    TEXT = "text"
    JSON = "json"


CompanyOption = Annotated[str, typer.Option(help="The company's id in the centre's file.")]
MonthOption = Annotated[str, typer.Option(help="Such as 2026-11; months begin and end in the centre's time zone.")]
LanguageOption = Annotated[Language, typer.Option("--lang", help="Korean or English.")]


@app.command(name="statement")
def write_statement(
    company: CompanyOption,
    month: MonthOption,
    form: Annotated[Form, typer.Option("--format")] = Form.TEXT,
    lang: LanguageOption = Language.KO,
    out: Annotated[Path | None, typer.Option(help="A file to write to; XLSX and PDF need one.")] = None,
) -> None:
    """One company's month: as it was closed, else as its closed call records tell it now."""
    settings, chosen = Settings(), month_of(month)
    centre = centre_of(settings)
    known = _companies(settings, centre, chosen)
    if company not in known:
        stop(f"no company '{company}'; expected one of " + ", ".join(known))
    if form in _BINARY and out is None:
        stop(f"--format {form} needs --out FILE")
    shown = _shown(settings, company, chosen, centre.zone)
    if shown.provisional:
        remark(f"{chosen} is not closed: this statement is provisional.")
    nobodys = _unattributed(settings, chosen, centre.zone)
    if nobodys:
        remark(f"Not attributable to any company in {chosen}: {nobodys} calls (callcenter bill unattributed).")
    try:
        content = written(shown, form, company=named(centre, company), centre=centre, language=lang)
    except FontError as error:
        stop(str(error))
    if out is not None:
        out.write_bytes(content)
    else:
        print(content.decode().removeprefix("\ufeff"), end="")


@app.command(name="tax-invoice")
def write_tax_invoice(company: CompanyOption, month: MonthOption) -> None:
    """The electronic tax invoices of a closed statement and of its notes, as JSON for whoever issues them."""
    settings, chosen = Settings(), month_of(month)
    centre = centre_of(settings)
    shown = _shown(settings, company, chosen, centre.zone)
    try:
        print(tax_invoice_json(shown, load_parties(settings.centre), centre.zone), end="")
    except (PartyError, PeriodError) as error:
        stop(str(error))


@app.command()
def export(
    month: MonthOption,
    to: Annotated[Path, typer.Option(help="A folder; made if it is not there.")],
    lang: LanguageOption = Language.KO,
) -> None:
    """PDF, XLSX and CSV of every company's statement of a month."""
    settings, chosen = Settings(), month_of(month)
    centre = centre_of(settings)
    to.mkdir(parents=True, exist_ok=True)
    companies = _companies(settings, centre, chosen)
    for company in companies:
        shown = _shown(settings, company, chosen, centre.zone)
        for form in (Form.PDF, Form.XLSX, Form.CSV):
            try:
                content = written(shown, form, company=named(centre, company), centre=centre, language=lang)
            except FontError as error:
                stop(str(error))
            (to / f"{chosen}-{company}.{form}").write_bytes(content)
    print(f"{len(companies) * 3} files in {to}")


@app.command()
def unattributed(month: MonthOption) -> None:
    """How many calls stand on nobody's statement, because their company is unknown."""
    settings, chosen = Settings(), month_of(month)
    print(_unattributed(settings, chosen, centre_of(settings).zone))


@app.command(name="compare")
def write_comparison(
    calls_per_day: Annotated[int, typer.Option(help="The company's calls a working day.")],
    month: Annotated[str, typer.Option(help="Whose tariff to use; this month's if absent.")] = "",
    form: Annotated[ComparisonForm, typer.Option("--format")] = ComparisonForm.TEXT,
    lang: LanguageOption = Language.KO,
) -> None:
    """A year's cost of a private centre beside that of the joint centre."""
    settings = Settings()
    chosen = month_of(month) if month else Month.of(datetime.now(UTC), ZoneInfo("Asia/Seoul"))
    if not settings.tariffs.exists():
        remark(f"{settings.tariffs}: no such folder; these figures are those of the example tariff.")
        settings.tariffs = _EXAMPLE_TARIFFS
    try:
        comparison = compare(tariff_of(settings, chosen), calls_per_day)
    except ValueError as error:
        stop(str(error))
    match form:
        case ComparisonForm.TEXT:
            print(comparison_forms.as_text(comparison, lang), end="")
        case ComparisonForm.JSON:
            print(comparison_forms.as_json(comparison), end="")


@app.command()
def check() -> None:
    """Whether the tariffs can be used; every mistake with file, key and what is expected."""
    for tariff in tariffs_of(Settings()):
        until = f" to {tariff.valid_to}" if tariff.valid_to else ""
        print(f"{tariff.source}: from {tariff.valid_from}{until}, {tariff.form}")


def _companies(settings: Settings, centre: Centre, month: Month) -> list[str]:
    """The centre's, and those that have left it and have a statement of this month."""
    made = ask(settings, lambda session: Statements(session, WholeCentre()).of_month(month))
    known = [one.id for one in centre.company]
    return known + [row.company for row in made if row.company not in known]


def _shown(settings: Settings, company: str, month: Month, zone: ZoneInfo) -> Shown:
    made = ask(
        settings,
        lambda session: made_statement(
            Statements(session, OneCompany(company)), company=company, month=month, zone=zone
        ),
    )
    if made is not None:
        return made
    tariff = tariff_of(settings, month)
    return ask(settings, lambda session: open_statement(session, tariff, company=company, month=month, zone=zone))


def _unattributed(settings: Settings, month: Month, zone: ZoneInfo) -> int:
    found = ask(settings, lambda session: unattributed_calls(Records(session, WholeCentre()), month=month, zone=zone))
    return len(found)
