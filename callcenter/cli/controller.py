"""`callcenter controller`: the process that decides."""

from __future__ import annotations

import asyncio
import gc

import typer
import uvloop

from callcenter.centre import CentreError, load_centre
from callcenter.config.versions import stamp_of
from callcenter.controller import serve
from callcenter.lease import LeaseLost
from callcenter.logs import configure_logs
from callcenter.settings import Settings


def controller() -> None:
    """Run the controller: calls, agents, distribution."""
    settings = Settings()
    configure_logs(as_json=settings.log_json)
    # Read before the centre: should the file change in between, the new version is only taken once more.
    known = stamp_of(settings.centre)
    try:
        centre = load_centre(settings.centre)
    except CentreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    # What lives as long as the process need not be looked through again at every collection.
    gc.freeze()
    try:
        # Half the processor time of the standard loop, call for call (docs/guide-bench.md).
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve(centre, settings, known))
    except* LeaseLost:
        typer.echo("another controller leads; this one stops", err=True)
        raise typer.Exit(3) from None
