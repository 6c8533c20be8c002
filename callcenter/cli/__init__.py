"""The `callcenter` command. A command's module is imported when it is used: the controller must not carry the pages."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

#: Command → module of this folder, and the function or Typer app in it.
_COMMANDS = {
    "demo": ("demo", "demo"),
    "setup": ("setup", "setup"),
    "controller": ("controller", "controller"),
    "ledger": ("ledger", "ledger"),
    "web": ("web", "web"),
    "users": ("web", "users"),
    "worker": ("worker", "worker"),
    "dialler": ("dialler", "dialler"),
    "records": ("records", "app"),
    "call": ("call", "app"),
    "bill": ("bill", "app"),
    "town": ("town", "app"),
    "prompts": ("prompts", "app"),
    "simulate": ("simulate", "app"),
    "staff": ("staff", "app"),
    "doctor": ("doctor", "doctor"),
    "config": ("config", "app"),
}


class _Commands(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        found = getattr(import_module(f"callcenter.cli.{module}"), name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
            alone.command(cmd_name)(found)
            found = alone
        command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """A contact-centre engine on Asterisk for a shared after-sales hotline."""
