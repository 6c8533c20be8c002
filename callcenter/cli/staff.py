"""`callcenter staff`: the day's plan, and the time for which peak-time agents are paid."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from billing.month import Month
from callcenter.cli.asking import ask, start, stop
from callcenter.staffing import plan_forms
from callcenter.staffing.paid import as_csv, as_json
from callcenter.staffing.read_paid import read_paid
from callcenter.staffing.read_plan import read_plan
from callcenter.web.pages import Naming
from callcenter.web.words import LANGUAGES, phrase

app = typer.Typer(no_args_is_help=True, help="Agents needed a day; peak-time agents' paid time.")

LanguageOption = Annotated[str, typer.Option("--lang", help="ko or en.")]
JsonOption = Annotated[bool, typer.Option("--json", help="As JSON.")]
CsvOption = Annotated[bool, typer.Option("--csv", help="As CSV.")]


@app.callback()
def about() -> None:
    """Agents needed a day; peak-time agents' paid time."""


@app.command()
def plan(
    day: Annotated[str, typer.Option("--date", help="Such as 2026-11-23, in the centre's time zone; else today.")] = "",
    json: JsonOption = False,
    csv: CsvOption = False,
    language: LanguageOption = LANGUAGES[0],
) -> None:
    """Calls to expect, agents needed, regular agents and peak-time agents to call up, by group and quarter-hour."""
    centre, settings = start()
    _check(language, json, csv)
    now = datetime.now(UTC)
    try:
        chosen = date.fromisoformat(day) if day else now.astimezone(centre.zone).date()
    except ValueError:
        stop(f"--date: expected a day such as 2026-11-23, not '{day}'")
    found = ask(settings, lambda session: read_plan(session, centre, chosen, now))
    if json:
        print(plan_forms.as_json(found), end="")
    elif csv:
        print(plan_forms.as_csv(found), end="")
    else:
        print(plan_forms.as_text(found, Naming(centre, language), language), end="")


@app.command()
def paid(
    month: Annotated[str, typer.Option(help="Such as 2026-11; days begin and end in the centre's time zone.")],
    json: JsonOption = False,
    csv: CsvOption = False,
    language: LanguageOption = LANGUAGES[0],
) -> None:
    """Minutes for which each peak-time agent is paid, by day: from coming by a call-up until going off line."""
    centre, settings = start()
    _check(language, json, csv)
    try:
        chosen = Month.parse(month)
    except ValueError as error:
        stop(f"--month: {error}")
    days = ask(settings, lambda session: read_paid(session, centre, date(chosen.year, chosen.number, 1)))
    if json:
        print(as_json(days), end="")
    elif csv:
        print(as_csv(days), end="")
    else:
        naming = Naming(centre, language)
        for one in days:
            open_end = f"  {phrase(language, 'staff.without_end', n=one.without_end)}" if one.without_end else ""
            minutes = phrase(language, "staff.minutes", n=one.minutes)
            print(f"{one.day}  {one.agent}  {naming.agent(one.agent)}  {minutes}{open_end}")
        total = sum(one.minutes for one in days)
        print(phrase(language, "staff.total", n=total) if days else phrase(language, "staff.nobody_paid"))


def _check(language: str, json: bool, csv: bool) -> None:
    if language not in LANGUAGES:
        stop(f"--lang: expected one of {', '.join(LANGUAGES)}, not '{language}'")
    if json and csv:
        stop("expected --json or --csv, not both")
