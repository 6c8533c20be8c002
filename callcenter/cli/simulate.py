"""`callcenter simulate`: days of a whole centre in seconds, the product's routing beside app_queue."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from routing.monday import compare
from routing.town import build
from routing.trial import FIRST_DAY, Setup, app_queue, ours, run
from routing.trial_forms import Trial, as_json, as_text
from routing.trial_plot import as_svg


def simulate(
    calls: Annotated[int, typer.Option(min=1, max=100_000, help="Calls expected a day.")] = 8_000,
    agents: Annotated[
        int | None,
        typer.Option(min=34, max=10_000, help="On the roster; as many for the calls as 170 for 8,000 if absent."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=1_000, help="So many days, each drawn from its own seed.")] = 20,
    against: Annotated[Setup, typer.Option(help="How app_queue is set up.")] = Setup.LEASTRECENT,
    monday: Annotated[
        bool,
        typer.Option(
            "--monday",
            help="1.3 times the calls: similar groups, peak-time agents and callbacks against scheduled people.",
        ),
    ] = False,
    svg: Annotated[Path | None, typer.Option(help="Also draw the result into this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="All figures as JSON instead of tables.")] = False,
) -> None:
    """Days of a made-up centre of the programme's size: the product's routing beside app_queue, on the same callers."""
    town = build(calls, agents or max(34, round(calls * 170 / 8_000)))
    days = range(FIRST_DAY, FIRST_DAY + seeds)
    names = (f"app_queue {against.value}", "ours")
    if monday:
        alike = "Mondays: the same callers, rosters and further people"
        trial = Trial(town, seeds, names, compare(town, against, days), alike)
    else:
        trial = Trial(town, seeds, names, (run(town, app_queue(against), days), run(town, ours(town), days)))
    print(as_json(trial) if json else as_text(trial), end="")
    if svg is not None:
        try:
            svg.write_text(as_svg(trial), encoding="utf-8")
        except OSError as error:
            print(f"--svg: {error.strerror}: {svg}", file=sys.stderr)
            raise typer.Exit(2) from error
