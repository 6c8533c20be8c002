"""`callcenter town`: customers and simulated agents for training, demonstration and tests."""

from __future__ import annotations

import asyncio
import re
import signal
import sys
from pathlib import Path
from random import Random
from typing import Annotated, NoReturn

import typer

from callcenter.asterisk.obtain import ObtainError
from callcenter.centre import Centre, CentreError, load_centre
from callcenter.settings import Settings
from callcenter.town.customers import Behaviour, arrivals_per_minute, visit
from callcenter.town.exchange import Exchange, TownError
from callcenter.town.traffic import run_town

app = typer.Typer(no_args_is_help=True, help="Customers who phone in and simulated agents who answer.")
#: A person who tries the desk is 1001; 1012 is left for a second person.
_FOR_PEOPLE = ("1001", "1012")
_NUMBER = r"^\+?[0-9*#]{2,15}$"


@app.command()
def run(
    agents: Annotated[
        str, typer.Option(help="Simulated agents, such as 1002,1003; all but 1001 and 1012 if absent.")
    ] = "",
    rate: Annotated[
        float | None,
        typer.Option(min=0, max=600, help="Calls a minute; by the number of agents if absent, 0 for none."),
    ] = None,
) -> None:
    """Let the town live until Ctrl-C: the simulated agents log in, customers phone."""
    settings = Settings()
    centre = _centre(settings)
    known = [agent.id for agent in centre.agent]
    chosen = [a.strip() for a in agents.split(",") if a.strip()] or [a for a in known if a not in _FOR_PEOPLE]
    if strangers := [agent for agent in chosen if agent not in known]:
        _stop(f"--agents: no agent {', '.join(strangers)} in {settings.centre}")
    per_minute = arrivals_per_minute(len(chosen), centre.waiting.wrapup_s) if rate is None else rate
    print(f"Town: {len(chosen)} simulated agents, {per_minute:.1f} calls a minute. Ctrl-C ends it.", flush=True)
    try:
        asyncio.run(_until_stopped(settings, centre, chosen, per_minute))
    except (TownError, ObtainError) as error:
        _stop(str(error))


@app.command()
def call(
    to: Annotated[str, typer.Option(help="The number dialled: the hotline, a company's own, or any other.")],
    outcome: Annotated[Behaviour, typer.Option(help="How the customer behaves.")] = Behaviour.PATIENT,
    caller: Annotated[str | None, typer.Option(help="The customer's number; by chance if absent.")] = None,
    count: Annotated[int, typer.Option(min=1, max=200, help="So many customers at once.")] = 1,
) -> None:
    """Let a customer of the running town phone the centre now."""
    settings = Settings()
    centre, exchange, random = _centre(settings), _exchange(settings), Random()
    for option, number in (("--to", to), ("--caller", caller)):
        if number is not None and not re.fullmatch(_NUMBER, number):
            _stop(f"{option}: expected a telephone number of 2 to 15 digits")
    try:
        if not exchange.up:
            _stop("The town is not running: start it with `callcenter town run`.")
    except ObtainError as error:
        _stop(str(error))
    for _ in range(count):
        exchange.phone_in(visit(random, centre, behaviour=outcome, number=to, caller=caller))


async def _until_stopped(settings: Settings, centre: Centre, agents: list[str], per_minute: float) -> None:
    loop = asyncio.get_running_loop()
    life = asyncio.current_task()
    assert life is not None
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, life.cancel)
    try:
        await run_town(_exchange(settings), settings, centre, agents=agents, per_minute=per_minute, random=Random())
    except asyncio.CancelledError:
        life.uncancel()


def _exchange(settings: Settings) -> Exchange:
    return Exchange(Path(settings.data) / "town")


def _centre(settings: Settings) -> Centre:
    try:
        return load_centre(settings.centre)
    except CentreError as error:
        _stop(str(error))


def _stop(why: str) -> NoReturn:
    print(why, file=sys.stderr)
    raise typer.Exit(2)
