"""`callcenter simulate`: days of a whole centre in seconds, the product's routing beside app_queue; and of outbound."""

from __future__ import annotations

import sys
from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from callcenter.campaigns import outbound_world
from callcenter.campaigns.outbound_world import GOALS, Row
from routing.monday import CalledUpBy, compare
from routing.town import build
from routing.trial import FIRST_DAY, Setup, app_queue, ours, run
from routing.trial_forms import Trial, as_json, as_text
from routing.trial_plot import as_svg

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.callback(invoke_without_command=True)
def simulate(
    context: typer.Context,
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
    call_up: Annotated[
        CalledUpBy, typer.Option(help="On Mondays: what calls up our peak-time agents, the whole line or each group.")
    ] = CalledUpBy.LINE,
    svg: Annotated[Path | None, typer.Option(help="Also draw the result into this file.")] = None,
    json: Annotated[bool, typer.Option("--json", help="All figures as JSON instead of tables.")] = False,
) -> None:
    """Days of a made-up centre of the programme's size: the product's routing beside app_queue, on the same callers."""
    if context.invoked_subcommand is not None:
        return
    town = build(calls, agents or max(34, round(calls * 170 / 8_000)))
    days = range(FIRST_DAY, FIRST_DAY + seeds)
    names = (f"app_queue {against.value}", "ours")
    if monday:
        alike = "Mondays: the same callers, rosters and further people"
        trial = Trial(town, seeds, names, compare(town, against, days, call_up), alike)
    else:
        trial = Trial(town, seeds, names, (run(town, app_queue(against), days), run(town, ours(town), days)))
    print(as_json(trial) if json else as_text(trial), end="")
    if svg is not None:
        try:
            svg.write_text(as_svg(trial), encoding="utf-8")
        except OSError as error:
            print(f"--svg: {error.strerror}: {svg}", file=sys.stderr)
            raise typer.Exit(2) from error


@app.command()
def outbound(
    agents: Annotated[list[int] | None, typer.Option(min=1, max=1_000, help="May be given several times.")] = None,
    hit_rate: Annotated[
        list[float] | None,
        typer.Option(min=0.05, max=0.95, help="Share of lines answered; may be given several times."),
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=1_000, help="Each drawn from its own seed.")] = 5,
    hours: Annotated[float, typer.Option(min=0.5, max=24, help="Length of a day.")] = 8.0,
) -> None:
    """Days of outbound calls: progressive, our predictive pace, and a fixed ratio of lines to free agents."""
    print(f"{days} days of {hours:g} h each; means with 95 % confidence. Utilisation: talking and writing up.")
    heads = f"{'utilisation, %':>16}{'abandoned, %':>16}{'worst day':>11}{'goal':>7}"
    print(f"{'agents':>6} {'hit rate':>8}  {'pace':12}{heads}")
    for rate in hit_rate or [0.3, 0.5]:
        for number in agents or list(GOALS):
            for row in outbound_world.compare(number, rate, days, hours * 3600):
                print(_line(row))


def _line(row: Row) -> str:
    goal = (
        f"{100 * GOALS[row.agents]:.0f}" if row.name == "ours" and row.hit_rate == 0.3 and row.agents in GOALS else ""
    )
    used, lost = (
        f"{100 * found.mean:.2f}" + ("" if isnan(found.half) else f" ± {100 * found.half:.2f}")
        for found in (row.utilisation, row.abandoned)
    )
    worst = f"{100 * row.most_abandoned:.2f}"
    return f"{row.agents:6} {row.hit_rate:8.2f}  {row.name:12}{used:>16}{lost:>16}{worst:>11}{goal:>7}"
