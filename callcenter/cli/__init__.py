"""The `callcenter` command."""

from __future__ import annotations

import typer

from callcenter.cli import bill, controller, town, web

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_show_locals=False)
app.add_typer(bill.app, name="bill")
app.add_typer(town.app, name="town")
app.command(name="web")(web.web)
app.add_typer(web.users, name="users")
app.command(name="controller")(controller.controller)
