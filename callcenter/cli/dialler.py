"""`callcenter dialler`: the process that phones campaigns' contacts."""

from __future__ import annotations

import asyncio
import threading

import typer
import uvloop

from callcenter.asterisk.ari import AriReplaced
from callcenter.centre import CentreError, load_centre
from callcenter.config.versions import stamp_of
from callcenter.lease import LeaseLost
from callcenter.logs import configure_logs
from callcenter.outbound.dialling import serve
from callcenter.settings import Settings
from callcenter.store.migrate import upgrade_patiently


def dialler() -> None:
    """Run the dialler: surveys and happy calls, by the recorded voice or with agents."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    known = stamp_of(settings.centre)
    try:
        centre = load_centre(settings.centre)
    except CentreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    # On a new database it would find no tables, and die.
    upgrade_patiently(settings.database_url, threading.Event())
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(centre, known, settings))
    except* (LeaseLost, AriReplaced):
        typer.echo("another dialler works; this one stops", err=True)
        # Whoever keeps the processes running starts it anew, and it waits for its turn.
        raise typer.Exit(1) from None
