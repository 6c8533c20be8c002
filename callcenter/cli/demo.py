"""`callcenter demo`: a working centre on this machine, to be phoned."""

from __future__ import annotations

import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Annotated

import typer

from callcenter.asterisk.obtain import ObtainError
from callcenter.centre import Centre, CentreError
from callcenter.cli.example_campaigns import ensure_campaigns
from callcenter.cli.example_contracts import ensure_contracts
from callcenter.cli.logins import ensure_logins
from callcenter.embedded_redis import EmbeddedRedisError
from callcenter.house import HouseError, furnish, running
from callcenter.settings import Settings
from dialplan.render import CUSTOMERS
from dialplan.voice import VoiceError


def demo(
    data: Annotated[Path, typer.Option(help="Folder that keeps the centre's state.")] = Path("data"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Throw the folder's state away and start over.")] = False,
    traffic: Annotated[
        bool, typer.Option("--traffic", help="Let the town live: customers phone, simulated agents answer.")
    ] = False,
) -> None:
    """Start a whole centre with example companies; Ctrl-C stops it."""
    began = time.monotonic()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        if fresh:
            _throw_away(data)
        settings = furnish(data)
        with running(settings, typer.echo) as house:
            logins = ensure_logins(settings, house.centre)
            ensure_contracts(settings, house.centre)
            if traffic:
                house.start("town run")
            ensure_campaigns(settings, house.centre, start=traffic)
            typer.echo(_introduction(settings, house.centre, logins, traffic, time.monotonic() - began))
            while not ended.wait(1):
                house.watch()
            typer.echo("Stopping …")
    except (HouseError, ObtainError, CentreError, EmbeddedRedisError, VoiceError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"{error.filename or data}: {error.strerror}; is there free space and the right to write?", err=True)
        raise typer.Exit(1) from error


def _throw_away(data: Path) -> None:
    """Only a folder that a demo made is thrown away."""
    if data.exists() and any(data.iterdir()) and not (data / "settings.toml").exists():
        raise HouseError(f"{data} is not a data folder of the centre (no settings.toml); nothing was removed")
    shutil.rmtree(data, ignore_errors=True)


def _introduction(settings: Settings, centre: Centre, logins: dict[str, str], traffic: bool, took: float) -> str:
    host = "this machine's address" if settings.sip_host == "0.0.0.0" else settings.sip_host
    password = {name: secret.get_secret_value() for name, secret in settings.sip_passwords.items()}
    lines = [
        "",
        f"{centre.name} / {centre.name_en} is open ({took:.0f} s).",
        "",
        f"Pages    http://{settings.web_host}:{settings.web_port}",
        *(f"           {login:<12} {secret}" for login, secret in logins.items()),
        "",
        f"Phones   SIP server {host}:{settings.sip_port} (UDP or TCP)",
        *(f"           customer  {name}  password {password[name]}" for name in CUSTOMERS),
        *(
            f"           agent     {agent.id}       password {password[agent.id]}  {agent.name}"
            f"{' (peak-time)' if agent.peak else ''}"
            for agent in centre.agent
        ),
        *(
            f"           listener  {one.phone}       password {password[one.phone]}  {one.login}"
            for one in centre.supervisor
        ),
        "           agents dial *451 to log in, *450 to log out, *460 ready, *461 to *466 pause, *43 echo",
        "",
        f"Numbers  {', '.join(centre.hotlines)}  shared hotline",
        *(
            f"           {', '.join(company.numbers) or 'hotline only'}  {company.name}, code {company.code}"
            for company in centre.company
        ),
        "",
        "The town lives: all moves within a minute." if traffic else "--traffic lets customers phone in.",
        f"State is in {settings.data}; --fresh starts over. Ctrl-C stops everything.",
    ]
    return "\n".join(lines)
