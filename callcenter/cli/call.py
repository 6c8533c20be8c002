"""`callcenter call`: one call, explained."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from callcenter.cli.asking import ask, local, start, stop
from callcenter.store.events import events_of
from callcenter.store.records import Records
from callcenter.store.scope import WholeCentre
from callcenter.web.explanation import reason
from callcenter.web.pages import Naming
from callcenter.web.words import LANGUAGES, phrase

app = typer.Typer(no_args_is_help=True, help="One call, explained.")


@app.callback()
def about() -> None:
    """One call, explained."""


@app.command()
def explain(
    call: Annotated[str, typer.Argument(help="The call's id.")],
    language: Annotated[str, typer.Option(help="ko or en.")] = LANGUAGES[0],
) -> None:
    """Why a call went where it went: each step with the rule that made it. Holds no caller's data."""
    centre, settings = start()
    if language not in LANGUAGES:
        stop(f"--language: expected one of {', '.join(LANGUAGES)}, not '{language}'")
    name = Naming(centre, language)

    async def told(session: AsyncSession) -> list[str] | None:
        record = await Records(session, WholeCentre()).get(call)
        if record is None:
            return None
        lines = []
        for entry in await events_of(session, record):
            about = [phrase(language, f"event.{entry.kind.replace('.', '_')}")]
            if isinstance(group := entry.data.get("group"), str):
                about.append(name.group(group))
            if entry.agent:
                about.append(name.agent(entry.agent))
            about.append(reason(entry, language))
            lines.append("  ".join([local(entry.at, centre.zone, milliseconds=True), *filter(None, about)]))
        return lines

    lines = ask(settings, told)
    if lines is None:
        stop(f"no call '{call}'")
    print("\n".join(lines))
